/** What a fit says is lost without one channel alone, worked out on paper. */
import { expect, test } from 'vitest';
import { MS_PER_DAY } from '../../src/domain/time.ts';
import { lostAlone } from '../../src/models/hazard/alone.ts';
import type { Histories } from '../../src/models/hazard/histories.ts';
import { channelTotals } from '../../src/models/hazard/totals.ts';
import { FLOWING } from './flow-content.ts';

const DAY = 20;
/** Two people who order on day 20: one with an email on day 17 and a search on day 18, one without any touch. */
const HISTORIES: Histories = {
  states: ['email', 'paid_search'],
  touch_offsets: Uint32Array.of(0, 2, 2),
  touch_ms: Float64Array.of(17 * MS_PER_DAY, 18 * MS_PER_DAY),
  touch_state: Uint16Array.of(0, 1),
  order_offsets: Uint32Array.of(0, 1, 2),
  order_ms: Float64Array.of(DAY * MS_PER_DAY, DAY * MS_PER_DAY),
  order_value: Float64Array.of(10, 10),
  first_ms: new Float64Array(2),
  segments: [],
  segment_offsets: new Uint32Array(3),
  segment_code: new Uint16Array(0),
  segment_from_ms: new Float64Array(0),
  segment_until_ms: new Float64Array(0),
  start_ms: 0,
  end_ms: 30 * MS_PER_DAY,
};
/** A search raises the log of the rate by 1 at once, halved every four days. Of two orders, one has it two days before. */
const OF_SEARCH = -Math.expm1(-(2 ** -0.5)) / 2;

test('without search its effect is lost; without the email, the search that it brought, too', () => {
  const { fit, flow } = FLOWING;
  const alone = lostAlone(fit, HISTORIES, flow, (state) => state);
  // One search in two is brought by the email. Both are needed for it, so credit is shared and the losses are not.
  expect(alone.get('paid_search')).toBeCloseTo(OF_SEARCH, 12);
  expect(alone.get('email')).toBeCloseTo(OF_SEARCH / 2, 12);
  const credited = channelTotals(fit, HISTORIES, flow).channels.map(({ incremental }) => incremental);
  expect(credited).toEqual([0.25, 0.75].map((part) => expect.closeTo(part * OF_SEARCH, 12)));
});

test('where no channel brings another and effects add up, the loss is the credit', () => {
  const { fit } = FLOWING;
  const added = { ...fit, model: { ...fit.model, kind: 'log_linear' as const, curvature: 1, exposures: [0.5, 1] } };
  const alone = lostAlone(added as typeof fit, HISTORIES, undefined, (state) => state);
  for (const { channel, incremental } of channelTotals(added as typeof fit, HISTORIES).channels)
    expect(alone.get(channel)).toBeCloseTo(incremental, 12);
  // Both names are one channel: nothing is left without it.
  const all = lostAlone(added as typeof fit, HISTORIES, undefined, () => 'all');
  expect(all.get('all')).toBeCloseTo(
    [...alone.values()].reduce((a, b) => a + b, 0),
    12,
  );
});
