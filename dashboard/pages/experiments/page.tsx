/** Experiments: those that run or are planned, those that are over, credit beside what was caused, and how many people the next one needs. */
import { Link } from 'wouter-preact';
import type { Experiments } from '../../api/answers.d.ts';
import { useAnswer } from '../../api/ask.ts';
import { count, instant, share, words } from '../../parts/figures.ts';
import { Notice, Shown } from '../../parts/states.tsx';
import { type Column, Table } from '../../parts/table.tsx';
import { useView, type View, withView } from '../../view.ts';
import { BesideCredit } from './beside-credit.tsx';
import { Size } from './size.tsx';

type Experiment = Experiments['experiments'][number];

export default function ExperimentsPage() {
  const [view] = useView();
  const { start, end, brand_id } = view;
  const all = useAnswer<Experiments>('/v1/experiments', { brand_id });
  const in_period = useAnswer<Experiments>('/v1/experiments', { brand_id, start, end });
  return (
    <div class="page">
      <h1>Experiments</h1>
      <p class="muted">
        Chance puts some people into a holdout that gets nothing. What the others buy more was caused by what they got.
      </p>
      <Shown answer={all} what="the experiments that run">
        {({ experiments }) => {
          const own = experiments.filter((one) => stateOf(one) !== 'over' && stateOf(one) !== 'stopped');
          return own.length === 0 ? (
            <Notice title="No experiment runs">Ask below how many people one needs.</Notice>
          ) : (
            <List caption="Running and planned" experiments={own} view={view} />
          );
        }}
      </Shown>
      <section aria-labelledby="over">
        <h2 id="over">Over, in this period</h2>
        <Shown answer={in_period} what="the experiments that are over">
          {({ experiments }) => {
            const own = experiments.filter((one) => stateOf(one) === 'over' || stateOf(one) === 'stopped');
            return own.length === 0 ? (
              <p class="muted">None.</p>
            ) : (
              <List caption="Over" experiments={own} view={view} />
            );
          }}
        </Shown>
      </section>
      <BesideCredit view={view} />
      <Size />
    </div>
  );
}

function stateOf({ starts_at, ends_at, stopped_at }: Experiment): 'planned' | 'running' | 'over' | 'stopped' {
  if (stopped_at !== null) return 'stopped';
  const now = Date.now();
  if (now < Date.parse(starts_at)) return 'planned';
  return now < Date.parse(ends_at) ? 'running' : 'over';
}

function List({ caption, experiments, view }: { caption: string; experiments: readonly Experiment[]; view: View }) {
  return (
    <Table
      caption={caption}
      columns={columnsOf(view)}
      rows={experiments}
      keyOf={({ brand_id, experiment_id }) => `${brand_id} ${experiment_id}`}
    />
  );
}

function columnsOf(view: View): ReadonlyArray<Column<Experiment>> {
  return [
    {
      name: 'Experiment',
      cell: ({ name, brand_id, experiment_id }) => (
        <Link href={withView(`/experiments/${encodeURIComponent(experiment_id)}`, { ...view, brand_id })}>{name}</Link>
      ),
      by: ({ name }) => name,
    },
    { name: 'State', cell: (one) => stateOf(one), by: (one) => stateOf(one) },
    { name: 'About', cell: ({ scope, campaign_id }) => (campaign_id === null ? scope : `${scope} ${campaign_id}`) },
    { name: 'Decided by', cell: ({ metric }) => words(metric), by: ({ metric }) => metric },
    { name: 'Arms', cell: ({ arms }) => arms.map((one) => `${one.arm} ${share(one.share, 1)}`).join(', ') },
    { name: 'Planned people', right: true, cell: (one) => count(one.planned_people), by: (one) => one.planned_people },
    { name: 'Ends', cell: (one) => instant(one.stopped_at ?? one.ends_at), by: (one) => one.stopped_at ?? one.ends_at },
  ];
}
