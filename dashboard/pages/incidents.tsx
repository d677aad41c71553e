/** What is wrong, what was, and how everything that is watched stands. */
import type { Incidents, Monitors } from '../api/answers.d.ts';
import { useAnswer } from '../api/ask.ts';
import { count, instant, NOTHING, words } from '../parts/figures.ts';
import { Notice, Shown } from '../parts/states.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { useView } from '../view.ts';

type Incident = Incidents['incidents'][number];
type Brand = Monitors['brands'][number];
type Series = Brand['series'][number];

export default function IncidentsPage() {
  const [{ start, end, brand_id }] = useView();
  const open = useAnswer<Incidents>('/v1/incidents', { status: 'open', brand_id });
  const over = useAnswer<Incidents>('/v1/incidents', { status: 'over', start, end, brand_id });
  const monitors = useAnswer<Monitors>('/v1/monitors', { brand_id });
  return (
    <div class="page">
      <h1>Incidents</h1>
      <Shown answer={open} what="the open incidents">
        {({ incidents }) =>
          incidents.length === 0 ? (
            <Notice title="Nothing is wrong">No incident is open.</Notice>
          ) : (
            <List incidents={incidents} />
          )
        }
      </Shown>
      <section aria-labelledby="over">
        <h2 id="over">Over, in this period</h2>
        <Shown answer={over} what="earlier incidents">
          {({ incidents }) => (incidents.length === 0 ? <p class="muted">None.</p> : <List incidents={incidents} />)}
        </Shown>
      </section>
      <section aria-labelledby="watched">
        <h2 id="watched">What is watched</h2>
        <Shown answer={monitors} what="what is watched">
          {(status) => <Watched status={status} />}
        </Shown>
      </section>
    </div>
  );
}

function List({ incidents }: { incidents: readonly Incident[] }) {
  return (
    <ul class="incidents">
      {incidents.map((incident) => (
        <li key={incident.incident_id}>
          <p>{incident.summary}</p>
          {incident.status === 'open' && <p>Next step: {incident.next_step}</p>}
          <p class="muted">
            {words(incident.check)}
            {incident.brand_id !== null && `, ${incident.brand_id}`}, since {instant(incident.since)}
            {incident.over_at !== null && `, over at ${instant(incident.over_at)}`}
          </p>
        </li>
      ))}
    </ul>
  );
}

function Watched({ status }: { status: Monitors }) {
  if (!status.enabled) return <Notice title="Monitors are off">The configuration turns them off.</Notice>;
  if (status.brands.length === 0)
    return <p class="muted">Nothing was watched yet. Every hour is judged ten minutes after its end.</p>;
  return (
    <>
      {status.brands.map((brand) => (
        <OfBrand key={brand.brand_id} brand={brand} />
      ))}
    </>
  );
}

function OfBrand({ brand }: { brand: Brand }) {
  const failing = brand.checks.filter(({ status }) => status === 'incident').map(({ check }) => words(check));
  const waiting = brand.checks.filter(({ status }) => status === 'waiting').length;
  return (
    <>
      <p class="muted">
        {brand.brand_id}, up to {instant(brand.judged_until)}:{' '}
        {failing.length === 0 ? `${count(brand.checks.length - waiting)} checks found nothing.` : failing.join(', ')}
        {waiting > 0 && ` ${count(waiting)} checks have not run yet.`}
      </p>
      {brand.series.some(({ status }) => status === 'learning') && (
        <p class="muted">A metric is learned for two weeks before it is judged.</p>
      )}
      <Table
        caption={`Metrics of ${brand.brand_id}, hour by hour`}
        columns={COLUMNS}
        rows={brand.series}
        keyOf={({ metric, subject }) => `${metric} ${subject ?? ''}`}
      />
    </>
  );
}

const figure = (series: Series, value: number | null): string =>
  value === null ? NOTHING : series.metric === 'net_revenue' ? (value / 1e6).toFixed(2) : count(value);

const COLUMNS: ReadonlyArray<Column<Series>> = [
  {
    name: 'Metric',
    cell: ({ metric, subject }) => words(subject === null ? metric : `${metric}: ${subject}`),
    by: ({ metric, subject }) => `${metric} ${subject ?? ''}`,
  },
  { name: 'State', cell: ({ status }) => status, by: ({ status }) => status },
  {
    name: 'Last value',
    meaning: 'Of the last hour that is over; of a thin metric in an incident, of the last 24 hours',
    right: true,
    cell: (series) => figure(series, series.value),
    by: ({ value }) => value,
  },
  {
    name: 'Usual',
    right: true,
    cell: (series) =>
      series.low === null ? NOTHING : `${figure(series, series.low)} to ${figure(series, series.high)}`,
    by: ({ expected }) => expected,
  },
];
