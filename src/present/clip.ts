/** Sentences with values in them, each on one line, without characters that move a cursor or hide, and not too long. */
import { clip } from '../domain/text.ts';

export { clip };

const MAX_VALUE = 400;

/** A template whose values are clipped. Write every sentence with a value of the log or of a caller with it. */
export function line(texts: TemplateStringsArray, ...values: readonly unknown[]): string {
  return texts.reduce((all, text, i) => all + clip(values[i - 1], MAX_VALUE) + text);
}
