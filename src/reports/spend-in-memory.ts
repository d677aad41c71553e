/** What was spent on each group, from lines of spend in memory: {@link ./group-spend.ts} without filters. docs/semantics.md 10. */
import type { Plan } from '../attribution/plan.ts';
import { parseDate } from '../domain/time.ts';
import type { AskedOrders } from '../histories/asked-orders.ts';
import { atRate } from '../histories/orders/rates.ts';
import type { SpendLine } from '../histories/orders/statements.ts';
import { mapInTurns } from '../warehouse/work-turns.ts';
import type { Grouping } from './credit-source.ts';
import { type GroupSpend, NOT_COMPARED, type SpentGroup, spendWithoutFields, withoutRates } from './group-spend.ts';
import { type GroupKey, keysOf } from './groups.ts';
import { periodsOf, ratesOfDays } from './spend.ts';
import { creditedNames, type ReadCredited } from './spend-campaigns.ts';
import type { Warning } from './warning.ts';

type Rated = ReturnType<typeof ratesOfDays>[number];

/** The spend of each group, at most `limit` groups. The report has no filters. */
export async function spendInMemory(
  plan: Plan,
  orders: Pick<AskedOrders, 'spend' | 'rates'>,
  readCredited: ReadCredited,
  { keys, filters }: Grouping,
  limit: number,
): Promise<GroupSpend> {
  const without = spendWithoutFields({ keys, filters });
  if (without !== null) return without;
  const warnings: Warning[] = [];
  const lines = linesOf(plan, orders.spend());
  let names: ReadonlyMap<string, string> = new Map();
  if (keys.some(({ field }) => field === 'campaign_id')) {
    const spent = new Set(lines.flatMap(({ campaign_id }) => (campaign_id === null ? [] : [campaign_id])));
    const renamed = await creditedNames([...spent], readCredited);
    if (renamed === null) warnings.push(NOT_COMPARED);
    names = renamed ?? names;
  }
  const days = daysOf(lines);
  const foreign = days.some(({ currency }) => currency !== plan.currency);
  const rates = ratesOfDays(plan, days, foreign ? orders.rates() : null);
  const rated = new Map(rates.map((rate) => [dayName(rate), rate]));
  const groups = new Map<string, SpentGroup>();
  await mapInTurns(lines, (line) => {
    const own = valuesOf(line, keys, names);
    const name = JSON.stringify(own);
    const rate = rated.get(dayName(line))!;
    const group = groups.get(name) ?? { keys: own, micros: 0n };
    groups.set(name, { keys: own, micros: sum(group.micros, line, rate) });
  });
  const missing = rates.filter(({ is_known }) => is_known === 0);
  return { groups: [...groups.values()].slice(0, limit), warnings: [...warnings, ...withoutRates(plan, missing)] };
}

/** Null if any rate is missing. */
function sum(micros: bigint | null, line: SpendLine, rate: Rated): bigint | null {
  return micros === null || rate.is_known === 0 ? null : micros + atRate(line.micros, rate);
}

/** The lines of the period of each brand. */
function linesOf(plan: Plan, lines: readonly SpendLine[]): SpendLine[] {
  if (lines.length === 0) return [];
  const periods = new Map(periodsOf(plan.brands).map((period) => [period.brand_id, period]));
  return lines.filter(({ brand_id, date }) => {
    const period = periods.get(brand_id);
    return period !== undefined && date >= period.from_date && date < period.until_date;
  });
}

type Dated = Pick<SpendLine, 'brand_id' | 'date' | 'currency'>;

const dayName = ({ brand_id, date, currency }: Dated): string => JSON.stringify([date, currency, brand_id]);

/** The days of lines, in order. */
function daysOf(lines: readonly SpendLine[]): Dated[] {
  const days = new Map(lines.map((line) => [dayName(line), line]));
  const order = ({ date, currency, brand_id }: Dated) => [date, currency, brand_id].map((text) => Buffer.from(text));
  return [...days.values()].sort((a, b) => {
    const [x, y] = [order(a), order(b)];
    return Buffer.compare(x[0]!, y[0]!) || Buffer.compare(x[1]!, y[1]!) || Buffer.compare(x[2]!, y[2]!);
  });
}

/** Spend has no keys about orders: {@link spendWithoutFields}. */
const WITHOUT_ORDER = { conversion_type: 'purchase', segment: null, segments_pass: null, customer_kind: null } as const;

/** The values of the keys of a line, as a report shows them. */
function valuesOf(line: SpendLine, keys: readonly GroupKey[], names: ReadonlyMap<string, string>) {
  const { brand_id, channel, date } = line;
  const campaign_id = line.campaign_id === null ? null : (names.get(line.campaign_id) ?? line.campaign_id);
  const day_number = parseDate(date) as number;
  const cells = keys.map(({ field, of }) => {
    if (of !== undefined) return of({ brand_id, day_number, ...WITHOUT_ORDER });
    return field === 'campaign_id' ? campaign_id : channel;
  });
  return keysOf(Object.fromEntries(cells.map((cell, g) => [`g${g}`, cell])), keys);
}
