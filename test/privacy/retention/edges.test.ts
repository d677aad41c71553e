/** How long records are kept: what a brand says, from when on, and which records are not taken. */
import { expect, test } from 'vitest';
import { makeConfig } from '../../../src/config.ts';
import { agedProblem, edgesAt, edgesOf, latestEdges } from '../../../src/privacy/retention/edges.ts';
import { removesAnything } from '../../../src/privacy/retention/policy.ts';

const NOON = Date.parse('2026-06-15T12:00:00Z');
const { retention } = makeConfig({
  defaults: { retention: { touchpoints: 10, orders: 20 } },
  brands: { archive: { retention: { orders: null } }, plain: {} },
});
const date = (at_ms: number | null): string | null => (at_ms === null ? null : new Date(at_ms).toISOString());

test('a brand overrides single kinds of the default, and days begin at midnight in UTC', () => {
  const edges = edgesAt(retention, NOON);
  const shown = (brand_id: string) => [edgesOf(edges, brand_id).touchpoints, edgesOf(edges, brand_id).orders].map(date);
  expect(shown('plain')).toEqual(['2026-06-05T00:00:00.000Z', '2026-05-26T00:00:00.000Z']);
  expect(shown('never-configured')).toEqual(shown('plain'));
  expect(shown('archive')).toEqual(['2026-06-05T00:00:00.000Z', null]);
  expect(edgesAt(retention, NOON + 3_600_000)).toEqual(edges);
});

test('an edge never moves back', () => {
  const now = edgesAt(retention, NOON);
  const before = edgesAt(retention, NOON - 86_400_000);
  expect(latestEdges(now, before)).toEqual(now);
  expect(latestEdges(before, now)).toEqual(now);
});

test('what is older is not taken, of statements everything is', () => {
  const edges = edgesAt(retention, NOON);
  const at = (text: string) => ({ brand_id: 'plain', occurred_at: Date.parse(text) });
  expect(agedProblem(edges, 'touchpoints', at('2026-06-04T23:59:59.999Z'))?.reason).toContain('from 2026-06-05 on');
  expect(agedProblem(edges, 'touchpoints', at('2026-06-05T00:00:00Z'))).toBe(undefined);
  expect(agedProblem(edges, 'adjustments', at('2026-05-25T00:00:00Z'))).toMatchObject({ field: 'occurred_at' });
  expect(agedProblem(edges, 'consents', at('2001-01-01T00:00:00Z'))).toBe(undefined);
});

test('without the setting nothing goes, and a wrong one is refused by name', () => {
  expect(removesAnything(makeConfig({}).retention)).toBe(false);
  for (const wrong of [{ touchpoints: 0 }, { touchpoint: 5 }, { fx_rates: 5 }])
    expect(() => makeConfig({ defaults: { retention: wrong } })).toThrow(/config\.defaults\.retention/);
});
