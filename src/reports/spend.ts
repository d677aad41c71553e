/** What marketing cost: the lines of spend that count, by day, in the report's currency. docs/semantics.md 10. */

import type { Plan, PlannedBrand } from '../attribution/plan.ts';
import type { Attribution } from '../attribution/query.ts';
import { atRate, missingRate, type RateBook, readRates } from '../attribution/rates.ts';
import { MADE_SPEND_ID } from '../domain/spend.ts';
import { dayOf, formatDate, parseDate, startOfDayMs } from '../domain/time.ts';
import { latestStatements } from '../log/statements.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { read, readAll } from '../warehouse/read-row.ts';
import { columnsOf, fill, materialise, type Relation } from '../warehouse/relation.ts';
import { SPEND_AMOUNTS, SPEND_LINES, SPEND_PERIODS, SPEND_RATES } from './relations.ts';
import { linesOfCampaign } from './spend-campaigns.ts';

/** A day and currency whose spend cannot be converted. */
export interface MissingRate {
  date: string;
  currency: string;
}

export interface Spend {
  amounts: Relation;
  /** The first and the last day with spend. */
  low_day: number;
  high_day: number;
  missing: readonly MissingRate[];
}

/** Makes `spend_amounts` from the lines of {@link makeSpendLines} on the days that pass. Null if there are none. */
export async function makeSpend(
  snapshot: Snapshot,
  plan: Plan,
  lines: Relation,
  passesDay: (day_number: number) => boolean = () => true,
): Promise<Spend | null> {
  const found = await snapshot.query(
    `select distinct brand_id, date, currency from ${lines.name} order by date, currency, brand_id`,
  );
  const days = readAll(found, { brand_id: 'text', date: 'text', currency: 'text' }).filter(({ date }) =>
    passesDay(parseDate(date) as number),
  );
  if (days.length === 0) return null;
  const foreign = days.some(({ currency }) => currency !== plan.currency);
  const rates = ratesOfDays(plan, days, foreign ? await readRates(snapshot, plan) : null);
  await fill(snapshot, SPEND_RATES, rates);
  const columns = columnsOf(SPEND_AMOUNTS, 's', {
    day_number: 'r.day_number',
    micros: `case when r.is_known = 1 then ${atRate('int128(s.amount_micros)')} else int128(0) end`,
    is_known: 'r.is_known',
  });
  const amounts = await materialise(
    snapshot,
    SPEND_AMOUNTS,
    `select ${columns} from ${lines.name} s
     join ${SPEND_RATES.name} r on r.brand_id = s.brand_id and r.date = s.date and r.currency = s.currency`,
  );
  return {
    amounts,
    low_day: rates[0]!.day_number,
    high_day: rates.at(-1)!.day_number,
    missing: rates.filter(({ is_known }) => is_known === 0),
  };
}

const SAME = { num: 1n, den: 1n };

/** Spend of one brand, day and currency. */
interface SpendDay {
  brand_id: string;
  date: string;
  currency: string;
}

/** The rate of each day; `is_known` is 0 where there is none. @param book of rates; null if no currency has to be converted. */
export function ratesOfDays(plan: Plan, days: readonly SpendDay[], book: RateBook | null) {
  return days.map(({ brand_id, date, currency }) => {
    const day_number = parseDate(date) as number;
    const known = currency === plan.currency ? SAME : book!.find(brand_id, day_number, currency, plan.currency);
    const { num, den } = known ?? SAME;
    return { brand_id, date, currency, day_number, num, den, is_known: known ? 1 : 0 };
  });
}

/** The days that begin in the period of each brand. A day of a zone is found once, since brands may be many. */
export function periodsOf(brands: readonly PlannedBrand[]) {
  const known = new Map<string, string>();
  const firstDay = (time_zone: string, at_ms: number): string => {
    const key = `${at_ms} ${time_zone}`;
    const found = known.get(key) ?? firstDayFrom(time_zone, at_ms);
    known.set(key, found);
    return found;
  };
  return brands.map(({ brand_id, settings: { time_zone }, start_ms, end_ms }) => ({
    brand_id,
    from_date: firstDay(time_zone, start_ms),
    until_date: firstDay(time_zone, end_ms),
  }));
}

/** The first day of a zone that begins at or after an instant. */
function firstDayFrom(time_zone: string, at_ms: number): string {
  const day = dayOf(time_zone, at_ms);
  return formatDate(startOfDayMs(day, time_zone) < at_ms ? day + 1 : day);
}

/** SQL that is true for an id that was made from the content of a line of spend. */
const isMade = (id: string): string =>
  `(length(${id}) = ${MADE_SPEND_ID.length} and substring(${id}, 1, ${MADE_SPEND_ID.prefix.length}) = '${MADE_SPEND_ID.prefix}')`;

/**
 * Makes `spend_lines`: the lines of spend of the period. A line without an id that a version before schema 4 stored counts until a
 * line without an id states its day, channel and campaign anew.
 */
export async function makeSpendLines(snapshot: Snapshot, plan: Plan): Promise<Relation> {
  await fill(snapshot, SPEND_PERIODS, periodsOf(plan.brands));
  const columns = ['date', 'channel', 'campaign_id', 'ad_set_id', 'source', 'currency', 'amount_micros', 'stated_id'];
  const key = (alias: string): string =>
    `${alias}.brand_id, ${alias}.date, ${alias}.channel, coalesce(${alias}.campaign_id, '')`;
  return materialise(
    snapshot,
    SPEND_LINES,
    `with latest as (${latestStatements('spend', plan.positions.conversions, { columns })})
     select ${columnsOf(SPEND_LINES, 's')}
     from latest s join ${SPEND_PERIODS.name} p on p.brand_id = s.brand_id
     where s.date >= p.from_date and s.date < p.until_date
       and not (s.stated_id is null and ${isMade('s.id')} and (${key('s')}) in (
         select ${key('k')} from latest k where k.stated_id is not null and ${isMade('k.id')} and k.ad_set_id is null and k.source is null))`,
  );
}

/**
 * Micros spent on a campaign in the period, or null if no spend was sent.
 * @throws missing_fx_rate naming the currencies and the day.
 */
export async function campaignSpend(
  snapshot: Snapshot,
  plan: Plan,
  query: Attribution,
  campaign_id: string,
): Promise<bigint | null> {
  const lines = await linesOfCampaign(snapshot, await makeSpendLines(snapshot, plan), query, campaign_id);
  const spend = await makeSpend(snapshot, plan, lines);
  if (spend === null) return null;
  const [missing] = spend.missing;
  if (missing) throw missingRate('spend', missing.currency, plan.currency, missing.date);
  const [row] = await snapshot.query(`select text128(sum128(micros)) as micros from ${spend.amounts.name}`);
  return read(row, { micros: 'bigint' }).micros;
}
