/** Signs of a passing intent: what comes together by itself is one, what comes together by way of an order is none. */
import { expect, test } from 'vitest';
import { Random } from '../../src/domain/random.ts';
import { MS_PER_DAY } from '../../src/domain/time.ts';
import type { Histories } from '../../src/models/hazard/histories.ts';
import { intentLoadings } from '../../src/models/hazard/intent.ts';

const DAYS = 60;
const GUARD = MS_PER_DAY / 48;
const [EMAIL, DIRECT] = [0, 1];

interface Life {
  touches: Array<[at: number, state: number]>;
  orders: number[];
}

function historiesOf(lives: readonly Life[]): Histories {
  const touches = lives.map(({ touches }) =>
    touches.filter(([at]) => at < DAYS * MS_PER_DAY).sort((a, b) => a[0] - b[0]),
  );
  const orders = lives.map((life) => life.orders.filter((at) => at < DAYS * MS_PER_DAY).sort((a, b) => a - b));
  const offsets = (rows: readonly unknown[][]): Uint32Array => {
    const found = new Uint32Array(rows.length + 1);
    rows.forEach((row, p) => {
      found[p + 1] = found[p]! + row.length;
    });
    return found;
  };
  return {
    states: ['email', 'direct'],
    touch_offsets: offsets(touches),
    touch_ms: Float64Array.from(touches.flat(), ([at]) => at),
    touch_state: Uint16Array.from(touches.flat(), ([, state]) => state),
    order_offsets: offsets(orders),
    order_ms: Float64Array.from(orders.flat()),
    order_value: new Float64Array(orders.flat().length).fill(1),
    first_ms: new Float64Array(lives.length),
    segments: [],
    segment_offsets: new Uint32Array(lives.length + 1),
    segment_code: new Uint16Array(0),
    segment_from_ms: new Float64Array(0),
    segment_until_ms: new Float64Array(0),
    start_ms: 0,
    end_ms: DAYS * MS_PER_DAY,
  };
}

function loadings(live: (random: Random) => Life): number[] {
  const lives = Array.from({ length: 1_500 }, (_, p) => live(new Random(1, 'intent test', p)));
  return intentLoadings({
    histories: historiesOf(lives),
    groups: 2,
    group_of: [EMAIL, DIRECT],
    guard_ms: GUARD,
    people_leave: false,
  });
}

/** Both kinds of touch now and then, by themselves. */
function background(random: Random): Life['touches'] {
  const touches: Life['touches'] = [];
  for (const state of [EMAIL, DIRECT])
    for (let at = random.exponential(12); at < DAYS; at += random.exponential(12))
      touches.push([at * MS_PER_DAY, state]);
  return touches;
}

test('a click that brings an order, the visit on the way to it and the mail after it are no sign of intent', () => {
  const found = loadings((random) => {
    const touches = background(random);
    const orders = touches.flatMap(([at, state]) =>
      state === EMAIL && random.chance(0.4) ? [at + random.between(0.1, 1.5) * MS_PER_DAY] : [],
    );
    const closing = orders.map((at): [number, number] => [at - 5 * 60_000, DIRECT]);
    const thanks = orders.map((at): [number, number] => [at + random.between(0.2, 1.5) * MS_PER_DAY, EMAIL]);
    return { orders, touches: [...touches, ...closing, ...thanks] };
  });
  for (const loading of found) expect(loading).toBeLessThan(0.1);
});

test('touches of several channels within a few days are a sign of intent, even without an order', () => {
  const found = loadings((random) => {
    const touches = background(random);
    for (let at = random.exponential(20); at < DAYS; at += random.exponential(20))
      for (const state of [EMAIL, DIRECT])
        for (let i = random.poisson(1.5); i > 0; i--) touches.push([(at + random.between(0, 2)) * MS_PER_DAY, state]);
    return { touches, orders: [] };
  });
  for (const loading of found) expect(loading).toBeGreaterThan(0.3);
});
