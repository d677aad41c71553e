/** DuckDB keeps the contract, on a file; and what only an embedded file has to promise. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { DuckDBWarehouse } from '../../src/warehouse/duckdb/warehouse.ts';
import { warehouseContract } from './contract.ts';
import { count, rowOf } from './rows.ts';

const folder = mkdtempSync(join(tmpdir(), 'tributary-duckdb-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const newPath = (): string => join(folder, String(++files), 'warehouse.duckdb');

warehouseContract('DuckDB on a file', () => DuckDBWarehouse.open({ path: newPath(), threads: 2 }));

const HOLDER = `
import { DuckDBInstance } from ${JSON.stringify(import.meta.resolve('@duckdb/node-api'))};
const instance = await DuckDBInstance.create(process.argv[2]);
process.send('open');
process.on('message', () => { instance.closeSync(); process.disconnect(); });
`;

describe('the warehouse file', () => {
  test('that another process has open is refused with what to do about it', async () => {
    const path = newPath();
    const warehouse = await DuckDBWarehouse.open({ path, threads: 1 });
    await warehouse.close();
    const script = join(folder, 'holder.mjs');
    writeFileSync(script, HOLDER);
    const holder = fork(script, [path]);
    await once(holder, 'message');
    await expect(DuckDBWarehouse.open({ path, threads: 1 })).rejects.toMatchObject({
      code: 'warehouse_unavailable',
      message: expect.stringMatching(
        /another process has it open; stop it, or send commands through the running server/,
      ),
    });
    holder.send('close');
    await once(holder, 'exit');
    const again = await DuckDBWarehouse.open({ path, threads: 1 });
    await again.close();
  });

  test('that is not a warehouse is refused by its name', async () => {
    const path = join(folder, 'picture.duckdb');
    writeFileSync(path, 'not a database'.repeat(1_000));
    await expect(DuckDBWarehouse.open({ path, threads: 1 })).rejects.toMatchObject({
      code: 'warehouse_unavailable',
      message: expect.stringContaining(path),
    });
  });

  test('keeps what was appended when it is opened again, and its folder is made', async () => {
    const path = newPath();
    const first = await DuckDBWarehouse.open({ path, threads: 1 });
    await first.migrate();
    await first.append({ commits: [rowOf('commits')] });
    await first.close();
    expect(existsSync(path)).toBe(true);
    const second = await DuckDBWarehouse.open({ path, threads: 1 });
    expect(await second.migrate()).toEqual([]);
    expect(await second.read((s) => count(s, 'commits'))).toBe(1);
    await second.close();
  });
});
