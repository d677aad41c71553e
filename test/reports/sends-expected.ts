/** The report on the effects of sends, beside the reference. */
import { expect } from 'vitest';
import { MS_PER_DAY } from '../../src/domain/time.ts';
import { tBound } from '../../src/learning/distributions.ts';
import { type Compared, effectsOf } from '../reference/send-effects.ts';
import { ALL_BRANDS } from '../support/events.ts';
import type { Json, Shop } from '../support/shop.ts';
import { MARCH } from '../support/time.ts';
import { expectToFit, reportNamed } from './schema.ts';
import { CAMPAIGN, type MadeWorld } from './sends-world.ts';

export const SEND_EFFECTS = reportNamed('send_effects');
const ASKED = { ...MARCH, campaign_id: CAMPAIGN };

export async function askEffects(shop: Shop, rest: object = {}): Promise<Json> {
  const asked = { ...ASKED, ...rest };
  const answer = await SEND_EFFECTS.run(shop.reports, asked, ALL_BRANDS);
  expectToFit(SEND_EFFECTS, answer, asked);
  return answer;
}

/** Figures of an answer beside those of the reference. */
function expectSame(own: Json, measure: 'orders' | 'revenue', expected: Compared): void {
  expect(own[`${measure}_difference`]).toBeCloseTo(expected.difference, 9);
  expect(own[`${measure}_sent`]).toBeCloseTo(expected.sent, 9);
  expect(own[`${measure}_not_sent`]).toBeCloseTo(expected.not_sent, 9);
  const half = (own[`${measure}_high`] - own[`${measure}_low`]) / 2;
  // A t with up to 255 degrees of freedom.
  expect(half / expected.error).toBeGreaterThan(tBound(0.05, 255) * (1 - 1e-9));
  expect(half / expected.error).toBeLessThan(tBound(0.05, 60));
}

export async function expectReference(shop: Shop, world: MadeWorld): Promise<Json> {
  const answer = await askEffects(shop);
  const [blast] = answer.blasts;
  const expected = effectsOf(world.log, CAMPAIGN, { window_ms: MS_PER_DAY, list_ms: 90 * MS_PER_DAY });
  expect(blast.compared_people).toBe(expected.effect.orders.people);
  for (const measure of ['orders', 'revenue'] as const) {
    expectSame(blast, measure, expected.effect[measure]);
    for (const control of blast.controls)
      if (control.verdict !== 'too_few')
        expectSame(control, measure, expected[control.control as keyof typeof expected][measure]);
  }
  return answer;
}
