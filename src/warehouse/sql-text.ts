/** Words of the program that stand in SQL as they are. What a caller sends is never among them unless it is checked here. */
import { assert } from '../domain/errors.ts';

const WORD = /^[a-z][a-z0-9_]{0,63}$/;

/** SQL for a list of texts, each a word of lower-case letters, digits and underscores. */
export function textList(words: readonly string[]): string {
  return words.map(textWord).join(', ');
}

/** SQL for one such text. */
export function textWord(word: string): string {
  assert(WORD.test(word), `${JSON.stringify(word)} cannot stand in SQL; only words of a fixed list can`);
  return `'${word}'`;
}

/** A column's name, which has to be one of a list. */
export function oneOf(name: string, columns: readonly string[]): string {
  assert(columns.includes(name), `${JSON.stringify(name)} is not one of ${columns.join(', ')}`);
  return name;
}
