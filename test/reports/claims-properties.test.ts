/** What holds for all claims: rows add up, bounds hold the truth, the latest statement counts, and both engines agree. */
import fc from 'fast-check';
import { describe, expect, inject, test } from 'vitest';
import type { Plan } from '../../src/attribution/plan.ts';
import { parseAttributionWindow } from '../../src/domain/attribution-window.ts';
import type { CreditCell } from '../../src/reports/claims/credit.ts';
import type { ClaimLine } from '../../src/reports/claims/lines.ts';
import { doubleCounted } from '../../src/reports/claims/overlap.ts';
import { type ReasonFacts, reasonsOf } from '../../src/reports/claims/reasons.ts';
import { CLAIM_KEYS, type ClaimKey, claimRows } from '../../src/reports/claims/rows.ts';
import { ClaimTargets } from '../../src/reports/claims/targets.ts';
import { worlds } from '../reference/worlds.ts';
import { askReportBoth, filled } from '../support/both-ways.ts';
import { Engine } from '../support/engine.ts';
import { ALL_BRANDS, type Fields } from '../support/events.ts';
import { onWorlds } from '../support/path-worlds.ts';
import { type Json, withShop } from '../support/shop.ts';
import { runsOf } from '../support/tier.ts';
import { MARCH } from '../support/time.ts';
import { checking } from '../support/watched.ts';
import { eventsOf } from '../support/worlds.ts';
import { reportNamed } from './schema.ts';

const CLAIMS = reportNamed('claims');
const orNull = <T>(...values: T[]) => fc.option(fc.constantFrom(...values));
const micros = fc.bigInt({ min: -1_000n, max: 1_000_000n });
const label = { brand_id: fc.constantFrom('a', 'b'), campaign_id: orNull('spring', 'fall') };

const line: fc.Arbitrary<ClaimLine> = fc.record({
  ...label,
  claimant: fc.constantFrom('klaviyo', 'meta', 'google'),
  date: fc.constantFrom('2026-03-01', '2026-03-02'),
  channel: orNull('email', 'paid'),
  attribution_window: fc.constant(null),
  counted_on: fc.constant(null),
  time_zone: fc.constant(null),
  conversions_millionths: micros,
  micros,
});
const cell: fc.Arbitrary<CreditCell> = fc.record({
  ...label,
  channel: fc.constantFrom('email', 'paid', 'direct'),
  day: fc.constantFrom('2026-03-01', '2026-03-03'),
  micros: fc.tuple(micros),
  millionths: fc.tuple(micros),
});
const PLAN = { models: [{ name: 'linear' }] } as unknown as Plan;

test('rows by any keys add up to the rows by claimant, claims and credit alike', async () => {
  const asked = fc.subarray(CLAIM_KEYS.slice(1)).map((more): ClaimKey[] => ['claimant', ...more]);
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.array(cell), asked, async (lines, cells, keys) => {
      const targets = new ClaimTargets(lines);
      const sums = async (by: ClaimKey[]) => {
        const { rows } = await claimRows(PLAN, lines, cells, targets, by);
        const sum = new Map<string | null, bigint[]>();
        for (const { keys: own, micros: claimed, millionths, credit } of rows) {
          const figures = [claimed, millionths, credit[0]!.micros, credit[0]!.millionths];
          sum.set(
            own[0]!,
            figures.map((figure, i) => figure + (sum.get(own[0]!)?.[i] ?? 0n)),
          );
        }
        return new Map([...sum].sort());
      };
      expect(await sums(keys)).toEqual(await sums(['claimant']));
    }),
  );
});

test('what is really claimed twice lies within the bounds', () => {
  const order = fc.record({ value: fc.bigInt({ min: 0n, max: 1_000n }), claimed_by: fc.subarray([0, 1, 2, 3]) });
  fc.assert(
    fc.property(fc.array(order), (orders) => {
      const claims = [0n, 0n, 0n, 0n];
      let [covered, sold] = [0n, 0n];
      for (const { value, claimed_by } of orders) {
        for (const claimant of claimed_by) claims[claimant]! += value;
        if (claimed_by.length > 0) covered += value;
        sold += value;
      }
      const twice = claims.reduce((sum, claim) => sum + claim, 0n) - covered;
      const { least, most } = doubleCounted(claims, sold);
      expect(least <= twice && twice <= most).toBe(true);
    }),
  );
});

test('the latest statement of each claim counts, in whatever requests they come', () =>
  withShop({}, async (shop) => {
    const statement = fc.record({
      claimant: fc.constantFrom('klaviyo', 'meta'),
      date: fc.constantFrom('2026-03-01', '2026-03-02'),
      campaign_id: fc.option(fc.constantFrom('spring', 'fall'), { nil: undefined }),
      revenue: fc.nat(1_000).map(String),
      conversions: fc.nat(8).map((quarters) => quarters / 4),
    });
    const requests = fc.array(fc.array(statement, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 });
    let number = 0;
    await fc.assert(
      fc.asyncProperty(requests, async (sent) => {
        const brand_id = `brand-${number++}`;
        const latest = new Map<string, { revenue: string; conversions: number; claimant: string }>();
        for (const request of sent) {
          await shop.send('claims', ...request.map((one): Fields => ({ ...one, brand_id, currency: 'USD' })));
          // Claims of one request about the same are lines of their own, numbered in order.
          const lines = new Map<string, number>();
          for (const one of request) {
            const key = JSON.stringify([one.claimant, one.date, one.campaign_id]);
            lines.set(key, (lines.get(key) ?? 0) + 1);
            latest.set(`${key} ${lines.get(key)}`, one);
          }
        }
        const expected = new Map<string, number[]>();
        for (const { claimant, revenue, conversions } of latest.values()) {
          const [sum, count] = expected.get(claimant) ?? [0, 0];
          expected.set(claimant, [sum! + Number(revenue), count! + conversions]);
        }
        const { claims } = (await CLAIMS.run(shop.reports, { ...MARCH, brand_id }, ALL_BRANDS)) as Json;
        const found = claims.map((row: Json) => [row.claimant, [Number(row.claimed_revenue), row.claimed_conversions]]);
        expect(new Map(found)).toEqual(expected);
      }),
      { numRuns: runsOf('TRIBUTARY_CLAIM_STATEMENTS', 2, 10) },
    );
  }));

test('a period without claims is answered from memory, with the figures of the query', () =>
  onWorlds(runsOf('TRIBUTARY_CLAIM_WORLDS', 2, 10), async ({ context, parameters: { filter: _, ...parameters } }) => {
    const { text, in_sql } = await askReportBoth(CLAIMS.run, context, parameters, await filled(context));
    expect(in_sql).toBe(false);
    if (text.startsWith('{')) expect(JSON.parse(text)).toMatchObject({ claims: [], claimants: [], reasons: [] });
  }));

/** Claims about the campaigns and days of the random worlds. */
const worldClaims = fc.array(
  fc.record({
    brand_id: fc.constantFrom('default', 'default', 'b2'),
    claimant: fc.constantFrom('klaviyo', 'meta', 'google'),
    date: fc.constantFrom('2026-01-15', '2026-02-01', '2026-02-15', '2026-02-28', '2026-03-01'),
    campaign_id: fc.constantFrom('spring', 'fall', 'SPRING', 'ghost'),
    channel: fc.constantFrom('email', 'paid_search', 'direct'),
    revenue: fc.constantFrom('10', '33.333333', '-2'),
    conversions: fc.constantFrom(1, 0.1, 0.2),
    currency: fc.constant('USD'),
    attribution_window: fc.constantFrom('30-day click, 7-day open', '90 days', '1d_view', 'as always'),
  }),
  { minLength: 5, maxLength: 20 },
);

/** The credit beside a claimed campaign is what the attribution report gives the campaign. */
async function expectCreditOfAttribution({ reports }: Engine): Promise<void> {
  const asked = {
    start: '2026-01-01',
    end: '2026-04-01',
    currency: 'USD',
    brand_id: 'default',
    group_by: 'campaign_id',
  };
  const answers = await Promise.all(
    [CLAIMS, reportNamed('attribution')].map((report) => report.run(reports, asked, ALL_BRANDS) as Promise<Json>),
  ).catch((error: { code?: string }) => {
    expect(error.code).toBe('missing_fx_rate');
    return null;
  });
  if (answers === null) return;
  const credit = new Map(
    answers[1]!.channel_attribution.map((row: Json) => [
      row.campaign_id,
      [row.credited_conversions, row.attributed_revenue],
    ]),
  );
  for (const { campaign_id, models } of answers[0]!.claims) {
    const { credited_conversions, attributed_revenue } = models.linear;
    expect([campaign_id, credited_conversions, attributed_revenue]).toEqual([
      campaign_id,
      ...((credit.get(campaign_id) as unknown[] | undefined) ?? [0, '0.000000']),
    ]);
  }
}

describe.skipIf(inject('clickhouse_url') === '')('on DuckDB and on ClickHouse', () => {
  test('random worlds give the same report to the byte, and every table is what its declaration says', async () => {
    const samples = fc.sample(fc.tuple(worlds({ conflicts: true }), worldClaims), {
      numRuns: runsOf('TRIBUTARY_CLAIM_WORLDS', 1, 6),
      seed: 7,
    });
    let answered = 0;
    for (const [world, claims] of samples) {
      const events = [...eventsOf(world), ...claims.map((event) => ({ record: 'claims' as const, event }))];
      const answers: string[] = [];
      for (const name of ['duckdb', 'clickhouse'] as const) {
        const engine = await Engine.open(name, 1);
        await engine.load(events);
        const warehouse = name === 'duckdb' ? checking(engine.warehouse).warehouse : engine.warehouse;
        for (const more of [
          { adjustments: 'own_day' },
          { group_by: 'campaign_id,channel,day', models: 'linear,last_touch' },
        ]) {
          const asked = { start: '2026-01-01', end: '2026-04-01', currency: 'USD', ...more };
          const answer = await CLAIMS.run({ ...engine.reports, warehouse }, asked, ALL_BRANDS).then(
            (report) => JSON.stringify({ ...report, as_of: '', generated_at: '' }),
            (error: Error) => error.message,
          );
          if (answer.startsWith('{')) answered += 1;
          answers.push(answer);
        }
        if (name === 'duckdb') await expectCreditOfAttribution(engine);
        await engine.close();
      }
      expect(answers.slice(2)).toEqual(answers.slice(0, 2));
    }
    expect(answered).toBeGreaterThan(0);
  });
});

test.each<[text: string, click_days: number, view_days: number, view_word: string | null]>([
  ['5-day click, 1-day open', 5, 1, 'opens'],
  ['7d_click,1d_view', 7, 1, 'views'],
  ['30 days', 30, 0, null],
  ['24 hours after an open; 2 weeks post-click', 14, 1, 'opens'],
  ['7-day click or 1-day engaged-view', 7, 1, 'views'],
  ['9999 days', 365, 0, null],
])('the window "%s" is read', (text, click_days, view_days, view_word) => {
  expect(parseAttributionWindow(text)).toEqual({ click_days, view_days, view_word });
});

test('a text without a number of days names no window', () => {
  for (const text of ['', 'last click', '28', '7 dogs', 'day 7']) expect(parseAttributionWindow(text)).toBe(null);
});

test('renewals are a reason where the log has orders of that type', () => {
  const none = { orders: 0, micros: 0n };
  const facts: ReasonFacts = {
    currency: 'USD',
    windows: { view_days: 1, email_days: 7, click_days: 30 },
    model: 'linear',
    claimed_micros: 5_000_000n,
    net_micros: 5_000_000n,
    several: none,
    claimants: [
      {
        rules: {
          claimant: 'klaviyo',
          attribution_windows: ['5-day click'],
          window: parseAttributionWindow('5-day click'),
          counted_on: [],
          time_zones: [],
        },
        claimed_micros: 5_000_000n,
        unknown: { campaigns: [], micros: 0n },
        orders: {
          touched: { orders: 2, micros: 5_000_000n },
          own: none,
          shared: none,
          only_viewed: none,
          only_machine: none,
          beyond: none,
          refunded: none,
          renewals: { orders: 1, micros: 2_500_000n },
          net_micros: 5_000_000n,
        },
        days: { beside_orders: 0, beside_touches: 0, days: 1, moved: null },
        credited_micros: 5_000_000n,
      },
    ],
  };
  expect(reasonsOf(facts)).toEqual([
    {
      code: 'renewals',
      claimant: 'klaviyo',
      message:
        'klaviyo touched 1 order worth 2.50 USD of the type renewal, which a subscription makes without a new decision',
      figures: { orders: 1, revenue_micros: '2500000', revenue: '2.500000' },
    },
  ]);
});
