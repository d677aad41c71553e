/** `tributary identity match`: a file of people, and labels in each of their forms. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { madePeople } from '../../identity/people.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { cli, json, ok } from '../harness.ts';

interface Answer {
  records: number;
  people: number;
  quality: { precision: number; recall: number; f1: number; true_pairs: number };
  columns: Array<{ name: string; role: string }>;
}

let folder: string;
let file: string;
const rows = madePeople(5, 50, [1, 2, 2]).map((row, i) => ({ id: `r-${row.person.slice(1)}-${i}`, ...row }));
const csv = (name: string, lines: ReadonlyArray<readonly unknown[]>): string => {
  const path = join(folder, name);
  writeFileSync(path, lines.map((line) => `${line.join(',')}\n`).join(''));
  return path;
};
const match = async (...flags: string[]): Promise<Answer> =>
  (await json(['identity', 'match', file, ...flags])) as unknown as Answer;

beforeAll(() => {
  folder = temporaryFolder();
  const names = Object.keys(rows[0]!).filter((name) => name !== 'person');
  file = csv('people.csv', [names, ...rows.map((row) => names.map((name) => row[name as 'id']))]);
});

test('every form of labels gives the same figures', async () => {
  const groups = csv('groups.csv', [['id', 'cluster'], ...rows.map(({ id, person }) => [id, person])]);
  const same: unknown[][] = [['id_l', 'id_r', 'score']];
  for (const [i, a] of rows.entries())
    for (const b of rows.slice(i + 1, i + 4)) if (a.person !== b.person) same.push([a.id, b.id, 0]);
  for (const a of rows) for (const b of rows) if (a.id < b.id && a.person === b.person) same.push([a.id, b.id, 1]);
  const by_group = await match('--labels', groups);
  expect(by_group.records).toBe(rows.length);
  expect(by_group.quality.precision).toBeGreaterThan(0.9);
  expect(by_group.quality.recall).toBeGreaterThan(0.8);
  expect((await match('--labels', csv('pairs.csv', same))).quality).toEqual(by_group.quality);
  expect((await match('--label-pattern', 'r-(\\d+)-')).quality).toEqual(by_group.quality);
});

test('a file of other habits is read: semicolons, a byte order mark, names in capitals, labels in the file itself without an id', async () => {
  // A number that counts from 0 is no name of a row, which counts from 1.
  const names = ['Nummer', 'FIRST_NAME', 'Last Name', 'E-MAIL', 'CITY', 'Geburtsdatum', 'Gold'];
  const cells = rows.map((row, i) => [i, row.first_name, row.last_name, row.email, row.city, row.birthday, row.person]);
  const path = join(folder, 'other.csv');
  writeFileSync(path, `\ufeff${[names, ...cells].map((line) => line.join(';')).join('\r\n')}\r\n`);
  const answer = (await json(['identity', 'match', path, '--labels', path])) as unknown as Answer;
  expect(answer.records).toBe(rows.length);
  expect(answer.columns.map(({ role }) => role)).toEqual([
    'ignored',
    'given_name',
    'surname',
    'email',
    'city',
    'birth_date',
    'ignored',
  ]);
  expect(answer.quality.precision).toBeGreaterThan(0.9);
  expect(answer.quality.recall).toBeGreaterThan(0.8);
});

test('the person of each record is written, and a pair explained', async () => {
  const out = join(folder, 'out.csv');
  const said = await ok(['identity', 'match', file, '--out', out, '--explain', `${rows[0]!.id},${rows[1]!.id}`]);
  expect(said).toMatch(/birthday +birth_date/);
  expect(said).toMatch(/probability of one person \d/);
  const [head, ...written] = readFileSync(out, 'utf8').trim().split('\n');
  expect([head, written.length]).toEqual(['record,person', rows.length]);
});

test.each([
  ['--role', 'nobody=email', /nobody is no column/],
  ['--role', 'city=town', /town is no role/],
  ['--id', 'city', /city does not differ in every row/],
  ['--explain', 'r-1', /does not name two records/],
  ['--label-pattern', '(', /is no regular expression/],
])('%s %s is refused with what to do', async (flag, value, message) => {
  const refused = await cli(['identity', 'match', file, flag, value]);
  expect([refused.code, refused.err]).toEqual([1, expect.stringMatching(message)]);
});
