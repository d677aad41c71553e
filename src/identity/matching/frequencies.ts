/**
 * How frequent values are among people. A rare surname says more than a frequent one. People are counted, not records, as the
 * records of one person repeat their values; who is one person is taken from the pass before.
 */
import type { Comparison } from './comparisons.ts';
import type { Column } from './records.ts';

export interface Frequencies {
  /** The bits that an equal value of a column adds for two records, beside those of values in general. */
  weight(column: Column, a: number, b: number): number;
  /** The share of pairs of records of different people whose values of a column are equal. */
  agreement(column: Column): number;
}

interface OfColumn {
  /** By value: how many people have it. */
  people: Int32Array;
  /** People with any value. */
  known: number;
  agreement: number;
}

/** @param person_of the person of each record, as far as known; a number below the count of records. */
export function frequenciesOf(comparisons: readonly Comparison[], person_of: Int32Array): Frequencies {
  const columns = new Set(comparisons.flatMap((comparison) => comparison.columns));
  const by_column = new Map([...columns].map((column) => [column, ofColumn(column, person_of)]));
  return {
    agreement: (column) => by_column.get(column)!.agreement,
    weight: (column, a, b) => {
      const { people, known, agreement } = by_column.get(column)!;
      // The two records themselves say nothing of how frequent a value is among others.
      const others = people[column.values[a]!]! - (person_of[a] === person_of[b] ? 1 : 2);
      // The general share counts as much as the people who were seen.
      const share = (Math.max(0, others) + known * agreement) / (2 * known);
      return Math.log2(agreement / share);
    },
  };
}

function ofColumn(column: Column, person_of: Int32Array): OfColumn {
  const records = new Int32Array(column.texts.length);
  const within = new Map<number, number>();
  const of_person = new Map<number, number>();
  let known_records = 0;
  for (const [i, value] of column.values.entries()) {
    if (value < 0) continue;
    known_records++;
    records[value]!++;
    const person = person_of[i]!;
    of_person.set(person, (of_person.get(person) ?? 0) + 1);
    const key = value * person_of.length + person;
    within.set(key, (within.get(key) ?? 0) + 1);
  }
  const people = new Int32Array(column.texts.length);
  let equal = 0;
  for (const count of records) equal += pairsOf(count);
  for (const [key, count] of within) {
    people[Math.floor(key / person_of.length)]!++;
    equal -= pairsOf(count);
  }
  let pairs = pairsOf(known_records);
  for (const count of of_person.values()) pairs -= pairsOf(count);
  return { people, known: Math.max(1, of_person.size), agreement: (equal + 0.5) / (pairs + 1) };
}

const pairsOf = (count: number): number => (count * (count - 1)) / 2;
