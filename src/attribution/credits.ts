/** touches -> path -> weights -> credits: docs/semantics.md 7. All models are columns of one pass. */
import { badRequest } from '../domain/errors.ts';
import { MS_PER_DAY } from '../domain/time.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { atOrBefore } from '../warehouse/position.ts';
import type { Bounds } from './bounds.ts';
import type { Model } from './plan.ts';
import { MAX_PATH_LENGTH, MICRO_CONVERSIONS, type Plan, WEIGHT_SCALE } from './plan.ts';
import { touchesWith, touchNumber } from './touches.ts';

/** SQL for credits `c` with the touchpoints `t` that they went to. */
export const CREDITED_TOUCHES = 'credits c join candidates t on t.order_no = c.order_no and t.touch_no = c.touch_no';

/**
 * What a touch of `paths` gets of `value`: value * S_k div S_n, less the same of the touch before it.
 * @param small the value is known to lie in 0 … 2^53 - 1, where the division is much cheaper.
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

/** What a touch of `paths` gets of an order's {@link MICRO_CONVERSIONS}: {@link creditOf}, cheaper on short paths. */
export function millionthsOf(model: Model, i: number): string {
  const any = creditOf(model, i, `${MICRO_CONVERSIONS}`, true);
  if (model.credit) return any;
  const share = (sum: string): string => `idiv(${MICRO_CONVERSIONS} * ${sum}, t${i})`;
  return `case when t${i} < ${SMALL_TOTAL} then ${share(`s${i}`)} - ${share(`(s${i} - q${i})`)} else ${any} end`;
}

/** W = floor(w / max(w in path) * 2^40 + 0.5); a path without weight shares equally. An absolute weight is scaled as it is. */
function scaledWeight(model: Model, i: number): string {
  const weight = model.checked ? `case when ${isWeight(i)} then w${i} else 0.0 end` : `w${i}`;
  if (model.absolute) return `int64(floor((${weight}) * ${WEIGHT_SCALE}.0 + 0.5)) as q${i}`;
  const peak = model.peak ?? `max(${weight}) over (partition by order_no)`;
  return `int64(case when ${peak} = 0.0 then ${WEIGHT_SCALE}.0 else floor((${weight}) / ${peak} * ${WEIGHT_SCALE}.0 + 0.5) end) as q${i}`;
}

function isWeight(i: number): string {
  return `coalesce(w${i} >= 0.0 and w${i} < 1e300, 1 = 0)`;
}

/** Whether `credits` keeps the weight of each touch: where a report shows it, or has to look at it. */
function keepsWeight(model: Model, plan: Plan): boolean {
  return plan.show_weights || model.peak === undefined;
}

/**
 * SQL for the touches of each order numbered from the oldest (k of n), and per model i the weight w and, unless its credit is
 * known in closed form, the integer weight q, its running sum s and the path's sum t. It holds numbers only: what a touch is
 * called stays in `candidates`.
 */
function weighedPaths(plan: Plan): string {
  const names = [...new Set(plan.models.flatMap((model) => model.columns ?? []))];
  const columns = names.map((name) => `, ${name}`).join('');
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
  // One join at a time: ClickHouse names the columns of a wider one by their tables.
  const scored = plan.models.reduce((from, model, i) => {
    if (!model.scores) return from;
    const on = `sc.order_no = p.order_no and sc.touch_no = p.touch_no`;
    return `(select p.*, coalesce(sc.${model.scores.column}, 0.0) as score${i} from ${from} p left join ${scoresTable(plan, model)} sc on ${on})`;
  }, 'path');
  return `
    with placed as (
      select t.*, int64(row_number() over (partition by t.order_no order by t.at_ms, t.tie_no)) as place,
        int64(count(*) over (partition by t.order_no)) as places, min(t.age_ms) over (partition by t.order_no) as newest_age_ms
      from ${touchesWith(['order_no', 'touch_no', 'at_ms', 'tie_no', 'age_ms', ...names])} t),
    path as (
      select p.*, case when places > ${MAX_PATH_LENGTH} then place - (places - ${MAX_PATH_LENGTH}) else place end as k,
        case when places > ${MAX_PATH_LENGTH} then ${MAX_PATH_LENGTH} else places end as n,
        float64(age_ms) / ${MS_PER_DAY}.0 as age_days, float64(newest_age_ms) / ${MS_PER_DAY}.0 as newest_age_days
      from placed p where places - place < ${MAX_PATH_LENGTH}),
    weighed as (
      select order_no, touch_no, age_ms, k, n, places, first_share, last_share${columns}${weights}
      from (select p.*, o.half_life_days as half_life_days, o.first_share as first_share, o.last_share as last_share from ${scored} p join orders o on o.order_no = p.order_no) settled),
    scaled as (select w.*${open.map(({ model, i }) => `, ${scaledWeight(model, i)}`).join('')} from weighed w)
    select c.*${sums.join('')}
    from scaled c window whole as (partition by order_no), so_far as (partition by order_no order by k rows between unbounded preceding and current row)`;
}

/**
 * Makes `credits`: per touch and value event, its place k of n in the path, and per model i, credited micros c and millionths
 * m of a conversion. `counted` is 1 on the event that is the order itself.
 */
async function makeCredits(snapshot: Snapshot, plan: Plan, small: boolean): Promise<void> {
  const own_day = plan.adjustments === 'own_day';
  const amount = (name: string): string => (small ? `int64(${name})` : name);
  const each = plan.models.map((model, i) => {
    const before = own_day ? ` - (${creditOf(model, i, amount('before_micros'), small)})` : '';
    const millionths = millionthsOf(model, i);
    const weight = keepsWeight(model, plan) ? `w${i}, ` : '';
    return `${weight}${creditOf(model, i, amount('after_micros'), small)}${before} as c${i}, ${own_day ? `case when event = 'order' then ${millionths} else 0 end` : millionths} as m${i}`;
  });
  await snapshot.materialise(
    'credits',
    `select order_no, touch_no, age_ms, k, n, places, brand_id, event, day_number, case when event = 'order' then 1 else 0 end as counted, ${each.join(', ')}
     from (select p.*, e.brand_id as brand_id, e.event as event, e.day_number as day_number, e.before_micros as before_micros, e.after_micros as after_micros
       from (${weighedPaths(plan)}) p join events e on e.order_no = p.order_no) valued`,
  );
}

/** Weights of a user's expression can be anything; the first that is not a weight stops the report. */
async function checkWeights(snapshot: Snapshot, plan: Plan): Promise<void> {
  const checked = plan.models.map((model, i) => ({ model, i })).filter(({ model }) => model.checked);
  if (checked.length === 0) return;
  const wrong = checked.map(({ i }) => `count_where(not ${isWeight(i)}) as n${i}`).join(', ');
  const [found] = await snapshot.query(`select ${wrong} from credits`);
  for (const { model, i } of checked) {
    if (Number(found![`n${i}`]) === 0) continue;
    const [bad] = await snapshot.query(
      `select t.touchpoint_id as touchpoint_id, c.w${i} as weight from credits c join touchpoints t on ${touchNumber(plan)} = c.touch_no
       where ${atOrBefore('t', plan.positions.touchpoints)} and not ${isWeight(i)} order by t.occurred_at, t.touchpoint_id limit 1`,
    );
    throw badRequest(
      'model',
      `${model.name} gives touchpoint ${String(bad!['touchpoint_id'])} the weight ${String(bad!['weight'])}; a weight must be a finite number of at least 0`,
    );
  }
}

/** The table of a fitted model's scores: one for each artifact, however many models read it. */
export function scoresTable(plan: Plan, model: Model): string {
  return `scores_${plan.models.findIndex(({ scores }) => scores?.artifact_id === model.scores!.artifact_id)}`;
}

async function makeScores(snapshot: Snapshot, plan: Plan): Promise<void> {
  const made = new Set<string>();
  for (const model of plan.models) {
    if (!model.scores || made.has(model.scores.artifact_id)) continue;
    made.add(model.scores.artifact_id);
    await model.scores.make(snapshot, plan, scoresTable(plan, model));
  }
}

/** Makes `credits` from `candidates`, `absorbed` and `events`. */
export async function makeCreditsOfTouches(snapshot: Snapshot, plan: Plan, bounds: Bounds): Promise<void> {
  await makeScores(snapshot, plan);
  await makeCredits(snapshot, plan, bounds.values_are_small);
  await checkWeights(snapshot, plan);
}
