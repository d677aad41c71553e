/** What links may show tells of no single person, order or event: no answer that they can ask has a field that names one. */
import { expect, test } from 'vitest';
import { REPORTS } from '../../src/reports/index.ts';
import { questionsOf } from '../../src/sharing/shared-pages.ts';
import { reportOf, sharedTable } from '../../src/sharing/shared-tables.ts';

const NAMES_ONE =
  /^(customer|person|user|anonymous|device|session|order|conversion|touchpoint|event|message|subject)_id$|^(ip_)?address$/;

/** The names of all fields of a schema. */
function fieldsOf(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(fieldsOf);
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([keyword, part]) =>
    keyword === 'properties' ? [...Object.keys(part), ...Object.values(part).flatMap(fieldsOf)] : fieldsOf(part),
  );
}

const VIEW = { start: '', end: '', compare: 'none', brand_id: '', currency: '', model: 'linear', filter: [] };
const PAGES = ['/', '/channels', '/campaigns', '/campaigns/spring', '/changes', '/email', '/journeys', '/models'];
const of_pages = PAGES.flatMap((page) => questionsOf(page, VIEW)).map((question) => reportOf(question).report);
const of_tables = REPORTS.filter(({ path }) => {
  try {
    return sharedTable(path) !== undefined;
  } catch {
    return false;
  }
});
const shared = [...new Set([...of_pages, ...of_tables])];

test('the fields that name one are known: reports on persons and orders have them', () => {
  const with_persons = REPORTS.filter(({ result }) => fieldsOf(result).some((name) => NAMES_ONE.test(name)));
  expect(with_persons.map(({ name }) => name)).toEqual(expect.arrayContaining(['receipt', 'customer']));
  expect(shared.length).toBeGreaterThan(10);
});

test.each(shared.map((report) => [report.name, report] as const))('%s names no one', (_, { result, writes }) => {
  expect(fieldsOf(result).filter((name) => NAMES_ONE.test(name))).toEqual([]);
  expect(writes).toBeNull();
});
