/** Orders by the number of touches before them. */
import type { Paths } from '../../api/insights.ts';
import { CellBar } from '../../parts/cell-bar.tsx';
import { count, money, share } from '../../parts/figures.ts';
import { type Column, Table } from '../../parts/table.tsx';

type Length = Paths['lengths'][number];

export function Lengths({ data }: { data: Paths }) {
  const { currency, lengths } = data;
  const most = Math.max(1, ...lengths.map(({ orders }) => orders));
  const columns: ReadonlyArray<Column<Length>> = [
    { name: 'Touches', cell: (row) => row.touches },
    {
      name: 'Orders',
      cell: (row) => <CellBar part={row.orders / most}>{count(row.orders)}</CellBar>,
    },
    { name: 'Share', right: true, cell: (row) => share(row.share_of_orders, 1) },
    { name: 'Net sales', right: true, cell: (row) => money(row.net_revenue_micros, currency) },
    { name: 'Without an order', right: true, cell: (row) => count(row.people_without_order) },
    { name: 'End in an order', right: true, cell: (row) => share(row.conversion_rate, 1) },
  ];
  return (
    <section aria-labelledby="lengths">
      <h2 id="lengths">How many touches it takes</h2>
      <Table
        caption="Orders by the number of touches before them"
        columns={columns}
        rows={lengths}
        keyOf={(row) => row.touches}
      />
    </section>
  );
}
