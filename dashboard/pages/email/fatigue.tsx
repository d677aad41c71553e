/** What people do in weeks with many emails. */
import { type Fatigue as Answer, useFatigue } from '../../api/insights.ts';
import { count } from '../../parts/figures.ts';
import { Shown } from '../../parts/states.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import type { View } from '../../view.ts';
import { mostOf, Rate } from './rate.tsx';

type Row = Answer['messages_per_week'][number];

export function Fatigue({ view, kind }: { view: View; kind: string }) {
  const fatigue = useFatigue(view, kind);
  return (
    <section aria-labelledby="fatigue">
      <h2 id="fatigue">Emails a week, and what people do</h2>
      <Shown answer={fatigue} what="the weeks">
        {(data) => <Parts data={data} />}
      </Shown>
    </section>
  );
}

function Parts({ data: { messages_per_week: rows, whole_weeks } }: { data: Answer }) {
  const column = (name: string, field: 'clicked' | 'ordered' | 'lost', meaning: string): Column<Row> => {
    const most = mostOf(rows.map((row) => row[field]));
    return { name, meaning, cell: (row) => <Rate of={row[field]} most={most} />, by: (row) => row[field].rate };
  };
  const columns: ReadonlyArray<Column<Row>> = [
    { name: 'Emails in the week', cell: (row) => row.messages },
    {
      name: 'Weeks of people',
      meaning: 'Each person counts once a week',
      right: true,
      cell: (row) => count(row.person_weeks),
      by: (row) => row.person_weeks,
    },
    { name: 'People', right: true, cell: (row) => count(row.people), by: (row) => row.people },
    column('Clicked', 'clicked', 'Weeks with a human click'),
    column('Ordered', 'ordered', 'Weeks with an order, whatever led to it'),
    column('Left', 'lost', 'Weeks with an unsubscription or a complaint'),
  ];
  return (
    <>
      <Table
        caption={`${count(whole_weeks)} whole weeks of people on the list`}
        columns={columns}
        rows={rows}
        keyOf={(row) => row.messages}
      />
      <p class="muted">
        It compares different people: keen ones are often sent more. So it does not say what one email more would do.
      </p>
    </>
  );
}
