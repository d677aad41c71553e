/** What is declared of a report is what it answers: every answer is checked against the schema that OpenAPI shows. */

import { describe, expect, test } from 'vitest';
import { optionParameters } from '../../src/attribution/query-options.ts';
import type { TObject } from '../../src/domain/typebox.ts';
import { toCsv } from '../../src/present/csv.ts';
import { OWN_TABLES, showReport } from '../../src/present/tables.ts';
import type { ReportJson } from '../../src/reports/context.ts';
import { defineReport, type Report } from '../../src/reports/declare.ts';
import { GROUP_KEY_NAMES } from '../../src/reports/groups.ts';
import { REPORTS } from '../../src/reports/index.ts';
import { AttributionParameters } from '../../src/reports/parameters.ts';
import { closed, count, PERIOD_HEAD, rows, text } from '../../src/reports/results/shapes.ts';
import { ALL_BRANDS, order, touch } from '../support/events.ts';
import { type Shop, withShop } from '../support/shop.ts';
import { DEEP } from '../support/tier.ts';
import { at, MARCH } from '../support/time.ts';
import { effects, keepArtifact } from './artifacts.ts';
import { expectToFit, reportNamed } from './schema.ts';

/** People with emails, visits, a machine, refunds, a login, spend, a segment, an order in another currency, and a click in another brand. */
async function fill(shop: Shop): Promise<void> {
  await shop.send(
    'touchpoints',
    touch('t1', 'email_open', at(1), { campaign_id: 'spring', email_id: 'teaser' }),
    touch('t2', 'email_click', at(1, '00:30'), { campaign_id: 'spring', email_id: 'teaser' }),
    touch('t3', 'website_visit', at(2), { channel: 'direct' }),
    touch('t4', 'email_open', at(2), { verdict: 'machine', campaign_id: 'spring' }),
    touch('t5', 'paid_ad_click', at(3), { channel: 'paid_search', anonymous_id: 'device' }),
    touch('t6', 'email_click', at(20), { campaign_id: 'spring' }),
    touch('t7', 'email_click', at(3), { brand_id: 'outlet', customer_id: 'carl' }),
  );
  const shared = { customer_id: 'carl', purposes: { sharing: true }, occurred_at: at(1) };
  await shop.send('consents', shared, { ...shared, brand_id: 'outlet' });
  await shop.send('identity_links', { left_id: 'ann', right_id: 'device', kind: 'login', occurred_at: at(2) });
  await shop.send('fx_rates', { date: '2026-03-03', currency: 'EUR', base: 'USD', rate: '1.1' });
  await shop.send(
    'conversions',
    order('c1', '149.99', at(4), { order_id: 'o1' }),
    order('c2', '30', at(5), { customer_id: 'bob' }),
    order('c3', '20', at(5), { currency: 'EUR' }),
    order('c4', '10', at(5), { customer_id: 'carl' }),
  );
  await shop.send(
    'adjustments',
    { order_id: 'o1', amount: '-20', currency: 'USD', reason: 'refund', occurred_at: at(6) },
    { order_id: 'o1', amount: '-1', currency: 'EUR', occurred_at: at(7) },
  );
  await shop.send('email_events', {
    event_type: 'delivered',
    customer_id: 'ann',
    campaign_id: 'spring',
    email_id: 'teaser',
    occurred_at: at(1),
  });
  await shop.send('spend', {
    date: '2026-03-01',
    channel: 'email',
    campaign_id: 'spring',
    amount: '12.5',
    currency: 'USD',
  });
  await shop.send('claims', {
    claimant: 'klaviyo',
    date: '2026-03-04',
    campaign_id: 'spring',
    conversions: 1,
    revenue: '149.99',
    currency: 'USD',
    attribution_window: '5-day click, 1-day open',
  });
  await shop.send('experiments', {
    experiment_id: 'march',
    name: 'Does the newsletter do anything?',
    scope: 'campaign',
    arms: { holdout: 0.5, treated: 0.5 },
    control: 'holdout',
    starts_at: at(1, '00:00'),
    ends_at: at(20, '00:00'),
    planned_people: 10,
    pool: 'newsletters',
  });
  const assigned = (customer_id: string, arm: string) => ({
    experiment_id: 'march',
    arm,
    customer_id,
    occurred_at: at(1),
  });
  await shop.send(
    'assignments',
    assigned('ann', 'treated'),
    assigned('bob', 'treated'),
    assigned('cat', 'holdout'),
    assigned('dan', 'holdout'),
  );
  await shop.send('customer_segments', {
    customer_id: 'ann',
    segment_name: 'loyal',
    segment_properties: { tier: 2 },
    assigned_at: at(1),
  });
}

/**
 * Questions by report: all of them in the deep tier, the first {@link ASKED} in the quick one. Options of the query are asked of every
 * report that has them: all their values one by one in the deep tier, and the last of each in one question in the quick one.
 */
const QUESTIONS: Record<string, ReportJson[]> = {
  attribution: [
    MARCH,
    { ...MARCH, models: 'first_touch,time_decay' },
    { ...MARCH, group_by: GROUP_KEY_NAMES.join(',') },
    { ...MARCH, group_by: 'month,channel', identity: 'deterministic' },
    { ...MARCH, group_by: 'day', intervals: 'true' },
    { ...MARCH, group_by: 'channel', consent_bounds: 'true' },
    { ...MARCH, group_by: 'channel', intervals: 'true', compare: 'previous_period' },
    { start: '2020-01-01', end: '2020-01-02' },
  ],
  changes: [
    MARCH,
    { ...MARCH, group_by: 'campaign_id,day', filter: ['channel:email'], model: 'last_touch' },
    { start: '2026-03-05', end: '2026-03-06', group_by: 'segment', compare: 'previous_year', movers: 0 },
    { start: '2026-03-05', end: '2026-03-07', adjustments: 'own_day' },
    { start: '2020-01-01', end: '2020-01-02' },
  ],
  today: [
    MARCH,
    { ...MARCH, model: 'last_touch', compare: 'previous_year' },
    { start: '2020-01-01', end: '2020-01-02' },
  ],
  advice: [
    MARCH,
    { ...MARCH, weeks: 5, budget: '100', set: ['email=10'], model: 'last_touch' },
    { start: '2020-01-01', end: '2020-01-02' },
  ],
  models: [
    { ...MARCH, draws: 20 },
    { ...MARCH, draws: 20, group_by: 'campaign_id', models: 'first_touch,last_touch' },
  ],
  journeys: [MARCH, { start: '2020-01-01', end: '2020-01-02' }],
  paths: [
    MARCH,
    { ...MARCH, by: 'campaign_id', limit: 1, steps: 1, transform: 'frequency', compare: 'previous_period' },
    { ...MARCH, filter: ['channel:email', 'day:2026-03-04'], transform: 'remove_if_not_all(nobody)' },
    { start: '2020-01-01', end: '2020-01-02' },
  ],
  synergies: [
    MARCH,
    { ...MARCH, by: 'campaign_id', limit: 1 },
    { ...MARCH, compare: 'previous_period', filter: ['channel:email'] },
    { start: '2020-01-01', end: '2020-01-02' },
  ],
  lags: [
    MARCH,
    { ...MARCH, by: 'touchpoint_type', limit: 1, filter: ['channel:email'], compare: 'previous_period' },
    { start: '2020-01-01', end: '2020-01-02' },
  ],
  orders: [
    MARCH,
    { ...MARCH, by: 'campaign_id', path: ['spring', 'spring'], limit: 1 },
    { ...MARCH, filter: ['channel:email', 'day:2026-03-04'] },
    { start: '2020-01-01', end: '2020-01-02' },
  ],
  credits: [
    MARCH,
    { ...MARCH, model: 'last_touch', limit: 1, filter: ['channel:email'] },
    { start: '2020-01-01', end: '2020-01-02' },
  ],
  cross_brand: [MARCH, { ...MARCH, compare: 'previous_period', model: 'last_touch' }],
  consolidated: [MARCH, { ...MARCH, compare: 'previous_period' }, { ...MARCH, model: 'last_touch' }],
  campaigns: [
    MARCH,
    { ...MARCH, by: 'email_id', compare: 'previous_period' },
    { ...MARCH, by: 'campaign_kind', compare: 'previous_period' },
    { ...MARCH, model: 'last_touch' },
    { start: '2020-01-01', end: '2020-01-02' },
  ],
  campaign: [
    { ...MARCH, campaign_id: 'spring' },
    { campaign_id: 'spring', start: '2020-01-01', end: '2020-01-02' },
  ],
  list_health: [MARCH, { ...MARCH, compare: 'previous_period', engaged_days: 2, lapsing_days: 5, dormant_days: 20 }],
  fatigue: [MARCH, { ...MARCH, campaign_kind: 'flow', week_start: 'sunday' }],
  send_times: [MARCH, { start: '2020-01-01', end: '2020-01-02' }],
  send_effects: [MARCH, { ...MARCH, campaign_id: 'spring', window_hours: 48, list_days: 30 }],
  claims: [
    MARCH,
    { ...MARCH, models: 'first_touch,linear', group_by: 'campaign_id,channel,day' },
    { ...MARCH, group_by: 'day', compare: 'previous_year' },
    { start: '2020-01-01', end: '2020-01-02' },
  ],
  experiment: [{ experiment_id: 'march' }],
  experiment_calibration: [{ for: 'robyn' }, { for: 'meridian', measure: 'orders' }],
  incrementality: [MARCH, { ...MARCH, models: 'linear,last_touch', by: 'channel' }],
  closest_models: [{}],
  cohorts: [
    MARCH,
    { ...MARCH, by: 'week', compare: 'previous_period' },
    { ...MARCH, by: 'first_channel', filter: ['segment:loyal'] },
    { start: '2020-01-01', end: '2020-01-02' },
  ],
  lifetime_value: [
    MARCH,
    { ...MARCH, by: 'segment', model: 'last_touch', quantiles: 'quartiles', horizon_days: 30 },
    { ...MARCH, by: 'all', compare: 'previous_year' },
    { start: '2020-01-01', end: '2020-01-02' },
  ],
  receipt: [{ conversion_id: 'c1' }, { conversion_id: 'c2' }, { conversion_id: 'c3', model: 'linear' }],
  customer: [{ customer_id: 'ann' }, { customer_id: 'device' }, { customer_id: 'bob' }],
  data_quality: [MARCH, { start: '2020-01-01', end: '2020-01-02' }],
  freeze: [{ ...MARCH, run_id: 'march', models: 'linear,last_touch', conversion_type: 'purchase' }],
  runs: [{}],
  comparison: [{ run_id: 'march' }, { run_id: 'march', model: 'last_touch', group_by: 'email_id' }],
  fit: [
    { model: 'markov', draws: 5 },
    { model: 'shapley', draws: 0, grain: 'campaign' },
  ],
  fitted: [{}],
  card: [],
  artifact_comparison: [],
  pins: [{}],
  fits: [{}],
};

const kept = (shop: Shop, by_channel: Record<string, number>): Promise<string> =>
  keepArtifact(shop.reports, { content: effects(by_channel) });

const ASKED = DEEP ? Infinity : 2;

function withOptions(asked: Report, first: ReportJson | undefined): ReportJson[] {
  const options = optionParameters('touches', 'refunds') as unknown as Record<string, { enum: string[] }>;
  if (asked.writes !== null || first === undefined) return [];
  const own = Object.entries(options).filter(([name]) => name in asked.parameters.properties);
  if (own.length === 0) return [];
  if (!DEEP)
    return [{ ...first, ...Object.fromEntries(own.map(([name, { enum: values }]) => [name, values.at(-1)!])) }];
  return own.flatMap(([name, { enum: values }]) => values.map((value) => ({ ...first, [name]: value })));
}

describe('the answer of', () => {
  test('every report, to every question, fits its schema; its main table is there, and each form of it can be made', async () => {
    await withShop({ cross_brand_people: [['default', 'outlet']] }, async (shop) => {
      await fill(shop);
      const asked = new Set<string>();
      const inOrder = [...REPORTS].sort((a, b) => Number(b.writes !== null) - Number(a.writes !== null));
      for (const one of inOrder) {
        const questions = QUESTIONS[one.name]!;
        if (one.name === 'artifact_comparison') {
          const [artifact_id, other_artifact_id] = [
            await kept(shop, { email: 1 }),
            await kept(shop, { email: 0.5, direct: 0.5 }),
          ];
          questions.push({ ...MARCH, artifact_id, other_artifact_id });
        }
        if (one.name === 'card') {
          const { models } = (await reportNamed('fitted').run(shop.reports, {}, ALL_BRANDS)) as {
            models: { artifact_id: string }[];
          };
          questions.push(...models.map(({ artifact_id }) => ({ artifact_id })));
        }
        for (const question of [...questions.slice(0, ASKED), ...withOptions(one, questions[0])]) {
          const answer = JSON.parse(JSON.stringify(await one.run(shop.reports, question, ALL_BRANDS))) as ReportJson;
          expectToFit(one, answer, question);
          expect(toCsv(answer, one.main_table)).toMatch(/\r\n$/);
          expect(showReport(one, answer, 5)).not.toMatch(/undefined|NaN|\[object/);
          asked.add(one.name);
        }
      }
      expect([...asked].sort()).toEqual(REPORTS.map(({ name }) => name).sort());
    });
  }, 300_000);

  test('a closed part does not fit with a field that its schema does not name', async () => {
    const { example } = reportNamed('attribution');
    const more = { ...example, summary: { ...(example!['summary'] as object), mood: 'good' } };
    expect(() => expectToFit(reportNamed('attribution'), more)).toThrow();
    expect(() => expectToFit(reportNamed('attribution'), { ...example, currency: 3 })).toThrow();
  });

  test('a report that has an example fits the schema with it', () => {
    for (const one of REPORTS) if (one.example !== undefined) expectToFit(one, one.example);
  });
});

describe('a declaration', () => {
  test.each(REPORTS.map((one) => [one.name, one] as const))('of %s is whole', (_name, one) => {
    const in_path = [...one.path.matchAll(/:(\w+)/g)].map(([, name]) => name!);
    expect(Object.keys(one.path_parameters)).toEqual(in_path);
    const parameters = one.parameters.properties as unknown as Record<string, { description?: string }>;
    for (const [name, { description }] of Object.entries(parameters))
      expect([name, description]).not.toContain(undefined);
    expect(one.parameters['additionalProperties' as keyof TObject]).toBe(false);
    const table = one.main_table;
    if (table) expect(JSON.stringify(one.result)).toContain(`"${table.rows}":{`);
  });

  test('has a name, a path and a command of its own', () => {
    const unique = (values: unknown[]) => expect(new Set(values).size).toBe(values.length);
    unique(REPORTS.map(({ name }) => name));
    unique(REPORTS.map(({ path, writes }) => `${writes ? 'POST' : 'GET'} ${path}`));
    unique(REPORTS.flatMap(({ command }) => (command === null ? [] : [command])));
  });

  test('gives the schema the meaning of its figures', () => {
    const { result } = reportNamed('campaign');
    expect(JSON.stringify(result)).toContain('"description":"unique_human_opens / delivered"');
  });

  test('is enough for a table on the terminal', () => {
    const customers = defineReport({
      name: 'customers',
      command: 'report customers',
      path: '/v1/reports/customers',
      summary: 'Customers by orders',
      description: 'Those with most orders come first.',
      parameters: AttributionParameters,
      result: closed({ ...PERIOD_HEAD, other: text(), customers: rows({ customer_id: text(), orders: count() }) }),
      main_table: { rows: 'customers' },
      run: async () => ({}),
    });
    const shown = showReport(
      customers,
      { currency: 'USD', summary: { people: 2 }, customers: [{ customer_id: 'ann', orders: 3 }] },
      10,
    );
    expect(shown).toMatch(/Customers by orders · USD[\s\S]*customer id +orders\n[\s\S]*ann +3[\s\S]*people +2/);
  });
});

test('every table of the terminal belongs to a report', () => {
  expect(Object.keys(OWN_TABLES).filter((name) => !REPORTS.some((one) => one.name === name))).toEqual([]);
});
