/** Real journeys: single orders with their paths, each with its receipt. */
import { Link } from 'wouter-preact';
import { type Orders as Answer, useOrders } from '../../api/insights.ts';
import { duration } from '../../parts/duration.ts';
import { count, instant, money } from '../../parts/figures.ts';
import { Shown } from '../../parts/states.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { useOwnChoice, type View, withView } from '../../view.ts';
import { wayText } from './ways.tsx';

type Order = Answer['orders'][number];

/** The orders of any path are in the address as this name, because an address without a path shows none. */
const ALL = '*';

export function Orders({ view, by }: { view: View; by: string }) {
  const [path, show] = useOwnChoice('path');
  const is_all = path.length === 1 && path[0] === ALL;
  return (
    <section aria-labelledby="orders">
      <h2 id="orders">Real journeys</h2>
      {path.length === 0 ? (
        <p>
          <button type="button" onClick={() => show([ALL])}>
            Show the newest orders
          </button>
        </p>
      ) : (
        <>
          <p class="with-button">
            {is_all ? (
              'The newest orders of the period.'
            ) : (
              <span>
                The newest orders with the path <b>{wayText(path.map((name) => name || null))}</b>.
              </span>
            )}
            <button type="button" onClick={() => show([])}>
              Close
            </button>
          </p>
          <Listed view={view} by={by} path={is_all ? [] : path} />
        </>
      )}
    </section>
  );
}

function Listed({ view, by, path }: { view: View; by: string; path: readonly string[] }) {
  const orders = useOrders(view, by, path);
  return (
    <Shown answer={orders} what="the orders">
      {(data) => (
        <>
          <Table
            caption="Orders, the newest first; each opens its receipt"
            columns={columnsOf(data, view)}
            rows={data.orders}
            keyOf={(row) => `${row.brand_id} ${row.conversion_id}`}
          />
          {data.orders.length < data.found_orders && (
            <p class="muted">
              {count(data.orders.length)} of {count(data.found_orders)} orders are listed.
            </p>
          )}
        </>
      )}
    </Shown>
  );
}

function columnsOf({ currency }: Answer, view: View): ReadonlyArray<Column<Order>> {
  return [
    {
      name: 'Order',
      cell: (row) => (
        <Link href={withView(`/orders/${encodeURIComponent(row.conversion_id)}`, view)}>
          {row.order_id ?? row.conversion_id}
        </Link>
      ),
      by: (row) => row.conversion_id,
    },
    { name: 'When', cell: (row) => instant(row.occurred_at), by: (row) => row.occurred_at },
    {
      name: 'Net value',
      right: true,
      cell: (row) => money(row.net_revenue_micros, currency),
      by: (row) => Number(row.net_revenue_micros),
    },
    { name: 'Touches', right: true, cell: (row) => count(row.touches), by: (row) => row.touches },
    { name: 'Took', right: true, cell: (row) => duration(row.days_to_order), by: (row) => row.days_to_order },
    {
      name: 'Path',
      cell: (row) => <span class="way">{row.touches === 0 ? 'no touch' : wayText(row.path)}</span>,
      by: (row) => row.path_text,
    },
  ];
}
