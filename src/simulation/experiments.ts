/**
 * The experiments of the shop: every campaign's first email goes to the part of the list that chance picks, and the rest is its holdout.
 * Chance did so before there were records of it, so nothing else in the world depends on them.
 */
import { formatInstant, MS_PER_DAY } from '../domain/time.ts';
import { isOnList } from './mail.ts';
import type { Outbox } from './outbox.ts';
import type { Person } from './person.ts';
import type { Email, Programme, SimulationOptions } from './programme.ts';

type Broadcast = Programme['broadcasts'][number];

const WINDOW_DAYS = 7;
/** The part of customers who are on the list when a campaign goes out, about. */
const LISTED_SHARE = 0.75;

const isFirst = ({ email_id }: Email): boolean => email_id.endsWith('_1');

export function planExperiments(books: Outbox, { broadcasts, start_ms }: Programme, options: SimulationOptions): void {
  for (const { campaign_id, audience, send_at_ms } of broadcasts.filter(isFirst)) {
    const plan = {
      experiment_id: campaign_id,
      name: `Does ${campaign_id} bring orders?`,
      scope: 'campaign',
      campaign_id,
      arms: { holdout: Number((1 - audience).toFixed(6)), sent: audience },
      control: 'holdout',
      metric: 'conversion_rate',
      starts_at: formatInstant(send_at_ms),
      ends_at: formatInstant(send_at_ms + WINDOW_DAYS * MS_PER_DAY),
      planned_people: Math.max(2, Math.round(options.customers * LISTED_SHARE)),
      pool: 'campaigns',
    };
    books.book('experiments', plan, start_ms);
  }
}

/** Who is put where when a campaign goes out, if they are on the list then. */
export function takePart(person: Person, email: Broadcast, is_sent: boolean): void {
  if (!isFirst(email)) return;
  const { campaign_id, send_at_ms } = email;
  person.at(send_at_ms, (at_ms) => {
    if (isOnList(person)) person.assigned.push({ campaign_id, arm: is_sent ? 'sent' : 'holdout', at_ms });
  });
}

export function bookAssignments({ customer_id, out, assigned }: Person): void {
  for (const { campaign_id, arm, at_ms } of assigned) {
    const assignment_id = `as_${campaign_id}_${customer_id}`;
    const occurred_at = formatInstant(at_ms);
    out.book('assignments', { assignment_id, experiment_id: campaign_id, arm, customer_id, occurred_at }, at_ms);
  }
}
