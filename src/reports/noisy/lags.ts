/** Orders by the time from their first and last touch, with noise. */
import { attribute } from '../../attribution/query.ts';
import { materialise } from '../../warehouse/relation.ts';
import { applyFilters, readFilters } from '../filters.ts';
import { DEFAULT_WEEK_START } from '../groups.ts';
import { BUCKETS, LAG_MEASURES } from '../lags/lag-values.ts';
import { boundedSums } from './bounded.ts';
import type { Noisy } from './declared.ts';
import { refuseTouchFilters } from './refusals.ts';
import { CONTRIBUTIONS } from './relations.ts';

const COUNTS = { name: 'orders', unit: 1n } as const;
const NAMES = BUCKETS.map(([name]) => name);

/** SQL for the number of the bucket of a lag in ms. */
function bucketNo(lag_ms: string): string {
  const bounds = BUCKETS.slice(0, -1).map(([, bound_ms], i) => `when ${lag_ms} < ${bound_ms} then ${i}`);
  return `case ${bounds.join(' ')} else ${BUCKETS.length - 1} end`;
}

export const lagsWithNoise: Noisy = {
  gives:
    'people, orders and net revenue by the time from the first and from the last touch (`distribution` of the report)',
  counts: COUNTS,
  has_model: false,
  groups_per_order: LAG_MEASURES.length,
  ask: ({ filter, by: _by, limit: _limit, ...shared }) => {
    const filters = readFilters(filter as string[] | undefined, DEFAULT_WEEK_START);
    refuseTouchFilters(filters);
    return {
      shared,
      options: { extra: { report: 'lags' }, filters },
      tables: [
        {
          field: 'groups',
          key_fields: ['measure', 'bucket'],
          groups: () => ({
            named: LAG_MEASURES.flatMap((measure) => NAMES.map((bucket) => [measure, bucket])),
            open: false,
          }),
        },
      ],
      read: async (snapshot, context, plan, bounds) => {
        const query = await attribute(snapshot, plan, context.directory);
        const { chosen } = await applyFilters(snapshot, plan, query, filters, DEFAULT_WEEK_START);
        const lags = `select c.order_no as order_no, max(c.age_ms) as first_ms, min(c.age_ms) as last_ms from ${chosen.credits.name} c group by c.order_no`;
        const values = `select e.order_no as order_no, max(case when e.event = 'order' then 1 else 0 end) as counted, sum128(e.after_micros - e.before_micros) as net_micros
          from ${chosen.events.name} e group by e.order_no`;
        const of = (measure: number, lag_ms: string): string =>
          `select o.person_key as person_key, 0 as table_no, sum128(v.counted) as conversions, sum128(v.net_micros) as micros, ${measure} as g0, ${bucketNo(lag_ms)} as g1
           from (${lags}) l join (${values}) v on v.order_no = l.order_no join ${chosen.orders.name} o on o.order_no = l.order_no
           group by o.person_key, ${bucketNo(lag_ms)}`;
        await materialise(snapshot, CONTRIBUTIONS, `${of(0, 'l.first_ms')} union all ${of(1, 'l.last_ms')}`);
        return boundedSums(snapshot, {
          bounds,
          unit: COUNTS.unit,
          tables: 1,
          keys: 2,
          keysOf: (_, row) => [LAG_MEASURES[Number(row['g0'])]!, NAMES[Number(row['g1'])]!],
        });
      },
    };
  },
};
