/** The histories of a causal world for hazard models, without a warehouse. */

import type { Histories } from '../../models/hazard/histories.ts';
import type { Touch } from './person.ts';

import { SEGMENTS, type Setup } from './setup.ts';
import type { CausalWorld } from './world.ts';

/** The name of a touch: its channel, `channel / touchpoint_type`, or `channel / campaign_id` where it has a campaign. */
type Grain = 'channel' | 'type' | 'campaign';

/**
 * Histories of a world's people. An email that was opened and clicked is one touch, the click, as reports count it.
 * @param grain of the states; those of finer grains start with the channel's name.
 */
export function toHistories({ setup, people }: CausalWorld, grain: Grain = 'channel'): Histories {
  const { states, stateOf } = statesOf(setup, grain);
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

function statesOf({ channels, kinds, campaigns }: Setup, grain: Grain) {
  const names = channels.map((channel) => channel.name);
  if (grain === 'type') {
    const states = kinds.map(({ channel, touchpoint_type }) => `${names[channel]} / ${touchpoint_type}`);
    return { states, stateOf: (touch: Touch) => touch.kind };
  }
  if (grain === 'channel') return { states: names, stateOf: (touch: Touch) => touch.channel };
  const states = [...names, ...campaigns.map(({ campaign_id, channel }) => `${names[channel]} / ${campaign_id}`)];
  const stateOf = ({ channel, campaign }: Touch) => (campaign < 0 ? channel : names.length + campaign);
  return { states, stateOf };
}

/** Leaves out the open of a message that has a click. The click comes later and counts for both. */
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
