/**
 * Turns fitted models into models of the query: the weights that an artifact gives to the touches of each path.
 *
 * The way from the log to these weights:
 *   1. paths/log-paths.ts or hazard/log-histories.ts reads the log into typed arrays: from histories in memory if they hold what is
 *      asked for, else by a query. grain.ts names the touches.
 *   2. training/pool.ts sends them to a thread. training/train-paths.ts fits a Markov chain (markov/fit.ts) or Shapley values
 *      (shapley/closed-form.ts) to paths; training/train-hazard.ts fits a hazard (hazard/fit.ts), and
 *      what brings touches (hazard/flow/), to histories.
 *   3. gate.ts and hazard/gate.ts judge the fit. Reports use it only if it passes every check.
 *   4. artifacts/ stores the fit with its card and gate, checks it when it is read, and chooses the one that a report uses.
 *   5. {@link fittedModel} turns the artifact into a table of weights by touch, which the query of attribution/ joins.
 * settings.ts holds all defaults. reports/fitting.ts starts a fit.
 */

import { type Explain, percent } from '../attribution/explain.ts';
import type { FittedModelName } from '../attribution/models.ts';
import type { ArtifactNotes, Model, Plan, Scores } from '../attribution/plan.ts';
import type { TouchRelations } from '../attribution/relations.ts';
import { touchesWith } from '../attribution/touches.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { formatPosition } from '../warehouse/position.ts';
import { read } from '../warehouse/read-row.ts';
import { fill, materialise, type Relation, tableColumns } from '../warehouse/relation.ts';
import type { Row } from '../warehouse/schema.ts';
import type { Artifact, EffectsContent, HazardContent } from './artifacts/artifact.ts';
import { makeSplits, type Naming, SPLIT_JOIN, stateSql } from './grain.ts';
import { scorerOf } from './hazard/credit.ts';
import { EFFECTS, SCORED_CODES, SCORED_EFFECTS, STATE_CODES, TOUCHES_TO_SCORE } from './relations.ts';
import { creditOf, effectsInMemory, hazardInMemory, movesInMemory } from './score-paths.ts';

/** The attribution model of that name, with the weights of an artifact. */
export function fittedModel(name: FittedModelName, artifact: Artifact, notes: ArtifactNotes): Model {
  const incremental = name === 'algorithmic_incremental' || name === 'algorithmic_calibrated';
  const { artifact_id, content } = artifact;
  const scores: Scores = {
    artifact_id,
    notes,
    column: incremental ? 'share' : 'weight',
    ...(content.form === 'effects'
      ? {
          measure: 'conversion_probability',
          make: (snapshot, _plan, touches, scores) => makeEffectScores(snapshot, touches, content, scores),
          inMemory: (kinds) => effectsInMemory(content, kinds),
        }
      : {
          measure: 'relative_hazard',
          make: (snapshot, plan, touches, scores) =>
            makeHazardScores(snapshot, plan, touches, { artifact_id, content }, scores),
          inMemory: (kinds) => hazardInMemory(content, kinds),
          ...(content.flow &&
            !content.calibration && { moves: movesInMemory(content, incremental ? 'share' : 'weight') }),
        }),
  };
  return {
    name,
    weight: scores.column,
    scores,
    explain: name === 'data_driven' ? explainRemoval(name) : explainHazard(name),
    ...(incremental ? { absolute: true } : {}),
  };
}

function explainRemoval(name: string): Explain {
  return (own, all) =>
    `its removal effect is ${percent(own.added[name] ?? 0)} of conversions (all: ${percent(all.added[name] ?? 0)})`;
}

function explainHazard(name: string): Explain {
  return (own, all) =>
    `without it, the fitted hazard at the order would be ${percent(own.added[name] ?? 0)} lower (all: ${percent(all.added[name] ?? 0)})`;
}

/** Makes the touches of each path with their name in the artifact, and with the artifact's columns for that name. */
async function nameTouches(
  snapshot: Snapshot,
  touches: TouchRelations,
  naming: Naming,
  learned: Relation,
  scored: Relation,
): Promise<Relation> {
  await makeSplits(snapshot, naming);
  const own = ['order_no', 'touch_no', 'at_ms', 'tie_no', 'age_ms', 'channel', 'touchpoint_type', 'campaign_id'];
  const columns = Object.keys(learned.columns).filter((name) => name !== 'state');
  return materialise(
    snapshot,
    scored,
    `select n.*, ${columns.map((name) => `l.${name} as ${name}`).join(', ')}
     from (select t.order_no as order_no, t.touch_no as touch_no, t.at_ms as at_ms, t.tie_no as tie_no, t.age_ms as age_ms, ${stateSql(naming)} as state
       from ${touchesWith(touches, own)} t ${SPLIT_JOIN}) n left join ${learned.name} l on l.state = n.state`,
  );
}

/**
 * weight = effect of the touch's state / number of touches of that state in the path: docs/semantics.md 7. With Shapley values
 * every state of a channel has the channel's effect.
 */
async function makeEffectScores(
  snapshot: Snapshot,
  touches: TouchRelations,
  content: EffectsContent,
  scores: Relation,
): Promise<void> {
  const { naming, states, effects, conversion_probability } = content;
  const learned = await fill(
    snapshot,
    EFFECTS,
    states.map((state, code) => ({ state, effect: effects[code]! })),
  );
  const scored = await nameTouches(snapshot, touches, naming, learned, SCORED_EFFECTS);
  const probability = `float64(${conversion_probability})`;
  await materialise(
    snapshot,
    scores,
    `select order_no, touch_no, coalesce(effect, 0.0) / float64(count(*) over (partition by order_no, state)) as weight, float64(0.0) as share,
       ${probability} as with_it, ${probability} * (1.0 - coalesce(effect, 0.0)) as without_it from ${scored.name}`,
  );
}

/** The parts of a plan that decide its paths. The scores depend on these and on the artifact. */
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
  touches: TouchRelations,
  { artifact_id, content }: { artifact_id: string; content: HazardContent },
  scores: Relation,
): Promise<void> {
  await snapshot.cachedRelation(scores.name, `${artifact_id} ${pathsKey(plan)}`, tableColumns(scores), async () => {
    const codes = await fill(
      snapshot,
      STATE_CODES,
      content.fit.plan.states.map((state, code) => ({ state, code })),
    );
    return scorePaths(snapshot, await nameTouches(snapshot, touches, content.naming, codes, SCORED_CODES), content);
  });
}

/** Touches read per page. Other requests are answered between pages. */
const PAGE = 20_000;

async function scorePaths(snapshot: Snapshot, scored: Relation, content: HazardContent): Promise<Row[]> {
  await materialise(
    snapshot,
    TOUCHES_TO_SCORE,
    `select order_no, touch_no, age_ms, coalesce(code, int64(-1)) as code, row_number() over (order by order_no, at_ms, tie_no) as row_no from ${scored.name}`,
  );
  const [size] = await snapshot.query(`select count(*) as n from ${TOUCHES_TO_SCORE.name}`);
  const { n } = read(size, { n: 'number' });
  const scores: Row[] = [];
  let path: Row[] = [];
  const finish = (): void => {
    for (const score of path.length > 0 ? scorePath(content, path) : []) scores.push(score);
    path = [];
  };
  for (let from = 1; from <= n; from += PAGE) {
    for (const row of await snapshot.query(
      `select order_no, touch_no, age_ms, code from ${TOUCHES_TO_SCORE.name} where row_no >= ${from} and row_no < ${from + PAGE} order by row_no`,
    )) {
      // Cells of one column have one type, so equal numbers are equal values.
      if (path.length > 0 && path[0]!['order_no'] !== row['order_no']) finish();
      path.push(row);
    }
  }
  finish();
  return scores;
}

function scorePath(content: HazardContent, path: readonly Row[]): Row[] {
  const codes = Int32Array.from(path, (row) => Number(row['code']));
  const ages_ms = Float64Array.from(path, (row) => Number(row['age_ms']));
  const { weights, incremental, hazard_ratio } = creditOf(content, { codes, ages_ms });
  const scorer = scorerOf(content.fit);
  const without = new Map<number, number>();
  for (const code of new Set(codes)) {
    const others = codes.map((other) => (other === code ? -1 : other));
    without.set(code, Math.exp(scorer.logRatio({ codes: others, ages_ms })));
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
