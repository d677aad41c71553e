/** How the net revenue of each brand goes through the period, in few enough points for a small line each. */
import type { Plan } from '../../attribution/plan.ts';
import type { OrderRelations } from '../../attribution/relations.ts';
import { formatDate } from '../../domain/time.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { readAll } from '../../warehouse/read-row.ts';
import type { ReportJson } from '../context.ts';
import { daysOf } from '../time-series.ts';

const MOST_POINTS = 60;

/**
 * Points of equally many days, counted from the last day of the period back, so that only the first point may have fewer. The days are
 * those of each brand's zone. @returns the sums in the order of `brand_ids`.
 */
export async function readTrend(
  snapshot: Snapshot,
  plan: Plan,
  { events }: Pick<OrderRelations, 'events'>,
  brand_ids: readonly string[],
): Promise<ReportJson> {
  const { from_day, until_day } = daysOf(plan);
  const days_a_point = Math.ceil((until_day - from_day) / MOST_POINTS);
  const points = Math.ceil((until_day - from_day) / days_a_point);
  const back = `floor_div(${until_day - 1} - day_number, ${days_a_point})`;
  const rows = await snapshot.query(
    `select brand_id, ${back} as back, text128(sum128(after_micros - before_micros)) as micros from ${events.name} group by brand_id, ${back}`,
  );
  const sums = new Map(brand_ids.map((brand_id) => [brand_id, new Array<bigint>(points).fill(0n)]));
  for (const { brand_id, back: points_back, micros } of readAll(rows, {
    brand_id: 'text',
    back: 'number',
    micros: 'bigint',
  }))
    sums.get(brand_id)![points - 1 - points_back] = micros;
  return {
    days_a_point,
    starts: Array.from({ length: points }, (_, i) =>
      formatDate(Math.max(from_day, until_day - (points - i) * days_a_point)),
    ),
    brands: Array.from(sums, ([brand_id, of_points]) => ({ brand_id, net_revenue_micros: of_points.map(String) })),
  };
}
