/** Records of people are joined without labels: rightly, also in households, and for reasons that can be told. */
import { describe, expect, test } from 'vitest';
import { findColumns } from '../../../src/identity/matching/columns.ts';
import { explainPair, type Match, matchRecords } from '../../../src/identity/matching/match.ts';
import { clusterQuality } from '../../../src/identity/matching/quality.ts';
import { recordsOf } from '../../../src/identity/matching/records.ts';
import type { Role } from '../../../src/identity/matching/roles.ts';
import { type MadeRecord, madePeople } from '../people.ts';

function matched(rows: readonly MadeRecord[], options: Parameters<typeof matchRecords>[1] = {}): Match {
  const { person: _person, ...fields } = rows[0]!;
  const names = Object.keys(fields) as Array<keyof typeof fields>;
  const cells = names.map((name) => rows.map((row) => row[name]));
  const columns = findColumns(names, cells);
  return matchRecords(
    recordsOf(
      rows.length,
      columns.map(({ name, role }, i) => ({ name, role, cells: cells[i]! })),
    ),
    options,
  );
}

const qualityOf = (rows: readonly MadeRecord[], match: Match) =>
  clusterQuality(
    match.person_of,
    rows.map((row) => row.person),
  );

describe('records of people', () => {
  test('are joined where they are of one person, and households stay apart', () => {
    const rows = madePeople(7, 120, [1, 1, 2, 3]);
    const match = matched(rows);
    const { precision, recall } = qualityOf(rows, match);
    expect(precision).toBeGreaterThan(0.95);
    expect(recall).toBeGreaterThan(0.9);
    // The same list and seed give the same people.
    expect([...matched(rows).person_of]).toEqual([...match.person_of]);
  });

  test('that are all of different people stay apart', () => {
    const rows = madePeople(8, 150, [1]);
    // Of 11,175 pairs; two of a household with nearly one first name are hard to tell apart.
    expect(qualityOf(rows, matched(rows)).found_pairs).toBeLessThan(10);
  });

  test('are never joined over the cap, nor against a conflict', () => {
    const rows = madePeople(9, 25, [4]);
    const capped = matched(rows, { max_records: 2 });
    expect(qualityOf(rows, capped).largest_cluster).toBe(2);
    expect(capped.refused.some(({ reason }) => reason === 'cap')).toBe(true);
    const conflicted = matched(rows, { conflict: () => true });
    expect(qualityOf(rows, conflicted).found_pairs).toBe(0);
  });

  test('are explained: the bits of all parts add up to the weight of the pair', () => {
    const rows = madePeople(10, 60, [1, 2]);
    const match = matched(rows);
    for (const { a, b } of match.pairs.slice(0, 50)) {
      const { weight, prior_weight, household_weight, parts } = explainPair(match.model, a, b);
      const bits = parts.reduce((sum, part) => sum + part.weight + part.frequency_weight, 0);
      expect(prior_weight + household_weight + bits).toBeCloseTo(weight, 9);
      expect(household_weight).toBeLessThanOrEqual(1e-9);
    }
  });
});

const rolesOf = (names: string[], rows: string[][]): Role[] =>
  findColumns(
    names,
    names.map((_, i) => rows.map((row) => row[i]!)),
  ).map(({ role }) => role);

describe('columns', () => {
  test('are known by their names, whatever their case and separators', () => {
    const names = [
      'First Name',
      'SURNAME',
      'date-of-birth',
      'E-Mail',
      'Mobile',
      'Zip Code',
      'Town',
      'street_number',
      'soc_sec_id',
    ];
    expect(rolesOf(names, [names.map(() => 'x'), names.map(() => 'y')])).toEqual([
      'given_name',
      'surname',
      'birth_date',
      'email',
      'phone',
      'postcode',
      'city',
      'house_number',
      'identifier',
    ]);
  });

  test('are known by their values where the name says nothing', () => {
    const rows = Array.from({ length: 30 }, (_, i) => [
      `p${i % 20}@example.com`,
      `19${70 + (i % 20)}-01-02`,
      `10.1.2.${i % 20}`,
      'ab'.repeat(15) + String(10 + (i % 20)),
    ]);
    expect(rolesOf(['a', 'b', 'c', 'd'], rows)).toEqual(['email', 'birth_date', 'ip', 'email_hash']);
  });

  test('that would give the answer away are left out', () => {
    const names = ['unique_id', 'rec_id', 'cluster', 'label', 'entity_id', 'customer_id'];
    expect(new Set(rolesOf(names, [names.map(() => '1'), names.map(() => '2')]))).toEqual(new Set(['ignored']));
  });

  test('are known by their names in other languages and scripts, and the title of a book is no title of a person', () => {
    const rows = Array.from({ length: 80 }, (_, i) => ['a', 'b', 'c', 'd', 'e', 'f', `title ${i % 70} of a paper`]);
    const names = ['имя', 'Фамилия', '出生日期', 'Straße', 'Código postal', 'группа', 'title'];
    expect(rolesOf(names, rows)).toEqual([
      'given_name',
      'surname',
      'birth_date',
      'address',
      'postcode',
      'ignored',
      'text',
    ]);
  });

  test('that repeat names are left out', () => {
    expect(rolesOf(['full_name', 'first_name', 'surname'], [['a b', 'a', 'b']])).toEqual([
      'ignored',
      'given_name',
      'surname',
    ]);
  });
});
