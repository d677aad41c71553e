/** Nothing of an erased row stays in the file: not in freed blocks, not among the columns of others, not ahead of it. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DuckDBWarehouse } from '../../src/warehouse/duckdb/warehouse.ts';
import { temporaryFolder } from '../support/folder.ts';
import { committed, count, rowOf } from './rows.ts';

const folderBytes = (folder: string): Buffer =>
  Buffer.concat(
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => readFileSync(join(folder, name))),
  );

const MARK = 'anna-of-the-byte-scan';

/** Rows in several steps, so that the engine writes parts of tables again beside parts that stay. */
async function filled(folder: string): Promise<DuckDBWarehouse> {
  const warehouse = await DuckDBWarehouse.open({ path: join(folder, 'warehouse.duckdb') });
  await warehouse.migrate();
  let log_seq = 0;
  for (let step = 0; step < 4; step++) {
    const touchpoints = Array.from({ length: 400 }, (_, i) => {
      log_seq += 1;
      const id = i % 50 === 7 ? MARK : `other-${i}`;
      return rowOf('touchpoints', {
        touchpoint_id: `t${log_seq}`,
        customer_id: id,
        url: `https://shop.example/${id}/${log_seq}`,
        log_seq,
      });
    });
    log_seq += 1;
    const conversions =
      step > 1 ? [] : [rowOf('conversions', { conversion_id: `o${step}`, customer_id: 'other', log_seq })];
    await warehouse.append(committed({ touchpoints, conversions }));
    await warehouse.compact();
  }
  return warehouse;
}

const ERASURE = { relations: [], changes: [{ table: 'touchpoints', where: `customer_id = '${MARK}'` }] } as const;

test('bytes of erased rows are in the file until it is written anew, and nowhere in the folder after it', async () => {
  const folder = temporaryFolder();
  const warehouse = await filled(folder);
  const rows = await warehouse.read((s) => count(s, 'touchpoints'));
  await warehouse.erase(ERASURE);
  await warehouse.compact();
  // The scan finds what is there: a deleted row is not gone.
  expect(folderBytes(folder).includes(MARK)).toBe(true);
  expect(await warehouse.purge()).toEqual(['warehouse.duckdb']);
  expect(folderBytes(folder).includes(MARK)).toBe(false);
  expect(await warehouse.read((s) => count(s, 'touchpoints'))).toBe(rows - 32);
  await warehouse.close();
  expect(folderBytes(folder).includes(MARK)).toBe(false);
  const again = await DuckDBWarehouse.open({ path: join(folder, 'warehouse.duckdb') });
  expect(await again.migrate()).toEqual([]);
  expect(await again.read((s) => count(s, 'touchpoints'))).toBe(rows - 32);
  await again.close();
});

test('a read that runs meanwhile ends as it began, and rows that come later are in the new file', async () => {
  const folder = temporaryFolder();
  const warehouse = await filled(folder);
  let purged: Promise<unknown> | undefined;
  const seen = await warehouse.read(async (snapshot) => {
    const before = await count(snapshot, 'touchpoints');
    await warehouse.erase(ERASURE);
    purged = warehouse.purge();
    await purged.catch(() => undefined);
    await snapshot.materialise('spilled', 'select * from touchpoints');
    return [before, await count(snapshot, 'touchpoints'), await count(snapshot, 'spilled')];
  });
  expect(seen).toEqual([1600, 1600, 1600]);
  await purged;
  await warehouse.append(
    committed({ touchpoints: [rowOf('touchpoints', { touchpoint_id: 'later', log_seq: 9_999 })] }),
  );
  expect(await warehouse.read((s) => count(s, 'touchpoints'))).toBe(1_569);
  await warehouse.close();
  const again = await DuckDBWarehouse.open({ path: join(folder, 'warehouse.duckdb') });
  expect(await again.read((s) => count(s, 'touchpoints'))).toBe(1_569);
  await again.close();
  expect(folderBytes(folder).includes(MARK)).toBe(false);
});

test('a new file that a crash left is removed at the next start', async () => {
  const folder = temporaryFolder();
  await (await filled(folder)).close();
  writeFileSync(join(folder, 'warehouse.duckdb.anew'), MARK);
  const warehouse = await DuckDBWarehouse.open({ path: join(folder, 'warehouse.duckdb') });
  expect(existsSync(join(folder, 'warehouse.duckdb.anew'))).toBe(false);
  await warehouse.close();
});
