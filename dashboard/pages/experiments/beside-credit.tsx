/** What models credit beside what experiments say was caused, for each campaign or channel. */
import { Link } from 'wouter-preact';
import { type Incrementality, incrementalityQuestion, useIncrementality } from '../../api/evidence.ts';
import { CausedBar } from '../../parts/caused-bar.tsx';
import { count, decimalMoney, NOTHING, share, words } from '../../parts/figures.ts';
import { useChoiceOf } from '../../parts/own-choice.tsx';
import { sourceOf } from '../../parts/source.ts';
import { Shown } from '../../parts/states.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { type View, withView } from '../../view.ts';

type Row = Incrementality['rows'][number];

const BY = [
  ['campaign_id', 'campaign'],
  ['channel', 'channel'],
] as const;

export function BesideCredit({ view }: { view: View }) {
  const [by, control] = useChoiceOf('by', 'For each', BY);
  const answer = useIncrementality(view, by);
  return (
    <section aria-labelledby="beside-credit">
      <h2 id="beside-credit">Credited, and caused</h2>
      <p class="muted">
        What {words(view.model)} credits beside what the holdout says would not have come otherwise. Credit is never
        changed by it.
      </p>
      <div class="own-controls">{control}</div>
      <Shown answer={answer} what="credit beside what was caused" tall={20}>
        {(data) => <Rows data={data} view={view} by={by} />}
      </Shown>
    </section>
  );
}

function Rows({ data, view, by }: { data: Incrementality; view: View; by: string }) {
  const known = data.rows.filter(({ basis }) => basis !== 'none');
  const unknown = data.rows.filter(({ basis }) => basis === 'none');
  const [prediction] = data.predictions;
  return (
    <>
      <Table
        caption="Credited and caused, by experiment"
        columns={columnsOf(data, view, known)}
        rows={known}
        keyOf={(row) => `${nameOf(row)} ${row.experiment_id}`}
        from={sourceOf(incrementalityQuestion(view, by), data)}
        nameOf={nameOf}
        empty="No experiment with a holdout is over in this period, so nothing is known to be caused."
      />
      {unknown.length > 0 && (
        <details>
          <summary>
            {count(unknown.length)} {by === 'channel' ? 'channels' : 'campaigns'} without an experiment: what they
            caused is not known
          </summary>
          <ul class="sentences">
            {unknown.map((row) => (
              <li key={nameOf(row)}>
                <strong>{nameOf(row)}</strong>: {count(row.attributed_orders, 1)} orders are credited.{' '}
                <span class="muted">{row.sentence}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
      {prediction !== undefined && (
        <p class="muted">
          {prediction.refused === null
            ? `Predictions for campaigns without an experiment are off by ${count(prediction.left_out_error, 1)} orders per 1,000 people on experiments that they did not learn from; credit alone is off by ${count(prediction.credit_error, 1)}.`
            : `Nothing is predicted: ${prediction.refused}.`}
        </p>
      )}
    </>
  );
}

const nameOf = (row: Row): string =>
  row.campaign_id ?? (row.channel === undefined || row.channel === null ? 'every email' : words(row.channel));

const BASES: Readonly<Record<Row['basis'], string>> = {
  experiment: 'measured',
  predicted: 'predicted',
  none: 'not known',
};

function columnsOf({ currency, by }: Incrementality, view: View, rows: readonly Row[]): ReadonlyArray<Column<Row>> {
  const money = (name: string, field: 'attributed_revenue' | 'incremental_revenue' | 'spend'): Column<Row> => ({
    name,
    field,
    right: true,
    cell: (row) => decimalMoney(row[field], currency),
    by: (row) => (row[field] === null ? null : Number(row[field])),
  });
  return [
    {
      name: by === 'channel' ? 'Channel' : 'Campaign',
      cell: (row) =>
        row.experiment_id === null ? (
          nameOf(row)
        ) : (
          <Link href={withView(`/experiments/${encodeURIComponent(row.experiment_id)}`, view)}>{nameOf(row)}</Link>
        ),
      by: nameOf,
    },
    { name: 'Caused is', cell: ({ basis }) => BASES[basis], by: ({ basis }) => basis },
    {
      name: 'Orders credited',
      field: 'attributed_orders',
      meaning: 'Of treated people in the time of the experiment',
      right: true,
      cell: (row) => count(row.attributed_orders, 1),
      by: (row) => row.attributed_orders,
    },
    {
      name: 'Orders caused',
      field: 'incremental_orders',
      meaning: 'With the interval of the experiment. The dashed line is the credited orders',
      cell: (row) => <CausedBar row={row} rows={rows} />,
      by: (row) => row.incremental_orders,
    },
    {
      name: 'Caused of credited',
      field: 'incremental_part',
      right: true,
      meaning: 'Orders caused by orders credited, where the interval of what was caused does not hold 0',
      cell: (row) => (row.incremental_part === null ? NOTHING : isSure(row) ? share(row.incremental_part) : 'not sure'),
      by: (row) => row.incremental_part,
    },
    money('Revenue credited', 'attributed_revenue'),
    money('Revenue caused', 'incremental_revenue'),
    money('Spend', 'spend'),
    {
      name: 'Return, credited and caused',
      meaning: 'Revenue by spend, with the interval of what was caused',
      right: true,
      cell: (row) => returnsOf(row),
      by: (row) => row.incremental_return,
    },
  ];
}

const isSure = ({ incremental_orders_low: low, incremental_orders_high: high }: Row): boolean =>
  (low ?? 0) > 0 || (high ?? 0) < 0;

function returnsOf(row: Row): string {
  if (row.attributed_return === null) return NOTHING;
  const { incremental_return: value, incremental_return_low: low, incremental_return_high: high } = row;
  const caused = value === null ? 'not known' : `${count(value, 1)} × (${count(low, 1)} to ${count(high, 1)})`;
  return `${count(row.attributed_return, 1)} ×, ${caused}`;
}
