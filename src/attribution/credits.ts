/** Touches -> paths -> weights -> credits: docs/semantics.md 7. One query computes all models, each in columns of its own. */
import { badRequest } from '../domain/errors.ts';
import { SETTING_COLUMNS } from '../domain/settings.ts';
import { MS_PER_DAY } from '../domain/time.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { atOrBefore } from '../warehouse/position.ts';
import { read } from '../warehouse/read-row.ts';
import { materialise, numbered, type Relation } from '../warehouse/relation.ts';
import type { Model } from './plan.ts';
import { MAX_PATH_LENGTH, MICRO_CONVERSIONS, type Plan, WEIGHT_SCALE } from './plan.ts';
import { CREDITS, type OrderRelations, SCORES, type TouchRelations } from './relations.ts';
import { touchesWith, touchNumber } from './touches.ts';

/** The relations that paths are made from. */
type Paths = Pick<OrderRelations, 'orders' | 'events'> & TouchRelations;
/** The scores of fitted models, by artifact id. Models of the same artifact share a relation. */
type ScoresByArtifact = ReadonlyMap<string, Relation>;

/** The relations that the steps for credits make. */
export interface CreditRelations {
  credits: Relation;
  scores: ScoresByArtifact;
}

/** SQL for credits `c` with their touchpoints `t`. */
export function creditedTouches({ credits, candidates }: { credits: Relation; candidates: Relation }): string {
  return `${credits.name} c join ${candidates.name} t on t.order_no = c.order_no and t.touch_no = c.touch_no`;
}

/**
 * SQL for the part of `value` that a touch earns: value * S_k div S_n, less the same for the touch before it.
 * @param small true if the value is known to lie in 0 … 2^53 - 1. The division is much cheaper there.
 */
export function creditOf(model: Model, i: number, value: string, small: boolean): string {
  const divide = small ? 'muldiv53' : 'muldiv';
  if (model.credit)
    return model.credit(value, (sum, total) =>
      small ? `idiv(${value} * (${sum}), ${total})` : `${divide}(${value}, ${sum}, ${total})`,
    );
  return `${divide}(${value}, s${i}, t${i}) - ${divide}(${value}, (s${i} - q${i}), t${i})`;
}

/** Below this sum of weights, a micro-conversion's share fits 64-bit integers: MICRO_CONVERSIONS * t < 2^63. */
const SMALL_TOTAL = 9_000_000_000_000;

/** SQL for the part of an order's {@link MICRO_CONVERSIONS} that a touch earns: as {@link creditOf}, but cheaper on short paths. */
export function millionthsOf(model: Model, i: number): string {
  const any = creditOf(model, i, `${MICRO_CONVERSIONS}`, true);
  if (model.credit) return any;
  const share = (sum: string): string => `idiv(${MICRO_CONVERSIONS} * ${sum}, t${i})`;
  return `case when t${i} < ${SMALL_TOTAL} then ${share(`s${i}`)} - ${share(`(s${i} - q${i})`)} else ${any} end`;
}

/**
 * W = floor(w / max(w in path) * 2^40 + 0.5). In a path of zero weights all weights are equal. An absolute weight is not divided
 * by the maximum.
 */
function scaledWeight(model: Model, i: number): string {
  const weight = model.checked ? `case when ${isWeight(i)} then w${i} else 0.0 end` : `w${i}`;
  if (model.absolute) return `int64(floor((${weight}) * ${WEIGHT_SCALE}.0 + 0.5)) as q${i}`;
  const peak = model.peak ?? `max(${weight}) over (partition by order_no)`;
  return `int64(case when ${peak} = 0.0 then ${WEIGHT_SCALE}.0 else floor((${weight}) / ${peak} * ${WEIGHT_SCALE}.0 + 0.5) end) as q${i}`;
}

function isWeight(i: number): string {
  return `coalesce(w${i} >= 0.0 and w${i} < 1e300, 1 = 0)`;
}

/** True if `credits` keeps the weight of each touch: the report shows it, or has to look for paths of zero weights. */
function keepsWeight(model: Model, plan: Plan): boolean {
  return plan.show_weights || model.peak === undefined;
}

/** The columns that the weights of a plan's models use: columns of touchpoints, and settings of the order. */
function weightColumns(plan: Plan): { of_touches: string[]; of_orders: string[] } {
  const names = [...new Set(plan.models.flatMap((model) => model.columns ?? []))];
  const is_setting = (name: string): boolean => SETTING_COLUMNS.some(({ column }) => column === name);
  return { of_touches: names.filter((name) => !is_setting(name)), of_orders: names.filter(is_setting) };
}

/**
 * SQL for the touches of each order, numbered from the oldest (k of n), with the weight w of each model i. A model whose credit
 * has no closed form also gets the integer weight q, its running sum s and the sum t of the path. All columns but those that
 * weights use are numbers: carrying text through sorts and joins is slow.
 */
function weighedPaths(plan: Plan, paths: Paths, scores: ScoresByArtifact): string {
  const { of_touches, of_orders } = weightColumns(plan);
  const columns = [...of_touches, ...of_orders].map((name) => `, ${name}`).join('');
  const open = plan.models.map((model, i) => ({ model, i })).filter(({ model }) => !model.credit);
  const weights = plan.models
    .map((model, i) =>
      model.credit && !keepsWeight(model, plan)
        ? ''
        : `, float64(${model.scores ? `score${i}` : model.weight}) as w${i}`,
    )
    .join('');
  const total = (model: Model, i: number): string =>
    model.absolute ? `greatest(int64(${WEIGHT_SCALE}), int64(sum(q${i}) over whole))` : `int64(sum(q${i}) over whole)`;
  const sums = open.map(({ model, i }) => `, int64(sum(q${i}) over so_far) as s${i}, ${total(model, i)} as t${i}`);
  // Each join is a query of its own: in a join of several tables ClickHouse adds table names to the column names.
  const scored = plan.models.reduce((from, model, i) => {
    if (!model.scores) return from;
    const on = `sc.order_no = p.order_no and sc.touch_no = p.touch_no`;
    return `(select p.*, coalesce(sc.${model.scores.column}, 0.0) as score${i} from ${from} p left join ${scoresOf(scores, model).name} sc on ${on})`;
  }, 'path');
  const settings = of_orders.map((name) => `, o.${name} as ${name}`).join('');
  const settled =
    of_orders.length === 0
      ? scored
      : `(select p.*${settings} from ${scored} p join ${paths.orders.name} o on o.order_no = p.order_no)`;
  return `
    with placed as (
      select t.*, int64(row_number() over (partition by t.order_no order by t.at_ms, t.tie_no)) as place,
        int64(count(*) over (partition by t.order_no)) as places, min(t.age_ms) over (partition by t.order_no) as newest_age_ms
      from ${touchesWith(paths, ['order_no', 'touch_no', 'at_ms', 'tie_no', 'age_ms', ...of_touches])} t),
    path as (
      select p.*, case when places > ${MAX_PATH_LENGTH} then place - (places - ${MAX_PATH_LENGTH}) else place end as k,
        case when places > ${MAX_PATH_LENGTH} then ${MAX_PATH_LENGTH} else places end as n,
        float64(age_ms) / ${MS_PER_DAY}.0 as age_days, float64(newest_age_ms) / ${MS_PER_DAY}.0 as newest_age_days
      from placed p where places - place < ${MAX_PATH_LENGTH}),
    weighed as (select order_no, touch_no, age_ms, k, n, places${columns}${weights} from ${settled} settled),
    scaled as (select w.*${open.map(({ model, i }) => `, ${scaledWeight(model, i)}`).join('')} from weighed w)
    select c.*${sums.join('')}
    from scaled c window whole as (partition by order_no), so_far as (partition by order_no order by k rows between unbounded preceding and current row)`;
}

/**
 * Makes `credits`: per touch and value event its place k of n in the path, and per model i the credited micros c and
 * millionths m of a conversion. `counted` is 1 on the value event that is the order itself.
 */
async function makeCredits(
  snapshot: Snapshot,
  plan: Plan,
  paths: Paths,
  scores: ScoresByArtifact,
  { small, number }: CreditOptions,
): Promise<Relation> {
  const own_day = plan.adjustments === 'own_day';
  const amount = (name: string): string => (small ? `int64(${name})` : name);
  const each = plan.models.map((model, i) => {
    const before = own_day ? ` - (${creditOf(model, i, amount('before_micros'), small)})` : '';
    const millionths = millionthsOf(model, i);
    const weight = keepsWeight(model, plan) ? `w${i}, ` : '';
    return `${weight}${creditOf(model, i, amount('after_micros'), small)}${before} as c${i}, ${own_day ? `case when event = 'order' then ${millionths} else 0 end` : millionths} as m${i}`;
  });
  return materialise(
    snapshot,
    number === undefined ? CREDITS : numbered(CREDITS, number),
    `select order_no, touch_no, age_ms, k, n, places, brand_id, event, day_number, case when event = 'order' then 1 else 0 end as counted, ${each.join(', ')}
     from (select p.*, e.brand_id as brand_id, e.event as event, e.day_number as day_number, e.before_micros as before_micros, e.after_micros as after_micros
       from (${weighedPaths(plan, paths, scores)}) p join ${paths.events.name} e on e.order_no = p.order_no) valued`,
  );
}

/** Checks the weights of custom models. @throws bad_request naming the first touchpoint whose weight is negative or not finite. */
async function checkWeights(snapshot: Snapshot, plan: Plan, credits: Relation): Promise<void> {
  const checked = plan.models.map((model, i) => ({ model, i })).filter(({ model }) => model.checked);
  if (checked.length === 0) return;
  const wrong = checked.map(({ i }) => `count_where(not ${isWeight(i)}) as n${i}`).join(', ');
  const [found] = await snapshot.query(`select ${wrong} from ${credits.name}`);
  for (const { model, i } of checked) {
    if (Number(found![`n${i}`]) === 0) continue;
    const [bad] = await snapshot.query(
      `select t.touchpoint_id as touchpoint_id, c.w${i} as weight from ${credits.name} c join touchpoints t on ${touchNumber(plan)} = c.touch_no
       where ${atOrBefore('t', plan.positions.touchpoints)} and not ${isWeight(i)} order by t.occurred_at, t.touchpoint_id limit 1`,
    );
    const { touchpoint_id, weight } = read(bad, { touchpoint_id: 'text', weight: 'text?' });
    throw badRequest(
      'model',
      `${model.name} gives touchpoint ${touchpoint_id} the weight ${weight}; change its expression in custom_models so that every weight is a finite number of at least 0`,
    );
  }
}

/** The scores of a fitted model. */
export function scoresOf(scores: ScoresByArtifact, model: Model): Relation {
  return scores.get(model.scores!.artifact_id)!;
}

async function makeScores(snapshot: Snapshot, plan: Plan, touches: TouchRelations): Promise<ScoresByArtifact> {
  const made = new Map<string, Relation>();
  for (const [i, model] of plan.models.entries()) {
    if (!model.scores || made.has(model.scores.artifact_id)) continue;
    const relation = numbered(SCORES, i);
    await model.scores.make(snapshot, plan, touches, relation);
    made.set(model.scores.artifact_id, relation);
  }
  return made;
}

interface CreditOptions {
  /** True if every value lies in 0 … 2^53 - 1. */
  small: boolean;
  /** Tells the credits of several kinds of touches apart. */
  number?: number;
}

/**
 * Makes `credits` from the touches and value events.
 * @throws bad_request when a custom model gives a weight that is negative or not finite.
 */
export async function makeCreditsOfTouches(
  snapshot: Snapshot,
  plan: Plan,
  paths: Paths,
  options: CreditOptions,
): Promise<CreditRelations> {
  const scores = await makeScores(snapshot, plan, paths);
  const credits = await makeCredits(snapshot, plan, paths, scores, options);
  await checkWeights(snapshot, plan, credits);
  return { credits, scores };
}
