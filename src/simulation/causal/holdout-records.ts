/** The holdouts of a causal world as the records of experiments: a plan for each channel, and who was put into which arm. */
import { formatInstant } from '../../domain/time.ts';
import type { Simulated } from '../outbox.ts';
import { stamp } from '../stamp.ts';
import { customerId } from './names.ts';
import type { Person } from './person.ts';
import type { Setup } from './setup.ts';

/** The experiment that holds people out of a channel. */
const experimentId = (channel: string): string => `holdout_${channel}`;
/** Shares have six decimals. */
const DECIMALS = 6;

const heldOut = ({ options }: Setup): Array<[string, number]> =>
  Object.entries(options.holdouts ?? {}).filter(([, share]) => Number(share.toFixed(DECIMALS)) > 0);

/** The plans, which arrive before anything else. */
export function plansOf(setup: Setup): Simulated[] {
  return heldOut(setup).map(([channel, share]) => {
    const holdout = Number(share.toFixed(DECIMALS));
    const event = {
      experiment_id: experimentId(channel),
      name: `What does ${channel} bring?`,
      scope: 'channel',
      channel,
      arms: { holdout, treated: Number((1 - holdout).toFixed(DECIMALS)) },
      control: 'holdout',
      metric: 'orders',
      starts_at: formatInstant(setup.start_ms),
      ends_at: formatInstant(setup.end_ms),
      planned_people: Math.max(2, setup.options.customers),
    };
    return { record: 'experiments', event, arrives_at_ms: setup.start_ms };
  });
}

/** The arms of a person, who is assigned on joining. */
export function assignmentsOf(setup: Setup, person: Person): object[] {
  return heldOut(setup).map(([channel]) => {
    const bit = setup.channels.findIndex(({ name }) => name === channel);
    return {
      experiment_id: experimentId(channel),
      arm: ((person.held_out >> bit) & 1) === 1 ? 'holdout' : 'treated',
      customer_id: customerId(person.index),
      occurred_at: stamp(person.joined_ms),
    };
  });
}
