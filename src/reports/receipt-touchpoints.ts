/** Every touchpoint that was considered for an order, and in plain words why it counted or not. docs/semantics.md 5 and 6. */
import type { Plan } from '../attribution/plan.ts';
import { MAX_PATH_LENGTH } from '../attribution/plan.ts';
import { memberTouches } from '../attribution/touches.ts';
import type { ConversionType } from '../domain/conversion.ts';
import { assert } from '../domain/errors.ts';
import { ratio } from '../domain/money.ts';
import { modelSettings, type Windows } from '../domain/settings.ts';
import { formatInstant, MS_PER_DAY } from '../domain/time.ts';
import { MACHINE_VERDICTS, OUTCOME_TYPES, VIEW_TYPES } from '../domain/touchpoint.ts';
import type { Snapshot } from '../warehouse/port.ts';
import type { Row } from '../warehouse/schema.ts';
import type { ReportJson } from './context.ts';

/** A receipt shows the touches of the path, then the newest of the rest, up to this many. */
const MAX_TOUCHPOINTS = 1_000;

type TouchpointStatus =
  | 'credited'
  | 'after_conversion'
  | 'ineligible_type'
  | 'machine'
  | 'excluded_channel'
  | 'outside_window'
  | 'before_previous_conversion'
  | 'absorbed'
  | 'path_cut';

interface Considered {
  total: number;
  /** Oldest first. */
  touchpoints: Array<{ touchpoint_id: string; status: TouchpointStatus; json: ReportJson }>;
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

/** Reads after the attribution query of one order. */
export async function readConsidered(
  snapshot: Snapshot,
  plan: Plan,
  order: { at_ms: number; previous_ms: number | null; conversion_type: ConversionType },
  reclassified: boolean,
): Promise<Considered> {
  const rows = await snapshot.query(
    `with considered as (
       select t.at_ms as at_ms, ${COLUMNS.map((name) => `t.${name} as ${name}`).join(', ')},
         c.touchpoint_id as candidate_id, b.touchpoint_id as into_touchpoint_id, a.step as step, p.k as k,
         case when p.k is not null then 0 when c.touchpoint_id is not null then 1 when t.at_ms <= o.at_ms then 2 else 3 end as distance
       from (${memberTouches(plan, { columns: COLUMNS, reclassified })}) t
       join orders o on o.person_key = t.person_key
       left join candidates c on c.order_no = o.order_no and c.touchpoint_id = t.touchpoint_id
       left join absorbed a on a.order_no = c.order_no and a.touch_no = c.touch_no
       left join candidates b on b.order_no = a.order_no and b.touch_no = a.into_touch_no
       left join credits p on p.order_no = c.order_no and p.touch_no = c.touch_no and p.counted = 1),
     ranked as (
       select d.*, row_number() over (order by distance, at_ms desc, touchpoint_id desc) as newest_no, count(*) over () as total from considered d)
     select * from ranked where newest_no <= ${MAX_TOUCHPOINTS} order by at_ms, touchpoint_id`,
  );
  const { windows } = modelSettings(plan.brands[0]!.settings, order.conversion_type);
  return {
    total: Number(rows[0]?.['total'] ?? 0),
    touchpoints: rows.map((row) => {
      const age_ms = order.at_ms - Number(row['at_ms']);
      const [status, reason] = row['candidate_id'] === null ? refused(row, age_ms, plan, order, windows) : taken(row);
      return {
        touchpoint_id: row['touchpoint_id'] as string,
        status,
        json: {
          ...Object.fromEntries(COLUMNS.map((name) => [name, row[name]])),
          occurred_at: formatInstant(Number(row['at_ms'])),
          age_days: ratio(age_ms, MS_PER_DAY),
          status,
          reason,
          ...(status === 'absorbed' ? { absorbed_into: row['into_touchpoint_id'] } : {}),
        },
      };
    }),
  };
}

const STEPS: Record<number, string> = {
  1: 'is the landing visit of',
  2: 'is about the same email as',
  3: 'repeats, in the same session,',
};

/** What became of a candidate. */
function taken(row: Row): [TouchpointStatus, string] {
  if (row['k'] !== null) return ['credited', `touch ${row['k']} of the path`];
  if (row['into_touchpoint_id'] !== null)
    return ['absorbed', `${STEPS[Number(row['step'])]} ${row['into_touchpoint_id']} and counts there`];
  return ['path_cut', `the path is longer than ${MAX_PATH_LENGTH} touches; only the newest count`];
}

/** The first rule that kept a touchpoint from being a candidate, in the order of the rules. */
function refused(
  row: Row,
  age_ms: number,
  plan: Plan,
  order: { at_ms: number; previous_ms: number | null },
  windows: Windows,
): [TouchpointStatus, string] {
  const type = row['touchpoint_type'] as string;
  if (age_ms < 0) return ['after_conversion', 'happened after the order'];
  if (includes(OUTCOME_TYPES, type))
    return ['ineligible_type', `${type} is an outcome; it cannot earn credit for itself`];
  if (!plan.include_machine && includes(MACHINE_VERDICTS, row['verdict'] as string)) {
    return ['machine', `was a ${row['verdict']}, not a person; include_machine=true lets it earn credit`];
  }
  if (plan.exclude_direct && row['channel'] === 'direct')
    return ['excluded_channel', 'direct visits are left out by exclude_direct'];
  const [kind, days] = windowOf(type, windows);
  if (age_ms > Math.round(days * MS_PER_DAY)) {
    return [
      'outside_window',
      `${ratio(age_ms, MS_PER_DAY)} days before the order; the window of ${kind} is ${days} days`,
    ];
  }
  assert(
    plan.lookback === 'since_previous_conversion' && order.previous_ms !== null,
    `no rule refuses touchpoint ${row['touchpoint_id']}, yet it is no candidate`,
  );
  return ['before_previous_conversion', `not after the person's previous order of ${formatInstant(order.previous_ms)}`];
}

function windowOf(type: string, windows: Windows): [kind: string, days: number] {
  if (includes(VIEW_TYPES, type)) return ['views', windows.view_days];
  if (includes(['email_click', 'email_forward', 'email_reply'], type)) return ['email', windows.email_days];
  return ['clicks and visits', windows.click_days];
}

function includes(values: readonly string[], value: string): boolean {
  return values.includes(value);
}
