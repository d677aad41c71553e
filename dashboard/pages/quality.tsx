/** Is anything broken: machines among opens and clicks, records that came late, in conflict, or could not be stored. */
import { type DataQuality, qualityQuestion, useDataQuality } from '../api/reports.ts';
import { count, instant, NOTHING, share, words } from '../parts/figures.ts';
import { Meaning } from '../parts/meaning.tsx';
import { type Source, sourceOf } from '../parts/source.ts';
import { Shown } from '../parts/states.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { useView } from '../view.ts';

type Verdict = DataQuality['verdicts'][number];
type Arrival = DataQuality['arrivals'][number];

export default function Quality() {
  const [view] = useView();
  const quality = useDataQuality(view);
  return (
    <div class="page">
      <h1>Data quality</h1>
      <Shown answer={quality} what="the data quality">
        {(data) => <Parts data={data} from={sourceOf(qualityQuestion(view), data)} />}
      </Shown>
    </div>
  );
}

function Parts({ data, from }: { data: DataQuality; from: Source }) {
  const sum = (rows: ReadonlyArray<{ conflicts?: number; dead_letters?: number }>): number =>
    rows.reduce((all, row) => all + (row.conflicts ?? row.dead_letters ?? 0), 0);
  return (
    <>
      <dl class="figures">
        <Share name="Opens by machines" split={data.opens} />
        <Share name="Clicks by machines" split={data.clicks} />
        <div>
          <dt>
            Conflicts{' '}
            <Meaning of="Conflicts">
              Records that arrived in this period with a known id and other content. The first record of an id counts.
            </Meaning>
          </dt>
          <dd class="figure">{count(sum(data.conflicts))}</dd>
        </div>
        <div>
          <dt>
            Not stored{' '}
            <Meaning of="Not stored">
              Records that were accepted and do not fit their table. An operator can replay them.
            </Meaning>
          </dt>
          <dd class="figure">{count(sum(data.dead_letters))}</dd>
        </div>
      </dl>
      <Table
        caption="Records that happened in this period, and how late they came"
        columns={ARRIVAL_COLUMNS}
        rows={data.arrivals}
        keyOf={({ record }) => record}
      />
      <p class="muted">
        Late is the time from when something happened to when it arrived. Imports of older data are late, too, and count
        all the same.
      </p>
      <Table
        caption="Touches by verdict and reasons, most first"
        columns={VERDICT_COLUMNS}
        rows={data.verdicts}
        from={from}
        keyOf={({ touchpoint_type, verdict, reasons }) => `${touchpoint_type} ${verdict} ${reasons.join(' ')}`}
      />
    </>
  );
}

function Share({ name, split }: { name: string; split: DataQuality['opens'] }) {
  return (
    <div>
      <dt>
        {name}{' '}
        <Meaning of={name}>
          {count(split.by_machines)} of {count(split.touchpoints)}. They earn no credit and count in no rate that is
          called human.
        </Meaning>
      </dt>
      <dd class="figure">{share(split.machine_share)}</dd>
      <dd class="muted">
        {count(split.by_machines)} of {count(split.touchpoints)}
      </dd>
    </div>
  );
}

const ARRIVAL_COLUMNS: ReadonlyArray<Column<Arrival>> = [
  { name: 'Record', cell: ({ record }) => words(record), by: ({ record }) => record },
  { name: 'Records', right: true, cell: (row) => count(row.records), by: (row) => row.records },
  {
    name: 'Over an hour late',
    right: true,
    cell: (row) => count(row.over_an_hour_late),
    by: (row) => row.over_an_hour_late,
  },
  { name: 'Over a day late', right: true, cell: (row) => count(row.over_a_day_late), by: (row) => row.over_a_day_late },
  {
    name: 'Over a week late',
    right: true,
    cell: (row) => count(row.over_a_week_late),
    by: (row) => row.over_a_week_late,
  },
  {
    name: 'Silent for days',
    meaning: 'Days without such a record since the last one, while other records came',
    right: true,
    cell: (row) => count(row.silence_days),
    by: (row) => row.silence_days,
  },
  {
    name: 'Last one came',
    right: true,
    cell: ({ last_received_at: at }) => (at === null ? NOTHING : instant(at)),
    by: ({ last_received_at }) => last_received_at,
  },
];

const VERDICT_COLUMNS: ReadonlyArray<Column<Verdict>> = [
  { name: 'Touch', cell: (row) => words(row.touchpoint_type), by: (row) => row.touchpoint_type },
  { name: 'Verdict', cell: (row) => row.verdict, by: (row) => row.verdict },
  { name: 'Reasons', cell: (row) => row.reasons.map(words).join(', ') || NOTHING, by: (row) => row.reasons.join(' ') },
  {
    name: 'Touches',
    field: 'touchpoints',
    right: true,
    cell: (row) => count(row.touchpoints),
    by: (row) => row.touchpoints,
  },
];
