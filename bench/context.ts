/** Reports over a warehouse with the default settings of a brand. No answer is kept. */
import { DEFAULT_BRAND_SETTINGS } from '../src/domain/settings.ts';
import { PassThreads } from '../src/histories/threads/pass-threads.ts';
import { PersonDirectory } from '../src/identity/directory.ts';
import { TrainingPool } from '../src/models/training/pool.ts';
import type { ReportContext } from '../src/reports/context.ts';
import type { Warehouse } from '../src/warehouse/port.ts';

export function reportsOver(warehouse: Warehouse, timeout_ms: number): ReportContext {
  return {
    warehouse,
    directory: new PersonDirectory(),
    settings: () => DEFAULT_BRAND_SETTINGS,
    configured_brands: [],
    clock: () => 0,
    timeout_ms,
    training: new TrainingPool(),
    threads: new PassThreads(),
  };
}

/** Ends the threads of reports. The warehouse stays open. */
export async function closeReports({ directory, training, threads }: ReportContext): Promise<void> {
  await directory.close();
  await training.close();
  await threads?.close();
}
