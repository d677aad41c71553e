/** How sure the revenue per recipient of a campaign is. Recipients are given; what they bring varies from person to person. */
import type { ReportJson } from '../context.ts';
import { creditInterval, intervalAmounts, LEAST_PEOPLE } from '../credit-interval.ts';

/**
 * The intervals of credited revenue and of credited revenue / recipients, and their support.
 * @param people those whose orders the campaign touched. @param credited micros by group of people.
 */
export function revenueIntervals(
  recipients: number | null,
  people: number,
  credited: ReadonlyMap<number, bigint>,
): ReportJson {
  const found = creditInterval({ people, credited });
  const withheld = withheldBecause(recipients, people);
  return {
    attributed_revenue_interval: found && intervalAmounts(found),
    revenue_per_recipient_interval: found && withheld === null ? intervalAmounts(found, recipients!) : null,
    revenue_per_recipient_withheld: withheld,
    revenue_per_recipient_support: people,
  };
}

function withheldBecause(recipients: number | null, people: number): string | null {
  if (recipients === null || recipients === 0) return 'needs recipients: no delivery was reported';
  if (people < LEAST_PEOPLE) return `needs ${LEAST_PEOPLE} people with a touched order, has ${people}`;
  return null;
}
