/** Who comes back: retention by the age of cohorts, and second orders. The colour of a cell only repeats its text. */
import { type Cohorts, useCohorts } from '../../api/insights.ts';
import { count, NOTHING, share, words } from '../../parts/figures.ts';
import { Shown } from '../../parts/states.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { Wide } from '../../parts/wide.tsx';
import type { View } from '../../view.ts';

type Age = Cohorts['ages'][number];
type Repeat = Cohorts['repeat_orders'][number];

export function Retention({ view, by }: { view: View; by: string }) {
  const cohorts = useCohorts(view, by);
  return (
    <section aria-labelledby="retention">
      <h2 id="retention">Who comes back</h2>
      <Shown answer={cohorts} what="the cohorts">
        {(data) => (
          <>
            <HeatTable data={data} />
            <p class="muted">
              The part of customers who ordered in the 30 days of an age, of those who were observed that long. Below 30
              of them there is too little data. Customers before their time is over are not counted.
            </p>
            <Repeats data={data} />
          </>
        )}
      </Shown>
    </section>
  );
}

function HeatTable({ data }: { data: Cohorts }) {
  const { cohorts, ages } = data;
  const known = ages.filter(({ observed_customers }) => observed_customers > 0);
  // In age 0 all are active by their first order, so it says nothing.
  const columns = [...new Set(known.map(({ age }) => age))].filter((age) => age > 0).sort((a, b) => a - b);
  const find = new Map(ages.map((row) => [`${row.cohort ?? ''} ${row.age}`, row]));
  if (columns.length === 0)
    return <p class="empty">No customer of this period was observed for more than 30 days yet.</p>;
  return (
    <Wide label="Customers who ordered, by the age of their cohort">
      <table class="heat">
        <caption>Customers who ordered, by days since their first order</caption>
        <thead>
          <tr>
            <th scope="col">{words(data.by)}</th>
            <th scope="col" class="right">
              Customers
            </th>
            {columns.map((age) => (
              <th key={age} scope="col" class="right">
                {`days ${count(age * 30)} to ${count(age * 30 + 29)}`}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {cohorts.map(({ cohort, customers }) => (
            <tr key={cohort ?? ''}>
              <th scope="row">{words(cohort ?? 'without one')}</th>
              <td class="right">{count(customers)}</td>
              {columns.map((age) => (
                <Cell key={age} row={find.get(`${cohort ?? ''} ${age}`)} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Wide>
  );
}

function Cell({ row }: { row: Age | undefined }) {
  if (row === undefined || row.observed_customers === 0) return <td class="right muted">{NOTHING}</td>;
  const { retention_rate: rate, retention_rate_interval: interval, observed_customers, reason } = row;
  if (rate === null)
    return (
      <td class="right muted small" title={reason ?? undefined}>
        too little data
      </td>
    );
  return (
    <td class="right" style={{ '--heat': String(Math.min(1, rate * 1.6)) }}>
      {share(rate)}{' '}
      <span class="small heat-range" title={`of ${count(observed_customers)} customers`}>
        {share(interval.low)} to {share(interval.high)}
      </span>
    </td>
  );
}

function Repeats({ data }: { data: Cohorts }) {
  const columns: ReadonlyArray<Column<Repeat>> = [
    { name: words(data.by), cell: (row) => words(row.cohort ?? 'without one'), by: (row) => row.cohort },
    { name: 'Within', right: true, cell: (row) => `${count(row.within_days)} days`, by: (row) => row.within_days },
    {
      name: 'Ordered again',
      cell: (row) =>
        row.repeat_rate === null
          ? `too little data: ${row.reason ?? ''}`
          : `${share(row.repeat_rate, 1)}, likely ${share(row.repeat_rate_interval.low, 1)} to ${share(row.repeat_rate_interval.high, 1)}`,
      by: (row) => row.repeat_rate,
    },
    {
      name: 'Of',
      meaning: 'Customers who were observed that long',
      right: true,
      cell: (row) => count(row.observed_customers),
      by: (row) => row.observed_customers,
    },
  ];
  const rows = data.repeat_orders.filter(({ observed_customers }) => observed_customers > 0);
  return (
    <Table
      caption="Second orders within a time of the first one"
      columns={columns}
      rows={rows}
      keyOf={(row) => `${row.cohort ?? ''} ${row.within_days}`}
    />
  );
}
