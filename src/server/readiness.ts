/** If the server is ready: what the collector knows, and one shared probe a second of the warehouse and of the spool. */
import { performance } from 'node:perf_hooks';
import { TributaryError } from '../domain/errors.ts';
import type { Collector } from '../log/collector.ts';
import type { Tributary } from '../tributary.ts';
import type { Warehouse } from '../warehouse/port.ts';

/** Above this share of its limit the spool counts as nearly full. */
const FULL_SPOOL = 0.9;
const LAGGING_RECORDS = 1_000_000;
const EVERY_MS = 1_000;
/** Nobody waits longer for a probe. A warehouse that needs longer is busy and not broken; a spool is broken. */
const PATIENCE_MS = 2_000;
const READ_TIMEOUT_MS = 10_000;

type Outcome = 'well' | 'failed' | 'slow';

/** Tries something at most once a second and one at a time, however many ask. */
class Probe {
  private trial: Promise<Outcome> | undefined;
  private began_ms = 0;
  private running = false;

  constructor(private readonly attempt: () => Promise<unknown>) {}

  async outcome(): Promise<Outcome> {
    if (!this.running && performance.now() - this.began_ms >= EVERY_MS) this.trial = undefined;
    this.trial ??= this.begin();
    let timer: NodeJS.Timeout | undefined;
    const slow = new Promise<Outcome>((resolve) => {
      timer = setTimeout(resolve, PATIENCE_MS, 'slow');
    });
    try {
      return await Promise.race([this.trial, slow]);
    } finally {
      clearTimeout(timer);
    }
  }

  private async begin(): Promise<Outcome> {
    this.began_ms = performance.now();
    this.running = true;
    try {
      await this.attempt();
      return 'well';
    } catch {
      return 'failed';
    } finally {
      this.running = false;
    }
  }
}

export interface ReadinessState {
  /** Reasons why the server is not ready. Anyone may read them, so they hold no ids. */
  problems: string[];
  warehouse_readable: boolean;
  /** Null without a collector. */
  spool_writable: boolean | null;
}

export class Readiness {
  private readonly warehouse: Probe;
  private readonly spool: Probe | null;

  constructor(private readonly tributary: Tributary) {
    const { collector, warehouse } = tributary;
    this.warehouse = new Probe(() => readOnce(warehouse));
    this.spool = collector === null ? null : new Probe(() => collector.checkSpool());
  }

  async state(): Promise<ReadinessState> {
    const { collector, config } = this.tributary;
    const [warehouse, spool] = await Promise.all([this.warehouse.outcome(), this.spool?.outcome()]);
    const warehouse_readable = warehouse !== 'failed';
    const spool_writable = spool === undefined ? null : spool === 'well';
    const problems = [
      ...(collector === null ? [] : collectorProblems(collector, config.limits.max_spool_bytes)),
      ...(spool_writable === false ? ['the spool cannot be written, so no event is accepted; check its disk'] : []),
      ...(warehouse_readable ? [] : ['the warehouse cannot be read; the log says why']),
    ];
    return { problems, warehouse_readable, spool_writable };
  }
}

/** A warehouse that is busy with other reads is not broken. */
async function readOnce(warehouse: Warehouse): Promise<void> {
  try {
    await warehouse.read((snapshot) => snapshot.query('select 1 as one'), {
      for: 'probing',
      timeout_ms: READ_TIMEOUT_MS,
    });
  } catch (error) {
    if (!(error instanceof TributaryError && error.code === 'busy')) throw error;
  }
}

function collectorProblems(collector: Collector, max_spool_bytes: number): string[] {
  const { loader, lag_records, spool_bytes } = collector.health();
  return [
    ...(loader.last_error === '' ? [] : ['the last try to load failed; the log says why']),
    ...(loader.open_dead_letters === 0 ? [] : [deadLettersProblem(loader.open_dead_letters)]),
    ...(lag_records > LAGGING_RECORDS ? ['loading lags far behind'] : []),
    ...(spool_bytes > FULL_SPOOL * max_spool_bytes ? ['the spool is nearly full'] : []),
  ];
}

function deadLettersProblem(open: number): string {
  const records =
    open === 1 ? '1 record could not be loaded and waits' : `${open} records could not be loaded and wait`;
  return `${records} in dead letters; \`tributary doctor\` shows them`;
}
