/**
 * How sure the revenue per recipient of a campaign is: 90 % intervals from a bootstrap over random groups of people. Recipients are
 * given; what they bring varies from person to person.
 */
import { formatMicros } from '../../domain/money.ts';
import { middleOf } from '../../learning/bootstrap.ts';
import { drawnSums } from '../../learning/group-bootstrap.ts';
import type { ReportJson } from '../context.ts';
import { personDraws } from '../person-draws.ts';

/** With fewer people who ordered, the largest orders decide alone, and the interval would be too narrow. */
const LEAST_PEOPLE = 30;
const LEVEL = 0.9;

/**
 * The interval of credited revenue / recipients, and its support.
 * @param people those whose orders the campaign touched. @param credited micros by group of people.
 */
export function revenueInterval(
  recipients: number | null,
  people: number,
  credited: ReadonlyMap<number, bigint>,
): ReportJson {
  const support = { revenue_per_recipient_support: people };
  const withheld = (reason: string): ReportJson => ({
    revenue_per_recipient_interval: null,
    revenue_per_recipient_withheld: reason,
    ...support,
  });
  if (recipients === null || recipients === 0) return withheld('needs recipients: no delivery was reported');
  if (people < LEAST_PEOPLE) return withheld(`needs ${LEAST_PEOPLE} people with a touched order, has ${people}`);
  const sums = new Map([...credited].map(([group, micros]) => [group, Number(micros)]));
  const { low, high } = middleOf([...drawnSums(personDraws(), sums)], LEVEL);
  const each = (micros: number): string => formatMicros(BigInt(Math.round(micros / recipients)));
  return {
    revenue_per_recipient_interval: { low: each(low), high: each(high) },
    revenue_per_recipient_withheld: null,
    ...support,
  };
}
