/** What blasts brought, in a small world, beside an independent computation from the same events. */
import { expect, test } from 'vitest';
import { showReport } from '../../src/present/tables.ts';
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
