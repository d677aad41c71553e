/**
 * The process under test: `scale-reports.ts TASK`, with a task as JSON. It opens a data folder, runs the steps of the task, and
 * reports the time after each step, so that the watching process can assign memory and disk to steps.
 */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { RULE_MODEL_NAMES } from '../src/attribution/models.ts';
import { makeConfig } from '../src/config.ts';
import { TributaryError } from '../src/domain/errors.ts';
import { DEFAULT_BRAND_SETTINGS } from '../src/domain/settings.ts';
import { fillHistories } from '../src/histories/fill.ts';
import { bytesOf, type Histories } from '../src/histories/histories.ts';
import { attributionReport } from '../src/reports/attribution.ts';
import type { ReportContext } from '../src/reports/context.ts';
import { openTributary, openWarehouse } from '../src/tributary.ts';
import { closeReports, reportsOver } from './context.ts';

/** A report of a period under all rule models. */
export interface AskedReport {
  name: string;
  start: string;
  end: string;
  /** From histories in memory, which are filled before the first such report; by the query when left out. */
  from_histories?: boolean;
  /** Other settings of the brand. */
  half_life_days?: number;
  click_days?: number;
}

/** The task of a process under test. */
export interface Task {
  data: string;
  config: Record<string, unknown>;
  /** Reports, one after another, or only the start of a collector. */
  reports: AskedReport[] | 'only_open';
}

/** A finished step. */
export interface Step {
  name: string;
  ms: number;
  /** The hash of the report without its log position and `generated_at`. */
  hash?: string;
  conversions?: number;
  /** Bytes of the arrays of histories, after they were filled. */
  bytes?: number;
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
  let histories: Histories | undefined;
  for (const asked of task.reports) {
    const { name, start, end, from_histories = false } = asked;
    if (from_histories) histories ??= await filled(context);
    const started = performance.now();
    try {
      const parameters = { start, end, models: RULE_MODEL_NAMES.join(',') };
      const own = { ...withSettings(context, asked), histories: async () => (from_histories ? histories! : null) };
      const report = await attributionReport(own, parameters, { key_brand_id: null });
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

async function filled(context: ReportContext): Promise<Histories> {
  const started = performance.now();
  const histories = await context.warehouse.read((snapshot) => fillHistories(snapshot), { timeout_ms });
  assert(histories, 'the world does not fit histories');
  await told({ name: 'fill histories', ms: performance.now() - started, bytes: bytesOf(histories) });
  return histories;
}

function withSettings(context: ReportContext, { half_life_days, click_days }: AskedReport): ReportContext {
  const { windows, ...settings } = DEFAULT_BRAND_SETTINGS;
  const own = {
    ...settings,
    half_life_days: half_life_days ?? settings.half_life_days,
    windows: { ...windows, click_days: click_days ?? windows.click_days },
  };
  return { ...context, settings: () => own };
}
