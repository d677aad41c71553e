/** Credit with noise: the credits of each person by group, and what no touch earned. */
import { creditedTouches } from '../../attribution/credits.ts';
import { MICRO_CONVERSIONS } from '../../attribution/plan.ts';
import { attribute } from '../../attribution/query.ts';
import { unattributedOf } from '../../attribution/unattributed.ts';
import type { WeekStart } from '../../domain/time.ts';
import { materialise } from '../../warehouse/relation.ts';
import { applyFilters, readFilters } from '../filters.ts';
import { type GroupKey, joinKeys, keysOf, touchColumns } from '../groups.ts';
import type { AttributionParameters } from '../parameters.ts';
import type { Tried } from '../tried-settings.ts';
import { boundedSums } from './bounded.ts';
import type { Noisy, NoisyQuestion } from './declared.ts';
import { namedGroups } from './named-groups.ts';
import { CONTRIBUTIONS } from './relations.ts';

const CREDIT_COUNTS = { name: 'conversions', unit: BigInt(MICRO_CONVERSIONS) as 1_000_000n } as const;

interface Asked {
  report: string;
  shared: AttributionParameters & Tried;
  keys: readonly GroupKey[];
  filter: readonly string[] | undefined;
  week_start: WeekStart;
}

/** A report of credits by group. @param read reads its own parameters. @throws bad_request, in `ask`. */
export function creditsWithNoise(gives: string, read: (parameters: Record<string, unknown>) => Asked): Noisy {
  return {
    gives,
    counts: CREDIT_COUNTS,
    has_model: true,
    ask: (parameters) => creditsQuestion(read(parameters)),
  };
}

function creditsQuestion({ report, shared, keys, filter, week_start }: Asked): NoisyQuestion {
  const filters = readFilters(filter, week_start);
  const order_keys = keys.filter(({ about }) => about !== 'touch');
  // With filters about touches, value without a touch is none of what is asked.
  const has_rest = filters.of_touches.length === 0;
  const fields = (own: readonly GroupKey[]): string[] => own.map(({ field }) => field);
  return {
    shared,
    options: {
      extra: { report, group_by: fields(keys), week_start },
      filters,
      touch_columns: touchColumns(keys),
    },
    tables: [
      { field: 'groups', key_fields: fields(keys), groups: (plan) => namedGroups(keys, plan, filters) },
      ...(has_rest
        ? [
            {
              field: 'unattributed' as const,
              key_fields: fields(order_keys),
              groups: (plan: Parameters<typeof namedGroups>[1]) => namedGroups(order_keys, plan, filters),
            },
          ]
        : []),
    ],
    read: async (snapshot, context, plan, bounds) => {
      const query = await attribute(snapshot, plan, context.directory);
      const { chosen, shown } = await applyFilters(snapshot, plan, query, filters, week_start);
      const joined = await joinKeys(snapshot, plan, shown, keys);
      const named = (own: readonly GroupKey[]): string =>
        keys.map((key, g) => `, ${own.includes(key) ? key.sql : 'null'} as g${g}`).join('');
      const grouped = (own: readonly GroupKey[]): string => own.map(({ sql }) => `, ${sql}`).join('');
      const credited = `select o.person_key as person_key, 0 as table_no, sum128(c.m0) as conversions, sum128(c.c0) as micros${named(keys)}
        from ${creditedTouches(shown)} ${joined} join ${chosen.orders.name} o on o.order_no = c.order_no
        group by o.person_key${grouped(keys)} having sum128(c.m0) <> int128(0) or sum128(c.c0) <> int128(0)`;
      const rest = `select o.person_key as person_key, 1 as table_no,
          sum128(case when c.event = 'order' then ${MICRO_CONVERSIONS} else 0 end) as conversions, sum128(c.micros) as micros${named(order_keys)}
        from (${unattributedOf(plan, chosen, 0)}) c ${joined} join ${chosen.orders.name} o on o.order_no = c.order_no
        group by o.person_key${grouped(order_keys)}`;
      await materialise(snapshot, CONTRIBUTIONS, has_rest ? `${credited} union all ${rest}` : credited);
      return boundedSums(snapshot, {
        bounds,
        unit: CREDIT_COUNTS.unit,
        tables: has_rest ? 2 : 1,
        keys: keys.length,
        keysOf: (table_no, row) => {
          const values = keysOf(row, keys);
          return table_no === 0 ? values : values.filter((_, g) => keys[g]!.about !== 'touch');
        },
      });
    },
  };
}
