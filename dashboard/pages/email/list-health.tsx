/** Who is on the list, and what they bought. */
import { type ListHealth as Answer, useListHealth } from '../../api/insights.ts';
import { CellBar } from '../../parts/cell-bar.tsx';
import { count, decimalMoney, money, share, words } from '../../parts/figures.ts';
import { Shown } from '../../parts/states.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import type { View } from '../../view.ts';

type State = Answer['states'][number];

function meaningOf(state: string, { engaged_days, lapsing_days, dormant_days }: Answer): string {
  const meanings: Record<string, string> = {
    engaged: `opened or clicked in the last ${engaged_days} days`,
    lapsing: `in the last ${lapsing_days} days`,
    dormant: `in the last ${dormant_days} days`,
    inactive: 'longer ago',
    never_engaged: 'never opened or clicked',
    unsubscribed: 'left, or complained',
    bounced: 'cannot be reached',
  };
  return meanings[state] ?? '';
}

export function ListHealth({ view }: { view: View }) {
  const health = useListHealth(view);
  return (
    <section aria-labelledby="list">
      <h2 id="list">The list</h2>
      <Shown answer={health} what="the list">
        {(data) => <Parts data={data} />}
      </Shown>
    </section>
  );
}

function Parts({ data }: { data: Answer }) {
  const { currency, states, totals, not_mailed } = data;
  const columns: ReadonlyArray<Column<State>> = [
    {
      name: 'People',
      cell: (row) => (
        <span>
          {words(row.state)} <span class="muted small">{meaningOf(row.state, data)}</span>
        </span>
      ),
    },
    {
      name: 'How many',
      cell: (row) => (
        <CellBar part={row.share_of_people ?? 0}>{`${count(row.people)} (${share(row.share_of_people)})`}</CellBar>
      ),
      by: (row) => row.people,
    },
    {
      name: 'Of emails sent',
      right: true,
      cell: (row) => share(row.share_of_sends, 1),
      by: (row) => row.share_of_sends,
    },
    { name: 'Orders', right: true, cell: (row) => count(row.orders), by: (row) => row.orders },
    {
      name: 'Net sales',
      meaning: 'Of all their orders, whatever led to them. It is no credit',
      right: true,
      cell: (row) => money(row.revenue_micros, currency),
      by: (row) => Number(row.revenue_micros),
    },
    {
      name: 'Of net sales',
      right: true,
      cell: (row) => share(row.share_of_revenue, 1),
      by: (row) => row.share_of_revenue,
    },
    {
      name: 'Per person',
      right: true,
      cell: (row) => decimalMoney(row.revenue_per_person, currency),
      by: (row) => (row.revenue_per_person === null ? null : Number(row.revenue_per_person)),
    },
  ];
  return (
    <>
      <p>
        {count(totals.people)} people were mailed in the period. Of all {count(totals.orders)} orders,{' '}
        {count(not_mailed.orders)} are of people who got no email, with {money(not_mailed.revenue_micros, currency)}.
        Opens and clicks of machines do not count.
      </p>
      <Table
        caption="People who were mailed, by what they did last; each is in one line"
        columns={columns}
        rows={states}
        keyOf={(row) => row.state}
      />
    </>
  );
}
