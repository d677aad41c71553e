/** What an operator relies on: the doctor's word, and a backup that is the whole log. */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Batch, Warehouse } from '../../src/warehouse/port.ts';
import { TABLE_NAMES, TABLES } from '../../src/warehouse/schema.ts';
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

export function backupContract(open: OpenWarehouse): void {
  describe('an operator', () => {
    const parent = temporaryFolder("tributary's backup ");
    const opened = async (batch: Batch = {}): Promise<Warehouse> => {
      const warehouse = await open();
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

    test('restores a backup of before a table came: it stays empty', async () => {
      const first = await opened();
      const folder = join(parent, 'older');
      await first.append({ commits: [rowOf('commits')] });
      await first.backup(folder);
      rmSync(join(folder, 'model_artifacts.parquet'));
      const second = await opened();
      await second.restore(folder);
      expect(await second.read(async (s) => [await count(s, 'commits'), await count(s, 'model_artifacts')])).toEqual([
        1, 0,
      ]);
      await Promise.all([first.close(), second.close()]);
    });

    test('cannot restore over data, nor from a folder that is not a whole backup; then nothing is changed', async () => {
      const filled = await opened(committed({ spend: [rowOf('spend')] }));
      const folder = join(parent, 'one row');
      await filled.backup(folder);
      await expect(filled.restore(folder)).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining('spend already has 1 rows'),
      });
      const empty = await opened();
      rmSync(join(folder, readdirSync(folder).sort().at(-1)!));
      await expect(empty.restore(folder)).rejects.toMatchObject({
        code: 'not_found',
        message: expect.stringContaining('not a whole backup'),
      });
      expect((await empty.diagnose()).tables.every((t) => t.rows === 0)).toBe(true);
      await Promise.all([filled.close(), empty.close()]);
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
