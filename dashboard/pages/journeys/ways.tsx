/** The paths with most orders. Each leads to its orders. */
import type { Paths } from '../../api/insights.ts';
import { duration } from '../../parts/duration.ts';
import { count, decimalMoney, money, share, words } from '../../parts/figures.ts';
import { type Column, Table } from '../../parts/table.tsx';
import { useOwnChoice } from '../../view.ts';

type Way = Paths['paths'][number];

/** A path in words, such as “email → direct”. */
export const wayText = (path: ReadonlyArray<string | null>): string =>
  path.map((name) => (name === null ? 'without a name' : words(name))).join(' → ');

/** @param sees_orders false for viewers and links, which are told of no single order. */
export function Ways({ data, sees_orders }: { data: Paths; sees_orders: boolean }) {
  const [, showOrders] = useOwnChoice('path');
  const { currency, other_paths } = data;
  const columns: ReadonlyArray<Column<Way>> = [
    { name: 'Path', cell: (row) => <span class="way">{wayText(row.path)}</span>, by: (row) => row.path_text },
    {
      name: 'Orders',
      right: true,
      cell: (row) =>
        row.orders === 0 || !sees_orders ? (
          count(row.orders)
        ) : (
          <button
            type="button"
            class="link"
            aria-label={`Show the ${count(row.orders)} orders of the path ${wayText(row.path)}`}
            onClick={() => {
              showOrders(row.path.map((name) => name ?? ''));
              document.getElementById('orders')?.scrollIntoView({ block: 'start' });
            }}
          >
            {count(row.orders)}
          </button>
        ),
      by: (row) => row.orders,
    },
    { name: 'Share', right: true, cell: (row) => share(row.share_of_orders, 1), by: (row) => row.share_of_orders },
    {
      name: 'Net sales',
      right: true,
      cell: (row) => money(row.net_revenue_micros, currency),
      by: (row) => Number(row.net_revenue_micros),
    },
    {
      name: 'Per order',
      right: true,
      cell: (row) => decimalMoney(row.average_order_value, currency),
      by: (row) => (row.average_order_value === null ? null : Number(row.average_order_value)),
    },
    {
      name: 'Without an order',
      meaning: 'People with exactly this path who did not order in the period',
      right: true,
      cell: (row) => count(row.people_without_order),
      by: (row) => row.people_without_order,
    },
    {
      name: 'End in an order',
      right: true,
      cell: (row) => share(row.conversion_rate, 1),
      by: (row) => row.conversion_rate,
    },
    {
      name: 'Takes',
      meaning: 'From the first touch to the order, on average',
      right: true,
      cell: (row) => duration(row.average_days_to_order),
      by: (row) => row.average_days_to_order,
    },
  ];
  return (
    <section aria-labelledby="ways">
      <h2 id="ways">Which ways lead to orders</h2>
      <Table
        caption={`Paths with most orders${sees_orders ? '; a press on the number shows the orders' : ''}`}
        columns={columns}
        rows={data.paths}
        keyOf={(row) => JSON.stringify(row.path)}
      />
      {other_paths.map((row) => (
        <p class="muted" key={row.path_text}>
          {count(row.different_paths)} other paths have {count(row.orders)} orders ({share(row.share_of_orders, 1)}) and{' '}
          {money(row.net_revenue_micros, currency)}.
        </p>
      ))}
    </section>
  );
}
