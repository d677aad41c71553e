/** Every touchpoint that was considered for an order, and in a sentence why it counted or not. docs/semantics.md 5 and 6. */
import { consideredTouches } from '../attribution/considered.ts';
import { scoresOf } from '../attribution/credits.ts';
import { type RefusalStatus, type RefusedTouch, refusalSentence, without } from '../attribution/eligibility.ts';
import { MAX_PATH_LENGTH, type Plan } from '../attribution/plan.ts';
import type { Attribution } from '../attribution/query.ts';
import { asksForConsent } from '../domain/consent/policy.ts';
import { ratio } from '../domain/money.ts';
import type { Windows } from '../domain/settings.ts';
import { formatInstant, MS_PER_DAY } from '../domain/time.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { read } from '../warehouse/read-row.ts';
import type { Row } from '../warehouse/schema.ts';
import type { ReportJson } from './context.ts';

/** A receipt shows at most this many touchpoints: first the touches of the path, then the newest of the rest. */
const MAX_TOUCHPOINTS = 1_000;

type TouchpointStatus = RefusalStatus | 'credited' | 'absorbed' | 'path_cut';

interface Considered {
  total: number;
  /** Those that consent hides. They are not among the others, since a receipt tells what a person did. */
  hidden: number;
  /** The touchpoints, oldest first. */
  touchpoints: Array<{
    json: ReportJson & { status: TouchpointStatus };
    /** The credit columns of a touch of the path, see {@link creditColumns}; null for other touchpoints. */
    credit: Row | null;
    age_ms: number;
  }>;
}

const COLUMNS = [
  'touchpoint_id',
  'touchpoint_type',
  'channel',
  'campaign_id',
  'email_id',
  'message_id',
  'session_id',
  'verdict',
] as const;

const SHAPE = {
  touchpoint_id: 'text',
  touchpoint_type: 'text',
  verdict: 'text',
  at_ms: 'number',
  age_ms: 'number',
  refused_by: 'text?',
  into_touchpoint_id: 'text?',
  step: 'number?',
  k: 'number?',
  total: 'number',
} as const;

/** SQL for the credit of a touch under each model: weight w, millionths m, micros c, and the measures of its artifact. */
function creditColumns(plan: Plan): string {
  const columns = plan.models.map(
    ({ scores }, i) =>
      `p.w${i} as w${i}, p.m${i} as m${i}, text128(p.c${i}) as c${i}${scores ? `, s${i}.with_it as with${i}, s${i}.without_it as without${i}` : ''}`,
  );
  return columns.join(', ');
}

/** Reads the touchpoints of the only order of a query. */
export async function readConsidered(
  snapshot: Snapshot,
  plan: Plan,
  query: Attribution,
  order: { previous_ms: number | null; windows: Windows },
): Promise<Considered> {
  const { candidates, credits, absorbed } = query;
  const scores = plan.models.map((model, i) =>
    model.scores
      ? `left join ${scoresOf(query.scores, model).name} s${i} on s${i}.order_no = p.order_no and s${i}.touch_no = p.touch_no`
      : '',
  );
  const [into, joined] = absorbed
    ? [
        'b.touchpoint_id as into_touchpoint_id, a.step as step',
        `left join ${absorbed.name} a on a.order_no = t.order_no and a.touch_no = t.touch_no
         left join ${candidates.name} b on b.order_no = a.order_no and b.touch_no = a.into_touch_no`,
      ]
    : ['null as into_touchpoint_id, int64(null) as step', ''];
  const considered = consideredTouches(plan, query, [...COLUMNS, 'traits']);
  const hidden = await countHidden(snapshot, plan, considered);
  const rows = await snapshot.query(
    `with considered as (
       select t.at_ms as at_ms, t.age_ms as age_ms, t.refused_by as refused_by, ${COLUMNS.map((name) => `t.${name} as ${name}`).join(', ')},
         ${into}, p.k as k, ${creditColumns(plan)},
         case when p.k is not null then 0 when t.refused_by is null then 1 when t.age_ms >= 0 then 2 else 3 end as distance
       from (${considered}) t
       ${joined}
       left join (select * from ${credits.name} where counted = 1) p on p.order_no = t.order_no and p.touch_no = t.touch_no
       ${scores.join(' ')}
       where ${without('t.traits', 'no_consent')}),
     ranked as (
       select d.*, row_number() over (order by distance, at_ms desc, touchpoint_id desc) as newest_no, count(*) over () as total from considered d)
     select * from ranked where newest_no <= ${MAX_TOUCHPOINTS} order by at_ms, touchpoint_id`,
  );
  return {
    total: rows.length === 0 ? 0 : read(rows[0], SHAPE).total,
    hidden,
    touchpoints: rows.map((row) => {
      const touch = read(row, SHAPE);
      const [status, reason] = decisionOn({ ...touch, ...order });
      return {
        json: {
          ...Object.fromEntries(COLUMNS.map((name) => [name, row[name]])),
          occurred_at: formatInstant(touch.at_ms),
          age_days: ratio(touch.age_ms, MS_PER_DAY),
          status,
          reason,
          ...(status === 'absorbed' ? { absorbed_into: touch.into_touchpoint_id } : {}),
        },
        credit: status === 'credited' ? row : null,
        age_ms: touch.age_ms,
      };
    }),
  };
}

/** How many of these touchpoints consent hides; it is not looked up where no brand asks for consent. */
async function countHidden(snapshot: Snapshot, plan: Plan, considered: string): Promise<number> {
  if (!plan.brands.some(({ settings }) => asksForConsent(settings.consent))) return 0;
  const [row] = await snapshot.query(
    `select count(*) as n from (${considered}) t where not (${without('t.traits', 'no_consent')})`,
  );
  return read(row, { n: 'number' }).n;
}

const STEPS: Record<number, string> = {
  1: 'is the landing visit of',
  2: 'is about the same email as',
  3: 'repeats, in the same session,',
};

/** A touchpoint with what the query decided on it. */
interface Decided extends RefusedTouch {
  refused_by: string | null;
  into_touchpoint_id: string | null;
  step: number | null;
  k: number | null;
}

/** The decision of the query on a touchpoint, as a status and a sentence. */
function decisionOn(touch: Decided): [TouchpointStatus, string] {
  if (touch.k !== null) return ['credited', `touch ${touch.k} of the path`];
  if (touch.refused_by !== null)
    return [touch.refused_by as RefusalStatus, refusalSentence(touch.refused_by as RefusalStatus, touch)];
  if (touch.into_touchpoint_id !== null)
    return ['absorbed', `${STEPS[touch.step ?? 0]} ${touch.into_touchpoint_id} and counts there`];
  return [
    'path_cut',
    `only the newest touches of an order count: at most ${MAX_PATH_LENGTH}, and fewer if many people share its id`,
  ];
}
