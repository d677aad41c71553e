/** Sends a schedule once a period. */
import { TributaryError } from '../domain/errors.ts';
import { MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE } from '../domain/time.ts';
import type { Fenced, TimedFollower } from '../log/follower.ts';
import {
  type Delivery,
  isOver,
  readSend,
  readStanding,
  type Send,
  type Standing,
  trimSends,
  writeDelivery,
  writeSend,
  writeStanding,
} from './book.ts';
import { sendName } from './compose.ts';
import type { Attempt, Target } from './deliver/targets.ts';
import type { ScheduleParts } from './parts.ts';
import { duePeriod, newestPeriod, periodAfter, type ReportPeriod } from './periods.ts';
import type { ScheduleSettings } from './settings.ts';
import { targetsOf } from './targets.ts';

/** How often is looked if a schedule is due. */
const LOOK_EVERY_MS = 10_000;
const FIRST_PAUSE_MS = MS_PER_MINUTE;
const LONGEST_PAUSE_MS = MS_PER_HOUR;
/** What is not sent by then is given up. The next period ends it, too. */
const GIVE_UP_MS = MS_PER_DAY;
const LONGEST_REASON = 500;

/** The follower of a schedule. */
export function runSchedule(settings: ScheduleSettings, parts: ScheduleParts): TimedFollower {
  const run = new ScheduleRun(settings, parts);
  return { name: `schedule_${settings.id}`, every_ms: LOOK_EVERY_MS, run: (state, signal) => run.look(state, signal) };
}

export class ScheduleRun {
  private readonly timing: ScheduleSettings & { time_zone: string };

  constructor(
    private readonly settings: ScheduleSettings,
    private readonly parts: ScheduleParts,
  ) {
    const time_zone = settings.time_zone ?? parts.reports.settings(settings.brand_id).time_zone;
    this.timing = { ...settings, time_zone };
  }

  /** Sends the newest period that is due, if it was not sent. A failure is written down, and tried again later. */
  async look(fenced: Fenced, signal: AbortSignal): Promise<void> {
    const { id } = this.settings;
    const now_ms = this.parts.reports.clock();
    const standing = await this.standing(fenced, now_ms);
    const { asked } = standing;
    const period = asked ? newestPeriod(this.timing, now_ms) : duePeriod(this.timing, now_ms);
    const known = await readSend(this.parts.state, id, period.start);
    if (!asked && !this.isDue(standing, period, known, now_ms)) return;
    const send = await this.begin(fenced, standing, period, known, now_ms);
    if (send.is_done) return;
    try {
      await this.deliver(send, fenced, signal);
      await this.finish(fenced, send.start, now_ms);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof TributaryError)) throw error;
      await this.failed(fenced, send.start, error.message, now_ms);
    }
  }

  /** Where the schedule stands. The first look begins it, so that what was due before is never sent. */
  private async standing(fenced: Fenced, now_ms: number): Promise<Standing> {
    const { id } = this.settings;
    const known = await readStanding(this.parts.state, id);
    if (known !== undefined) return known;
    const fresh = newStanding(now_ms);
    await fenced.transaction(async (transaction) => writeStanding(transaction, id, fresh));
    return fresh;
  }

  private isDue(standing: Standing, period: ReportPeriod, known: Send | undefined, now_ms: number): boolean {
    if (known?.is_done) return false;
    if (known === undefined && period.due_ms < standing.first_seen_ms) return false;
    // A pause that is longer than any was written by a wrong clock.
    return standing.retry_ms <= now_ms || standing.retry_ms > now_ms + LONGEST_PAUSE_MS;
  }

  /** Claims the period. From then on it is this period that is sent, with what state says of it. */
  private begin(
    fenced: Fenced,
    standing: Standing,
    { start, end }: ReportPeriod,
    known: Send | undefined,
    now_ms: number,
  ): Promise<Send> {
    const { id } = this.settings;
    const fresh: Send = {
      ...{ start, end, begun_ms: now_ms, as_of: '', run_id: null, run_problem: '', is_done: false, deliveries: {} },
    };
    const send = known === undefined ? fresh : standing.asked ? triedAgain(known) : known;
    return fenced.transaction(async (transaction) => {
      const before = standing.last_start === null ? undefined : await readSend(transaction, id, standing.last_start);
      if (before !== undefined && before.start < start && !before.is_done)
        await writeSend(transaction, id, givenUp(before, now_ms));
      await writeSend(transaction, id, send);
      await writeStanding(transaction, id, {
        ...standing,
        ...(before?.start === start ? {} : { failures: 0, last_error: '' }),
        asked: false,
        last_start: start,
      });
      await trimSends(transaction, id);
      return send;
    });
  }

  private async deliver(send: Send, fenced: Fenced, signal: AbortSignal): Promise<void> {
    const { id } = this.settings;
    const { marks } = this.parts;
    const { clock } = this.parts.reports;
    const save = (changed: Send): Promise<void> =>
      fenced.transaction(async (transaction) => writeSend(transaction, id, changed));
    for (const target of await targetsOf(this.settings, this.parts, send, save)) {
      signal.throwIfAborted();
      const write = (status: Delivery['status'], reason: string): Promise<void> =>
        fenced.transaction(async (transaction) =>
          writeDelivery(transaction, id, send.start, target.name, {
            ...{ status, at_ms: clock(), reason: reason.slice(0, LONGEST_REASON) },
            ...(status === 'handing_over' ? { noted_in: marks.place } : {}),
          }),
        );
      const mark = sendName(id, send.start, target.name);
      if (!(await this.isOpen(send, target, mark, write))) continue;
      const { status, reason } = await target
        .deliver(async () => {
          await write('handing_over', '');
          marks.make(mark);
        })
        .catch((error: unknown): Attempt => {
          signal.throwIfAborted();
          if (!(error instanceof TributaryError)) throw error;
          return { status: 'waiting', reason: error.message };
        });
      await write(status, reason);
      marks.clear(mark);
    }
  }

  /** True if a delivery is to be tried. */
  private async isOpen(
    { deliveries }: Send,
    { name, is_repeatable }: Target,
    mark: string,
    write: (status: Delivery['status'], reason: string) => Promise<void>,
  ): Promise<boolean> {
    const before = deliveries[name];
    if (before === undefined) return true;
    if (isOver(before)) return false;
    if (before.status === 'waiting' || is_repeatable) return true;
    if (!this.parts.marks.mayHaveGone(mark, before.noted_in ?? null)) return true;
    this.parts.marks.clear(mark);
    await write('unknown', 'the process ended while it went out, so it may have arrived; it is not sent again');
    return false;
  }

  /** Ends the period, or says when the rest is tried again. */
  private async finish(fenced: Fenced, start: string, now_ms: number): Promise<void> {
    const { deliveries } = (await readSend(this.parts.state, this.settings.id, start))!;
    const waiting = Object.values(deliveries).filter((delivery) => !isOver(delivery));
    if (waiting.length > 0) return this.failed(fenced, start, waiting[0]!.reason, now_ms);
    const troubled = Object.values(deliveries).find(({ status }) => status === 'refused' || status === 'unknown');
    await fenced.transaction(async (transaction) => {
      const send = (await readSend(transaction, this.settings.id, start))!;
      await writeSend(transaction, this.settings.id, { ...send, is_done: true });
      const standing = (await readStanding(transaction, this.settings.id))!;
      await writeStanding(transaction, this.settings.id, {
        ...standing,
        ...{ failures: 0, retry_ms: 0, last_error: troubled?.reason ?? '' },
        last_success_ms: troubled === undefined ? now_ms : standing.last_success_ms,
      });
    });
  }

  private async failed(fenced: Fenced, start: string, reason: string, now_ms: number): Promise<void> {
    const { id } = this.settings;
    await fenced.transaction(async (transaction) => {
      const send = (await readSend(transaction, id, start))!;
      const standing = (await readStanding(transaction, id))!;
      const pause_ms = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(standing.failures, 20));
      const retry_ms = now_ms + Math.round(pause_ms * (0.5 + this.parts.random() / 2));
      const ends_ms = Math.min(send.begun_ms + GIVE_UP_MS, periodAfter(this.timing, send).due_ms);
      if (retry_ms >= ends_ms && retry_ms > send.begun_ms + FIRST_PAUSE_MS)
        await writeSend(transaction, id, givenUp(send, now_ms));
      await writeStanding(transaction, id, {
        ...standing,
        ...{ failures: standing.failures + 1, retry_ms, last_error: reason.slice(0, LONGEST_REASON) },
      });
    });
  }
}

export const newStanding = (first_seen_ms: number): Standing => ({
  first_seen_ms,
  asked: false,
  failures: 0,
  retry_ms: 0,
  last_error: '',
  last_start: null,
  last_success_ms: null,
});

/** A period that a person asks for: what did not surely arrive is tried again. */
function triedAgain(send: Send): Send {
  const deliveries = Object.entries(send.deliveries).map(([name, delivery]): [string, Delivery] => {
    const arrived = delivery.status === 'delivered' || delivery.status === 'unsubscribed';
    return [name, arrived ? delivery : { ...delivery, status: 'waiting', reason: '' }];
  });
  return { ...send, is_done: false, deliveries: Object.fromEntries(deliveries) };
}

function givenUp(send: Send, now_ms: number): Send {
  const deliveries = Object.entries(send.deliveries).map(([name, delivery]): [string, Delivery] => [
    name,
    isOver(delivery) ? delivery : { ...delivery, status: 'given_up', at_ms: now_ms },
  ]);
  return { ...send, is_done: true, deliveries: Object.fromEntries(deliveries) };
}
