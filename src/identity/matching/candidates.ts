/**
 * Which pairs of records are compared. Few records are compared all with all. Of many, those pairs are that share a key: a value of
 * one column or a part of it, or two of these together where one alone would give too many pairs.
 */
import type { Column, Records } from './records.ts';
import type { Role } from './roles.ts';

/** At most this many pairs are compared without keys. */
const ALL_PAIRS = 2_000_000;
/** Pairs for each record that one rule may give. */
const RULE_PAIRS = 20;
/** Pairs for each record that all rules together may give. */
const MAX_PAIRS = 100;
/** Of many records fewer pairs for each: so many for all, and so many more for each record. */
const MANY = { pairs: 2_000_000, for_each: 20 };

/** Calls `take` once for each pair, the smaller record first, in order of records. @returns how the pairs were chosen. */
export function eachCandidate(records: Records, take: (a: number, b: number) => void): { rules: string[] } {
  const { count } = records;
  if ((count * (count - 1)) / 2 <= ALL_PAIRS) {
    for (let a = 0; a < count; a++) for (let b = a + 1; b < count; b++) take(a, b);
    return { rules: ['all pairs'] };
  }
  const rules = rulesOf(records);
  const stamp = new Int32Array(count).fill(-1);
  for (let a = 0; a < count; a++)
    for (const { blocks, of } of rules)
      for (const block_no of of[a]!)
        for (const b of blocks[block_no]!)
          if (b > a && stamp[b] !== a) {
            stamp[b] = a;
            take(a, b);
          }
  return { rules: rules.map((rule) => rule.name) };
}

interface Key {
  name: string;
  column: Column | undefined;
  /** For each record its keys, as texts. */
  of: (record: number) => readonly string[];
}

interface Rule {
  name: string;
  blocks: number[][];
  /** By record: the blocks that it is in. */
  of: number[][];
  pairs: number;
}

function rulesOf(records: Records): Rule[] {
  const keys = keysOf(records);
  const limit = records.count * RULE_PAIRS;
  const rules: Rule[] = [];
  const broad: Key[] = [];
  for (const key of keys) {
    const rule = ruleOf(records.count, key.name, key.of, limit);
    if (rule) rules.push(rule);
    else broad.push(key);
  }
  for (const [i, left] of broad.entries())
    for (const right of broad.slice(i + 1)) {
      if (left.column === right.column) continue;
      const both = (record: number): string[] =>
        left.of(record).flatMap((a) => right.of(record).map((b) => `${a}\0${b}`));
      const rule = ruleOf(records.count, `${left.name} and ${right.name}`, both, limit);
      if (rule) rules.push(rule);
    }
  rules.sort((a, b) => a.pairs - b.pairs || (a.name < b.name ? -1 : 1));
  let left = Math.min(records.count * MAX_PAIRS, MANY.pairs + records.count * MANY.for_each);
  return rules.filter((rule) => {
    left -= rule.pairs;
    return left >= 0;
  });
}

/** The blocks of records that share a key; undefined if they have more pairs than allowed. */
function ruleOf(
  count: number,
  name: string,
  keysOfRecord: (record: number) => readonly string[],
  limit: number,
): Rule | undefined {
  const numbers = new Map<string, number>();
  const blocks: number[][] = [];
  const of: number[][] = [];
  let pairs = 0;
  for (let record = 0; record < count; record++) {
    const mine: number[] = [];
    for (const key of keysOfRecord(record)) {
      let number = numbers.get(key);
      if (number === undefined) {
        number = blocks.length;
        blocks.push([]);
        numbers.set(key, number);
      }
      const block = blocks[number]!;
      if (block.at(-1) === record) continue;
      pairs += block.length;
      block.push(record);
      mine.push(number);
    }
    if (pairs > limit) return undefined;
    of.push(mine);
  }
  return { name, blocks, of, pairs };
}

type Parts = Record<string, (text: string) => string>;

const PARTS: Partial<Record<Role, Parts>> = {
  birth_date: {
    'year and month': (text) => text.slice(0, 6),
    'month and day': (text) => text.slice(4),
    'year and day': (text) => text.slice(0, 4) + text.slice(6),
  },
  email: {
    'before the @': (text) => text.split('@')[0]!,
    beginning: (text) => text.slice(0, 5),
    end: (text) => text.slice(-8),
  },
  phone: { end: (text) => text.slice(-6) },
  identifier: { beginning: (text) => text.slice(0, 4), end: (text) => text.slice(-4) },
  postcode: { beginning: (text) => text.slice(0, 3) },
  given_name: { sound: consonants, beginning: (text) => text.slice(0, 3) },
  surname: { sound: consonants, beginning: (text) => text.slice(0, 3) },
  full_name: {
    sound: consonants,
    beginning: (text) => text.slice(0, 4),
    'last word': (text) => text.split(' ').at(-1)!,
  },
  city: { sound: consonants },
  address: { sound: consonants, beginning: (text) => text.slice(0, 5) },
  text: { sound: consonants },
};

const NO_KEYS: readonly Role[] = ['category', 'time_zone'];

function keysOf({ columns }: Records): Key[] {
  const keys: Key[] = [];
  for (const column of columns) {
    if (NO_KEYS.includes(column.role)) continue;
    keys.push(keyOf(column, '', (text) => text));
    for (const [part, partOf] of Object.entries(PARTS[column.role] ?? {}))
      keys.push(keyOf(column, ` (${part})`, partOf));
  }
  const names = columns.filter((column) => column.role === 'given_name' || column.role === 'surname');
  if (names.length === 2) keys.push(eitherName(names as [Column, Column]));
  return keys;
}

function keyOf(column: Column, suffix: string, partOf: (text: string) => string): Key {
  const parts = column.texts.map(partOf);
  return {
    name: column.name + suffix,
    column,
    of: (record) => {
      const value = column.values[record]!;
      return value < 0 || parts[value] === '' ? [] : [parts[value]!];
    },
  };
}

/** Both names in order of the alphabet, so that exchanged names have one key. */
function eitherName([one, other]: readonly [Column, Column]): Key {
  return {
    name: `${one.name} with ${other.name}`,
    column: undefined,
    of: (record) => {
      const [x, y] = [one.values[record]!, other.values[record]!];
      return x < 0 || y < 0 ? [] : [[one.texts[x]!, other.texts[y]!].sort().join('\0')];
    },
  };
}

/** The first letter and the next three consonants that are no repeats. */
function consonants(text: string): string {
  const letters = text.replaceAll(' ', '');
  return (
    (letters[0] ?? '') +
    letters
      .slice(1)
      .replace(/[aeiouyhw]/g, '')
      .replace(/(.)\1+/g, '$1')
      .slice(0, 3)
  );
}
