/** What each group does on paths, beside what it earns. */
import type { Paths } from '../../api/insights.ts';
import { count, money, words } from '../../parts/figures.ts';
import { type Column, Table } from '../../parts/table.tsx';

type Role = Paths['roles'][number];

const ROLES = [
  ['first_orders', 'First', 'Orders whose path begins with it'],
  ['last_orders', 'Last', 'Orders whose path ends with it'],
  ['only_orders', 'Alone', 'Orders whose path has nothing else'],
  ['assisted_orders', 'Assisted', 'Orders with it in their path, and something else at the end'],
  ['influenced_orders', 'Influenced', 'Orders with it anywhere in their path'],
] as const;

export function Roles({ data, by }: { data: Paths; by: string }) {
  const { currency } = data;
  const nameOf = (row: Role): string | null => (row as unknown as Record<string, string | null>)[by] ?? null;
  const columns: ReadonlyArray<Column<Role>> = [
    {
      name: words(by === 'campaign_id' ? 'campaign' : by),
      cell: (row) => words(nameOf(row) ?? 'without a name'),
      by: nameOf,
    },
    ...ROLES.map(
      ([field, name, meaning]): Column<Role> => ({
        name,
        meaning,
        right: true,
        cell: (row) => count(row[field]),
        by: (row) => row[field],
      }),
    ),
    {
      name: 'Influenced sales',
      meaning: 'Net value of the orders with it in their path. It counts for several, so it has no sum',
      right: true,
      cell: (row) => money(row.influenced_revenue_micros, currency),
      by: (row) => Number(row.influenced_revenue_micros),
    },
    {
      name: 'Orders credited',
      meaning: `Parts of orders under the model ${words(data.attribution_model)}`,
      right: true,
      cell: (row) => count(row.credited_conversions, 1),
      by: (row) => row.credited_conversions,
    },
    {
      name: 'Revenue credited',
      meaning: `Net revenue under the model ${words(data.attribution_model)}; these add up`,
      right: true,
      cell: (row) => money(row.attributed_revenue_micros, currency),
      by: (row) => Number(row.attributed_revenue_micros),
    },
  ];
  return (
    <section aria-labelledby="roles">
      <h2 id="roles">What each does on the way</h2>
      <Table
        caption="First, last, assisted and influenced orders beside credit"
        columns={columns}
        rows={data.roles}
        keyOf={(row) => nameOf(row) ?? ''}
      />
      <p class="muted">
        An order counts as assisted and influenced for everything on its path, so these add up to more than all orders.
        Credit shares each order out once.
      </p>
    </section>
  );
}
