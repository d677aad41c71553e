/** ClickHouse keeps the contract, over its HTTP interface; and what only an engine that other processes use has to promise. */
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { MS_PER_HOUR } from '../../src/domain/time.ts';
import { openClickHouse } from '../support/clickhouse.ts';
import { warehouseContract } from './contract.ts';
import { count, int64 } from './rows.ts';

describe.skipIf(inject('clickhouse_url') === '')('over HTTP', () => {
  warehouseContract('ClickHouse', openClickHouse);

  test('a kept table is made again after a day, because another process drops tables that are two days old', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const warehouse = await openClickHouse({ database: 'kept_ages' });
    await warehouse.migrate();
    const rows = Array.from({ length: 300 }, (_, x) => ({ x }));
    let made = 0;
    const start_ms = Date.now();
    const readAtHour = async (hour: number, meanwhile = async () => {}): Promise<void> => {
      vi.setSystemTime(start_ms + hour * MS_PER_HOUR);
      await warehouse.read(async (s) => {
        await s.cachedRelation('scores', 'v1', [int64('x')], () => {
          made += 1;
          return rows;
        });
        await meanwhile();
        expect(await count(s, 'scores')).toBe(300);
      });
    };
    await readAtHour(0);
    // A read that began before the table was made again still reads the old one.
    await readAtHour(23, () => readAtHour(25));
    expect(made).toBe(2);
    await readAtHour(26);
    await readAtHour(48);
    expect(made).toBe(2);
    await readAtHour(50);
    expect(made).toBe(3);
    const tables = await warehouse.read((s) =>
      s.query("select name from system.tables where name like 'kept_%' and database = 'kept_ages'"),
    );
    expect(tables).toHaveLength(1);
    await warehouse.close();
  });
});
