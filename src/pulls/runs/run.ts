/** Reads a pull at its interval, and states what changed. */
import { setTimeout } from 'node:timers/promises';
import { TributaryError } from '../../domain/errors.ts';
import type { Collector } from '../../log/collector.ts';
import type { Fenced, TimedFollower } from '../../log/follower.ts';
import { Forbidden, OutNetwork } from '../../network/network.ts';
import type { OutAnswer, OutRequest } from '../../network/request.ts';
import { withoutSecrets } from '../../network/secrets.ts';
import type { State } from '../../state/port.ts';
import { datesFrom } from '../days.ts';
import { type Found, later, PullFailure, type Step, stopped } from '../pull.ts';
import type { PullSettings } from '../settings.ts';
import { byDay, changesOf, draftOf, readDay, trimDays, writeDay } from './days.ts';
import { readStanding, writeStanding } from './standing.ts';

/** How often is looked if a run is due. */
const LOOK_EVERY_MS = 10_000;
const REQUEST_MS = 120_000;
const MAX_ANSWER_BYTES = 32 << 20;
/** Requests of one run. */
const MAX_REQUESTS = 5_000;
const FIRST_PAUSE_MS = 60_000;
const LONGEST_REASON = 500;
/** Records of one envelope. */
const SENT_TOGETHER = 500;

export interface PullParts {
  state: State;
  collector: Pick<Collector, 'accept'>;
  clock: () => number;
  /** From 0 to 1, for jitter. */
  random: () => number;
  /** Sends requests; the network of this machine when left out. */
  network?: Pick<OutNetwork, 'send'>;
  /** Waits between requests; by the clock of this machine when left out. */
  wait?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/** The follower that reads a pull. */
export function readPull(settings: PullSettings, parts: PullParts): TimedFollower {
  const pull = new Pull(settings, parts);
  return { name: `pull_${settings.id}`, every_ms: LOOK_EVERY_MS, run: (state, signal) => pull.look(state, signal) };
}

export class Pull {
  private readonly network: Pick<OutNetwork, 'send'>;
  private readonly wait: NonNullable<PullParts['wait']>;

  constructor(
    private readonly settings: PullSettings,
    private readonly parts: PullParts,
  ) {
    this.network = parts.network ?? new OutNetwork(settings.private_network, REQUEST_MS, MAX_ANSWER_BYTES);
    this.wait = parts.wait ?? ((ms, signal) => setTimeout(ms, undefined, { signal }));
  }

  /** Runs if it is due. A failure is written down, and the run is tried again later. */
  async look(fenced: Fenced, signal: AbortSignal): Promise<void> {
    const { id, every_ms } = this.settings;
    const { state, clock } = this.parts;
    const { asked, due_ms } = await readStanding(state, id);
    // A time further ahead than any pause was written by a wrong clock, or by other settings.
    const is_due = due_ms <= clock() || due_ms > clock() + Math.max(every_ms, 25 * 3_600_000);
    if (!asked && !is_due) return;
    const run_ms = clock();
    let found: Found;
    let stated: number;
    try {
      found = await this.read(signal);
      stated = await this.stateDays(found, fenced);
    } catch (error) {
      signal.throwIfAborted();
      return this.failed(error, run_ms, fenced);
    }
    await fenced.transaction(async (transaction) => {
      const before = await readStanding(transaction, id);
      await writeStanding(transaction, id, {
        ...before,
        due_ms: run_ms + every_ms,
        asked: false,
        failures: 0,
        last_run_ms: run_ms,
        last_success_ms: run_ms,
        last_error: '',
        first_date: found.first_date,
        last_date: found.last_date,
        lines: found.lines.length,
        stated: before.stated + stated,
        time_zone: found.time_zone,
        currencies: [...new Set(found.lines.flatMap(({ currency }) => currency ?? []))].sort(),
      });
      await trimDays(transaction, id);
    });
  }

  private async read(signal: AbortSignal): Promise<Found> {
    const { source, days } = this.settings;
    const reading = source.read(this.settings, { clock: this.parts.clock, days });
    let step = await reading.next();
    for (let requests = 0; !step.done; requests++) {
      if (requests === MAX_REQUESTS) throw stopped(`more than ${MAX_REQUESTS} requests are needed; read fewer days`);
      step = await reading.next(await this.answerTo(step.value, signal));
    }
    return step.value;
  }

  private async answerTo({ request, after_ms = 0 }: Step, signal: AbortSignal): Promise<OutAnswer> {
    if (after_ms > 0) await this.wait(after_ms, signal);
    signal.throwIfAborted();
    return this.send(request, signal);
  }

  private async send(request: OutRequest, signal: AbortSignal): Promise<OutAnswer> {
    try {
      return await this.network.send(request, signal);
    } catch (error) {
      const reason = (error as Error).message;
      throw error instanceof Forbidden ? stopped(reason) : later(reason);
    }
  }

  /** States the days that changed. @returns how many lines. */
  private async stateDays({ lines, first_date, last_date }: Found, fenced: Fenced): Promise<number> {
    const { id } = this.settings;
    const read = byDay(lines);
    let stated = 0;
    for (const date of datesFrom(first_date, last_date)) {
      const now = read.get(date) ?? {};
      const before = await readDay(this.parts.state, id, date);
      const changed = changesOf(before, now);
      if (Object.keys(changed).length === 0 && !before?.open) continue;
      const open = { lines: { ...before?.lines, ...now }, open: true };
      await fenced.transaction((transaction) => writeDay(transaction, id, date, open));
      await this.sendDay(date, changed);
      await fenced.transaction((transaction) => writeDay(transaction, id, date, { lines: now, open: false }));
      stated += Object.keys(changed).length;
    }
    return stated;
  }

  private async sendDay(date: string, changed: ReturnType<typeof changesOf>): Promise<void> {
    const { id, brand_id } = this.settings;
    const drafts = Object.entries(changed).map(([key, line]) => ({
      record: 'spend' as const,
      input: draftOf(date, key, line),
    }));
    for (let from = 0; from < drafts.length; from += SENT_TOGETHER) {
      const part = drafts.slice(from, from + SENT_TOGETHER);
      const answer = await this.parts.collector.accept(
        { source: `pull:${id}`, drafts: part },
        { key_brand_id: brand_id },
      );
      const [refused] = answer.rejected;
      if (refused !== undefined) throw stopped(`${date}: ${refused.field}: ${refused.reason}`);
    }
  }

  private async failed(error: unknown, run_ms: number, fenced: Fenced): Promise<void> {
    const known = error instanceof PullFailure || error instanceof TributaryError;
    if (!known) throw error;
    const { id, every_ms } = this.settings;
    const failure = error instanceof PullFailure ? error.failure : later(error.message).failure;
    await fenced.transaction(async (transaction) => {
      const before = await readStanding(transaction, id);
      const failures = before.failures + 1;
      const after_ms = failure.outcome === 'retry' ? (failure.after_ms ?? 0) : every_ms;
      const pause_ms = Math.min(every_ms, FIRST_PAUSE_MS * 2 ** Math.min(before.failures, 20));
      await writeStanding(transaction, id, {
        ...before,
        due_ms: run_ms + Math.max(after_ms, pause_ms * (0.5 + this.parts.random() / 2)),
        asked: false,
        failures,
        last_run_ms: run_ms,
        last_error: withoutSecrets(failure.reason, Object.values(this.settings.secrets)).slice(0, LONGEST_REASON),
      });
    });
  }
}
