/** What changed: the two attribution reports, joined, with the change by cause. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RULE_MODEL_NAMES } from '../../src/attribution/models.ts';
import { toCsv } from '../../src/present/csv.ts';
import { showReport } from '../../src/present/tables.ts';
import { attributionReport } from '../../src/reports/attribution.ts';
import type { ReportContext } from '../../src/reports/context.ts';
import { whatChangedReport } from '../../src/reports/what-changed/report.ts';
import { optionsArbitrary, worlds } from '../reference/worlds.ts';
import { askReportBoth, filled } from '../support/both-ways.ts';
import { Engine } from '../support/engine.ts';
import { ALL_BRANDS, order, touch } from '../support/events.ts';
import { type Json, openShop, type Shop } from '../support/shop.ts';
import { runsOf, SMALL_BATCH } from '../support/tier.ts';
import { untilShown } from '../support/until-shown.ts';
import { eventsOf, parametersOf, settingsOf } from '../support/worlds.ts';
import { expectToFit, reportNamed } from './schema.ts';

const report = reportNamed('changes');
const MARCH = { start: '2026-03-01', end: '2026-03-29' };

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  const click = (customer_id: string, day: string, channel = 'email') =>
    touch(`t-${customer_id}`, 'email_click', `${day}T08:00:00Z`, {
      customer_id,
      channel,
      ...(channel === 'email' ? { campaign_id: 'spring' } : {}),
    });
  await shop.send(
    'touchpoints',
    click('ann', '2026-02-10'),
    click('bob', '2026-02-11'),
    click('cy', '2026-03-10'),
    click('dee', '2026-03-11'),
    click('eve', '2026-03-12'),
    click('fay', '2026-02-12', 'paid_search'),
    click('gus', '2026-03-12', 'paid_social'),
    click('night', '2026-03-27', 'sms'),
    click('day', '2026-03-28', 'sms'),
    click('after', '2026-03-28', 'sms'),
  );
  const bought = (customer_id: string, value: string, instant: string) =>
    order(`o-${customer_id}`, value, instant, { customer_id });
  await shop.send(
    'conversions',
    bought('ann', '100', '2026-02-10T12:00:00Z'),
    bought('bob', '100', '2026-02-11T12:00:00Z'),
    bought('cy', '80', '2026-03-10T12:00:00Z'),
    bought('dee', '80', '2026-03-11T12:00:00Z'),
    bought('eve', '80', '2026-03-12T12:00:00Z'),
    bought('fay', '50', '2026-02-12T12:00:00Z'),
    bought('gus', '1030', '2026-03-12T12:00:00Z'),
    bought('dan', '3', '2026-02-12T12:00:00Z'),
    // Half past eleven in the evening in Berlin, on the days before and after the clock goes forward, and an hour later.
    bought('night', '1', '2026-03-28T22:30:00Z'),
    bought('day', '2', '2026-03-29T21:30:00Z'),
    bought('after', '4', '2026-03-29T22:30:00Z'),
  );
  await shop.send('adjustments', {
    conversion_id: 'o-fay',
    amount: '-20',
    currency: 'USD',
    reason: 'refund',
    occurred_at: '2026-03-05T12:00:00Z',
  });
});
afterAll(() => shop.close());

async function ask(question: object, context: ReportContext = shop.reports): Promise<Json> {
  const answer = await report.run(context, { ...question }, ALL_BRANDS);
  expectToFit(report, answer, question);
  return answer;
}

/** The causes of a part that are not 0, in units of the currency. */
const causesOf = ({ causes }: Json): Json =>
  Object.fromEntries(
    Object.entries(causes)
      .filter(([name, value]) => !name.endsWith('_micros') && Number(value) !== 0)
      .map(([name, value]) => [name, Number(value)]),
  );
const changesOf = (answer: Json, key = 'channel'): Json =>
  Object.fromEntries(answer.changes.map((row: Json) => [row[key], causesOf(row)]));

describe('what changed', () => {
  test('is split by cause for each group and for all together', async () => {
    const answer = await ask(MARCH);
    expect(answer.comparison).toMatchObject({
      compare: 'previous_period',
      report_period: { start: '2026-02-01', end: '2026-03-01' },
    });
    expect(changesOf(answer)).toEqual({
      paid_social: { entered: 1030 },
      // One order more at 90 on average, and each worth 20 less, at 2.5 orders on average.
      email: { volume: 90, order_value: -50 },
      paid_search: { left: -30 },
      sms: { entered: 1 },
    });
    const { totals } = answer;
    expect(totals.change).toMatchObject({
      net_revenue: '1038.000000',
      attributed_revenue: '1041.000000',
      unattributed_revenue: '-3.000000',
      total_conversions: 1,
    });
    const total = Object.entries(totals.causes as Record<string, string>);
    const micros = total.filter(([name]) => name.endsWith('_micros')).map(([, value]) => BigInt(value));
    expect(micros.reduce((a, b) => a + b)).toBe(1_041_000_000n);
    expect(causesOf(totals)).toMatchObject({ order_value: -50 });
  });

  test('is named in words, the largest change first, at most as many as asked', async () => {
    const { movers } = await ask({ ...MARCH, movers: 3 });
    expect(movers.map(({ code, message }: Json) => [code, message])).toEqual([
      ['entered', 'Channel paid_social earned 1,030.00 USD, and had no conversions in the 28 days before.'],
      [
        'earned_more',
        'Channel email earned 40.00 USD more than in the 28 days before: 50 % more orders touched (+90.00), each credited one worth 20 % less (-50.00).',
      ],
      ['left', 'Channel paid_search had no conversions, and earned 30.00 USD in the 28 days before.'],
    ]);
    expect(movers[1]).toMatchObject({
      keys: { channel: 'email' },
      figures: { change: '40.000000', volume_micros: '90000000' },
    });
    expect((await ask({ ...MARCH, movers: 0 })).movers).toEqual([]);
    const by_campaign = await ask({ ...MARCH, group_by: 'channel,campaign_id', movers: 1, filter: ['channel:email'] });
    expect(by_campaign.movers[0].message).toMatch(/^Channel email, campaign spring earned/);
    expect(by_campaign.totals.change.filtered_revenue).toBe('1001.000000');
  });

  test('with refunds on their own day has an adjustment where a group sold nothing', async () => {
    const answer = await ask({ ...MARCH, adjustments: 'own_day' });
    expect(changesOf(answer).paid_search).toEqual({ left: -50, adjustments: -20 });
    expect(answer.movers[1]).toMatchObject({
      code: 'left',
      message:
        'Channel paid_search had no conversions, and earned 50.00 USD in the 28 days before; adjustments of orders of other days (-20.00).',
    });
  });

  test('of a day on which the clock goes forward is against the whole day before', async () => {
    const berlin = shop.configured({ defaults: { time_zone: 'Europe/Berlin' } });
    const answer = await ask({ start: '2026-03-29', end: '2026-03-30' }, berlin);
    expect(changesOf(answer)).toEqual({ sms: { order_value: 1 } });
    expect(answer.movers[0].message).toBe(
      'Channel sms earned 1.00 USD more than on the day before: each credited one worth 100 % more (+1.00).',
    );
  });

  test('against a period without any order is all new, without a mix', async () => {
    const answer = await ask({ ...MARCH, compare: 'previous_year' });
    expect(changesOf(answer).email).toEqual({ entered: 240 });
    expect(causesOf(answer.totals)).toEqual({ entered: 1271 });
    expect(answer.movers[1].message).toBe('Channel email earned 240.00 USD, and had no conversions a year earlier.');
    const nothing = await ask({ start: '2020-01-01', end: '2020-01-02' });
    expect([nothing.changes, nothing.movers]).toEqual([[], []]);
  });

  test('by time is in order of time, each time beside its partner', async () => {
    const { changes } = await ask({ ...MARCH, group_by: 'week' });
    expect(changes.map((row: Json) => [row.week, row.previous.week])).toEqual([
      ['2026-02-23', '2026-01-26'],
      ['2026-03-02', '2026-02-02'],
      ['2026-03-09', '2026-02-09'],
      ['2026-03-16', '2026-02-16'],
      ['2026-03-23', '2026-02-23'],
    ]);
    await expect(ask({ ...MARCH, filter: ['day:2026-03-04'] })).rejects.toThrow(
      /compare: cannot be used with a filter/,
    );
    await expect(ask({ ...MARCH, group_by: 'mood' })).rejects.toThrow(/group_by: "mood" is unknown/);
  });

  test('has a table that adds up to net revenue, and a CSV', async () => {
    const answer = await ask(MARCH);
    const shown = showReport(report, answer, 25);
    expect(shown).toMatch(/channel +now USD +before +change +change % +volume +order value +entered +left/);
    expect(shown).toMatch(
      /net revenue before +233\.00[\s\S]*unattributed: no touch +-3\.00[\s\S]*net revenue now +1,271\.00/,
    );
    expect(shown).toContain('  - Channel email earned 40.00 USD more');
    expect(toCsv(answer, report.main_table)).toContain('causes.order_value');
  });
});

describe('on random worlds', () => {
  const GROUPS = [
    'channel',
    'channel,campaign_id,email_id',
    'month,channel',
    'touchpoint_type',
    'segment',
    'customer_kind',
  ];
  const PERIODS = [
    { start: '2026-02-14', end: '2026-03-31' },
    { start: '2026-02-15', end: '2026-03-20' },
    { start: '2026-02-01T05:30:00.000Z', end: '2026-03-01' },
  ];
  const RUNS = runsOf('TRIBUTARY_CHANGE_RUNS', 3, 24);

  test('the figures are those of the two attribution reports, the parts add up, and histories answer the same bytes', () =>
    untilShown(async () => {
      let answered = 0;
      await fc.assert(
        fc.asyncProperty(
          worlds(),
          optionsArbitrary,
          fc.constantFrom(...PERIODS),
          fc.constantFrom(...GROUPS),
          fc.constantFrom(...RULE_MODEL_NAMES),
          async (world, options, period, group_by, model) => {
            const engine = await Engine.open();
            try {
              await engine.load(eventsOf(world), SMALL_BATCH);
              for (const [brand_id, own] of Object.entries(options.settings ?? {}))
                engine.settings.set(brand_id, settingsOf(own));
              const { models: _models, ...shared } = parametersOf(options, RULE_MODEL_NAMES);
              const question = { ...shared, ...period, group_by, model };
              const { text } = await askReportBoth(
                whatChangedReport,
                engine.reports,
                question,
                await filled(engine.reports),
              );
              if (!text.startsWith('{')) return;
              answered += 1;
              const answer = JSON.parse(text);
              const asked = (own: object): Promise<Json> =>
                attributionReport(engine.reports, { ...question, ...own, as_of: answer.as_of }, ALL_BRANDS);
              expectAgreement(answer, await asked({}), await asked(answer.comparison.report_period), group_by);
            } finally {
              await engine.close();
            }
          },
        ),
        { numRuns: RUNS, endOnFailure: true },
      );
      return answered;
    }));

  const micros = (row: Json, name: string): bigint => BigInt(row[`${name}_micros`]);
  const sum = (values: bigint[]): bigint => values.reduce((a, b) => a + b, 0n);
  const causes = (part: Json): bigint =>
    sum(
      Object.entries(part.causes as Record<string, string>)
        .filter(([name]) => name.endsWith('_micros'))
        .map(([, value]) => BigInt(value)),
    );

  function expectAgreement(answer: Json, now: Json, before: Json, group_by: string): void {
    const keysOf = (row: Json): string => JSON.stringify(group_by.split(',').map((field) => row[field]));
    const found = new Map<string, Json>(answer.changes.map((row: Json) => [keysOf(row), row]));
    for (const row of now.channel_attribution)
      expect(micros(found.get(keysOf(row)), 'attributed_revenue')).toBe(micros(row, 'attributed_revenue'));
    // Earlier rows by month stand at the month of this period.
    if (!group_by.includes('month'))
      for (const row of before.channel_attribution)
        expect(found.get(keysOf(row)).previous.attributed_revenue).toBe(row.attributed_revenue);
    expect(sum(answer.changes.map((row: Json) => micros(row.previous, 'attributed_revenue')))).toBe(
      BigInt(before.reconciliation.attributed_micros),
    );
    for (const row of answer.changes) expect(causes(row)).toBe(micros(row.change, 'attributed_revenue'));
    const { totals } = answer;
    expect(causes(totals)).toBe(micros(totals.change, 'attributed_revenue'));
    expect(totals.net_revenue_micros).toBe(now.summary.total_revenue_micros);
    expect(totals.previous.net_revenue_micros).toBe(before.summary.total_revenue_micros);
    expect(totals.attributed_revenue_micros).toBe(now.reconciliation.attributed_micros);
    const rest = ['attributed_revenue', 'unattributed_revenue', ...('filtered' in now ? ['filtered_revenue'] : [])];
    expect(sum(rest.map((name) => micros(totals.change, name)))).toBe(micros(totals.change, 'net_revenue'));
    for (const { reason, unattributed_revenue_micros } of answer.unattributed)
      expect(unattributed_revenue_micros).toBe(now.reconciliation.unattributed_micros[reason] ?? '0');
  }
});
