/** touches -> path -> weights -> credits: docs/semantics.md 7. All models are columns of one pass. */
import { badRequest } from '../domain/errors.ts';
import { MS_PER_DAY } from '../domain/time.ts';
import type { Snapshot } from '../warehouse/port.ts';
import type { Model } from './models.ts';
import { MAX_PATH_LENGTH, MICRO_CONVERSIONS, type Plan, WEIGHT_SCALE } from './plan.ts';
import { IS_EMAIL } from './touches.ts';

const PATH_COLUMNS = ['touchpoint_id', 'touchpoint_type', 'channel', 'campaign_id', 'email_id'];

/** value * S div S_n, with the cases that need no 128-bit division taken first. */
function allocation(value: string, sum: string, total: string): string {
  return `case when ${sum} = ${total} then ${value} when ${sum} = 0 then int128(0) else idiv(${value} * int128(${sum}), int128(${total})) end`;
}

/** Makes `paths`: touches numbered from the oldest, with one weight per model. */
async function makePaths(snapshot: Snapshot, plan: Plan): Promise<void> {
  const columns = [...new Set([...PATH_COLUMNS, ...plan.touch_columns])];
  const weights = plan.models.map((model, i) => `float64(${model.weight}) as w${i}`).join(', ');
  await snapshot.materialise(
    'paths',
    `with placed as (
       select t.order_no as order_no, t.at_ms as at_ms, t.age_ms as age_ms, ${columns.map((name) => `t.${name} as ${name}`).join(', ')}, ${IS_EMAIL} as is_email,
         t.half_life_days as half_life_days, t.first_share as first_share, t.last_share as last_share,
         row_number() over (partition by t.order_no order by t.at_ms, t.touchpoint_id) as place,
         count(*) over (partition by t.order_no) as places, min(t.age_ms) over (partition by t.order_no) as newest_age_ms
       from touches t),
     path as (
       select p.*, case when places > ${MAX_PATH_LENGTH} then place - (places - ${MAX_PATH_LENGTH}) else place end as k,
         case when places > ${MAX_PATH_LENGTH} then ${MAX_PATH_LENGTH} else places end as n,
         float64(age_ms) / ${MS_PER_DAY}.0 as age_days, float64(newest_age_ms) / ${MS_PER_DAY}.0 as newest_age_days
       from placed p where places - place < ${MAX_PATH_LENGTH})
     select order_no, at_ms, age_ms, k, n, places, is_email, ${columns.join(', ')}, ${weights} from path`,
  );
}

/** Weights of a user's expression can be anything; the first that is not a weight stops the report. */
async function checkWeights(snapshot: Snapshot, models: readonly Model[]): Promise<void> {
  for (const [i, model] of models.entries()) {
    if (!model.checked) continue;
    const [bad] = await snapshot.query(
      `select touchpoint_id, w${i} as weight from paths where not coalesce(w${i} >= 0.0 and w${i} < 1e300, 1 = 0) order by order_no, k limit 1`,
    );
    if (bad) throw badRequest('model', `${model.name} gives touchpoint ${String(bad['touchpoint_id'])} the weight ${String(bad['weight'])}; a weight must be a finite number of at least 0`);
  }
}

/**
 * Makes `shares` (per touch and model: the integer weight q, its running sum s and the path's sum t) and `credits` (per
 * touch and value event: credited micros c and millionths m of a conversion).
 */
async function makeCredits(snapshot: Snapshot, plan: Plan): Promise<void> {
  const columns = [...new Set([...PATH_COLUMNS, ...plan.touch_columns])];
  const each = (make: (i: number, model: Model) => string): string => plan.models.map((model, i) => make(i, model)).join(', ');
  await snapshot.materialise(
    'shares',
    `with scaled as (
       select p.*, ${each((i, model) => {
         const peak = model.peak ?? `max(w${i}) over (partition by order_no)`;
         return `int64(case when ${peak} = 0.0 then ${WEIGHT_SCALE}.0 else floor(w${i} / ${peak} * ${WEIGHT_SCALE}.0 + 0.5) end) as q${i}`;
       })} from paths p),
     summed as (
       select s.*, ${each((i) => `int64(sum(q${i}) over (partition by order_no order by k rows between unbounded preceding and current row)) as s${i}, int64(sum(q${i}) over (partition by order_no)) as t${i}`)}
       from scaled s)
     select u.*, ${each((i) => `int64(${allocation(`int128(${MICRO_CONVERSIONS})`, `s${i}`, `t${i}`)} - (${allocation(`int128(${MICRO_CONVERSIONS})`, `s${i} - q${i}`, `t${i}`)})) as m${i}`)}
     from summed u`,
  );
  const own_day = plan.adjustments === 'own_day';
  const credit = (i: number, value: string): string => `${allocation(value, `s.s${i}`, `s.t${i}`)} - (${allocation(value, `s.s${i} - s.q${i}`, `s.t${i}`)})`;
  await snapshot.materialise(
    'credits',
    `select s.order_no as order_no, e.brand_id as brand_id, e.event as event, e.day_number as day_number, s.k as k, s.is_email as is_email,
       case when e.event = 'order' then 1 else 0 end as counted, ${columns.map((name) => `s.${name} as ${name}`).join(', ')},
       ${each((i) => `${credit(i, 'e.after_micros')}${own_day ? ` - (${credit(i, 'e.before_micros')})` : ''} as c${i}, case when e.event = 'order' then s.m${i} else 0 end as m${i}`)}
     from shares s join events e on e.order_no = s.order_no`,
  );
}

/** Makes `paths`, `shares` and `credits` from `touches` and `events`. */
export async function makeCreditsOfTouches(snapshot: Snapshot, plan: Plan): Promise<void> {
  await makePaths(snapshot, plan);
  await checkWeights(snapshot, plan.models);
  await makeCredits(snapshot, plan);
}
