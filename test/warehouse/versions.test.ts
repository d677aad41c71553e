/** The frozen versions add up to the tables that the records declare; so a new field or kind without a version fails here. */
import { describe, expect, test } from 'vitest';
import { RECORD_NAMES, recordKind } from '../../src/domain/index.ts';
import {
  type Column,
  RECORD_TABLES,
  SYSTEM_TABLES,
  TABLE_NAMES,
  TABLES,
  WRITE_ORDER,
} from '../../src/warehouse/schema.ts';
import { pendingVersions, VERSIONS } from '../../src/warehouse/versions/index.ts';
import { type SchemaVersion, storedColumns } from '../../src/warehouse/versions/version.ts';

interface Stored {
  since: number;
  key: readonly string[];
  columns: Array<Column & { since: number }>;
}

/** What a warehouse holds once all versions were applied, one after the other. */
function addedUp(versions: readonly SchemaVersion[]): Map<string, Stored> {
  const tables = new Map<string, Stored>();
  for (const { version, tables: created = {}, columns: added = {} } of versions) {
    for (const [name, { key, columns }] of Object.entries(created)) {
      expect(tables.has(name), `${name} is created twice`).toBe(false);
      tables.set(name, { since: version, key, columns: storedColumns(columns).map((c) => ({ ...c, since: version })) });
    }
    for (const [name, columns] of Object.entries(added))
      tables.get(name)!.columns.push(...storedColumns(columns).map((c) => ({ ...c, since: version })));
  }
  return tables;
}

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);

describe('the versions of the schema', () => {
  test('are numbered from 1 without a gap', () => {
    expect(VERSIONS.map(({ version }) => version)).toEqual(VERSIONS.map((_, i) => i + 1));
  });

  test('create every table that is declared, with its key, in the version that it names', () => {
    const stored = [...addedUp(VERSIONS)].map(([name, { since, key }]) => ({ name, since, key }));
    const declared = TABLE_NAMES.map((name) => ({ name, since: TABLES[name].since, key: [...TABLES[name].key] }));
    expect(stored.sort(byName)).toEqual(declared.sort(byName));
  });

  test.each(TABLE_NAMES)('bring every column of %s, as it is declared', (name) => {
    const table = TABLES[name];
    const declared = table.columns.map((c) => ({ ...c, since: table.columns_since?.[c.name] ?? table.since }));
    expect([...addedUp(VERSIONS).get(name)!.columns].sort(byName)).toEqual(declared.sort(byName));
  });

  test('add columns that may be null, because rows are stored already', () => {
    for (const { columns = {} } of VERSIONS)
      for (const added of Object.values(columns)) expect(storedColumns(added).every((c) => c.nullable)).toBe(true);
  });

  test('stand in the first version in the order in which the records declare their columns', () => {
    for (const [name, { columns }] of Object.entries(VERSIONS[0]!.tables!)) {
      const table = TABLES[name as (typeof TABLE_NAMES)[number]];
      const first = table.columns.filter((c) => (table.columns_since?.[c.name] ?? 1) === 1);
      expect(Object.keys(columns)).toEqual(first.map((c) => c.name));
    }
  });

  test('that are newer than this program are refused with both numbers and the fix', () => {
    expect(pendingVersions(VERSIONS.length, VERSIONS)).toEqual([]);
    expect(pendingVersions(0, VERSIONS)).toEqual(VERSIONS);
    expect(() => pendingVersions(3, VERSIONS.slice(0, 2))).toThrow(
      'this data was written by a newer Tributary (schema 3, this program knows 2); run that version or newer',
    );
  });
});

describe('a table', () => {
  test('of a record has its fields, then its derived columns, then those of the log', () => {
    for (const name of RECORD_NAMES) {
      const kind = recordKind(name);
      const names = RECORD_TABLES[name].columns.map((c) => c.name);
      const derived = (kind.derived ?? []).map((c) => c.name);
      const log = ['content_hash', 'received_at', 'loaded_at', 'collector_id', 'log_seq'];
      expect(names.slice(0, 2)).toEqual(['brand_id', kind.id_field]);
      expect(names.slice(-derived.length - log.length)).toEqual([...derived, ...log]);
      expect(new Set(names).size).toBe(names.length);
    }
  });

  test('is written before the table that completes it, and the commits come last', () => {
    expect([...WRITE_ORDER].sort()).toEqual([...TABLE_NAMES].sort());
    expect(WRITE_ORDER.at(-1)).toBe('commits');
    expect(WRITE_ORDER.indexOf('attribution_results')).toBeLessThan(WRITE_ORDER.indexOf('attribution_runs'));
    expect(SYSTEM_TABLES.attribution_runs.completes).toEqual({ table: 'attribution_results', by: 'run_id' });
  });
});
