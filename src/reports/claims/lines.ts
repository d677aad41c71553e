/** The claims of the period that count, in the report's currency. docs/semantics.md 15. */
import type { Plan } from '../../attribution/plan.ts';
import { missingRate, readRates } from '../../attribution/rates.ts';
import { TributaryError } from '../../domain/errors.ts';
import { atRate } from '../../histories/orders/rates.ts';
import { latestStatements } from '../../log/statements.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { readAll } from '../../warehouse/read-row.ts';
import { fill } from '../../warehouse/relation.ts';
import { mapInTurns } from '../../warehouse/work-turns.ts';
import { SPEND_PERIODS } from '../relations.ts';
import { periodsOf, ratesOfDays } from '../spend.ts';

/** One claim that counts. */
export interface ClaimLine {
  brand_id: string;
  claimant: string;
  date: string;
  campaign_id: string | null;
  channel: string | null;
  attribution_window: string | null;
  counted_on: string | null;
  time_zone: string | null;
  conversions_millionths: bigint;
  micros: bigint;
}

const MAX_LINES = 200_000;
/** An answer has a line for each two of them. */
const MAX_CLAIMANTS = 50;

const COLUMNS = {
  claimant: 'text',
  date: 'text',
  campaign_id: 'text?',
  channel: 'text?',
  attribution_window: 'text?',
  counted_on: 'text?',
  time_zone: 'text?',
  conversions: 'number',
  revenue_micros: 'bigint',
  currency: 'text',
} as const;

/** @throws missing_fx_rate naming the first day without a rate; unprocessable if the claims or claimants are too many. */
export async function readClaimLines(snapshot: Snapshot, plan: Plan): Promise<ClaimLine[]> {
  const columns = Object.keys(COLUMNS);
  await fill(snapshot, SPEND_PERIODS, periodsOf(plan.brands));
  const found = await snapshot.query(
    `with latest as (${latestStatements('claims', plan.positions.conversions, { columns })})
     select s.brand_id as brand_id, ${columns.map((name) => `s.${name} as ${name}`).join(', ')}
     from latest s join ${SPEND_PERIODS.name} p on p.brand_id = s.brand_id
     where s.date >= p.from_date and s.date < p.until_date
     order by s.date, s.currency, s.brand_id, s.id limit ${MAX_LINES + 1}`,
  );
  refuse(found.length > MAX_LINES, `${MAX_LINES} claims`);
  const lines = readAll(found, { brand_id: 'text', ...COLUMNS });
  refuse(new Set(lines.map(({ claimant }) => claimant)).size > MAX_CLAIMANTS, `${MAX_CLAIMANTS} claimants`);
  const convert = await converter(snapshot, plan, lines);
  return mapInTurns(lines, ({ conversions, revenue_micros, currency, ...line }) => ({
    ...line,
    conversions_millionths: BigInt(Math.round(conversions * 1_000_000)),
    micros: convert(revenue_micros, { ...line, currency }),
  }));
}

function refuse(too_many: boolean, limit: string): void {
  if (!too_many) return;
  throw new TributaryError(
    'unprocessable',
    `start: the period has more than ${limit}, the limit; ask for a shorter period or for one brand_id`,
    { field: 'start' },
  );
}

/** A brand's day and a currency. */
interface ClaimDay {
  brand_id: string;
  date: string;
  currency: string;
}

const dayName = ({ brand_id, date, currency }: ClaimDay): string => JSON.stringify([brand_id, date, currency]);

/** Converts amounts of the days of `lines`, which are in order of days. */
async function converter(snapshot: Snapshot, plan: Plan, lines: readonly ClaimDay[]) {
  const days = [...new Map(lines.map((line) => [dayName(line), line])).values()];
  const foreign = days.some(({ currency }) => currency !== plan.currency);
  const rates = ratesOfDays(plan, days, foreign ? await readRates(snapshot, plan) : null);
  const missing = rates.find(({ is_known }) => is_known === 0);
  if (missing) throw missingRate('claims', missing.currency, plan.currency, missing.date);
  const by_day = new Map(rates.map((rate) => [dayName(rate), rate]));
  return (micros: bigint, day: ClaimDay): bigint => atRate(micros, by_day.get(dayName(day))!);
}
