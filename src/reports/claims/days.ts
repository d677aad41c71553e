/** The days of claims: whether they are those of orders or of clicks, and whether another time zone moves orders to other days. */
import type { Plan } from '../../attribution/plan.ts';
import { dayOf, formatDate, isTimeZone, MS_PER_HOUR, zoneOffsetMs } from '../../domain/time.ts';
import { mapInTurns } from '../../warehouse/work-turns.ts';
import type { OrderSum, QuarterSum } from './facts.ts';
import type { ClaimLine } from './lines.ts';
import type { ClaimantRules } from './windows.ts';

/** What the days of one claimant tell. */
export interface ClaimantDays {
  /** The part of its claimed revenue that lies on other days than the orders, and than its touches; null where one has no revenue. */
  beside_orders: number | null;
  beside_touches: number | null;
  /** The number of days with claims. */
  days: number;
  /** Orders that lie on another day in the zone of the claimant; null without another zone. */
  moved: (OrderSum & { time_zone: string; hours_apart: number }) | null;
}

interface Quarters {
  of_orders: readonly QuarterSum[];
  of_touches: readonly QuarterSum[];
}

/** By the number of the claimant. */
export async function daysOfClaimants(
  plan: Plan,
  lines: readonly ClaimLine[],
  rules: readonly ClaimantRules[],
  { of_orders, of_touches }: Quarters,
): Promise<ClaimantDays[]> {
  const zones = new Map(plan.brands.map(({ brand_id, settings }) => [brand_id, settings.time_zone]));
  const numbers = new Map(rules.map(({ claimant }, number) => [claimant, number]));
  const claimed = rules.map(() => new Map<string, bigint>());
  for (const { claimant, date, micros } of lines) add(claimed[numbers.get(claimant)!]!, date, micros);
  const byDay = async (quarters: readonly QuarterSum[]): Promise<Map<string, bigint>[]> => {
    const days = rules.map(() => new Map<string, bigint>());
    await mapInTurns(quarters, ({ claimant_no, brand_id, at_ms, micros }) =>
      add(days[claimant_no]!, formatDate(dayOf(zones.get(brand_id)!, at_ms)), micros),
    );
    return days;
  };
  const [orders, touches] = [await byDay(of_orders), await byDay(of_touches)];
  const answers: ClaimantDays[] = [];
  for (const [number, { time_zones }] of rules.entries())
    answers.push({
      beside_orders: partBeside(claimed[number]!, orders[number]!),
      beside_touches: partBeside(claimed[number]!, touches[number]!),
      days: claimed[number]!.size,
      moved: await movedOrders(
        zones,
        time_zones,
        of_orders.filter(({ claimant_no }) => claimant_no === number),
      ),
    });
  return answers;
}

function add(days: Map<string, bigint>, day: string, micros: bigint): void {
  days.set(day, (days.get(day) ?? 0n) + micros);
}

const sumOf = (days: ReadonlyMap<string, bigint>): bigint =>
  [...days.values()].reduce((sum, micros) => sum + micros, 0n);

/** The part of the one revenue that would have to move to other days to lie as the other one does, in millionths. */
function partBeside(claimed: ReadonlyMap<string, bigint>, real: ReadonlyMap<string, bigint>): number | null {
  const [all, others] = [sumOf(claimed), sumOf(real)];
  if (all <= 0n || others <= 0n) return null;
  let apart = 0n;
  for (const day of new Set([...claimed.keys(), ...real.keys()])) {
    const difference = (claimed.get(day) ?? 0n) * others - (real.get(day) ?? 0n) * all;
    apart += difference < 0n ? -difference : difference;
  }
  return Number((apart * 1_000_000n) / (2n * all * others)) / 1_000_000;
}

/** The orders that lie on another day in the first zone that the claimant names and that differs from a brand's. */
async function movedOrders(
  zones: ReadonlyMap<string, string>,
  time_zones: readonly string[],
  quarters: readonly QuarterSum[],
): Promise<ClaimantDays['moved']> {
  const time_zone = time_zones.find(
    (zone) => isTimeZone(zone) && quarters.some((one) => zones.get(one.brand_id) !== zone),
  );
  if (time_zone === undefined) return null;
  const moved = { orders: 0, micros: 0n };
  await mapInTurns(quarters, ({ brand_id, at_ms, orders, micros }) => {
    if (dayOf(time_zone, at_ms) === dayOf(zones.get(brand_id)!, at_ms)) return;
    moved.orders += orders;
    moved.micros += micros;
  });
  const { brand_id, at_ms } = quarters[0]!;
  const hours_apart = (zoneOffsetMs(time_zone, at_ms) - zoneOffsetMs(zones.get(brand_id)!, at_ms)) / MS_PER_HOUR;
  return { time_zone, hours_apart, ...moved };
}
