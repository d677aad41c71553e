/**
 * Meta Ads by the Insights API (developers.facebook.com/docs/marketing-api/insights), a day a row. Campaigns that were deleted or archived
 * are asked for by their status, because the account leaves them out of lists, and they cost what they cost.
 */
import { createHmac } from 'node:crypto';
import { parseScaledDecimal } from '../../domain/money.ts';
import { jsonOf } from '../../network/answers.ts';
import type { OutAnswer, OutRequest } from '../../network/request.ts';
import { urlsProblem } from '../../network/urls.ts';
import { lastDays, partsOfDays } from '../days.ts';
import {
  type Asking,
  later,
  PullFailure,
  type PullOptions,
  type PullSource,
  type Reading,
  type ReadingContext,
  type SpendLine,
} from '../pull.ts';
import { asksForLess, failureOf, pauseMs } from './failures.ts';

const BASE_URL = 'https://graph.facebook.com';
const VERSION = 'v25.0';
const CHANNEL = 'paid_social';
const ROWS_OF_PAGE = 500;
/** A reading that needs more pages is given up. */
const MAX_PAGES = 1_000;
/** A report in the background is asked for so often, with these pauses. */
const POLLS = 120;
const POLL_MS = 5_000;
const STATUSES = ['ACTIVE', 'PAUSED', 'DELETED', 'ARCHIVED', 'IN_PROCESS', 'WITH_ISSUES'];

export const META_ADS: PullSource = {
  kind: 'meta_ads',
  title: 'Meta Ads',
  options: {
    account_id: 'the number of the ad account, such as 1234567890 or act_1234567890',
    level: 'campaign, or adset for a line of each ad set; campaign when left out',
    channel: `the channel of the spend; ${CHANNEL} when left out`,
    version: `the version of the API; ${VERSION} when left out`,
    base_url: 'another server than Meta, for tests',
  },
  needs: ['account_id'],
  secrets: {
    access_token: 'of a system user with ads_read',
    app_secret: 'of the app, where it asks for appsecret_proof',
  },
  needs_secrets: ['access_token'],
  check: (settings) => {
    const { options } = settings;
    if (!/^(act_)?\d{1,20}$/.test(options['account_id'] ?? ''))
      return { option: 'options.account_id', problem: 'must be the number of an ad account, such as act_1234567890' };
    if (options['level'] !== undefined && !['campaign', 'adset'].includes(options['level']))
      return { option: 'options.level', problem: 'must be campaign or adset' };
    if (options['version'] !== undefined && !/^v\d{1,3}\.\d$/.test(options['version']))
      return { option: 'options.version', problem: `must be a version such as ${VERSION}` };
    return urlsProblem(settings, 'base_url');
  },
  read: readMetaAds,
};

async function* readMetaAds(settings: PullOptions, { clock, days }: ReadingContext): Reading {
  const answer = yield { request: call(settings, 'GET', accountOf(settings), { fields: 'currency,timezone_name' }) };
  const { currency, timezone_name: time_zone } = checked(answer, clock());
  if (typeof currency !== 'string' || typeof time_zone !== 'string')
    throw later('Meta answered without the currency and the time zone of the account');
  const now_ms = clock();
  const lines: SpendLine[] = [];
  for (const { first_date, last_date } of partsOfDays(time_zone, now_ms, days)) {
    const rows = yield* insights(settings, { since: first_date, until: last_date }, clock);
    for (const row of rows) lines.push(lineOf(settings, row, currency));
  }
  return { lines, ...lastDays(time_zone, now_ms, days), time_zone };
}

const accountOf = ({ options }: PullOptions): string => `act_${options['account_id']!.replace(/^act_/, '')}`;

type Row = Record<string, unknown>;

function lineOf({ options }: PullOptions, row: Row, account_currency: string): SpendLine {
  const { date_start: date, campaign_id, adset_id, spend = '0', account_currency: currency = account_currency } = row;
  const micros = parseScaledDecimal(spend, 6, 6, 'spend');
  if (typeof date !== 'string' || typeof campaign_id !== 'string' || typeof micros !== 'number')
    throw later('Meta answered with a row without its day, campaign or spend');
  return {
    date,
    source: 'meta_ads',
    channel: options['channel'] ?? CHANNEL,
    campaign_id,
    ad_set_id: typeof adset_id === 'string' ? adset_id : null,
    amount_micros: BigInt(micros),
    currency: String(currency),
  };
}

interface TimeRange {
  since: string;
  until: string;
}

/** The rows of some days. Where they are too many for one answer, Meta makes a report in the background. */
async function* insights(settings: PullOptions, range: TimeRange, clock: () => number): Asking<Row[]> {
  const asked = questionOf(settings, range);
  const path = `${accountOf(settings)}/insights`;
  const first = yield { request: call(settings, 'GET', path, asked) };
  if (!asksForLess(first)) return yield* pages(settings, path, asked, first, clock);
  const started = checked(yield { request: call(settings, 'POST', path, asked) }, clock());
  const run = String(started['report_run_id'] ?? '');
  if (!/^\d{1,30}$/.test(run)) throw later('Meta began no report');
  yield* finished(settings, run, clock);
  const own = { limit: String(ROWS_OF_PAGE) };
  const page = yield { request: call(settings, 'GET', `${run}/insights`, own) };
  return yield* pages(settings, `${run}/insights`, own, page, clock);
}

function questionOf({ options }: PullOptions, range: TimeRange): Record<string, string> {
  const level = options['level'] ?? 'campaign';
  const statuses = level === 'adset' ? [...STATUSES, 'CAMPAIGN_PAUSED'] : STATUSES;
  return {
    level,
    fields: `campaign_id,${level === 'adset' ? 'adset_id,' : ''}spend,account_currency`,
    time_range: JSON.stringify(range),
    time_increment: '1',
    filtering: JSON.stringify([{ field: `${level}.effective_status`, operator: 'IN', value: statuses }]),
    limit: String(ROWS_OF_PAGE),
  };
}

async function* finished(settings: PullOptions, run: string, clock: () => number): Asking<void> {
  for (let poll = 0; poll < POLLS; poll++) {
    const fields = { fields: 'async_status,async_percent_completion' };
    const answer = yield { request: call(settings, 'GET', run, fields), after_ms: POLL_MS };
    const { async_status: status, async_percent_completion: percent } = checked(answer, clock());
    if (status === 'Job Completed' && Number(percent) === 100) return;
    if (status === 'Job Failed' || status === 'Job Skipped') throw later(`Meta made no report: ${status}`);
  }
  throw later(`Meta made no report within ${(POLLS * POLL_MS) / 60_000} minutes`);
}

/** All pages from the first on. The next one is asked for by its cursor, because the link to it holds the token. */
async function* pages(
  settings: PullOptions,
  path: string,
  asked: Record<string, string>,
  first: OutAnswer,
  clock: () => number,
): Asking<Row[]> {
  const rows: Row[] = [];
  let answer = first;
  for (let page = 0; page < MAX_PAGES; page++) {
    const { data, paging } = checked(answer, clock()) as {
      data?: unknown;
      paging?: { next?: string; cursors?: { after?: string } };
    };
    if (!Array.isArray(data)) throw later('the answer of Meta is not whole');
    rows.push(...(data as Row[]));
    const after = paging?.cursors?.after;
    if (paging?.next === undefined) return rows;
    if (after === undefined) throw later('Meta has a next page without a cursor');
    answer = yield { request: call(settings, 'GET', path, { ...asked, after }), after_ms: pauseMs(answer) };
  }
  throw later(`Meta has more than ${MAX_PAGES} pages; read fewer days, or level campaign`);
}

function checked(answer: OutAnswer, now_ms: number): Row {
  const failure = failureOf(answer, now_ms);
  if (failure !== null) throw new PullFailure(failure);
  const body = jsonOf(answer.body);
  if (typeof body !== 'object' || body === null) throw later('the answer of Meta is not whole');
  return body as Row;
}

/** A call with the token in a header, so that no URL holds it. */
function call(
  { options, secrets }: PullOptions,
  method: 'GET' | 'POST',
  path: string,
  parameters: Record<string, string>,
): OutRequest {
  const { base_url = BASE_URL, version = VERSION } = options;
  const { access_token = '', app_secret } = secrets;
  const proof =
    app_secret === undefined
      ? {}
      : { appsecret_proof: createHmac('sha256', app_secret).update(access_token).digest('hex') };
  const query = String(new URLSearchParams({ ...parameters, ...proof }));
  const url = `${base_url}/${version}/${path}`;
  const headers = { authorization: `Bearer ${access_token}` };
  if (method === 'GET') return { method, url: `${url}?${query}`, headers, body: '' };
  return { method, url, headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' }, body: query };
}
