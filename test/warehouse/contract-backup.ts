/** What an operator relies on: the doctor's word, and a backup that is the whole log. */
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reclassifyAll } from '../../src/log/reclassify.ts';
import type { Manifest } from '../../src/warehouse/manifest.ts';
import type { Batch, Warehouse } from '../../src/warehouse/port.ts';
import { TABLE_NAMES, TABLES } from '../../src/warehouse/schema.ts';
import { VERSIONS } from '../../src/warehouse/versions/index.ts';
import { ENRICHMENT } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { AT_MS, committed, count, type OpenWarehouse, rowOf } from './rows.ts';

/** Something in every table, with values that a careless file format would change. */
function everything(): Batch {
  const batch: Batch = {};
  for (const table of TABLE_NAMES) {
    batch[table] = [1, 2, 3].map((i) => {
      const row = rowOf(table);
      for (const { name, type, nullable } of TABLES[table].columns) {
        if (nullable && i === 2) row[name] = null;
        else if (name === 'collector_id') row[name] = `collector-${i}`;
        else if (type === 'text') row[name] = `${name} ${i} 'é'\n日本 ${table}`;
        else if (type === 'int64') row[name] = name === 'log_seq' ? i : 2n ** 63n - BigInt(i);
        else if (type === 'float64') row[name] = i / 3;
        else row[name] = AT_MS + i;
      }
      return row;
    });
  }
  return batch;
}

async function contents(warehouse: Warehouse): Promise<Record<string, unknown[]>> {
  return warehouse.read(async (s) => {
    const all: Record<string, unknown[]> = {};
    for (const table of TABLE_NAMES) {
      const columns = TABLES[table].columns.map(({ name, type }) =>
        type === 'instant' ? `epoch_ms(${name}) as ${name}_ms` : name,
      );
      const rows = await s.query(`select ${columns.join(', ')} from ${table}`);
      all[table] = rows
        .map((row) => JSON.stringify(row, (_key, value) => (typeof value === 'bigint' ? String(value) : value)))
        .sort();
    }
    return all;
  });
}

function editManifest(folder: string, edit: (manifest: Manifest) => void): void {
  const path = join(folder, 'manifest.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8')) as Manifest;
  edit(manifest);
  writeFileSync(path, JSON.stringify(manifest));
}

/** What makes a backup less than whole, and what the refusal says. */
const SPOILT: Record<string, { spoil: (folder: string) => void; message: RegExp }> = {
  'the last file is missing': {
    spoil: (folder) => rmSync(join(folder, 'touchpoints.parquet')),
    message: /touchpoints\.parquet is missing; the folder is not a whole backup/,
  },
  'a file that came late is missing': {
    spoil: (folder) => rmSync(join(folder, 'model_artifacts.parquet')),
    message: /model_artifacts\.parquet is missing/,
  },
  'a file is torn': {
    spoil: (folder) => truncateSync(join(folder, 'spend.parquet'), 100),
    message: /spend\.parquet .*not whole/,
  },
  'a file is empty': {
    spoil: (folder) => writeFileSync(join(folder, 'spend.parquet'), ''),
    message: /spend\.parquet .*not whole/,
  },
  'a file holds something else': {
    spoil: (folder) => writeFileSync(join(folder, 'spend.parquet'), readFileSync(join(folder, 'conversions.parquet'))),
    message: /spend\.parquet has \d+ bytes, and the manifest says/,
  },
  'a file got longer': {
    spoil: (folder) => appendFileSync(join(folder, 'spend.parquet'), 'x'),
    message: /spend\.parquet .*not whole/,
  },
  'one byte changed': {
    spoil: (folder) => {
      const bytes = readFileSync(join(folder, 'spend.parquet'));
      bytes[20] = bytes[20]! ^ 1;
      writeFileSync(join(folder, 'spend.parquet'), bytes);
    },
    message: /spend\.parquet .*not whole/,
  },
  'the rows are not as many': {
    spoil: (folder) => editManifest(folder, ({ tables }) => tables['spend']!.rows++),
    message: /spend\.parquet has 1 rows, and the manifest says 2/,
  },
  'there is a file more': {
    spoil: (folder) => writeFileSync(join(folder, 'other.parquet'), ''),
    message: /other\.parquet is no part of the backup; move it elsewhere/,
  },
  'the manifest is missing': {
    spoil: (folder) => rmSync(join(folder, 'manifest.json')),
    message: /manifest\.json is missing; the backup is not whole/,
  },
  'the manifest is torn': {
    spoil: (folder) => truncateSync(join(folder, 'manifest.json'), 200),
    message: /manifest\.json is not JSON; the backup is not whole/,
  },
  'the manifest is of another form': {
    spoil: (folder) => writeFileSync(join(folder, 'manifest.json'), '[]'),
    message: /manifest\.json is damaged; the backup is not whole/,
  },
  'the manifest lists a table less': {
    spoil: (folder) =>
      editManifest(folder, ({ tables }) => {
        delete tables['spend'];
      }),
    message: /manifest\.json does not list spend/,
  },
  'a newer program made it': {
    spoil: (folder) =>
      editManifest(folder, (manifest) => {
        manifest.schema_version += 1;
      }),
    message: /written by a newer Tributary \(0\.1\.0, schema \d+; this program knows \d+\)/,
  },
  'it did not finish': {
    spoil: (folder) => renameSync(folder, `${folder}.partial`),
    message: /is a backup that did not finish/,
  },
};

export function backupContract(open: OpenWarehouse): void {
  describe('an operator', () => {
    const parent = temporaryFolder("tributary's backup ");
    const opened = async (batch: Batch = {}, limits = {}): Promise<Warehouse> => {
      const warehouse = await open(limits);
      await warehouse.migrate();
      await warehouse.append(batch);
      return warehouse;
    };

    test('restores a backup into a new warehouse, and every row and value is there', async () => {
      const first = await opened(everything());
      const before = await contents(first);
      const folder = join(parent, 'whole');
      await first.backup(folder);
      expect(readdirSync(folder).length).toBeGreaterThanOrEqual(TABLE_NAMES.length);
      const second = await opened();
      await second.restore(folder);
      expect(await contents(second)).toEqual(before);
      expect((await second.diagnose()).tables).toEqual((await first.diagnose()).tables);
      // The restored warehouse is one like any other.
      await second.append({ commits: [rowOf('commits', { log_seq: 4 })] });
      await Promise.all([first.close(), second.close()]);
    });

    test('backs up, restores, checks and reclassifies for longer than a read may take', async () => {
      const visits = [1, 2].map((log_seq) =>
        rowOf('touchpoints', { touchpoint_id: `t${log_seq}`, touchpoint_type: 'website_visit', log_seq }),
      );
      const limits = { read_timeout_ms: 1 };
      const first = await opened(committed({ touchpoints: visits }), limits);
      const late = first.read(async (s) => {
        await new Promise((resolve) => setTimeout(resolve, 50));
        return count(s, 'touchpoints');
      });
      await expect(late).rejects.toMatchObject({ code: 'timeout' });
      const folder = join(parent, 'in its own time');
      await first.backup(folder);
      const second = await opened({}, limits);
      await second.restore(folder);
      for (const warehouse of [first, second]) {
        expect((await warehouse.diagnose()).tables).toContainEqual({ table: 'touchpoints', rows: 2 });
        const judged = { warehouse, enrich_options: ENRICHMENT, collector: { id: 'x' } };
        expect(await reclassifyAll(judged)).toMatchObject({ examined: 2 });
        await warehouse.close();
      }
    });

    test('restores a backup of before a table came: it stays empty', async () => {
      const first = await opened();
      const folder = join(parent, 'older');
      await first.append({ commits: [rowOf('commits')] });
      await first.backup(folder);
      const before = TABLES.model_artifacts.since - 1;
      const later = TABLE_NAMES.filter((table) => TABLES[table].since > before);
      for (const table of later) rmSync(join(folder, `${table}.parquet`));
      editManifest(folder, (manifest) => {
        manifest.schema_version = before;
        for (const table of later) delete manifest.tables[table];
      });
      const second = await opened();
      expect((await second.restore(folder)).has_manifest).toBe(true);
      expect(await second.read(async (s) => [await count(s, 'commits'), await count(s, 'model_artifacts')])).toEqual([
        1, 0,
      ]);
      await Promise.all([first.close(), second.close()]);
    });

    test('restores a backup without a manifest, of an earlier version, if every table is there', async () => {
      // These tables are of versions that write a manifest.
      const {
        claims: _claims,
        consents: _consents,
        experiments: _experiments,
        assignments: _assignments,
        exposures: _exposures,
        ...tables
      } = everything();
      const first = await opened(tables);
      const folder = join(parent, 'without');
      await first.backup(folder);
      for (const name of ['manifest.json', 'backup.txt']) rmSync(join(folder, name));
      const second = await opened();
      expect((await second.restore(folder)).has_manifest).toBe(false);
      expect(await contents(second)).toEqual(await contents(first));
      const third = await opened();
      rmSync(join(folder, 'model_artifacts.parquet'));
      await expect(third.restore(folder)).rejects.toMatchObject({
        code: 'not_found',
        message: expect.stringContaining('model_artifacts.parquet is missing; the folder is not a whole backup'),
      });
      await Promise.all([first.close(), second.close(), third.close()]);
    });

    test('cannot restore over data', async () => {
      const filled = await opened(committed({ spend: [rowOf('spend')] }));
      const folder = join(parent, 'one row');
      await filled.backup(folder);
      await expect(filled.restore(folder)).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining('spend already has 1 rows'),
      });
      await filled.close();
    });

    describe('of a backup that is spoilt', () => {
      const whole = join(temporaryFolder(), 'whole');
      let empty: Warehouse;
      beforeAll(async () => {
        const filled = await opened(committed({ spend: [rowOf('spend')], conversions: [rowOf('conversions')] }));
        await filled.backup(whole);
        await filled.close();
        empty = await opened();
      });
      afterAll(() => empty.close());

      test.each(Object.keys(SPOILT))('cannot restore from a folder that is not a whole backup: %s', async (name) => {
        const { spoil, message } = SPOILT[name]!;
        const folder = join(temporaryFolder(), 'backup');
        cpSync(whole, folder, { recursive: true });
        spoil(folder);
        await expect(empty.restore(existsSync(folder) ? folder : `${folder}.partial`)).rejects.toMatchObject({
          message: expect.stringMatching(message),
        });
        expect((await empty.diagnose()).tables.every((t) => t.rows === 0)).toBe(true);
      });
    });

    test('lists in the manifest what is in the files, and finds the folder under its name only when it is whole', async () => {
      const warehouse = await opened(everything());
      const folder = join(parent, 'listed');
      // A crash left this one.
      mkdirSync(`${folder}.partial`);
      writeFileSync(join(`${folder}.partial`, 'backup.txt'), '');
      writeFileSync(join(`${folder}.partial`, 'spend.parquet'), 'torn');
      await warehouse.backup(folder);
      expect(existsSync(`${folder}.partial`)).toBe(false);
      const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
      expect(manifest).toMatchObject({ form: 1, product_version: '0.1.0', schema_version: VERSIONS.length });
      for (const table of TABLE_NAMES) {
        const file = readFileSync(join(folder, `${table}.parquet`));
        const sha256 = createHash('sha256').update(file).digest('hex');
        expect(manifest.tables[table]).toEqual({ rows: 3, bytes: file.length, sha256 });
      }
      await warehouse.close();
    });

    test('that fails leaves no folder', async () => {
      const warehouse = await opened();
      await warehouse.close();
      const folder = join(temporaryFolder(), 'backup');
      await expect(warehouse.backup(folder)).rejects.toThrow();
      expect(readdirSync(join(folder, '..'))).toEqual([]);
    });

    test('cannot back up through a link, nor into a folder that another backup fills', async () => {
      const warehouse = await opened();
      const root = temporaryFolder();
      mkdirSync(join(root, 'elsewhere'));
      symlinkSync(join(root, 'elsewhere'), join(root, 'link'));
      symlinkSync(join(root, 'nothing'), join(root, 'dangling'));
      symlinkSync(join(root, 'elsewhere'), join(root, 'through.partial'));
      for (const name of ['link', 'dangling', 'through'])
        await expect(warehouse.backup(join(root, name))).rejects.toMatchObject({
          code: 'bad_request',
          message: expect.stringContaining('is a link'),
        });
      expect(readdirSync(root).sort()).toEqual(['dangling', 'elsewhere', 'link', 'through.partial']);
      expect(readdirSync(join(root, 'elsewhere'))).toEqual([]);
      const both = await Promise.allSettled(['one', 'one'].map((name) => warehouse.backup(join(root, name))));
      expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      await warehouse.close();
    });

    test('cannot back up into a folder that holds something', async () => {
      const warehouse = await opened();
      writeFileSync(join(parent, 'note.txt'), 'mine');
      await expect(warehouse.backup(parent)).rejects.toMatchObject({
        code: 'bad_request',
        message: expect.stringContaining('not empty'),
      });
      await warehouse.close();
    });

    test('is told the size of every table, and that all is well', async () => {
      const warehouse = await opened({
        conversions: [rowOf('conversions', { log_seq: 1 })],
        touchpoints: ['a', 'b'].map((id) =>
          rowOf('touchpoints', { touchpoint_id: id, customer_id: id, subject_key: id === 'a' ? 1 : 2 }),
        ),
        commits: [rowOf('commits', { log_seq: 1 })],
      });
      await warehouse.compact();
      const { engine, schema_version, tables, problems } = await warehouse.diagnose();
      expect({ engine, problems }).toEqual({ engine: warehouse.engine, problems: [] });
      expect(schema_version).toBeGreaterThan(0);
      expect(Object.fromEntries(tables.map((t) => [t.table, t.rows]))).toMatchObject({
        touchpoints: 2,
        conversions: 1,
        commits: 1,
        spend: 0,
      });
      expect(tables.map((t) => t.table).sort()).toEqual([...TABLE_NAMES].sort());
      await warehouse.close();
    });

    test('is told what is broken: a shared subject key, a row that no commit covers', async () => {
      const warehouse = await opened({
        conversions: [
          rowOf('conversions', { conversion_id: 'a', log_seq: 9 }),
          rowOf('conversions', { conversion_id: 'b', log_seq: 9 }),
        ],
        touchpoints: [
          rowOf('touchpoints', { touchpoint_id: 'a', customer_id: 'a' }),
          rowOf('touchpoints', { touchpoint_id: 'b', customer_id: 'b' }),
        ],
        commits: [rowOf('commits', { log_seq: 8 })],
      });
      const { problems } = await warehouse.diagnose();
      expect(problems.join('\n')).toMatch(/1 ids that share a subject key/);
      expect(problems.join('\n')).toMatch(/2 rows beyond the last committed position/);
      await warehouse.close();
    });

    test('can trust that an id counts once: one stored twice is told, or not there twice', async () => {
      const twice = [rowOf('conversions'), rowOf('conversions')];
      const warehouse = await opened(committed({ conversions: twice }));
      const { problems, tables } = await warehouse.diagnose();
      const rows = tables.find((t) => t.table === 'conversions')!.rows;
      expect([rows, problems]).toEqual(rows === 1 ? [1, []] : [2, ['1 conversion ids stored twice']]);
      await warehouse.close();
    });
  });
}
