/** What blasts brought, in a small world, beside an independent computation from the same events. */
import { expect, test } from 'vitest';
import { showReport } from '../../src/present/tables.ts';
import type { Side } from '../../src/reports/sends/compare.ts';
import { compare } from '../../src/reports/sends/effects.ts';
import { type Json, withShop } from '../support/shop.ts';
import { askEffects, expectReference, SEND_EFFECTS } from './sends-expected.ts';
import { makeWorld, sendWorld, type World } from './sends-world.ts';

test('those who were sent by intent differ before the send already, and the card says by how much', async () => {
  const world: World = { people: 220, seed: 3, order: 'intent', effect: 0, rates: [0.03, 0.5] };
  await withShop({}, async (shop) => {
    const made = makeWorld(world);
    await sendWorld(shop, made);
    const answer = await expectReference(shop, made);
    const [blast] = answer.blasts;
    expect(blast).toMatchObject({ basis: 'unlike_people', is_causal: false, conclusion: 'intent_leaks' });
    expect(blast.controls[0]).toMatchObject({ control: 'orders_before', verdict: 'leaks' });
    expect(blast.sentence).toContain('so much intent leaks');
    expect(answer.warnings.map(({ code }: Json) => code)).toEqual(['new_to_list']);
    expect(showReport(SEND_EFFECTS, answer, 25)).toContain('blast');
    expect((await askEffects(shop, { campaign_id: 'another' })).blasts).toEqual([]);
  });
});

/** One side of a blast: so many people in two groups, some of whom ordered once. */
function side(is_treated: boolean, people: number, ordered: number): Side {
  const each = [people / 2, people / 2];
  return {
    ...{ blast_no: 0, wave_no: 0, stratum: 0, is_treated, groups: [0, 1] },
    people: { people: each, bounced_people: [0, 0], machine_people: [0, 0] },
    sums: { after_orders: Float64Array.of(ordered, 0) },
    totals: { after_orders: BigInt(ordered), after_orders_squares: BigInt(ordered) },
  };
}

test('orders of both sides decide whether a blast is shown, so one that works is shown where few others ordered', () => {
  const shown = (sent: number, others: number): boolean =>
    compare([side(false, 100, others), side(true, 900, sent)], 'effect').found !== null;
  expect(shown(49, 0)).toBe(false);
  expect(shown(49, 1)).toBe(true);
  expect(shown(44, 5)).toBe(false);
});
