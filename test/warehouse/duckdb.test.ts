/** DuckDB keeps the contract, on a file; and what only an embedded file has to promise. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DuckDBWarehouse } from '../../src/warehouse/duckdb/warehouse.ts';
import { temporaryFolder } from '../support/folder.ts';
import { lateness } from '../support/lateness.ts';
import { operatorContract, warehouseContract } from './contract.ts';
import { committed, count, type OpenWarehouse, rowOf } from './rows.ts';

const newPath = (): string => join(temporaryFolder(), 'data', 'warehouse.duckdb');

const openFile: OpenWarehouse = (limits) => DuckDBWarehouse.open({ path: newPath(), threads: 2, ...limits });
warehouseContract('DuckDB on a file', openFile);
operatorContract('DuckDB on a file', openFile);

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
    const script = join(temporaryFolder(), 'holder.mjs');
    writeFileSync(script, HOLDER);
    const holder = fork(script, [path]);
    await once(holder, 'message');
    await expect(DuckDBWarehouse.open({ path, threads: 1 })).rejects.toMatchObject({
      code: 'warehouse_unavailable',
      message: expect.stringMatching(
        /another process has it open \(pid \d+\); stop it, or send commands through the running server/,
      ),
    });
    holder.send('close');
    await once(holder, 'exit');
    const again = await DuckDBWarehouse.open({ path, threads: 1 });
    await again.close();
  });

  test('stands in a folder whose name looks like a pattern or like a column', async () => {
    const path = join(temporaryFolder(), 'date=2020-01-01 a*b [c] {d,e}\'"', 'warehouse.duckdb');
    const backup = join(path, '../brand_id=other*');
    const [one, other] = [path, `${path}.other`].map((at) => DuckDBWarehouse.open({ path: at, threads: 1 }));
    const warehouse = await one!;
    await warehouse.migrate();
    await warehouse.append(committed({ spend: [rowOf('spend', { date: '2026-03-01' })] }));
    await warehouse.backup(backup);
    const restored = await other!;
    await restored.migrate();
    await restored.restore(backup);
    for (const each of [warehouse, restored]) {
      const rows = await each.read((s) => s.query('select brand_id, date from spend'));
      expect(rows).toEqual([{ brand_id: 'x', date: '2026-03-01' }]);
      await each.close();
    }
    expect(readdirSync(join(path, '..')).filter((name) => name.endsWith('.rows'))).toEqual([]);
  });

  test('that is not a warehouse is refused by its name', async () => {
    const path = join(temporaryFolder(), 'picture.duckdb');
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

describe('a query that is larger than memory', () => {
  const MEMORY = { memory_limit_bytes: 60e6, threads: 1 };
  const opened = async (path: string): Promise<DuckDBWarehouse> => {
    const warehouse = await DuckDBWarehouse.open({ path, ...MEMORY });
    await warehouse.migrate();
    return warehouse;
  };

  test('goes on in a folder beside the file, which is gone afterwards', async () => {
    const path = newPath();
    const warehouse = await opened(path);
    let spilled = false;
    const rows = await warehouse.read(async (s) => {
      await s.materialise(
        'large',
        'select i, md5(i::varchar) as a, md5((i + 1)::varchar) as b from range(800000) t(i)',
      );
      spilled = existsSync(`${path}.tmp`) && readdirSync(`${path}.tmp`).length > 0;
      return s.query('select count(*) as n, count(distinct a) as ids from large');
    });
    expect(rows).toEqual([{ n: 800_000n, ids: 800_000n }]);
    expect(spilled).toBe(true);
    await warehouse.close();
    expect(existsSync(`${path}.tmp`) ? readdirSync(`${path}.tmp`) : []).toEqual([]);
  });

  test('and cannot be cut into parts is refused with what to do, and the next one is answered', async () => {
    const warehouse = await opened(newPath());
    const whole = "select length(string_agg(repeat('x', 100), '')) as n from range(2000000) t(i)";
    for (let time = 0; time < 3; time++)
      await expect(warehouse.read((s) => s.query(whole))).rejects.toMatchObject({
        code: 'unprocessable',
        message: expect.stringMatching(/needs more memory than the limit for one query; ask for a shorter period/),
      });
    await warehouse.append({ commits: [rowOf('commits')] });
    expect(await warehouse.read((s) => count(s, 'commits'))).toBe(1);
    await warehouse.close();
  });
});

test('the loader reads and writes while long reports use every place for reports', async () => {
  const warehouse = await DuckDBWarehouse.open({ path: newPath(), threads: 1 });
  await warehouse.migrate();
  const ended: string[] = [];
  const stop = new AbortController();
  const endless =
    'select count(*) as n from range(100000) a(i), range(100000) b(i), range(100) c(i) where a.i + b.i = c.i';
  const reports = Array.from({ length: 6 }, () =>
    warehouse
      .read((s) => s.query(endless), { timeout_ms: 60_000, signal: stop.signal })
      .catch(() => undefined)
      .then(() => ended.push('report')),
  );
  for (let log_seq = 1; log_seq <= 3; log_seq++) {
    await warehouse.append({ commits: [rowOf('commits', { log_seq })] });
    expect(await warehouse.read((s) => count(s, 'commits'), { for: 'loading' })).toBe(log_seq);
    ended.push('loader');
  }
  expect(ended).toEqual(['loader', 'loader', 'loader']);
  stop.abort();
  await Promise.all(reports);
  await warehouse.close();
});

test('rows for which memory is short are refused as a fault of the warehouse, which takes others later', async () => {
  const warehouse = await DuckDBWarehouse.open({ path: newPath(), memory_limit_bytes: 60e6, threads: 1 });
  await warehouse.migrate();
  const letter = rowOf('dead_letters', { payload: 'x'.repeat(100_000_000) });
  await expect(warehouse.append({ dead_letters: [letter] })).rejects.toMatchObject({
    code: 'warehouse_unavailable',
    message: expect.stringMatching(/cannot take rows now/),
  });
  await warehouse.append({ dead_letters: [rowOf('dead_letters')] });
  expect(await warehouse.read((s) => count(s, 'dead_letters'))).toBe(1);
  await warehouse.close();
});

test('other work gets its turn while the rows of a large answer are read', async () => {
  const warehouse = await DuckDBWarehouse.open({ path: newPath(), threads: 2 });
  // A part of the time that reading takes, so that it holds on a slow machine too; the best of some tries, on a busy one.
  const parts: number[] = [];
  for (let i = 0; i < 3; i++) {
    const began = performance.now();
    const { max_s } = await lateness(() =>
      warehouse.read((snapshot) => snapshot.query("select i, 'text ' || i as t, i * 2 as u from range(400000) r(i)")),
    );
    parts.push((max_s * 1_000) / (performance.now() - began));
  }
  await warehouse.close();
  expect(Math.min(...parts)).toBeLessThan(0.3);
});
