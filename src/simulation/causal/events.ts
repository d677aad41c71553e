/** A causal world as the records that a shop would send. */

import { RECORD_NAMES, type RecordName } from '../../domain/index.ts';
import { Random } from '../../domain/random.ts';
import type { Simulated } from '../outbox.ts';
import { stamp } from '../stamp.ts';
import { money } from '../tally.ts';
import { assignmentsOf, plansOf } from './holdout-records.ts';
import { customerId, numberOf } from './names.ts';
import type { Person } from './person.ts';
import { SEGMENTS, type Setup } from './setup.ts';
import type { CausalTruth } from './truth.ts';
import { livePeople } from './world.ts';

/**
 * Yields the records of a world person by person, within one in order of arrival, and returns the truth. Channels are
 * sent as they are: this world tests models, not the derivation of channels.
 * @param onCustomer is called with the number of customers that are done.
 */
export function* simulateCausal(
  setup: Setup,
  onCustomer: (done: number) => void = () => {},
): Generator<Simulated, WrittenTruth, void> {
  const lines = Object.fromEntries(RECORD_NAMES.map((name) => [name, 0])) as Record<RecordName, number>;
  for (const plan of plansOf(setup)) {
    lines[plan.record]++;
    yield plan;
  }
  const people = livePeople(setup);
  for (let done = 1; ; done++) {
    const next = people.next();
    if (next.done) return { ...next.value, lines };
    for (const item of recordsOf(setup, next.value)) {
      lines[item.record]++;
      yield item;
    }
    onCustomer(done);
  }
}

/** The content of truth.json: the truth, and how many lines each file has. */
export type WrittenTruth = CausalTruth & { lines: Record<RecordName, number> };

function recordsOf(setup: Setup, person: Person): Simulated[] {
  const { seed, family } = setup.options;
  const random = new Random(seed, `causal ${family} delivery`, person.index);
  const number = numberOf(person.index);
  const customer_id = customerId(person.index);
  const out: Simulated[] = [];
  const put = (record: RecordName, event: object, occurred_ms: number): void => {
    if (occurred_ms >= setup.end_ms) return;
    out.push({ record, event, arrives_at_ms: Math.min(occurred_ms + random.integer(100, 4_000), setup.end_ms) });
  };
  const messageFields = (message: number): object => {
    if (message < 0) return {};
    const { email_id } = setup.blasts[person.messages[message]!.blast]!;
    return { email_id, message_id: `msg_${number}_${message + 1}` };
  };

  const segment_name = SEGMENTS[person.segment]!;
  const assigned_at = stamp(person.joined_ms);
  put('customer_segments', { segment_id: `seg_${number}`, customer_id, segment_name, assigned_at }, person.joined_ms);
  for (const [i, { blast, sent_ms, delivered_ms }] of person.messages.entries()) {
    const { campaign_id } = setup.campaigns[setup.blasts[blast]!.campaign]!;
    for (const [event_type, at_ms] of [
      ['sent', sent_ms],
      ['delivered', delivered_ms],
    ] as const) {
      const what = { event_id: `ee_${number}_${i + 1}_${event_type}`, event_type, customer_id, campaign_id };
      put('email_events', { ...what, ...messageFields(i), occurred_at: stamp(at_ms) }, at_ms);
    }
  }
  for (const [i, { at_ms, kind, channel, campaign, message }] of person.touches.entries()) {
    const what = {
      touchpoint_id: `tp_${number}_${i + 1}`,
      customer_id,
      touchpoint_type: setup.kinds[kind]!.touchpoint_type,
      channel: setup.channels[channel]!.name,
      ...(campaign < 0 ? {} : { campaign_id: setup.campaigns[campaign]!.campaign_id }),
    };
    put('touchpoints', { ...what, ...messageFields(message), occurred_at: stamp(at_ms) }, at_ms);
  }
  for (const [i, { at_ms, cents }] of person.orders.entries()) {
    const ids = { conversion_id: `cv_${number}_${i + 1}`, customer_id, order_id: `ord_${number}_${i + 1}` };
    const what = { conversion_type: 'purchase', conversion_value: money(cents), currency: 'USD' };
    put('conversions', { ...ids, ...what, occurred_at: stamp(at_ms) }, at_ms);
  }
  // Last, so that holdouts do not change when the other records arrive.
  for (const event of assignmentsOf(setup, person)) put('assignments', event, person.joined_ms);
  return out.sort((a, b) => a.arrives_at_ms - b.arrives_at_ms);
}
