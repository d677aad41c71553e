/**
 * Intervals of the reports on emails, on simulated people whose true rate and true mean revenue are known. Few people order, values are
 * lognormal, some people order several times, and weeks of one person are alike.
 */
import { PERSON_GROUPS } from '../../src/attribution/plan.ts';
import { Random } from '../../src/domain/random.ts';
import { drawGroups } from '../../src/learning/group-bootstrap.ts';
import { groupRate } from '../../src/learning/group-rates.ts';
import { revenueIntervals } from '../../src/reports/campaigns/revenue-interval.ts';
import type { CoverageOptions, IntervalCheck } from '../intervals.ts';

const draws = drawGroups(1_000, PERSON_GROUPS, 1);

/** The group of a person, as good as random. */
const groupOf = (random: Random): number => random.integer(0, PERSON_GROUPS - 1);

function add(sums: Map<number, number>, group: number, amount: number): void {
  sums.set(group, (sums.get(group) ?? 0) + amount);
}

/** Credited revenue per recipient of a campaign. @param rate of recipients who order. */
function revenueCheck(recipients: number, rate: number, sigma: number): IntervalCheck {
  const mean_micros = 50_000_000;
  const mean_orders = 1.2;
  return {
    name: `campaigns: revenue per recipient, ${recipients} recipients, ${rate * recipients} order on average`,
    run: async ({ runs, seed }: CoverageOptions) => {
      const truth = (rate * mean_orders * mean_micros) / 1_000_000;
      let [made, covered] = [0, 0];
      for (let run = 0; run < runs; run++) {
        const random = new Random(seed, 'revenue per recipient', run);
        const credited = new Map<number, number>();
        let people = 0;
        for (let i = 0; i < recipients; i++) {
          const group = groupOf(random);
          if (!random.chance(rate)) continue;
          people += 1;
          for (let order = random.chance(0.2) ? 2 : 1; order > 0; order--)
            add(credited, group, Math.round(random.lognormal(mean_micros, sigma)));
        }
        const micros = new Map([...credited].map(([group, sum]) => [group, BigInt(sum)]));
        const interval = revenueIntervals(recipients, people, micros)['revenue_per_recipient_interval'] as {
          low: string;
          high: string;
        } | null;
        if (interval === null) continue;
        made += 1;
        if (Number(interval.low) <= truth && truth <= Number(interval.high)) covered += 1;
      }
      return { runs: made, covered };
    },
  };
}

/** The share of weeks with an event, where some people are far more willing than others. */
function rateCheck(people: number, weeks: number, rate: number): IntervalCheck {
  return {
    name: `fatigue: weeks with an event, ${people} people for ${weeks} weeks, rate ${rate}`,
    run: async ({ runs, seed }: CoverageOptions) => {
      let [made, covered] = [0, 0];
      for (let run = 0; run < runs; run++) {
        const random = new Random(seed, 'rate of weeks', run);
        const [events, cases] = [new Map<number, number>(), new Map<number, number>()];
        for (let i = 0; i < people; i++) {
          const group = groupOf(random);
          const own = random.chance(0.25) ? 3 * rate : rate / 3;
          const listed = random.integer(1, weeks);
          add(cases, group, listed);
          for (let week = 0; week < listed; week++) if (random.chance(own)) add(events, group, 1);
        }
        const least = { cases: 100, events: 10 };
        const { interval } = groupRate(draws, events, cases, 0.9, least, ['weeks', 'events']);
        if (interval === null) continue;
        made += 1;
        if (interval.low <= rate && rate <= interval.high) covered += 1;
      }
      return { runs: made, covered };
    },
  };
}

export const EMAIL_INTERVALS: readonly IntervalCheck[] = [
  revenueCheck(5_000, 0.008, 0.6),
  revenueCheck(5_000, 0.01, 0.9),
  revenueCheck(5_000, 0.04, 0.8),
  revenueCheck(50_000, 0.01, 1),
  rateCheck(2_000, 8, 0.05),
  rateCheck(500, 4, 0.02),
  rateCheck(5_000, 12, 0.002),
];
