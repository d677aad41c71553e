/** Which model was closest to the experiments. */
import type { Models } from '../api/answers.d.ts';
import { useAnswer } from '../api/ask.ts';
import { type ClosestModels as Answer, closestModelsQuestion, useClosestModels } from '../api/evidence.ts';
import type { View } from '../view.ts';
import { count, share, words } from './figures.ts';
import { IntervalBar } from './interval-bar.tsx';
import { sourceOf } from './source.ts';
import { Shown } from './states.tsx';
import { type Column, Table } from './table.tsx';

type Row = Answer['models'][number];

const RULES = ['first_touch', 'last_touch', 'linear', 'time_decay', 'position_based'] as const;

export function ClosestModels({ view }: { view: View }) {
  const fits = useAnswer<Models>('/v1/models');
  const fitted = (fits.data?.models ?? []).filter(({ in_use }) => in_use).map((fit) => fit.attribution_model);
  const models = [...new Set<string>([...RULES, ...fitted])];
  const answer = useClosestModels(view, models, !fits.isPending);
  return (
    <section aria-labelledby="closest">
      <h2 id="closest">Which one was closest to the experiments</h2>
      <Shown answer={answer} what="the experiments beside the models" tall={16}>
        {(data) =>
          data.refused === null ? (
            <Ranked data={data} view={view} models={models} />
          ) : (
            <p>Models are not ranked. {data.refused}</p>
          )
        }
      </Shown>
    </section>
  );
}

function Ranked({ data, view, models }: { data: Answer; view: View; models: readonly string[] }) {
  const [first] = data.models;
  const most = Math.max(...data.models.map(({ error_high }) => error_high));
  return (
    <>
      {first !== undefined && (
        <p>
          Over {count(data.experiments)} finished experiments, {words(first.attribution_model)} was closest. The chance
          that it really is the closest is {share(first.chance_closest)}.
        </p>
      )}
      <Table
        caption="Credit beside what holdouts say was caused, the closest first"
        columns={columnsOf(data, most)}
        rows={data.models}
        keyOf={(row) => row.attribution_model}
        from={sourceOf(closestModelsQuestion(view, models), data)}
        nameOf={(row) => words(row.attribution_model)}
      />
      <p class="muted">
        The bar is the 90 % interval over experiments. Where the bars overlap, the order may be chance. All finished
        experiments with a holdout count, whenever they were.
      </p>
    </>
  );
}

const columnsOf = ({ experiments }: Answer, most: number): ReadonlyArray<Column<Row>> => [
  { name: 'Model', cell: (row) => words(row.attribution_model), by: (row) => row.attribution_model },
  {
    name: 'Error, in orders per 1,000 people',
    field: 'error',
    meaning: 'How far credit is from what was caused, on average over experiments',
    cell: (row) => (
      <IntervalBar low={row.error_low} high={row.error_high} value={row.error} scale={[0, most]}>
        {count(row.error, 1)}, likely {count(row.error_low, 1)} to {count(row.error_high, 1)}
      </IntervalBar>
    ),
    by: (row) => row.error,
  },
  {
    name: 'It credits',
    field: 'bias',
    meaning: 'On average over experiments, per 1,000 treated people',
    right: true,
    cell: ({ bias }) => `${count(Math.abs(bias), 1)} too ${bias >= 0 ? 'many' : 'few'}`,
    by: (row) => row.bias,
  },
  {
    name: 'Within the interval',
    field: 'within',
    meaning: 'Experiments whose interval holds what the model credits',
    right: true,
    cell: (row) => `${count(row.within)} of ${count(experiments)}`,
    by: (row) => row.within,
  },
  {
    name: 'Chance to be the closest',
    field: 'chance_closest',
    right: true,
    cell: (row) => share(row.chance_closest),
    by: (row) => row.chance_closest,
  },
];
