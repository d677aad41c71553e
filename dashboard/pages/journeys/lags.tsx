/** How long people take from their touches to the order. */
import { type Lags as Answer, useLags } from '../../api/insights.ts';
import { CellBar } from '../../parts/cell-bar.tsx';
import { duration } from '../../parts/duration.ts';
import { count, money, share, words } from '../../parts/figures.ts';
import { Shown } from '../../parts/states.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import type { View } from '../../view.ts';

type Bucket = Answer['distribution'][number];
type Group = Answer['groups'][number];

export function Lags({ view, by }: { view: View; by: string }) {
  const lags = useLags(view, by);
  return (
    <section aria-labelledby="lags">
      <h2 id="lags">How long it takes</h2>
      <Shown answer={lags} what="the times">
        {(data) => <Parts data={data} by={by} />}
      </Shown>
    </section>
  );
}

const BEGINS: Readonly<Record<string, string>> = { first_touch: 'first touch', last_touch: 'last touch' };

function Parts({ data, by }: { data: Answer; by: string }) {
  const { touches } = data;
  return (
    <>
      <ul class="sentences">
        {data.lags.map(({ measure, p50_days, p90_days, average_days }) => (
          <li key={measure}>
            Half of the orders come within {duration(p50_days)} of the {BEGINS[measure]}, and 90 % within{' '}
            {duration(p90_days)}; {duration(average_days)} on average.
          </li>
        ))}
        <li>
          Half of the orders have at most {count(touches.p50_touches)} touches before them, and 90 % at most{' '}
          {count(touches.p90_touches)}; {count(touches.average_touches, 1)} on average.
        </li>
      </ul>
      <div class="side-by-side">
        {Object.entries(BEGINS).map(([measure, text]) => (
          <Distribution
            key={measure}
            caption={`Orders by the time from the ${text}`}
            rows={data.distribution.filter((row) => row.measure === measure)}
            currency={data.currency}
          />
        ))}
      </div>
      <Groups data={data} by={by} />
    </>
  );
}

function Distribution({ caption, rows, currency }: { caption: string; rows: readonly Bucket[]; currency: string }) {
  const most = Math.max(1, ...rows.map(({ orders }) => orders));
  const columns: ReadonlyArray<Column<Bucket>> = [
    { name: 'Time', cell: (row) => row.bucket },
    { name: 'Orders', cell: (row) => <CellBar part={row.orders / most}>{count(row.orders)}</CellBar> },
    { name: 'Share', right: true, cell: (row) => share(row.share_of_orders, 1) },
    { name: 'Net sales', right: true, cell: (row) => money(row.net_revenue_micros, currency) },
  ];
  return <Table caption={caption} columns={columns} rows={rows} keyOf={(row) => row.bucket} />;
}

function Groups({ data, by }: { data: Answer; by: string }) {
  const nameOf = (row: Group): string | null => (row as unknown as Record<string, string | null>)[by] ?? null;
  const quantile = (name: string, field: 'p25_days' | 'p50_days' | 'p75_days' | 'p90_days'): Column<Group> => ({
    name,
    right: true,
    cell: (row) => duration(row[field]),
    by: (row) => row[field],
  });
  const columns: ReadonlyArray<Column<Group>> = [
    {
      name: words(by === 'campaign_id' ? 'campaign' : by),
      cell: (row) => words(nameOf(row) ?? 'without a name'),
      by: nameOf,
    },
    { name: 'Orders', right: true, cell: (row) => count(row.orders), by: (row) => row.orders },
    quantile('A quarter within', 'p25_days'),
    quantile('Half within', 'p50_days'),
    quantile('Three quarters within', 'p75_days'),
    quantile('90 % within', 'p90_days'),
    {
      name: 'On average',
      right: true,
      cell: (row) => duration(row.average_days),
      by: (row) => row.average_days,
    },
  ];
  return (
    <>
      <Table
        caption="Time to the order from the first touch of each; an order counts for everything on its path"
        columns={columns}
        rows={data.groups}
        keyOf={(row) => nameOf(row) ?? ''}
      />
      {data.groups_left_out > 0 && <p class="muted">{count(data.groups_left_out)} with fewer orders are not listed.</p>}
    </>
  );
}
