/** Reads JSON without rounding: a whole number that a double cannot hold becomes its text. */

const LONG_NUMBER = /[0-9]{16}/;
const TEXTS_AND_NUMBERS = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** @returns undefined for text that is not JSON. */
export function parseExactJson(text: string): unknown {
  try {
    return JSON.parse(exactNumbers(text));
  } catch {
    return undefined;
  }
}

/** JSON text whose whole numbers beyond 2^53 are in quotes, so that no digit is lost. Ids of shops are such numbers. */
export function exactNumbers(text: string): string {
  if (!LONG_NUMBER.test(text)) return text;
  return text.replace(TEXTS_AND_NUMBERS, (found) =>
    /^-?\d{16,}$/.test(found) && !Number.isSafeInteger(Number(found)) ? `"${found}"` : found,
  );
}
