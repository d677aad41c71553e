/** Warehouses whose reports are slow: each one runs a query that takes longer than any test. */
import type { ReadOptions, Snapshot, Warehouse } from '../../src/warehouse/port.ts';

/** What runs, and what it becomes. */
export interface SlowReports {
  warehouse: Warehouse;
  /** Reports that run now. */
  running: number;
  ended: string[];
  /** While true, a report runs the slow query first. */
  slow: boolean;
}

const ROWS = Array.from({ length: 3_000 }, (_, x) => ({ x }));

/** Runs for hours, on every engine. */
export async function runForHours(snapshot: Snapshot): Promise<void> {
  await snapshot.relation('hours', [{ name: 'x', type: 'int64', nullable: true }], ROWS);
  await snapshot.query('select count(*) as n from hours a, hours b, hours c, hours d where a.x + b.x + c.x + d.x = -1');
}

export function slowReports(warehouse: Warehouse): SlowReports {
  const reports: SlowReports = { warehouse, running: 0, ended: [], slow: true };
  const read = async <T>(work: (snapshot: Snapshot) => Promise<T>, options?: ReadOptions): Promise<T> => {
    const slowly = async (snapshot: Snapshot): Promise<T> => {
      reports.running += 1;
      try {
        await runForHours(snapshot);
        return await work(snapshot);
      } finally {
        reports.running -= 1;
      }
    };
    try {
      return await warehouse.read(reports.slow ? slowly : work, options);
    } catch (error) {
      reports.ended.push((error as { code?: string }).code ?? 'unknown');
      throw error;
    }
  };
  reports.warehouse = new Proxy(warehouse, {
    get(target, name) {
      if (name === 'read') return read;
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  return reports;
}
