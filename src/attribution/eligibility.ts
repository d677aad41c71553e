/**
 * The filters that decide which touchpoints may earn credit, in the order of docs/semantics.md 5. Candidates, the reasons of
 * unattributed value, the statuses on a receipt and the histories of fits are all made from this list.
 */
import { ratio } from '../domain/money.ts';
import { type Windows, windowColumn } from '../domain/settings.ts';
import { formatInstant, MS_PER_DAY } from '../domain/time.ts';
import { type TouchpointType, TRAITS, typesOf, WINDOW_OF } from '../domain/touchpoint.ts';
import { textList } from '../warehouse/sql-text.ts';
import type { Plan } from './plan.ts';
import type { QueryOptions } from './query-options.ts';

/** SQL expressions for a touchpoint. Filters compare them with columns of its order `o`. */
interface TouchSql {
  at_ms: string;
  traits: string;
  touchpoint_type: string;
  /** A condition that is true for continuations. */
  continues: string;
}

type Timed = Pick<TouchSql, 'at_ms' | 'touchpoint_type'>;

/** A touchpoint that a filter refused, as its sentence on a receipt needs it. */
export interface RefusedTouch {
  touchpoint_type: string;
  verdict: string;
  /** Time from the touchpoint to the order. */
  age_ms: number;
  /** The windows of the order's brand and conversion type. */
  windows: Windows;
  /** Time of the person's order before this one. */
  previous_ms: number | null;
}

interface Filter {
  /** Status, on a receipt, of a touchpoint that the filter refuses. */
  status: string;
  /** Reason why an order is unattributed if this filter refuses the person's last remaining touchpoints. */
  reason: string;
  applies(plan: QueryOptions): boolean;
  /** The trait that the filter refuses. */
  trait?: keyof typeof TRAITS;
  /** The filter refuses continuations. Whether a touchpoint is one depends on its person, and not on the order. */
  continuation?: true;
  /** Filters that compare with the order: true for what passes. */
  sql?(touch: Timed): string;
  sentence(touch: RefusedTouch): string;
}

const WINDOW_NAMES: Record<keyof Windows, string> = {
  view_days: 'views',
  email_days: 'email',
  click_days: 'clicks and visits',
};
const always = (): boolean => true;

const FILTERS = [
  {
    status: 'after_conversion',
    reason: 'no_touch',
    applies: always,
    sql: ({ at_ms }: Timed) => `${at_ms} <= o.at_ms`,
    sentence: () => 'happened after the order',
  },
  {
    status: 'ineligible_type',
    reason: 'ineligible_type',
    applies: always,
    trait: 'outcome',
    sentence: ({ touchpoint_type }: RefusedTouch) =>
      `${touchpoint_type} is an outcome; it cannot earn credit for itself`,
  },
  {
    // No touchpoint has the trait where the settings ask for no consent.
    status: 'no_consent',
    reason: 'no_consent',
    applies: always,
    trait: 'no_consent',
    sentence: () => 'the person had not consented to measurement, or has withdrawn the consent',
  },
  {
    status: 'machine',
    reason: 'machine_only',
    applies: (plan: QueryOptions) => !plan.include_machine,
    trait: 'machine',
    sentence: ({ verdict }: RefusedTouch) => `was a ${verdict}, not a person; include_machine=true lets it earn credit`,
  },
  {
    status: 'excluded_channel',
    reason: 'excluded_channel',
    applies: (plan: QueryOptions) => plan.exclude_direct,
    trait: 'direct',
    sentence: () => 'direct visits are left out by exclude_direct',
  },
  {
    // It is never the reason why an order is unattributed: the visit before has passed the same filters up to here.
    status: 'continues_visit',
    reason: 'outside_window',
    applies: always,
    continuation: true,
    sentence: () =>
      'came from the site itself or back from a payment page; it belongs to the visit before it and earns nothing of its own',
  },
  {
    status: 'outside_window',
    reason: 'outside_window',
    applies: always,
    sql: ({ at_ms, touchpoint_type }: Timed) => `${at_ms} >= o.at_ms - (${windowMs(touchpoint_type)})`,
    sentence: ({ touchpoint_type, age_ms, windows }: RefusedTouch) => {
      const window = WINDOW_OF[touchpoint_type as TouchpointType] ?? 'click_days';
      return `${ratio(age_ms, MS_PER_DAY)} days before the order; the window of ${WINDOW_NAMES[window]} is ${windows[window]} days`;
    },
  },
  {
    status: 'before_previous_conversion',
    reason: 'outside_window',
    applies: (plan: QueryOptions) => plan.lookback === 'since_previous_conversion',
    sql: ({ at_ms }: Timed) => `(o.previous_ms is null or ${at_ms} > o.previous_ms)`,
    sentence: ({ previous_ms }: RefusedTouch) =>
      `not after the person's previous order of ${formatInstant(previous_ms ?? 0)}`,
  },
] as const satisfies readonly Filter[];

export type RefusalStatus = (typeof FILTERS)[number]['status'];
export type UnattributedReason = (typeof FILTERS)[number]['reason'];

/** All reasons, in the order of the filters. Every report has all of them as keys. */
export const UNATTRIBUTED_REASONS: readonly UnattributedReason[] = [...new Set(FILTERS.map(({ reason }) => reason))];

/**
 * SQL for the window of a touchpoint type, from the columns of the order `o`. A type that this version does not know has the
 * window of a click.
 */
function windowMs(touchpoint_type: string): string {
  const { click_days: _others, ...named } = WINDOW_NAMES;
  const cases = (Object.keys(named) as Array<keyof typeof named>).map(
    (window) => `when ${touchpoint_type} in (${textList(typesOf(window))}) then o.${windowColumn(window)}`,
  );
  return `case ${cases.join(' ')} else o.${windowColumn('click_days')} end`;
}

function applied(plan: QueryOptions): readonly Filter[] {
  return FILTERS.filter((filter) => filter.applies(plan));
}

/** The bits of some traits. */
function maskOf(names: ReadonlyArray<keyof typeof TRAITS>): number {
  return names.reduce((sum, name) => sum | TRAITS[name], 0);
}

/** SQL that is true for touchpoints without any of these traits. */
export function without(traits: string, ...names: Array<keyof typeof TRAITS>): string {
  const mask = maskOf(names);
  return mask === 0 ? '1 = 1' : `bits(${traits}, ${mask}) = 0`;
}

function traitsOf(filters: readonly Filter[]): Array<keyof typeof TRAITS> {
  return filters.flatMap(({ trait }) => trait ?? []);
}

/** The traits with which a touchpoint may not earn credit, as bits: {@link mayEarn} without continuations. */
export function refusedTraits(plan: QueryOptions): number {
  return maskOf(traitsOf(applied(plan)));
}

/** The traits with which a touchpoint does not count in journeys, as bits: see {@link isCounted}. */
export function uncountedTraits(plan: QueryOptions): number {
  return maskOf(uncounted(plan));
}

function uncounted(plan: QueryOptions): Array<keyof typeof TRAITS> {
  return traitsOf(applied(plan).filter(({ trait }) => trait === 'machine' || trait === 'no_consent'));
}

/** SQL that is true for touchpoints that may earn credit, as far as this does not depend on the order. */
export function mayEarn(plan: Plan, { traits, continues }: Pick<TouchSql, 'traits' | 'continues'>): string {
  const earns = without(traits, ...traitsOf(applied(plan)));
  return continues === NEVER ? earns : `${earns} and not (${continues})`;
}

/** The condition `continues` where no touchpoint is a continuation. */
export const NEVER = '1 = 0';

/**
 * SQL that is true for touchpoints that count in journeys: those of people who consented where that is needed, and those of machines
 * if the plan includes them.
 */
export function isCounted(plan: Plan, traits: string): string {
  return without(traits, ...uncounted(plan));
}

/** SQL that is true for touchpoints whose time allows credit of the order `o`. */
export function inTime(plan: Plan, touch: Timed): string {
  return applied(plan)
    .flatMap(({ sql }) => sql?.(touch) ?? [])
    .join(' and ');
}

/** SQL for the status of the first filter that refuses a touchpoint; null if it may earn credit of the order `o`. */
export function firstRefusal(plan: Plan, touch: TouchSql): string {
  const cases = applied(plan).map(({ status, trait, continuation, sql }) => {
    const passes = trait ? without(touch.traits, trait) : continuation ? `not (${touch.continues})` : sql!(touch);
    return `when not (${passes}) then '${status}'`;
  });
  return `case ${cases.join(' ')} end`;
}

/** The sentence on a receipt that says why a touchpoint was refused. */
export function refusalSentence(status: RefusalStatus, touch: RefusedTouch): string {
  return FILTERS.find((filter) => filter.status === status)!.sentence(touch);
}

/**
 * The stages that decide why an order is unattributed. If no touchpoint of the person up to the order passes a stage, the order
 * has its `reason`; a touchpoint passes that has none of the bits `refused` in its traits. If touchpoints pass all stages and none is a candidate, the reason is `rest`:
 * they lie at the wrong time.
 */
export function reasonStages(plan: QueryOptions): {
  stages: ReadonlyArray<{ reason: UnattributedReason; refused: number }>;
  rest: UnattributedReason;
} {
  const stages = [{ reason: FILTERS[0].reason as UnattributedReason, refused: 0 }];
  const refused: Array<keyof typeof TRAITS> = [];
  for (const { reason, trait } of applied(plan)) {
    if (!trait) continue;
    refused.push(trait);
    stages.push({ reason: reason as UnattributedReason, refused: maskOf(refused) });
  }
  return { stages, rest: FILTERS.at(-1)!.reason };
}
