/** Makes the content of a scheduled report: its answers at one log position, and what they say as HTML, text and blocks. */
import { createHash, createHmac } from 'node:crypto';
import { TributaryError } from '../domain/errors.ts';
import { type Digest, makeDigest } from '../present/mail/digest.ts';
import { trendChart } from '../present/mail/trend-chart.ts';
import type { ReportContext, ReportJson } from '../reports/context.ts';
import { freezeRun, readRun } from '../reports/runs.ts';
import { secretOf } from '../state/secrets.ts';
import type { Send } from './book.ts';
import type { ScheduleParts } from './parts.ts';
import { type ReportPeriod, trendStart } from './periods.ts';
import { type AskedReport, HEADLINE, parametersOf, TREND } from './questions.ts';
import type { ReportPlan, ScheduleSettings } from './settings.ts';

type Days = Pick<ReportPeriod, 'start' | 'end'>;

export interface Composed {
  /** The log position of all figures. */
  as_of: string;
  digest: Digest;
  /** The configured reports with their answers, as the API gives them. */
  answers: Array<{ address: string; answer: ReportJson }>;
  /** Null where there are no days to show. */
  chart: Buffer | null;
}

/** The newest log position, by which all figures of a period are read. */
export async function newestPosition(context: ReportContext, settings: ScheduleSettings, days: Days): Promise<string> {
  return String((await ask(context, settings, HEADLINE, days, undefined))['as_of']);
}

/** Asks everything that a report shows. @param as_of the newest log position when left out. */
export async function compose(
  context: ReportContext,
  settings: ScheduleSettings,
  plan: ReportPlan,
  { start, end, as_of, run_id }: Days & { as_of?: string; run_id: string | null },
): Promise<Composed> {
  const period = { start, end };
  const headline = await ask(context, settings, HEADLINE, period, as_of);
  const position = String(headline['as_of']);
  const trend_days = { start: trendStart(settings, period), end };
  const trend = await ask(context, settings, TREND, trend_days, position);
  const answers: Array<{ asked: AskedReport; answer: ReportJson }> = [];
  for (const asked of plan.reports)
    answers.push({ asked, answer: await ask(context, settings, asked, period, position) });
  const digest = makeDigest({
    title: settings.title,
    brand_id: settings.brand_id,
    period,
    run_id,
    headline,
    trend,
    reports: answers.map(({ asked: { report }, answer }) => ({ report, answer })),
  });
  return {
    as_of: position,
    digest,
    answers: answers.map(({ asked: { address }, answer }) => ({ address, answer })),
    chart: digest.trend === null ? null : trendChart(digest.trend.days),
  };
}

function ask(
  context: ReportContext,
  { id, brand_id, model }: ScheduleSettings,
  asked: AskedReport,
  { start, end }: Days,
  as_of: string | undefined,
): Promise<ReportJson> {
  const given = { start, end, brand_id, model, ...(as_of === undefined ? {} : { as_of }) };
  const own = { ...context, owner: `schedule ${id}` };
  return asked.report.run(own, parametersOf(asked, given), { key_brand_id: brand_id });
}

/**
 * Freezes the credits of a period. A run of this position that is there already, because the process died after it was frozen, is taken.
 * @returns the name of the run, or why there is none.
 */
export async function freezePeriod(
  context: ReportContext,
  { id, brand_id, model }: ScheduleSettings,
  { start, end, as_of }: Pick<Send, 'start' | 'end' | 'as_of'>,
): Promise<Pick<Send, 'run_id' | 'run_problem'>> {
  const run_id = `${id}-${start}`;
  const options = { key_brand_id: brand_id };
  try {
    await freezeRun(context, { run_id, start, end, brand_id, model, as_of }, options);
    return { run_id, run_problem: '' };
  } catch (error) {
    if (!(error instanceof TributaryError)) throw error;
    if (error.code === 'conflict') {
      const known = await context.warehouse.read((snapshot) => readRun(snapshot, run_id, brand_id));
      if (known.as_of === as_of) return { run_id, run_problem: '' };
      return { run_id: null, run_problem: `the name ${run_id} is taken by another run` };
    }
    // Too many rows for a run; the figures are sent all the same.
    if (error.code === 'unprocessable') return { run_id: null, run_problem: error.message };
    throw error;
  }
}

/** The page with the figures of a period, for who has the link; null where there is none. */
export async function pageOf(
  { state, links, public_url }: ScheduleParts,
  { id, brand_id, model, title }: ScheduleSettings,
  { link_days }: ReportPlan,
  { start, end, as_of }: Pick<Send, 'start' | 'end' | 'as_of'>,
): Promise<string | null> {
  if (public_url === null || link_days === 0) return null;
  // The token follows from the period, so every try gives the same link, and state holds its hash only.
  const secret = await secretOf(state, 'schedule_pages');
  const token = createHmac('sha256', secret).update(`${id}\0${start}\0${as_of}`).digest('base64url');
  if ((await links.find(token)) === undefined) {
    const query = new URLSearchParams({ start, end, model });
    const made = links.create({
      kind: 'page',
      name: `${title.slice(0, 60)}, ${start}`,
      brand_id,
      address: `/?${query}`,
      period: null,
      as_of,
      password: null,
      created_by: `schedule ${id}`,
      days: link_days,
      token,
    });
    // Where there are too many links, the figures are sent without one.
    const is_there = await made.then(
      () => true,
      (error: unknown) => {
        if (error instanceof TributaryError && error.code === 'conflict') return false;
        throw error;
      },
    );
    if (!is_there) return null;
  }
  return `${public_url}/s/${token}`;
}

/** A name for what is sent of a period, the same in every try: 32 hex digits. */
export function sendName(id: string, start: string, target: string): string {
  return createHash('sha256').update(`${id}\0${start}\0${target}`).digest('hex').slice(0, 32);
}
