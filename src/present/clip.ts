/** Values as they are shown: on one line, without characters that move a cursor or hide, and not too long. */
import { shownText } from '../domain/text.ts';

const MAX_CELL = 80;
const MAX_VALUE = 400;

/** A value that is safe to show. A longer one ends with an ellipsis. */
export function clip(value: unknown, max_length: number = MAX_CELL): string {
  const text = String(value);
  // What is too long by far is not searched to its end.
  const plain = shownText(text.length > 2 * max_length ? text.slice(0, 2 * max_length) : text);
  if (plain.length <= max_length) return plain;
  const cut = plain.slice(0, max_length - 1);
  return `${cut.isWellFormed() ? cut : cut.slice(0, -1)}…`;
}

/** A template whose values are clipped. Write every sentence with a value of the log or of a caller with it. */
export function line(texts: TemplateStringsArray, ...values: readonly unknown[]): string {
  return texts.reduce((all, text, i) => all + clip(values[i - 1], MAX_VALUE) + text);
}
