/** What is asked of each vendor, and what lines their answers become: pairs, without a network. */
import { expect, test } from 'vitest';
import type { OutAnswer, OutRequest } from '../../src/network/request.ts';
import { pullSourceNamed } from '../../src/pulls/index.ts';
import type { Found, PullOptions, PullSource } from '../../src/pulls/pull.ts';
import { NOW_MS } from './house.ts';

/** The requests of a reading that gets these answers, and what it found. */
async function readWith(
  kind: string,
  settings: Partial<PullOptions>,
  answers: Array<Partial<OutAnswer>>,
): Promise<{ requests: OutRequest[]; found: Found }> {
  const source = pullSourceNamed(kind) as PullSource;
  const reading = source.read(
    { options: {}, secrets: {}, private_network: false, plan: null, ...settings },
    { clock: () => NOW_MS, days: 2 },
  );
  const requests: OutRequest[] = [];
  let step = await reading.next();
  while (!step.done) {
    requests.push(step.value.request);
    step = await reading.next({ status: 200, headers: {}, body: '', ...answers[requests.length - 1] });
  }
  return { requests, found: step.value };
}

test('Google Ads: a token, the account, and the cost of its own last days', async () => {
  const body = (value: unknown) => ({ body: JSON.stringify(value) });
  const { requests, found } = await readWith(
    'google_ads',
    {
      options: { customer_id: '123-456-7890', level: 'ad_group', channel: 'display' },
      secrets: { developer_token: 'D', client_id: 'I', client_secret: 'S', refresh_token: 'R' },
    },
    [
      body({ access_token: 'A', expires_in: 3599 }),
      // At noon of 20 March in UTC it is the 21st there.
      body([{ results: [{ customer: { currencyCode: 'NZD', timeZone: 'Pacific/Auckland' } }] }]),
      body([
        {
          results: [
            {
              campaign: { id: '11' },
              adGroup: { id: '7' },
              metrics: { costMicros: '9007199254740993' },
              segments: { date: '2026-03-21' },
            },
          ],
        },
        { results: [{ campaign: { id: '12' }, adGroup: { id: '8' }, metrics: {}, segments: { date: '2026-03-20' } }] },
      ]),
    ],
  );
  const headers = { 'content-type': 'application/json', authorization: 'Bearer A', 'developer-token': 'D' };
  const url = 'https://googleads.googleapis.com/v23/customers/1234567890/googleAds:searchStream';
  expect(requests).toEqual([
    {
      method: 'POST',
      url: 'https://oauth2.googleapis.com/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'grant_type=refresh_token&client_id=I&client_secret=S&refresh_token=R',
    },
    {
      method: 'POST',
      url,
      headers,
      body: '{"query":"SELECT customer.currency_code, customer.time_zone FROM customer LIMIT 1"}',
    },
    {
      method: 'POST',
      url,
      headers,
      body: '{"query":"SELECT segments.date, campaign.id, ad_group.id, metrics.cost_micros FROM ad_group WHERE segments.date BETWEEN \'2026-03-20\' AND \'2026-03-21\'"}',
    },
  ]);
  const common = { source: 'google_ads', channel: 'display', currency: 'NZD' };
  expect(found).toEqual({
    first_date: '2026-03-20',
    last_date: '2026-03-21',
    time_zone: 'Pacific/Auckland',
    lines: [
      { ...common, date: '2026-03-21', campaign_id: '11', ad_set_id: '7', amount_micros: 9_007_199_254_740_993n },
      { ...common, date: '2026-03-20', campaign_id: '12', ad_set_id: '8', amount_micros: 0n },
    ],
  });
});

test('Meta Ads: the account, and its insights by day with all statuses', async () => {
  const row = {
    campaign_id: '1',
    adset_id: '5',
    spend: '0.29',
    account_currency: 'JPY',
    date_start: '2026-03-19',
    date_stop: '2026-03-19',
  };
  const { requests, found } = await readWith(
    'meta_ads',
    { options: { account_id: '42', level: 'adset' }, secrets: { access_token: 'T', app_secret: 'P' } },
    [
      { body: JSON.stringify({ currency: 'JPY', timezone_name: 'America/Los_Angeles' }) },
      { body: JSON.stringify({ data: [row], paging: { cursors: { before: 'x', after: 'y' } } }) },
    ],
  );
  const [, insights] = requests.map(({ url }) => new URL(url));
  expect(`${insights!.origin}${insights!.pathname}`).toBe('https://graph.facebook.com/v25.0/act_42/insights');
  expect(Object.fromEntries(insights!.searchParams)).toEqual({
    level: 'adset',
    fields: 'campaign_id,adset_id,spend,account_currency',
    time_range: '{"since":"2026-03-19","until":"2026-03-20"}',
    time_increment: '1',
    filtering:
      '[{"field":"adset.effective_status","operator":"IN","value":["ACTIVE","PAUSED","DELETED","ARCHIVED","IN_PROCESS","WITH_ISSUES","CAMPAIGN_PAUSED"]}]',
    limit: '500',
    // printf T | openssl dgst -sha256 -hmac P
    appsecret_proof: '3cb1544dd40ab9e9f619a176a8be209c056c3888daa11566d4cf7919c92c897d',
  });
  expect(requests.map(({ headers }) => headers)).toEqual([
    { authorization: 'Bearer T' },
    { authorization: 'Bearer T' },
  ]);
  expect(found.lines).toEqual([
    {
      source: 'meta_ads',
      channel: 'paid_social',
      date: '2026-03-19',
      campaign_id: '1',
      ad_set_id: '5',
      amount_micros: 290_000n,
      currency: 'JPY',
    },
  ]);
});

test('a sheet: its redirect is followed without the header of the first server', async () => {
  const { requests, found } = await readWith(
    'spend_sheet',
    { secrets: { url: 'https://docs.google.com/spreadsheets/d/1AbC/edit#gid=3', authorization: 'Basic x' } },
    [
      { status: 307, headers: { location: 'https://doc-0s-sheets.googleusercontent.com/export/abc?format=csv' } },
      { body: 'date,channel,amount\n2026-03-20,radio,12.345678\n2026-03-18,radio,1\n' },
    ],
  );
  expect(requests.map(({ url, headers }) => [url, headers['authorization']])).toEqual([
    ['https://docs.google.com/spreadsheets/d/1AbC/export?format=csv&gid=3', 'Basic x'],
    ['https://doc-0s-sheets.googleusercontent.com/export/abc?format=csv', undefined],
  ]);
  expect(found).toEqual({
    first_date: '2026-03-19',
    last_date: '2026-03-20',
    time_zone: 'UTC',
    lines: [
      {
        source: 'sheet',
        channel: 'radio',
        date: '2026-03-20',
        campaign_id: null,
        ad_set_id: null,
        amount_micros: 12_345_678n,
        currency: null,
      },
    ],
  });
});
