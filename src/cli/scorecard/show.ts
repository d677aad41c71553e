/** The scorecard as tables: errors of shares by family, then the average claims of each model. */
import { line } from '../../present/clip.ts';
import { NOTHING, type TextColumn, textTable } from '../../present/table.ts';
import { averageScores, type Score } from '../../simulation/scoring.ts';
import type { Judged } from './judge.ts';

const UNIFORM = 'uniform guess';

type Averages = ReturnType<typeof averageScores>;

export function scorecardJson(settings: object, judged: readonly Judged[]): object {
  return {
    generator: 'tributary-scorecard/1',
    settings,
    models: Object.fromEntries(modelsOf(judged).map((model) => [model, averagesOf(judged, model)])),
    worlds: judged.map(({ truth, measured: _measured, ...rest }) => ({
      ...rest,
      conversions: truth.conversions,
      incremental_fraction: truth.incremental_fraction,
      shares: Object.fromEntries(Object.entries(truth.channels).map(([name, { share }]) => [name, share])),
    })),
  };
}

function modelsOf(judged: readonly Judged[]): string[] {
  return [...new Set(judged.flatMap(({ scores }) => Object.keys(scores)))];
}

function averagesOf(judged: readonly Judged[], model: string): Averages {
  return averageScores(judged.flatMap(({ scores }) => (scores[model] ? [scores[model]] : [])));
}

export function showScorecard(
  judged: readonly Judged[],
  { customers, days }: { customers: number; days: number },
): string {
  const refusals = judged.flatMap(({ family, seed, refused }) =>
    Object.entries(refused).map(([model, lacks]) => line`  ${family}, seed ${seed}: ${model}: ${lacks.join('; ')}\n`),
  );
  return [
    `\nScorecard · ${judged.length} worlds of ${customers} people, ${days} days\n`,
    '\nMean absolute error of channel shares, in points\n',
    errorsTable(judged),
    '\nOver all worlds\n',
    averagesTable(judged),
    refusals.length > 0 ? `\nModels that failed their gate\n${refusals.join('')}` : '',
    '\n  share error: |claimed - true share|, mean over channels; incremental: fraction of orders that touches caused;\n',
    '  no effect: credit to channels and campaigns that have none; coverage: 90 % intervals that hold the true share\n',
  ].join('');
}

const points = (value: number | null | undefined): string =>
  value === null || value === undefined ? NOTHING : (value * 100).toFixed(1);

/** A table with a row per family and a column per model. */
function errorsTable(judged: readonly Judged[]): string {
  const models = modelsOf(judged);
  const families = [...new Set(judged.map(({ family }) => family))];
  const columns: TextColumn[] = [{ name: 'model' }, ...families.map((name) => ({ name, right: true }))];
  const error = (worlds: readonly Judged[], figure: (score: Score) => number | null, model: string): string =>
    points(
      averageScores(
        worlds.flatMap(({ scores }) =>
          scores[model] ? [{ ...scores[model], share_error: figure(scores[model]) }] : [],
        ),
      ).share_error,
    );
  const row = (name: string, model: string, figure: (score: Score) => number | null): string[] => [
    name,
    ...families.map((family) =>
      error(
        judged.filter((world) => world.family === family),
        figure,
        model,
      ),
    ),
  ];
  return textTable(columns, [
    row(UNIFORM, models[0]!, (score) => score.uniform_error),
    ...models.map((model) => row(model, model, (score) => score.share_error)),
  ]);
}

function averagesTable(judged: readonly Judged[]): string {
  const models = modelsOf(judged);
  const columns: TextColumn[] = [
    { name: 'model' },
    ...[
      'worlds',
      'share error',
      'largest',
      'rank corr.',
      'claimed incr.',
      'true incr.',
      '|error|',
      'no effect: channels',
      'campaigns',
      'coverage',
    ].map((name) => ({ name, right: true })),
  ];
  const uniform = averageScores(judged.map(({ scores }) => scores[models[0]!]!));
  return textTable(columns, [
    [UNIFORM, String(judged.length), points(uniform.uniform_error), ...Array.from({ length: 8 }, () => '')],
    ...models.map((model) => {
      const mean = averagesOf(judged, model);
      return [
        model,
        String(mean.worlds),
        points(mean.share_error),
        points(mean.largest_error),
        mean.rank_correlation === null ? NOTHING : mean.rank_correlation.toFixed(2),
        points(mean.claimed_incremental_fraction),
        points(mean.true_incremental_fraction),
        points(mean.mean_absolute_incremental_error),
        points(mean.idle_channel_credit),
        points(mean.idle_campaign_credit),
        points(mean.coverage),
      ];
    }),
  ]);
}
