import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLOCK_AHEAD, withServerClock } from '../../src/domain/clock.ts';
import { good } from '../support/read.ts';
import { runsOf } from '../support/tier.ts';
import { attribute, journeys, persons, REASONS, RULE_MODELS, type World } from './reference.ts';
import { campaignOf } from './touches.ts';
import { optionsArbitrary, toReference, WIRE_ORDER, type WireWorld, worldArbitrary, worlds } from './worlds.ts';

const RUNS = runsOf('TRIBUTARY_REFERENCE_RUNS', 40, 200);

function shuffled(wire: WireWorld): WireWorld {
  const reversed = (rows: unknown[]) => [...rows].reverse();
  return Object.fromEntries(Object.entries(wire).map(([name, rows]) => [name, reversed(rows)])) as unknown as WireWorld;
}

describe('a generated world', () => {
  it('is accepted by the product, which reads it as the reference does', () => {
    const property = fc.property(worlds({ conflicts: true }), (wire) => {
      const world = toReference(wire);
      for (const name of WIRE_ORDER) {
        wire[name].forEach((input, index) => {
          const { from_page: _from, request: _request, ...sent } = input as { from_page?: boolean; request?: number };
          const taken = good(name, sent);
          const record = CLOCK_AHEAD in taken ? withServerClock(taken, 'occurred_at') : taken;
          // What the reader makes of other fields (ids of rates and lines, places, signals of consent) is not the reference's.
          const { geo_location: _geo, fx_rate_id: _id, purposes: _purposes, gcm: _gcm, gpc: _gpc, ...named } = record;
          const read = Object.fromEntries(
            Object.entries(named).filter(([field]) => !/^(adjustment|spend)_id$/.test(field) || field in sent),
          );
          expect(world[name][index]).toMatchObject(read);
        });
      }
    });
    fc.assert(property, { numRuns: RUNS });
  });

  it('adds up, in every model', () => {
    const property = fc.property(worldArbitrary, optionsArbitrary, (wire, options) => {
      const { totals, orders, groups } = attribute(toReference(wire), options);
      const unattributed = REASONS.reduce((sum, reason) => sum + totals.unattributed[reason], 0n);
      for (const model of RULE_MODELS) {
        expect(totals.attributed[model]! + unattributed + totals.filtered[model]!).toBe(totals.net_revenue_micros);
        const rows = groups(['brand_id', 'channel', 'day'], model);
        expect(rows.reduce((sum, row) => sum + row.attributed_revenue_micros, 0n)).toBe(totals.attributed[model]);
        if (options.filters!.length === 0)
          expect(rows.reduce((sum, row) => sum + row.credited_millionths, 0n)).toBe(
            1_000_000n * BigInt(totals.attributed_orders),
          );
      }
      expect(orders.reduce((sum, order) => sum + order.net_micros, 0n)).toBe(totals.net_revenue_micros);
    });
    fc.assert(property, { numRuns: 2 * RUNS });
  });

  it('means the same in any order of arrival', () => {
    const property = fc.property(worldArbitrary, optionsArbitrary, (wire, options) => {
      const [one, other] = [toReference(wire), toReference(shuffled(wire))];
      expect(attribute(other, options).orders).toEqual(attribute(one, options).orders);
      expect(journeys(other, options)).toEqual(journeys(one, options));
      expect([...persons(other)].sort()).toEqual([...persons(one)].sort());
    });
    fc.assert(property, { numRuns: RUNS });
  });

  it('has each hard case often enough: long paths, refunds below zero, and more', () => {
    const seen = new Map<string, number>();
    const note = (what: string, is: boolean) => seen.set(what, (seen.get(what) ?? 0) + (is ? 1 : 0));
    for (const [wire, options] of fc.sample(fc.tuple(worldArbitrary, optionsArbitrary), { numRuns: 600, seed: 1 })) {
      const world = toReference(wire);
      const { orders, totals, warnings } = attribute(world, { ...options, filters: [] });
      const arrivals = attribute(withoutReferrers(world), { ...options, filters: [], collapse: 'none' });
      const loose = attribute(world, { ...options, filters: [], collapse: 'none' });
      note(
        'attributed',
        orders.some((order) => order.reason === null),
      );
      note(
        'long path',
        orders.some((order) => order.path.length >= 4),
      );
      note(
        'collapsed',
        orders.some((order, index) => order.path.length < loose.orders[index]!.path.length),
      );
      note(
        'continued visit',
        orders.some((_, index) => loose.orders[index]!.path.length < arrivals.orders[index]!.path.length),
      );
      note(
        'negative',
        orders.some((order) => order.net_micros < 0n),
      );
      note(
        'adjustment alone',
        orders.some((order) => !order.counted),
      );
      note('refunds beyond the order', warnings.refunds_beyond_order > 0);
      note('refunds of unknown orders', warnings.refunds_of_unknown_orders > 0);
      const lines = world.spend.map(({ brand_id, line }) => `${brand_id} ${line}`);
      note('spend that is stated anew', new Set(lines).size < lines.length);
      const campaigns = new Set(world.touchpoints.map(campaignOf));
      note(
        'spend under another spelling',
        world.spend.some(({ campaign_id: id }) => id != null && !campaigns.has(id) && campaigns.has(id.toLowerCase())),
      );
      note(
        'equal lines',
        world.spend.some(({ line }) => line.endsWith(' 2')),
      );
      note('other currency', warnings.other_currency_adjustments > 0);
      note('more than 2^53', totals.net_revenue_micros > 2n ** 53n);
      const claims = world.conversions.filter((row) => row.from_page);
      const meets = (field: 'conversion_id' | 'order_id') =>
        claims.some((claim) =>
          world.conversions.some(
            (row) => !row.from_page && row.brand_id === claim.brand_id && row[field] && row[field] === claim[field],
          ),
        );
      note('claim of the id of a conversion', meets('conversion_id'));
      note('claim of the order of a server', meets('order_id'));
      for (const reason of REASONS)
        note(
          reason,
          orders.some((order) => order.reason === reason),
        );
      const people = [...persons(world)];
      note(
        'joined ids',
        people.some(([key, person]) => !key.endsWith(`\u0000${person}`)),
      );
      note(
        'journey',
        journeys(world, options).some((journey) => journey.touchpoint_ids.length > 1),
      );
    }
    seen.delete('no_consent');
    for (const [what, worlds_with] of seen) expect(worlds_with, what).toBeGreaterThan(5);
  });
});

/** The same world, in which every page was an arrival. */
function withoutReferrers(world: World): World {
  return { ...world, touchpoints: world.touchpoints.map((row) => ({ ...row, referrer: null })) };
}
