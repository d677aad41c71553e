/** What the data itself shows: records that stopped coming, and opens that are machines'. */
import { countInWords, moneyInWords } from '../../domain/money.ts';
import { wilson } from '../../learning/score-interval.ts';
import type { ReportJson } from '../context.ts';
import type { Finding } from './findings.ts';

/** On fewer days, what is usual is not known. */
const LEAST_DAYS = 7;
/** Two days are a weekend; a silence is told from the next day on. */
const LEAST_SILENCE = 2;
/** From this part on, opens say more about machines than about readers. */
const MOST_MACHINES = 0.5;
/** Kinds of records that come all the time. Refunds may be rare. */
const STEADY = ['touchpoints', 'conversions', 'email_events'];

interface Arrival {
  record: string;
  days_with_records: number;
  longest_silence_days: number;
  silence_days: number;
}

/** @param quality the data quality report. @param earned what orders and emails brought in the period. @param days those of the period. */
export function dataFindings(
  quality: ReportJson,
  earned: { all: bigint; email: bigint; currency: string },
  days: number,
): Finding[] {
  return [
    ...(quality['arrivals'] as Arrival[]).flatMap((arrival) => silent(arrival, earned, days)),
    ...machines(quality['opens'] as { touchpoints: number; by_machines: number; machine_share: number | null }),
  ];
}

/** At stake is what as many average days bring: all sales for orders, what email earned for emails and touches. */
function silent(
  { record, days_with_records, longest_silence_days, silence_days }: Arrival,
  { all, email, currency }: { all: bigint; email: bigint; currency: string },
  days: number,
): Finding[] {
  if (!STEADY.includes(record) || days_with_records < LEAST_DAYS) return [];
  if (silence_days <= Math.max(LEAST_SILENCE, longest_silence_days)) return [];
  const micros = ((record === 'conversions' ? all : email) * BigInt(silence_days)) / BigInt(days);
  const what = record.replaceAll('_', ' ');
  return [
    {
      code: 'records_silent',
      keys: { record },
      message: `No ${what} came for ${silence_days} days while other records did; before, the longest silence was ${longest_silence_days} days. As many average days bring ${moneyInWords(micros, currency)}.`,
      figures: { silence_days, longest_silence_days, days_with_records },
      at_stake_micros: micros,
    },
  ];
}

function machines(opens: { touchpoints: number; by_machines: number; machine_share: number | null }): Finding[] {
  const { touchpoints, by_machines, machine_share } = opens;
  if (touchpoints === 0) return [];
  const { low, high } = wilson(by_machines, touchpoints);
  if (low <= MOST_MACHINES) return [];
  const percent = (rate: number): string => `${Math.round(100 * rate)} %`;
  return [
    {
      code: 'opens_by_machines',
      keys: {},
      message: `${countInWords(by_machines)} of ${countInWords(touchpoints)} opens are machines' (${percent(machine_share!)}). Judge emails by clicks and orders, not by opens.`,
      figures: {
        touchpoints,
        by_machines,
        machine_share,
        low: Number(low.toFixed(6)),
        high: Number(high.toFixed(6)),
        threshold: MOST_MACHINES,
      },
      at_stake_micros: null,
    },
  ];
}
