/** Checks words that are written into SQL without parameters. Words from a request must pass these checks too. */
import { assert } from '../domain/errors.ts';

const WORD = /^[a-z][a-z0-9_]{0,63}$/;

/** SQL for a list of text literals, each a word of lower-case letters, digits and underscores. */
export function textList(words: readonly string[]): string {
  return words.map(textWord).join(', ');
}

/** SQL for one such text literal. */
export function textWord(word: string): string {
  assert(WORD.test(word), `${JSON.stringify(word)} cannot stand in SQL; only words of a fixed list can`);
  return `'${word}'`;
}

/** A column name for SQL; it must be in `columns`. */
export function oneOf(name: string, columns: readonly string[]): string {
  assert(columns.includes(name), `${JSON.stringify(name)} is not one of ${columns.join(', ')}`);
  return name;
}
