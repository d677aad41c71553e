/**
 * Google Ads by its REST interface (developers.google.com/google-ads/api/rest/overview): `searchStream` with queries in GAQL. Campaigns
 * that were removed are in the answers as long as they have cost.
 */
import { jsonOf } from '../../network/answers.ts';
import { readToken, tokenRequest } from '../../network/oauth.ts';
import type { OutRequest } from '../../network/request.ts';
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
import { failureOf } from './failures.ts';

const BASE_URL = 'https://googleads.googleapis.com';
const TOKEN_URL = 'https://oauth2.googleapis.com/token';
const VERSION = 'v23';
/** The channel of a click that only `gclid` tells. */
const CHANNEL = 'paid_search';

export const GOOGLE_ADS: PullSource = {
  kind: 'google_ads',
  title: 'Google Ads',
  options: {
    customer_id: 'the number of the account, such as 123-456-7890',
    login_customer_id: 'the number of the manager account, if access goes through one',
    level: 'campaign, or ad_group for a line of each ad group; campaign when left out',
    channel: `the channel of the spend; ${CHANNEL} when left out`,
    version: `the version of the API; ${VERSION} when left out`,
    base_url: 'another server than Google, for tests',
    token_url: 'another server of tokens, for tests',
  },
  needs: ['customer_id'],
  secrets: {
    developer_token: 'the developer token of the manager account',
    client_id: 'of the OAuth client',
    client_secret: 'of the OAuth client',
    refresh_token: 'of a person who may see the account',
  },
  needs_secrets: ['developer_token', 'client_id', 'client_secret', 'refresh_token'],
  check: (settings) => {
    const { options } = settings;
    for (const name of ['customer_id', 'login_customer_id'])
      if (options[name] !== undefined && !/^\d{10}$/.test(digitsOf(options[name])))
        return { option: `options.${name}`, problem: 'must be a number of ten digits, such as 123-456-7890' };
    if (options['level'] !== undefined && !['campaign', 'ad_group'].includes(options['level']))
      return { option: 'options.level', problem: 'must be campaign or ad_group' };
    if (options['version'] !== undefined && !/^v\d{1,3}$/.test(options['version']))
      return { option: 'options.version', problem: `must be a version such as ${VERSION}` };
    return urlsProblem(settings, 'base_url', 'token_url');
  },
  read: readGoogleAds,
};

const digitsOf = (text: string): string => text.replaceAll('-', '');

async function* readGoogleAds(settings: PullOptions, { clock, days }: ReadingContext): Reading {
  const token = yield* tokenOf(settings, clock);
  const [account] = yield* search(settings, token, ACCOUNT_QUERY, clock);
  const { timeZone: time_zone, currencyCode: currency } = partOf(account, 'customer');
  if (typeof time_zone !== 'string' || typeof currency !== 'string')
    throw later('Google Ads answered without the currency and the time zone of the account');
  const now_ms = clock();
  const lines: SpendLine[] = [];
  for (const { first_date, last_date } of partsOfDays(time_zone, now_ms, days)) {
    const rows = yield* search(settings, token, costQuery(settings, first_date, last_date), clock);
    for (const row of rows) lines.push(lineOf(settings, row, currency));
  }
  return { lines, ...lastDays(time_zone, now_ms, days), time_zone };
}

const ACCOUNT_QUERY = 'SELECT customer.currency_code, customer.time_zone FROM customer LIMIT 1';

function costQuery({ options }: PullOptions, first_date: string, last_date: string): string {
  const [fields, resource] =
    options['level'] === 'ad_group' ? ['campaign.id, ad_group.id', 'ad_group'] : ['campaign.id', 'campaign'];
  return `SELECT segments.date, ${fields}, metrics.cost_micros FROM ${resource} WHERE segments.date BETWEEN '${first_date}' AND '${last_date}'`;
}

type Row = Record<string, unknown>;

const partOf = (row: Row | undefined, name: string): Row => (row?.[name] ?? {}) as Row;

function lineOf({ options }: PullOptions, row: Row, currency: string): SpendLine {
  const { date } = partOf(row, 'segments');
  const { id: campaign_id } = partOf(row, 'campaign');
  const { id: ad_set_id } = partOf(row, 'adGroup');
  // A number that is 0 is left out of the answer.
  const { costMicros = '0' } = partOf(row, 'metrics');
  if (typeof date !== 'string' || campaign_id === undefined || !/^-?\d{1,18}$/.test(String(costMicros)))
    throw later('Google Ads answered with a row without its day, campaign or cost');
  return {
    date,
    source: 'google_ads',
    channel: options['channel'] ?? CHANNEL,
    campaign_id: String(campaign_id),
    ad_set_id: ad_set_id === undefined ? null : String(ad_set_id),
    amount_micros: BigInt(String(costMicros)),
    currency,
  };
}

async function* tokenOf({ options, secrets }: PullOptions, clock: () => number): Asking<string> {
  const { client_id = '', client_secret = '', refresh_token = '' } = secrets;
  const form = { grant_type: 'refresh_token', client_id, client_secret, refresh_token };
  const answer = yield { request: tokenRequest(options['token_url'] ?? TOKEN_URL, form) };
  const read = readToken(answer, 'check client_id, client_secret and refresh_token', clock());
  if ('failed' in read) throw new PullFailure(read.failed);
  return read.value;
}

/** The rows of a query. The answer is a list of parts; an error may come after some of them, and then nothing of it counts. */
async function* search(settings: PullOptions, token: string, query: string, clock: () => number): Asking<Row[]> {
  const answer = yield { request: searchRequest(settings, token, query) };
  const failure = failureOf(answer, clock());
  if (failure !== null) throw new PullFailure(failure);
  const parts = jsonOf(answer.body);
  if (!Array.isArray(parts)) throw later('the answer of Google Ads is not whole');
  return parts.flatMap((part: { results?: Row[] } | null) => part?.results ?? []);
}

function searchRequest({ options, secrets }: PullOptions, token: string, query: string): OutRequest {
  const { customer_id = '', login_customer_id, version = VERSION, base_url = BASE_URL } = options;
  return {
    method: 'POST',
    url: `${base_url}/${version}/customers/${digitsOf(customer_id)}/googleAds:searchStream`,
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token}`,
      'developer-token': secrets['developer_token'] ?? '',
      ...(login_customer_id === undefined ? {} : { 'login-customer-id': digitsOf(login_customer_id) }),
    },
    body: JSON.stringify({ query }),
  };
}
