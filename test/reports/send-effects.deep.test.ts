/** What blasts brought: random worlds beside an independent computation, and how often the intervals hold the truth. */
import { describe, expect, test } from 'vitest';
import { MS_PER_DAY } from '../../src/domain/time.ts';
import { tBound } from '../../src/learning/distributions.ts';
import { type Compared, effectsOf } from '../reference/send-effects.ts';
import { type Json, withShop } from '../support/shop.ts';
import { askEffects, expectReference } from './sends-expected.ts';
import { CAMPAIGN, makeWorld, sendWorld, type World } from './sends-world.ts';

async function answerOf(world: World): Promise<Json> {
  let answer: Json;
  await withShop({}, async (shop) => {
    const made = makeWorld(world);
    await sendWorld(shop, made);
    answer = await expectReference(shop, made);
    const again = await askEffects(shop, { as_of: answer.as_of });
    expect({ ...again, generated_at: '' }).toEqual({ ...answer, generated_at: '' });
  });
  return answer;
}

describe('equals the reference, and', () => {
  test('a blast in random waves shows what it caused', async () => {
    const answer = await answerOf({ people: 800, seed: 5, order: 'waves', effect: 0.3, rates: [0.03, 0.2] });
    const [blast] = answer.blasts;
    expect(blast).toMatchObject({ basis: 'random_order', is_causal: true, conclusion: 'more_orders', waves: 4 });
    expect(blast).toMatchObject({ experiment_id: 'order' });
    expect(blast.sentence).toContain('so the email caused the difference');
    expect(blast.controls[0].verdict).not.toBe('leaks');
    expect(answer.together).toHaveLength(1);
    // The last wave has nobody to wait.
    expect(answer.warnings.map(({ code }: Json) => code)).toContain('waves_without_others');
  });

  test('a blast with a holdout shows what it caused, also if a few of the holdout got it', async () => {
    const answer = await answerOf({ people: 700, seed: 21, order: 'holdout', effect: 0.3, rates: [0.03, 0.2] });
    expect(answer.blasts[0]).toMatchObject({ basis: 'random_order', conclusion: 'more_orders', waves: 1 });
  });

  test('a blast by chance without an effect has controls near zero, and proves nothing', async () => {
    const answer = await answerOf({ people: 900, seed: 8, order: 'unrecorded', effect: 0, rates: [0.6, 0.6] });
    const [blast] = answer.blasts;
    expect(blast).toMatchObject({ basis: 'unlike_people', is_causal: false });
    expect(blast.orders_low).toBeLessThan(0);
    expect(blast.orders_high).toBeGreaterThan(0);
    expect(blast.controls[0]).toMatchObject({ control: 'orders_before', verdict: 'near_zero' });
    expect(['controls_near_zero', 'not_proven']).toContain(blast.conclusion);
  });

  test('a blast to people who are about to buy leaks intent, and the card says how much', async () => {
    const answer = await answerOf({ people: 1_000, seed: 13, order: 'intent', effect: 0.05, rates: [0.02, 0.3] });
    const [blast] = answer.blasts;
    expect(blast).toMatchObject({ conclusion: 'intent_leaks', is_causal: false });
    expect(blast.controls[0].verdict).toBe('leaks');
    expect(blast.controls[0].leaked_part).toBeGreaterThan(0.3);
    expect(blast.sentence).toMatch(
      /already differed by \+\d+\.\d\d orders per 100 people .* which is \d+ % of the difference/,
    );
  });
});

const PEOPLE = 500;
const DAY = MS_PER_DAY;

const holds = ({ difference, error }: Compared, truth: number): boolean =>
  Math.abs(difference - truth) <= tBound(0.05, 200) * error;

/** In how many of the worlds something is so. */
function partOf(
  world: Omit<World, 'seed' | 'people'>,
  worlds: number,
  isSo: (found: ReturnType<typeof effectsOf>) => boolean,
): number {
  const names = ['effect', 'orders_before'] as const;
  let found = 0;
  for (let seed = 0; seed < worlds; seed++) {
    const { log } = makeWorld({ ...world, people: PEOPLE, seed });
    if (isSo(effectsOf(log, CAMPAIGN, { window_ms: DAY, list_ms: 90 * DAY, names }))) found += 1;
  }
  return found / worlds;
}

describe('over many worlds', () => {
  test('the interval of random waves holds what the emails caused in about 95 of 100', () => {
    const effect = 0.15;
    // 95 % are sent, 90 % of these are delivered, and 1 of 24 hours after an email lies after the window on average.
    const caused = 0.95 * 0.9 * effect * (1 - 1 / 24);
    const part = partOf({ order: 'waves', effect, rates: [0.03, 0.2] }, 200, (found) =>
      holds(found.effect.orders, caused),
    );
    expect(part).toBeGreaterThan(0.9);
    expect(part).toBeLessThan(0.99);
  });

  test('where chance sends and nothing is caused, effect and controls leave out 0 in about 5 of 100', () => {
    const world = { order: 'unrecorded', effect: 0, rates: [0.03, 0.2] } as const;
    expect(partOf(world, 100, (found) => !holds(found.effect.orders, 0))).toBeLessThan(0.1);
    expect(partOf(world, 100, (found) => !holds(found.orders_before.orders, 0))).toBeLessThan(0.1);
  });

  test('where intent sends, the orders before the send give it away nearly always', () => {
    const world = { order: 'intent', effect: 0, rates: [0.02, 0.4] } as const;
    expect(partOf(world, 100, (found) => !holds(found.effect.orders, 0))).toBeGreaterThan(0.9);
    expect(partOf(world, 100, (found) => !holds(found.orders_before.orders, 0))).toBeGreaterThan(0.9);
  });
});
