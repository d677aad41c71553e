/**
 * Fitted models as models of the query: the weights that an artifact gives to the touches of each path.
 *
 * The way from the log to these weights:
 *   1. paths/log-paths.ts or hazard/log-histories.ts reads the log into typed arrays. grain.ts names the touches.
 *   2. training/pool.ts sends them to a thread. training/train-paths.ts fits a Markov chain (markov/fit.ts) or Shapley values
 *      (shapley/closed-form.ts) to paths; training/train-hazard.ts fits a hazard (hazard/fit.ts) to histories.
 *   3. gate.ts and hazard/gate.ts judge the fit. Reports use it only if it passes every check.
 *   4. artifacts/ stores the fit with its card and gate, checks it when it is read, and chooses the one that a report uses.
 *   5. {@link fittedModel} turns the artifact into a table of weights by touch, which the query of attribution/ joins.
 * settings.ts holds all defaults. reports/fitting.ts starts a fit.
 */

import type { FittedModelName } from '../attribution/models.ts';
import type { Model, Plan, Scores } from '../attribution/plan.ts';
import { touchesWith } from '../attribution/touches.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { formatPosition } from '../warehouse/position.ts';
import { type Column, floatColumn, intColumn, type Row, textColumn } from '../warehouse/schema.ts';
import type { Artifact, EffectsContent, HazardContent } from './artifacts/artifact.ts';
import { makeSplits, type Naming, SPLIT_JOIN, stateSql } from './grain.ts';
import { creditPath } from './hazard/credit.ts';

/** The attribution model of that name, with the weights of an artifact. */
export function fittedModel(name: FittedModelName, artifact: Artifact): Model {
  const incremental = name === 'algorithmic_incremental';
  const { artifact_id, content } = artifact;
  const scores: Scores = {
    artifact_id,
    column: incremental ? 'share' : 'weight',
    ...(content.form === 'effects'
      ? {
          measure: 'conversion_probability',
          make: (snapshot, _plan, table) => makeEffectScores(snapshot, content, table),
        }
      : {
          measure: 'relative_hazard',
          make: (snapshot, plan, table) => makeHazardScores(snapshot, plan, { artifact_id, content }, table),
        }),
  };
  return { name, weight: scores.column, scores, ...(incremental ? { absolute: true } : {}) };
}

/** Makes `scored_touches`: the touches of each path by the name that the artifact uses, with the matching row of `learned`. */
async function nameTouches(
  snapshot: Snapshot,
  naming: Naming,
  learned: readonly Row[],
  columns: readonly Column[],
): Promise<void> {
  await makeSplits(snapshot, naming);
  await snapshot.relation('learned', [textColumn('state'), ...columns], learned);
  const own = ['order_no', 'touch_no', 'at_ms', 'tie_no', 'age_ms', 'channel', 'touchpoint_type', 'campaign_id'];
  await snapshot.materialise(
    'scored_touches',
    `select n.*, ${columns.map(({ name }) => `l.${name} as ${name}`).join(', ')}
     from (select t.order_no as order_no, t.touch_no as touch_no, t.at_ms as at_ms, t.tie_no as tie_no, t.age_ms as age_ms, ${stateSql(naming)} as state
       from ${touchesWith(own)} t ${SPLIT_JOIN}) n left join learned l on l.state = n.state`,
  );
}

/** weight = effect of the touch's state / number of touches with that state in the path. See docs/models.md, touch totals. */
async function makeEffectScores(snapshot: Snapshot, content: EffectsContent, table: string): Promise<void> {
  const { naming, states, effects, conversion_probability } = content;
  const rows = states.map((state, code) => ({ state, effect: effects[code]! }));
  await nameTouches(snapshot, naming, rows, [floatColumn('effect')]);
  const probability = `float64(${conversion_probability})`;
  await snapshot.materialise(
    table,
    `select order_no, touch_no, coalesce(effect, 0.0) / float64(count(*) over (partition by order_no, state)) as weight, 0.0 as share,
       ${probability} as with_it, ${probability} * (1.0 - coalesce(effect, 0.0)) as without_it from scored_touches`,
  );
}

const SCORE_COLUMNS: readonly Column[] = [
  intColumn('order_no'),
  intColumn('touch_no'),
  ...['weight', 'share', 'with_it', 'without_it'].map(floatColumn),
];

/** All parts of a plan on which its paths depend, and so their scores. */
function pathsKey({
  models: _models,
  touch_columns: _columns,
  show_weights: _weights,
  positions,
  ...rest
}: Plan): string {
  const at = Object.values(positions).map(formatPosition);
  return JSON.stringify({ ...rest, at });
}

/** Scores are a pure function of paths and artifact, so they are computed once and kept. */
async function makeHazardScores(
  snapshot: Snapshot,
  plan: Plan,
  { artifact_id, content }: { artifact_id: string; content: HazardContent },
  table: string,
): Promise<void> {
  await snapshot.cachedRelation(table, `${artifact_id} ${pathsKey(plan)}`, SCORE_COLUMNS, async () => {
    const codes = content.fit.plan.states.map((state, code) => ({ state, code }));
    await nameTouches(snapshot, content.naming, codes, [{ name: 'code', type: 'int64', nullable: true }]);
    return scorePaths(snapshot, content);
  });
}

/** Touches read per page. Other requests are answered between pages. */
const PAGE = 20_000;

async function scorePaths(snapshot: Snapshot, { fit }: HazardContent): Promise<Row[]> {
  await snapshot.materialise(
    'touches_to_score',
    'select order_no, touch_no, age_ms, coalesce(code, int64(-1)) as code, row_number() over (order by order_no, at_ms, tie_no) as row_no from scored_touches',
  );
  const [size] = await snapshot.query('select count(*) as n from touches_to_score');
  const scores: Row[] = [];
  let path: Row[] = [];
  const finish = (): void => {
    for (const score of path.length > 0 ? scorePath(fit, path) : []) scores.push(score);
    path = [];
  };
  for (let from = 1; from <= Number(size!['n']); from += PAGE) {
    for (const row of await snapshot.query(
      `select order_no, touch_no, age_ms, code from touches_to_score where row_no >= ${from} and row_no < ${from + PAGE} order by row_no`,
    )) {
      if (path.length > 0 && path[0]!['order_no'] !== row['order_no']) finish();
      path.push(row);
    }
  }
  finish();
  return scores;
}

function scorePath(fit: HazardContent['fit'], path: readonly Row[]): Row[] {
  const codes = Int32Array.from(path, (row) => Number(row['code']));
  const ages_ms = Float64Array.from(path, (row) => Number(row['age_ms']));
  const { weights, incremental, hazard_ratio } = creditPath(fit, { codes, ages_ms });
  const without = new Map<number, number>();
  for (const code of new Set(codes)) {
    const others = codes.map((other) => (other === code ? -1 : other));
    without.set(code, creditPath(fit, { codes: others, ages_ms }).hazard_ratio);
  }
  return path.map((row, i) => ({
    order_no: row['order_no']!,
    touch_no: row['touch_no']!,
    weight: weights[i]!,
    share: incremental[i]!,
    with_it: hazard_ratio,
    without_it: without.get(codes[i]!)!,
  }));
}
