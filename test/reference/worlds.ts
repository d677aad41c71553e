/**
 * Small, nasty worlds: few ids, so that they collide; few instants with offsets at the windows' edges, so that ties and
 * edges are common. Worlds are wire records, with channel and verdict always set, so that enrichment changes nothing.
 */
import fc from 'fast-check';
import { policies } from './consents.ts';
import {
  adjustmentOf,
  adjustments,
  consentOf,
  consents,
  conversionOf,
  conversions,
  type Draft,
  linkOf,
  links,
  type Scene,
  segmentOf,
  segments,
  touchpointOf,
  touchpoints,
} from './drafts.ts';
import { rateDrafts, ratesOf } from './rates.ts';
import { spendDrafts, spendOf } from './spend.ts';
import { FIRST_MS, LAST_MS } from './times.ts';
import { type Options, RULE_MODELS } from './types.ts';
import type { WireWorld } from './wire.ts';

export { toReference, WIRE_ORDER, type WireWorld } from './wire.ts';

const TEN_MINUTES_MS = 600_000;
const TEN_MINUTES_IN_PERIOD = Math.floor((LAST_MS - FIRST_MS) / TEN_MINUTES_MS);

export interface WorldLimits {
  touchpoints?: number;
  conversions?: number;
  adjustments?: number;
  links?: number;
  segments?: number;
  consents?: number;
  /**
   * Also ids sent twice with other content, and rates that are stated anew. Off by default: the first log position stays, so such a world depends on the
   * order of arrival, which most properties want to shuffle.
   */
  conflicts?: boolean;
}

/** One world with the given limits. Limits above 40 touchpoints, 8 conversions and 10 others would repeat ids. */
export function worlds(limits: WorldLimits = {}): fc.Arbitrary<WireWorld> {
  const most = (limit: number | undefined, usual: number) => ({
    maxLength: Math.min(limit ?? usual, usual),
    size: 'max' as const,
  });
  return fc
    .record({
      anchors: fc.array(fc.nat(TEN_MINUTES_IN_PERIOD), { minLength: 1, maxLength: 3 }),
      touchpoints: fc.array(touchpoints, most(limits.touchpoints, 40)),
      conversions: fc.array(conversions, most(limits.conversions, 8)),
      adjustments: fc.array(adjustments, most(limits.adjustments, 8)),
      links: fc.array(links, most(limits.links, 8)),
      segments: fc.array(segments, most(limits.segments, 8)),
      people: fc.integer({ min: 1, max: 5 }),
      alike: fc.constantFrom<Scene['alike'][]>(
        ...Array(8).fill({}),
        { channel: 'direct' },
        { verdict: 'bot' },
        { verdict: 'machine' },
      ),
      rates: rateDrafts,
      spend: fc.array(spendDrafts, { maxLength: 10, size: 'max' }),
      consents: fc.array(consents, most(limits.consents, 8)),
    })
    .map((draft) => {
      const scene = {
        bases: draft.anchors.map((step) => FIRST_MS + step * TEN_MINUTES_MS),
        people: draft.people,
        alike: draft.alike,
      };
      const conflicts = limits.conflicts ?? false;
      const sold = draft.conversions.map((one, index) => conversionOf(one, index, scene));
      return {
        touchpoints: sent(draft.touchpoints, (one, index) => touchpointOf(one, index, scene), conflicts),
        conversions: sent(draft.conversions, (one, index) => conversionOf(one, index, scene), conflicts),
        adjustments: twice(sent(draft.adjustments, (one, index) => adjustmentOf(one, index, scene, sold), conflicts)),
        identity_links: sent(draft.links, (one, index) => linkOf(one, index, scene), conflicts),
        fx_rates: ratesOf(draft.rates, conflicts),
        spend: twice(draft.spend.map(spendOf)),
        customer_segments: sent(draft.segments, (one, index) => segmentOf(one, index, scene), conflicts),
        consents: sent(draft.consents, (one, index) => consentOf(one, index, scene), conflicts),
      };
    });
}

export const worldArbitrary: fc.Arbitrary<WireWorld> = worlds();

/** The records of some drafts, and after them those that were sent again: a copy, or (a conflict) the next one under this id. */
function sent<D extends Draft, W>(drafts: D[], make: (draft: D, index: number) => W, conflicts: boolean): W[] {
  const first = drafts.map(make);
  const again = drafts.flatMap((draft, index) => {
    if (draft.again === 'no') return [];
    const other = conflicts && draft.again === 'changed' ? drafts[(index + 1) % drafts.length]! : draft;
    const repeat = make(other, index);
    return ['again_from_page' in draft ? { ...repeat, from_page: draft.again_from_page } : repeat];
  });
  return [...first, ...again];
}

/** Lines of the request 2 come twice in it. */
function twice<W extends { request?: number }>(lines: W[]): W[] {
  return lines.flatMap((line) => (line.request === 2 ? [line, line] : [line]));
}

const settings = fc.record(
  {
    time_zone: fc.constantFrom('UTC', 'America/New_York', 'Asia/Kolkata', 'Pacific/Auckland'),
    view_days: fc.constantFrom(1, 2),
    click_days: fc.constantFrom(30, 7),
    half_life_days: fc.constantFrom(7, 1, 14),
    position_first: fc.constantFrom(0.4, 0.2, 0),
    position_last: fc.constantFrom(0.4, 0.6, 0),
    identity_min_probability: fc.constantFrom(0.5, 0.8),
    consent: policies,
  },
  { requiredKeys: [] },
);

/** Filters worth asking for: those of a field are alike, all to pass or all to leave out. */
const filters = fc.uniqueArray(
  fc.record({
    choice: fc.constantFrom<{ field: string; values: Array<string | null> }[]>(
      { field: 'channel', values: ['email'] },
      { field: 'channel', values: ['direct', 'paid_search'] },
      { field: 'campaign_id', values: ['spring', null] },
      { field: 'campaign_id', values: ['summer', '77'] },
      { field: 'country', values: [null] },
      { field: 'campaign_kind', values: ['flow', null] },
      { field: 'touchpoint_type', values: ['email_click', 'email_open'] },
      { field: 'conversion_type', values: ['purchase'] },
      { field: 'segment', values: ['loyal', 'Été'] },
      { field: 'segment', values: [null] },
      { field: 'customer_kind', values: ['new'] },
      { field: 'customer_kind', values: ['returning'] },
      { field: 'brand_id', values: ['default'] },
      { field: 'month', values: ['2026-02'] },
      { field: 'day', values: ['2026-02-14', '2026-02-15', '2026-02-16'] },
    ),
    not: fc.boolean(),
  }),
  { maxLength: 2, selector: ({ choice }) => choice.field },
);

/** Reports worth asking of a world. `settings` is by brand; the brands are `default` and `b2`. */
export const optionsArbitrary: fc.Arbitrary<Options> = fc
  .record({
    period: fc.constantFrom<[number, number][]>(
      [FIRST_MS, LAST_MS + 1],
      [Date.UTC(2026, 1, 14), LAST_MS + 1],
      [Date.UTC(2026, 1, 1), Date.UTC(2026, 2, 1)],
      [Date.UTC(2026, 0, 15), Date.UTC(2026, 1, 20, 12)],
    ),
    currency: fc.constantFrom('USD', 'EUR', 'JPY'),
    collapse: fc.constantFrom<('interaction' | 'none')[]>('interaction', 'interaction', 'interaction', 'none'),
    adjustments: fc.constantFrom('order_day' as const, 'own_day' as const),
    lookback: fc.constantFrom<('full' | 'since_previous_conversion')[]>('full', 'full', 'since_previous_conversion'),
    exclude_direct: fc.boolean(),
    include_machine: fc.boolean(),
    conversion_types: fc.constantFrom<(string[] | null)[]>(null, null, ['purchase'], ['purchase', 'lead_generation']),
    week_start: fc.constantFrom<('monday' | 'sunday')[]>('monday', 'sunday'),
    filters: fc.boolean().chain((some) => (some ? filters : filters.map(() => []))),
    settings: fc.record({ default: settings, b2: settings }),
  })
  .map(({ period: [start_ms, end_ms], filters: chosen, ...rest }) => ({
    ...rest,
    filters: chosen.map(({ choice, not }) => ({ ...choice, not })),
    start_ms,
    end_ms,
    models: RULE_MODELS,
    as_of: null,
  }));
