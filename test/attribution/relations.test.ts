/** Every temporary table is what its declaration says: columns, types, nulls and key, on random worlds. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { consideredTouches } from '../../src/attribution/considered.ts';
import { firstRefusal, inTime, mayEarn } from '../../src/attribution/eligibility.ts';
import { makeJourneys } from '../../src/attribution/journeys.ts';
import { attribute } from '../../src/attribution/query.ts';
import { TributaryError } from '../../src/domain/errors.ts';
import { readLogHistories } from '../../src/models/hazard/log-histories.ts';
import { readLogPaths } from '../../src/models/paths/log-paths.ts';
import { attributionReport } from '../../src/reports/attribution.ts';
import { campaignReport } from '../../src/reports/campaign.ts';
import { campaignsReport } from '../../src/reports/campaigns.ts';
import { customerReport } from '../../src/reports/customer.ts';
import { journeysReport } from '../../src/reports/journeys.ts';
import { modelComparison } from '../../src/reports/model-comparison.ts';
import { receiptReport } from '../../src/reports/receipt.ts';
import { resolveParameters } from '../../src/reports/resolve.ts';
import { read, readAll } from '../../src/warehouse/read-row.ts';
import { defineRelation } from '../../src/warehouse/relation.ts';
import { optionsArbitrary, type WireWorld, worlds } from '../reference/worlds.ts';
import { Engine } from '../support/engine.ts';
import { ALL_BRANDS } from '../support/events.ts';
import { runsOf } from '../support/tier.ts';
import { checking } from '../support/watched.ts';
import { eventsOf, parametersOf, settingsOf } from '../support/worlds.ts';

const MODELS = ['first_touch', 'time_decay', 'position_based'];
/** Worlds in which every table of every report is compared with its declaration; most of the time goes there. The seed is one whose first world makes every table. */
const CHECKED_WORLDS = runsOf('TRIBUTARY_RELATION_WORLDS', 1, 4);
const CHECKED_SEED = 8;
const WORLDS = runsOf('TRIBUTARY_ELIGIBILITY_WORLDS', 4, 6);

const samples = (seed: number, count = WORLDS) =>
  fc.sample(fc.tuple(worlds({ conflicts: true }), optionsArbitrary), { numRuns: count, seed });

async function withEngine(world: WireWorld, work: (engine: Engine) => Promise<void>): Promise<void> {
  const engine = await Engine.open('duckdb');
  try {
    await engine.load(eventsOf(world));
    await work(engine);
  } finally {
    await engine.close();
  }
}

function idsOf(world: WireWorld, record: 'touchpoints' | 'conversions', field: string): string[] {
  const ids = world[record].map((event) => (event as unknown as Record<string, unknown>)[field]);
  return [...new Set(ids)].filter((id) => typeof id === 'string').slice(0, 3);
}

/** A missing rate is an answer too. */
async function asked(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof TributaryError)) throw error;
  });
}

describe('a temporary table', () => {
  test('has the columns, types and key that are declared, in every report and fit', async () => {
    const seen = new Set<string>();
    for (const [world, options] of samples(CHECKED_SEED, CHECKED_WORLDS))
      await withEngine(world, async (engine) => {
        const { warehouse, made } = checking(engine.warehouse);
        for (const [brand_id, own] of Object.entries(options.settings ?? {}))
          engine.settings.set(brand_id, settingsOf(own));
        const context = { ...engine.reports, warehouse };
        const { models, ...one } = parametersOf(options, MODELS);
        await asked(attributionReport(context, { ...one, models, group_by: 'channel,month' }, ALL_BRANDS));
        const filtered = {
          ...one,
          models,
          group_by: 'segment,week',
          filter: ['channel:email', 'conversion_type:!trial_signup'],
        };
        await asked(attributionReport(context, filtered, ALL_BRANDS));
        await asked(campaignsReport(context, one, ALL_BRANDS));
        await asked(journeysReport(context, one, ALL_BRANDS));
        await asked(modelComparison(context, { ...one, models, draws: 20 }, ALL_BRANDS));
        const brand_id = world.conversions[0]?.brand_id ?? 'default';
        for (const id of idsOf(world, 'touchpoints', 'campaign_id'))
          await asked(campaignReport(context, id, one, ALL_BRANDS));
        for (const id of idsOf(world, 'conversions', 'conversion_id'))
          await asked(receiptReport(context, id, { brand_id, lookback: 'since_previous_conversion' }, ALL_BRANDS));
        for (const id of idsOf(world, 'conversions', 'customer_id'))
          await asked(customerReport(context, id, { brand_id }, ALL_BRANDS));
        await asked(
          warehouse.read(async (snapshot) => {
            const { plan } = await resolveParameters(snapshot, context, one, ALL_BRANDS);
            await readLogPaths(snapshot, plan, context.directory, { grain: 'channel', split_views: ['email'] });
            await readLogHistories(snapshot, plan, context.directory, { grain: 'campaign', split_views: [] });
          }),
        );
        for (const name of made) seen.add(name);
      });
    expect([...seen]).toEqual(
      expect.arrayContaining([
        'orders',
        'standing_orders',
        'value_events',
        'ties',
        'absorbed',
        'continuations',
        'credits',
        'journeys',
        'history',
        'orders_and_silent',
        'segment_sets',
        'spend_amounts',
        'spend_campaigns',
        'named_orders',
        'touch_kinds',
        'person_touches',
        'person_ties',
      ]),
    );
  }, 240_000);

  test('has a name that no other table has', () => {
    expect(() => defineRelation('orders', 'something else', { key: [], columns: {} })).toThrow('declared twice');
  });
});

describe('eligibility', () => {
  test('refuses on a receipt exactly the touchpoints that are no candidates of the query', async () => {
    let refused = 0;
    for (const [world, options] of samples(8))
      await withEngine(world, async (engine) => {
        for (const [brand_id, own] of Object.entries(options.settings ?? {}))
          engine.settings.set(brand_id, settingsOf(own));
        await engine.warehouse.read(async (snapshot) => {
          const { models: _models, currency: _currency, ...one } = parametersOf(options, MODELS);
          const { plan } = await resolveParameters(snapshot, engine.reports, { ...one, currency: 'USD' }, ALL_BRANDS);
          const query = await attribute(snapshot, plan, engine.reports.directory).catch((error: unknown) => {
            if (error instanceof TributaryError) return undefined;
            throw error;
          });
          if (!query) return;
          const [row] = await snapshot.query(
            `select count_where(t.refused_by is not null) as refused, count_where((t.refused_by is null) <> (c.touch_no is not null)) as wrong, count_where(t.refused_by is null) as taken
             from (${consideredTouches(plan, query, ['touchpoint_id'])}) t left join ${query.candidates.name} c on c.order_no = t.order_no and c.touch_no = t.touch_no`,
          );
          const counts = read(row, { refused: 'number', wrong: 'number', taken: 'number' });
          expect(counts.wrong).toBe(0);
          const [size] = await snapshot.query(`select count(*) as n from ${query.candidates.name}`);
          expect(read(size, { n: 'number' }).n).toBe(counts.taken);
          refused += counts.refused;
        });
      });
    expect(refused).toBeGreaterThan(20);
  }, 120_000);

  test('applies the same filters in the query, in receipts and in fits', () => {
    const plan = { include_machine: false, exclude_direct: true, lookback: 'since_previous_conversion' } as Parameters<
      typeof mayEarn
    >[0];
    const touch = {
      at_ms: 't.at_ms',
      traits: 't.traits',
      touchpoint_type: 't.touchpoint_type',
      continues: 't.continues',
    };
    expect(mayEarn(plan, touch)).toBe('bits(t.traits, 39) = 0 and not (t.continues)');
    expect(inTime(plan, touch)).toContain('t.at_ms > o.previous_ms');
    const statuses = [...firstRefusal(plan, touch).matchAll(/then '(\w+)'/g)].map((match) => match[1]);
    expect(statuses).toEqual([
      'after_conversion',
      'ineligible_type',
      'no_consent',
      'machine',
      'excluded_channel',
      'continues_visit',
      'outside_window',
      'before_previous_conversion',
    ]);
  });
});

describe('journeys', () => {
  test('of one customer are those of the journeys report: same orders, value, length and touches up to the last order', async () => {
    let compared = 0;
    for (const [world, options] of samples(14))
      await withEngine(world, async (engine) => {
        for (const [brand_id, own] of Object.entries(options.settings ?? {}))
          engine.settings.set(brand_id, settingsOf(own));
        const journeys = await allJourneys(engine).catch((error: unknown) => {
          if (error instanceof TributaryError) return [];
          throw error;
        });
        for (const { brand_id, person_id } of new Map(
          journeys.map((row) => [`${row.brand_id}/${row.person_id}`, row]),
        ).values()) {
          const report = (await customerReport(
            engine.reports,
            person_id,
            { brand_id, currency: 'USD' },
            ALL_BRANDS,
          )) as {
            journeys: Array<
              Record<string, unknown> & {
                touchpoints: Array<{ occurred_at: string }>;
                conversions: Array<{ occurred_at: string }>;
              }
            >;
          };
          const own = journeys.filter((row) => row.brand_id === brand_id && row.person_id === person_id);
          const listed = report.journeys
            .filter((journey) => journey.conversions.length > 0)
            .map((journey) => {
              const last_order = journey.conversions.at(-1)!.occurred_at;
              return {
                orders: journey['conversion_count'],
                micros: journey['total_conversion_value_micros'],
                days: journey['days_to_last_conversion'],
                touchpoints: journey.touchpoints.filter(({ occurred_at }) => occurred_at <= last_order).length,
              };
            });
          expect(listed).toEqual(
            own.map(({ orders, micros, days, touchpoints }) => ({
              orders,
              micros: micros.toString(),
              days,
              touchpoints,
            })),
          );
          compared += listed.length;
        }
      });
    expect(compared).toBeGreaterThan(5);
  }, 240_000);
});

/** The journeys of everybody over all time, newest first within a person. */
function allJourneys(engine: Engine) {
  return engine.warehouse.read(async (snapshot) => {
    const period = { start: '1970-01-01T00:00:00Z', end: '9999-01-01T00:00:00Z', currency: 'USD' };
    const { plan } = await resolveParameters(snapshot, engine.reports, period, ALL_BRANDS);
    const query = await attribute(snapshot, plan, engine.reports.directory);
    const { journeys } = await makeJourneys(snapshot, plan, query);
    const rows = await snapshot.query(
      `select j.brand_id as brand_id, p.person_id as person_id, j.orders as orders, text128(j.micros) as micros, j.days as days, j.touchpoints as touchpoints
       from ${journeys.name} j join (select distinct person_key, person_id from ${query.orders.name}) p on p.person_key = j.person_key
       order by j.brand_id, p.person_id, j.journey_no desc`,
    );
    return readAll(rows, {
      brand_id: 'text',
      person_id: 'text',
      orders: 'number',
      micros: 'bigint',
      days: 'number',
      touchpoints: 'number',
    });
  });
}
