/** Reads JSON inside the cells of a file. */
import { parseWithDigits } from '../domain/json-text.ts';

/** Reads JSON without rounding its numbers. @returns undefined for text that is not JSON. */
export function parseExactJson(text: string): unknown {
  try {
    return parseWithDigits(text);
  } catch {
    return undefined;
  }
}
