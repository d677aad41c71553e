/** What must hold for every world, whoever asks. */
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { recordKind } from '../../src/domain/index.ts';
import { attributionReport } from '../../src/reports/attribution.ts';
import { optionsArbitrary, worlds } from '../reference/worlds.ts';
import { Engine, type WireEvent } from '../support/engine.ts';
import { ALL_BRANDS } from '../support/events.ts';
import { runsOf } from '../support/tier.ts';
import { eventsOf, parametersOf } from '../support/worlds.ts';

const MODELS = ['first_touch', 'last_touch', 'linear', 'time_decay', 'position_based'];
const SHUFFLES = runsOf('TRIBUTARY_SHUFFLES', 6, 20);
const SHUFFLES_PER_WORLD = Math.min(20, SHUFFLES);
/** Worlds for each of the other promises. */
const WORLDS = runsOf('TRIBUTARY_PROPERTY_WORLDS', 3, 10);

const engines: Engine[] = [];
afterAll(() => Promise.all(engines.map((engine) => engine.close())));

async function load(events: readonly WireEvent[], batch_size?: number): Promise<Engine> {
  const engine = await Engine.open();
  await engine.load(events, batch_size);
  return engine;
}

type Parameters = ReturnType<typeof parametersOf> & { as_of?: string; group_by?: string };

/** The whole report as text, without the two fields that name this answer rather than its content. */
async function reportText(engine: Engine, parameters: Parameters): Promise<string> {
  const {
    as_of: _as_of,
    generated_at: _generated_at,
    ...content
  } = await attributionReport(engine.reports, parameters, ALL_BRANDS);
  return JSON.stringify(content);
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const copy = [...items];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [copy[i], copy[j]] = [copy[j]!, copy[i]!];
  }
  return copy;
}

/** A line that is sent again comes in another request than the first time: equal lines of one request each count. */
const again = (event: WireEvent): WireEvent =>
  event.request === undefined ? event : { ...event, request: event.request + 1_000_000 };

/** Some events twice, all in another order. Only statements stay in their order, because the latest counts. */
function rearranged(events: readonly WireEvent[], seed: number): WireEvent[] {
  let state = seed >>> 0;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const repeated = events.flatMap((event) => (random() < 0.3 ? [event, again(event)] : [event]));
  const statements = repeated.filter(isStatement).values();
  return shuffled(repeated, random).map((event) => (isStatement(event) ? statements.next().value! : event));
}

const isStatement = ({ record }: WireEvent): boolean => recordKind(record).kept === 'latest';

describe('a report', () => {
  test(`is the same to the byte, however the events are shuffled and repeated (${SHUFFLES} ways)`, async () => {
    const rounds = Math.ceil(SHUFFLES / SHUFFLES_PER_WORLD);
    const samples = fc.sample(fc.tuple(worlds({ touchpoints: 40, conversions: 8 }), optionsArbitrary), {
      numRuns: rounds,
      seed: 7,
    });
    for (const [world, options] of samples) {
      const parameters = {
        ...parametersOf({ ...options, currency: 'USD' }, MODELS),
        group_by: 'channel,campaign_id,email_id,day',
      };
      const events = eventsOf(world);
      const first = await load(events);
      const expected = await reportText(first, parameters);
      await first.close();
      for (let i = 0; i < SHUFFLES_PER_WORLD; i++) {
        const engine = await load(rearranged(events, 1 + i), [1_000, 17, 5][i % 3]!);
        expect(await reportText(engine, parameters)).toBe(expected);
        await engine.close();
      }
    }
  });

  test('with an as_of does not change when later events arrive', async () => {
    const samples = fc.sample(fc.tuple(worlds(), worlds(), optionsArbitrary), { numRuns: WORLDS, seed: 11 });
    for (const [before, after, options] of samples) {
      const parameters = parametersOf({ ...options, currency: 'USD' }, MODELS);
      const engine = await load(eventsOf(before));
      const as_of = await engine.load([]);
      const frozen = await reportText(engine, { ...parameters, as_of });
      await engine.load(eventsOf(after).map((event) => renamed(event, 'later')));
      expect(await reportText(engine, { ...parameters, as_of })).toBe(frozen);
      // Another collector counts its positions from 1 too: the same events at the same instants and the same positions.
      await engine.load(
        eventsOf(before).map((event) => renamed(event, 'elsewhere')),
        500,
        'other',
      );
      expect(await reportText(engine, { ...parameters, as_of })).toBe(frozen);
      await engine.close();
    }
  });

  /** The latest of equal statements counts, and equal lines are numbered in their request, so these stay together. */
  const placeOf = (event: WireEvent, e: number): number => (isStatement(event) ? 0 : (event.request ?? e * 7) % 3);

  test('is the same whichever collector took each event', async () => {
    const samples = fc.sample(fc.tuple(worlds(), optionsArbitrary), { numRuns: WORLDS, seed: 17 });
    for (const [world, options] of samples) {
      const parameters = parametersOf({ ...options, currency: 'USD' }, MODELS);
      const events = eventsOf(world);
      const one = await load(events);
      const several = await Engine.open();
      for (const [i, collector_id] of ['c', 'a', 'b'].entries())
        await several.load(
          events.filter((event, e) => placeOf(event, e) === i),
          500,
          collector_id,
        );
      expect(await reportText(several, parameters)).toBe(await reportText(one, parameters));
      await Promise.all([one.close(), several.close()]);
    }
  });

  test('gives every touch back its zero when every order is refunded in full', async () => {
    const samples = fc.sample(fc.tuple(worlds({ adjustments: 0 }), optionsArbitrary), { numRuns: WORLDS, seed: 13 });
    for (const [world, options] of samples) {
      const refunds = world.conversions.map(
        (conversion, i): WireEvent => ({
          record: 'adjustments',
          event: {
            adjustment_id: `refund-${i}`,
            brand_id: conversion.brand_id,
            conversion_id: conversion.conversion_id,
            amount: `-${conversion.conversion_value}`,
            currency: conversion.currency,
            occurred_at: conversion.occurred_at,
          },
        }),
      );
      const worth = refunds.filter(({ event }) => Number((event as { amount: string }).amount) !== 0);
      // Only orders of one conversion: of an order reported twice, both refunds would apply.
      const single =
        new Set(world.conversions.map((c) => c.order_id ?? c.conversion_id)).size === world.conversions.length;
      if (!single) continue;
      const engine = await load([...eventsOf(world), ...worth]);
      const report = (await attributionReport(
        engine.reports,
        parametersOf({ ...options, currency: 'USD', adjustments: 'order_day' }, MODELS),
        ALL_BRANDS,
      )) as {
        models: Record<
          string,
          {
            channel_attribution: Array<{ attributed_revenue_micros: string }>;
            reconciliation: { net_revenue_micros: string };
          }
        >;
      };
      for (const model of MODELS) {
        expect(report.models[model]!.reconciliation.net_revenue_micros).toBe('0');
        for (const row of report.models[model]!.channel_attribution) expect(row.attributed_revenue_micros).toBe('0');
      }
      await engine.close();
    }
  });
});

/** The same event under other ids, so that it is news and not a repeat. */
function renamed({ record, event }: WireEvent, prefix: string): WireEvent {
  const copy = { ...(event as Record<string, unknown>) };
  for (const id of ['touchpoint_id', 'conversion_id', 'adjustment_id', 'link_id']) {
    if (typeof copy[id] === 'string' && !(record === 'adjustments' && id === 'conversion_id'))
      copy[id] = `${prefix}-${String(copy[id])}`;
  }
  return { record, event: copy };
}
