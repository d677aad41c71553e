/** What a figure was made of: the rows that add up to it, the settings, the fits, and the log behind it. */
import { Link } from 'wouter-preact';
import type { Lineage, ReportsCredits } from '../api/answers.d.ts';
import { useAnswer } from '../api/ask.ts';
import { count, instant, money, words } from '../parts/figures.ts';
import { Notice, Shown } from '../parts/states.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { useOwnChoice, useView, type View, withView } from '../view.ts';

type Credit = ReportsCredits['credits'][number];

export default function LineagePage() {
  const [[address = '']] = useOwnChoice('address');
  const [filter] = useOwnChoice('row');
  const lineage = useAnswer<Lineage>('/v1/lineage', { address, filter }, address !== '');
  return (
    <div class="page">
      <h1>Where a figure comes from</h1>
      {address === '' ? (
        <Notice title="No figure is chosen">
          Press on a figure of any page, open “How it was computed”, and follow “Back to its rows”.
        </Notice>
      ) : (
        <Shown answer={lineage} what="where the figure comes from">
          {(data) => <Traced data={data} />}
        </Shown>
      )}
    </div>
  );
}

function Traced({ data }: { data: Lineage }) {
  const { address, answer_sha256, as_of, config_hash, rows_address, settings, artifacts, log } = data;
  const facts: ReadonlyArray<[name: string, value: string | null]> = [
    ['Log position', as_of],
    ['Settings', config_hash],
    ['SHA-256 of the answer', answer_sha256],
  ];
  return (
    <>
      <dl class="why-facts">
        {facts.map(([name, value]) =>
          value === null ? null : (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
        )}
      </dl>
      <p>
        <a href={address} target="_blank" rel="noreferrer">
          The answer of the API
        </a>
        . The same question on the same log and settings has the same hash: <code>tributary lineage verify</code> checks
        it.
      </p>
      {rows_address !== null && <Rows address={rows_address} />}
      <Table
        caption="The log at this position, by kind of record and collector"
        columns={LOG_COLUMNS}
        rows={log}
        keyOf={(row) => `${row.record} ${row.collector_id}`}
      />
      {artifacts.length > 0 && (
        <Table caption="Fits that were used" columns={FIT_COLUMNS} rows={artifacts} keyOf={(row) => row.artifact_id} />
      )}
      {settings !== null && <Settings settings={settings} />}
    </>
  );
}

function Rows({ address }: { address: string }) {
  const [view] = useView();
  const { pathname, searchParams } = new URL(address, location.origin);
  const parameters = Object.fromEntries([...searchParams.keys()].map((name) => [name, searchParams.getAll(name)]));
  const rows = useAnswer<ReportsCredits>(pathname, parameters);
  return (
    <Shown answer={rows} what="the rows">
      {(data) => (
        <>
          <p class="headline">
            {count(data.found_credits)} rows add up to {money(data.totals.attributed_revenue_micros, data.currency)}{' '}
            that touches earned
            {data.totals.unattributed_revenue_micros === '0'
              ? ''
              : ` and ${money(data.totals.unattributed_revenue_micros, data.currency)} that none earned`}
            , under the model {words(data.attribution_model)}.
          </p>
          <Table
            caption="Rows, the newest orders first"
            columns={creditColumns(data.currency, view)}
            rows={data.credits}
            keyOf={(row) =>
              JSON.stringify([row.brand_id, row.conversion_id, row.value_event, row.touchpoint_id, row.reason])
            }
          />
          {data.credits.length < data.found_credits && (
            <p class="muted">
              {count(data.credits.length)} of {count(data.found_credits)} rows are listed.{' '}
              <a href={`${address}${address.includes('?') ? '&' : '?'}limit=10000&format=csv`}>More of them as CSV</a>
            </p>
          )}
        </>
      )}
    </Shown>
  );
}

const placeText = ({ collector_id, log_seq }: Credit['order_row']): string => `${collector_id}:${log_seq}`;

function creditColumns(currency: string, view: View): ReadonlyArray<Column<Credit>> {
  return [
    {
      name: 'Order',
      cell: (row) => (
        <Link href={withView(`/orders/${encodeURIComponent(row.conversion_id)}`, { ...view, brand_id: row.brand_id })}>
          {row.order_id ?? row.conversion_id}
        </Link>
      ),
      by: (row) => row.conversion_id,
    },
    {
      name: 'Value event',
      cell: (row) =>
        `${row.value_event === 'order' ? 'order' : `adjustment ${row.value_event}`}, ${instant(row.valued_at)}`,
      by: (row) => row.valued_at,
    },
    { name: 'Row of the order', meaning: 'Collector and number in the log', cell: (row) => placeText(row.order_row) },
    {
      name: 'Touch',
      cell: (row) =>
        row.touched_at === null
          ? `none: ${words(row.reason ?? '')}`
          : `${words(row.touchpoint_type ?? '')}, ${row.channel}, ${instant(row.touched_at)}`,
      by: (row) => row.touched_at,
    },
    {
      name: 'Row of the touch',
      meaning: 'Collector and number in the log',
      cell: (row) => (row.touchpoint_row === null ? '–' : placeText(row.touchpoint_row)),
    },
    {
      name: 'Revenue',
      right: true,
      cell: (row) => money(row.attributed_revenue_micros, currency),
      by: (row) => Number(row.attributed_revenue_micros),
    },
  ];
}

const LOG_COLUMNS: ReadonlyArray<Column<Lineage['log'][number]>> = [
  { name: 'Record', cell: (row) => words(row.record) },
  { name: 'Collector', cell: (row) => row.collector_id },
  { name: 'Rows', right: true, cell: (row) => count(row.row_count), by: (row) => row.row_count },
  { name: 'First', cell: (row) => `${row.collector_id}:${row.first_log_seq}, ${instant(row.first_received_at)}` },
  { name: 'Last', cell: (row) => `${row.collector_id}:${row.last_log_seq}, ${instant(row.last_received_at)}` },
];

const FIT_COLUMNS: ReadonlyArray<Column<Lineage['artifacts'][number]>> = [
  { name: 'Fit', cell: (row) => row.artifact_id },
  { name: 'Model', cell: (row) => words(row.model) },
  { name: 'Learned from the log up to', cell: (row) => row.as_of },
  { name: 'Made', cell: (row) => instant(row.created_at) },
];

function Settings({ settings }: { settings: object }) {
  return (
    <details>
      <summary>Settings that decided</summary>
      {Object.entries(settings).map(([brand_id, own]) => (
        <dl key={brand_id} class="why-facts" aria-label={`Settings of ${brand_id}`}>
          <div>
            <dt>brand</dt>
            <dd>{brand_id}</dd>
          </div>
          {Object.entries(own as object).map(([name, value]) => (
            <div key={name}>
              <dt>{words(name)}</dt>
              <dd>{typeof value === 'object' ? JSON.stringify(value) : String(value)}</dd>
            </div>
          ))}
        </dl>
      ))}
    </details>
  );
}
