/**
 * The process under test: `scale-reports.ts TASK`, with a task as JSON. It opens a data folder, runs the steps of the task, and
 * reports the time after each step, so that the watching process can assign memory and disk to steps.
 */
import { createHash } from 'node:crypto';
import { RULE_MODEL_NAMES } from '../src/attribution/models.ts';
import { makeConfig } from '../src/config.ts';
import { TributaryError } from '../src/domain/errors.ts';
import { attributionReport } from '../src/reports/attribution.ts';
import { openTributary, openWarehouse } from '../src/tributary.ts';
import { closeReports, reportsOver } from './context.ts';

/** The task of a process under test. */
export interface Task {
  data: string;
  config: Record<string, unknown>;
  /** Reports of these periods, one after another, or only the start of a collector. */
  reports: Array<{ name: string; start: string; end: string }> | 'only_open';
}

/** A finished step. */
export interface Step {
  name: string;
  ms: number;
  /** The hash of the report without its log position and `generated_at`. */
  hash?: string;
  conversions?: number;
  /** The error that the caller got instead of a report. */
  refused?: { code: string; message: string };
}

const task = JSON.parse(process.argv[2]!) as Task;
const config = makeConfig(task.config);
const timeout_ms = config.query_timeout_ms;
const told = (step: Step): Promise<void> =>
  new Promise((resolve) => process.send!(step, undefined, {}, () => resolve()));

if (task.reports === 'only_open') {
  const started = performance.now();
  const tributary = await openTributary({ folder: task.data, config });
  await told({ name: 'open', ms: performance.now() - started });
  await tributary.close();
} else {
  const warehouse = await openWarehouse(task.data, config);
  const context = reportsOver(warehouse, timeout_ms);
  for (const { name, start, end } of task.reports) {
    const started = performance.now();
    try {
      const parameters = { start, end, models: RULE_MODEL_NAMES.join(',') };
      const report = await attributionReport(context, parameters, { key_brand_id: null });
      const ms = performance.now() - started;
      const { as_of: _position, generated_at: _moment, ...content } = report;
      const hash = createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16);
      const models = report['models'] as Record<string, { summary: { total_conversions: number } }>;
      await told({ name, ms, hash, conversions: Object.values(models)[0]!.summary.total_conversions });
    } catch (error) {
      if (!(error instanceof TributaryError)) throw error;
      const { code, message } = error;
      await told({ name, ms: performance.now() - started, refused: { code, message } });
    }
  }
  await closeReports(context);
  await warehouse.close();
}
process.disconnect();
