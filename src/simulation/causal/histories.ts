/** A causal world as a model of the hazard sees it, without a warehouse in between. */
import type { Histories } from '../../attribution/hazard/histories.ts';
import type { Touch } from './life.ts';
import { SEGMENTS } from './setup.ts';
import type { CausalWorld } from './world.ts';

/**
 * Histories of a world's people at the grain of the channel, or of `channel / campaign`. An email that was opened and
 * clicked is one touch, the click, as reports count it.
 */
export function toHistories({ setup, people }: CausalWorld, grain: 'channel' | 'campaign' = 'channel'): Histories {
  const names = setup.channels.map((channel) => channel.name);
  const states = [...names];
  if (grain === 'campaign') {
    for (const { campaign_id, channel } of setup.campaigns) states.push(`${names[channel]} / ${campaign_id}`);
  }
  const stateOf = ({ channel, campaign }: Touch): number =>
    grain === 'campaign' && campaign >= 0 ? names.length + campaign : channel;
  const kept = people.map(({ touches }) => withoutOpensOfClicks(touches));
  const touches = kept.flat();
  const orders = people.flatMap((person) => person.orders);
  const everyone = Uint32Array.from({ length: people.length + 1 }, (_, i) => i);
  return {
    states,
    touch_offsets: offsets(kept.map((own) => own.length)),
    touch_ms: Float64Array.from(touches, (touch) => touch.at_ms),
    touch_state: Uint16Array.from(touches, stateOf),
    order_offsets: offsets(people.map((person) => person.orders.length)),
    order_ms: Float64Array.from(orders, (order) => order.at_ms),
    order_value: Float64Array.from(orders, (order) => order.cents / 100),
    first_ms: Float64Array.from(people, (person) => person.joined_ms),
    segments: SEGMENTS,
    segment_offsets: everyone,
    segment_code: Uint16Array.from(people, (person) => person.segment),
    segment_from_ms: Float64Array.from(people, (person) => person.joined_ms),
    segment_until_ms: new Float64Array(people.length).fill(Number.POSITIVE_INFINITY),
    start_ms: setup.start_ms,
    end_ms: setup.end_ms,
  };
}

/** A click comes after the open of its message, and stands for it. */
function withoutOpensOfClicks(touches: readonly Touch[]): Touch[] {
  const last = new Map<number, number>();
  for (const [i, { message }] of touches.entries()) if (message >= 0) last.set(message, i);
  return touches.filter(({ message }, i) => message < 0 || last.get(message) === i);
}

function offsets(lengths: readonly number[]): Uint32Array {
  const sums = new Uint32Array(lengths.length + 1);
  for (const [i, length] of lengths.entries()) sums[i + 1] = sums[i]! + length;
  return sums;
}
