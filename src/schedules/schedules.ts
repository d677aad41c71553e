/** What administrators see of schedules and do with them: where each stands, the newest period before its time, and a preview. */
import { join } from 'node:path';
import { maySee } from '../domain/brand-access.ts';
import { TributaryError } from '../domain/errors.ts';
import { formatInstant } from '../domain/time.ts';
import type { TimedFollower } from '../log/follower.ts';
import { slackMessage } from '../present/mail/slack.ts';
import { SqlDesk } from '../views/desk.ts';
import { type Delivery, readSend, readStanding, type Send, writeStanding } from './book.ts';
import { compose } from './compose.ts';
import { mailContent } from './deliver/mail.ts';
import { exportsOf, type KnownExport } from './exports/known.ts';
import { HandedMarks } from './handed-marks.ts';
import type { ScheduleParts } from './parts.ts';
import { duePeriod, newestPeriod, periodAfter, type ReportPeriod } from './periods.ts';
import { Recipients } from './recipients.ts';
import { newStanding, runSchedule } from './run.ts';
import type { ScheduleSettings } from './settings.ts';

export interface ScheduleStatus {
  schedule_id: string;
  /** `report` or `export`. */
  kind: string;
  brand_id: string;
  period: string;
  time_zone: string;
  /** `waiting` for its time, `working`, `retrying` after a failure, `sent`, or `trouble` where something did not arrive for good. */
  status: string;
  next_at: string;
  /** The last period that was begun. */
  last_start: string | null;
  last_end: string | null;
  last_success_at: string | null;
  run_id: string | null;
  as_of: string | null;
  recipients: number;
  unsubscribed: number;
  /** How many deliveries of the last period stand where. */
  deliveries: Record<string, number>;
  next_try_at: string | null;
  last_error: string | null;
}

/** What a schedule would send now. Pictures are PNG in base64, by file name. */
export interface SchedulePreview {
  report_period: { start: string; end: string };
  as_of: string;
  subject: string;
  html: string;
  text: string;
  slack: Record<string, unknown>;
  pictures: Record<string, string>;
}

/** The part of the configuration that schedules read. */
interface ScheduleConfig extends Pick<ScheduleParts, 'mail' | 'public_url'> {
  schedules: ReadonlyMap<string, ScheduleSettings>;
}

const MAX_EXPORTS = 1_000;

export class ScheduleList {
  readonly recipients: Recipients;

  private readonly settings: ReadonlyMap<string, ScheduleSettings>;
  private readonly parts: ScheduleParts;

  /** @param folder the data folder. */
  constructor(
    { schedules, mail, public_url }: ScheduleConfig,
    { folder, ...given }: Pick<ScheduleParts, 'state' | 'reports' | 'links' | 'network'> & { folder: string },
  ) {
    this.settings = schedules;
    // A folder of its own, because a desk begins with an empty one.
    const desk = new SqlDesk(join(folder, 'schedules'));
    const marks = new HandedMarks(folder);
    this.parts = { ...given, mail, public_url, desk, marks, random: Math.random };
    this.recipients = new Recipients(given.state, given.reports.clock);
  }

  /** The background work: one follower a schedule. */
  followers(): TimedFollower[] {
    return Array.from(this.settings.values(), (settings) => runSchedule(settings, this.parts));
  }

  /** @param key_brand_id the brand of the key that asks; null for a key for all brands. */
  list(key_brand_id: string | null): Promise<ScheduleStatus[]> {
    const own = [...this.settings.values()].filter(({ brand_id }) => maySee(key_brand_id, [brand_id]));
    return Promise.all(own.map((settings) => this.statusOf(settings)));
  }

  /** Asks for the newest whole period now. The process that sends looks every ten seconds. @throws not_found */
  async ask(id: string, key_brand_id: string | null): Promise<void> {
    const { state, reports } = this.parts;
    this.find(id, key_brand_id);
    await state.transaction(async (transaction) => {
      const known = (await readStanding(transaction, id)) ?? newStanding(reports.clock());
      await writeStanding(transaction, id, { ...known, asked: true });
    });
  }

  /** What would be sent now. Nothing is sent, frozen or linked. @throws not_found; unprocessable for an export. */
  async preview(id: string, key_brand_id: string | null): Promise<SchedulePreview> {
    const settings = this.find(id, key_brand_id);
    const { plan } = settings;
    if (plan.kind === 'export')
      throw new TributaryError('unprocessable', 'schedule_id: an export has no mail to look at; it writes files', {
        field: 'schedule_id',
      });
    const { reports } = this.parts;
    const { start, end } = newestPeriod(this.timing(settings), reports.clock());
    const composed = await compose(reports, settings, plan, { start, end, run_id: null });
    const { subject, text, html = '', pictures = [] } = mailContent(composed, { page: null, unsubscribe: null });
    const named = pictures.map(({ cid, file_name = cid, content }) => ({
      cid,
      file_name,
      base64: content.toString('base64'),
    }));
    return {
      report_period: { start, end },
      as_of: composed.as_of,
      subject,
      text,
      // In a folder, pictures are found by the names of their files.
      html: named.reduce((all, { cid, file_name }) => all.replaceAll(`cid:${cid}`, file_name), html),
      slack: slackMessage(composed.digest, null),
      pictures: Object.fromEntries(named.map(({ file_name, base64 }) => [file_name, base64])),
    };
  }

  /** The files that a schedule wrote, newest period first. @throws not_found */
  async exports(id: string, key_brand_id: string | null): Promise<KnownExport[]> {
    this.find(id, key_brand_id);
    return exportsOf(this.parts.state, id, MAX_EXPORTS);
  }

  private find(id: string, key_brand_id: string | null): ScheduleSettings {
    const settings = this.settings.get(id);
    if (settings === undefined || !maySee(key_brand_id, [settings.brand_id]))
      throw new TributaryError('not_found', `there is no schedule ${JSON.stringify(id.slice(0, 60))}`, {
        field: 'schedule_id',
      });
    return settings;
  }

  private timing(settings: ScheduleSettings): ScheduleSettings & { time_zone: string } {
    const { time_zone } = this.parts.reports.settings(settings.brand_id);
    return { ...settings, time_zone: settings.time_zone ?? time_zone };
  }

  private async statusOf(settings: ScheduleSettings): Promise<ScheduleStatus> {
    const { state, reports } = this.parts;
    const { id, plan, brand_id, period } = settings;
    const now_ms = reports.clock();
    const timing = this.timing(settings);
    const standing = (await readStanding(state, id)) ?? newStanding(now_ms);
    const { last_start, asked, failures, retry_ms, last_success_ms, last_error, first_seen_ms } = standing;
    const send = last_start === null ? undefined : await readSend(state, id, last_start);
    const addresses = plan.kind === 'report' ? plan.recipients : [];
    const keys = await Promise.all(addresses.map((address) => this.recipients.keyOf(id, address)));
    const gone = await Promise.all(keys.map((key) => this.recipients.hasUnsubscribed(key)));
    const newest = duePeriod(timing, now_ms);
    const is_open = send?.start !== newest.start && newest.due_ms >= first_seen_ms;
    return {
      schedule_id: id,
      kind: plan.kind,
      brand_id,
      period,
      time_zone: timing.time_zone,
      status: asked ? 'working' : statusOf(send, failures),
      next_at: formatInstant(is_open ? newest.due_ms : nextOf(timing, newest, send).due_ms),
      last_start,
      last_end: send?.end ?? null,
      last_success_at: last_success_ms === null ? null : formatInstant(last_success_ms),
      run_id: send?.run_id ?? null,
      as_of: send?.as_of || null,
      recipients: addresses.length,
      unsubscribed: gone.filter(Boolean).length,
      deliveries: countsOf(send),
      next_try_at: failures > 0 && send?.is_done === false ? formatInstant(retry_ms) : null,
      last_error: last_error || send?.run_problem || null,
    };
  }
}

/** The period after the newest that is due; a period that a person asked for before its time is sent already. */
function nextOf(
  timing: ScheduleSettings & { time_zone: string },
  newest: ReportPeriod,
  send: Send | undefined,
): ReportPeriod {
  const next = periodAfter(timing, newest);
  return send?.start === next.start ? periodAfter(timing, next) : next;
}

function statusOf(send: Send | undefined, failures: number): string {
  if (send === undefined) return 'waiting';
  if (!send.is_done) return failures > 0 ? 'retrying' : 'working';
  const troubled: ReadonlyArray<Delivery['status']> = ['unknown', 'refused', 'given_up'];
  return Object.values(send.deliveries).some(({ status }) => troubled.includes(status)) ? 'trouble' : 'sent';
}

function countsOf(send: Send | undefined): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of Object.values(send?.deliveries ?? {})) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
