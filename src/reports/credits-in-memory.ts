/** The figures of the attribution report, from histories in memory. They are those of {@link ./credits-in-sql.ts}. */
import type { Plan } from '../attribution/plan.ts';
import type { KeyedEvent } from '../histories/asked-orders.ts';
import { creditInMemory, type MemoryCredit, type Question } from '../histories/credit.ts';
import type { GroupFigures } from '../histories/tally.ts';
import type { Snapshot } from '../warehouse/port.ts';
import type { Row } from '../warehouse/schema.ts';
import { addKind } from './campaign-kinds.ts';
import type { ReportContext, ReportJson } from './context.ts';
import type { CreditSource, Group, Grouping, Spread } from './credit-source.ts';
import { isAboutKinds, isAboutTime } from './filters.ts';
import { eventFilter, labelFilter } from './filters-in-memory.ts';
import { readGroupSpend } from './group-spend.ts';
import { type GroupKey, keysOf, touchColumns } from './groups.ts';
import { journeyRows, lengthOf } from './journey-rows.ts';
import { segmentsAsked } from './segments-in-memory.ts';
import { MAX_CAMPAIGNS } from './spend-campaigns.ts';
import { spendInMemory } from './spend-in-memory.ts';
import type { Rest } from './unattributed-rows.ts';
import type { Warning } from './warning.ts';
import { warningsOf } from './warnings.ts';

/** The figures from histories; undefined if there are none, or if they do not hold what is asked for. */
export async function creditsInMemory(
  snapshot: Snapshot,
  context: ReportContext,
  plan: Plan,
  grouping: Grouping,
): Promise<CreditSource | undefined> {
  const credit = await askHistories(snapshot, context, plan, grouping, false);
  return credit === null ? undefined : creditSourceOf(snapshot, plan, credit, grouping);
}

/** Makes the pass over histories; null if there are none, or if they do not hold what is asked for. */
export async function askHistories(
  snapshot: Snapshot,
  context: ReportContext,
  plan: Plan,
  grouping: Grouping,
  journey_details: boolean,
): Promise<MemoryCredit | null> {
  const histories = await context.histories?.(snapshot, plan.positions.touchpoints);
  if (!histories) return null;
  const question = creditQuestion(snapshot, context, plan, grouping, journey_details);
  return creditInMemory(snapshot, plan, context.directory, histories, question);
}

/** What a grouping asks of histories. */
export function creditQuestion(
  snapshot: Snapshot,
  context: ReportContext,
  plan: Plan,
  { keys, filters, has_spread = false }: Grouping,
  journey_details: boolean,
): Question {
  const event_keys = keys.filter(({ about }) => about !== 'touch');
  const shows_segments = keys.some(({ needs }) => needs === 'segments');
  const with_kinds = keys.some(({ needs }) => needs === 'customer_kinds') || filters.of_events.some(isAboutKinds);
  return {
    touch_columns: touchColumns(keys),
    keysOf: (event) => valuesOf(event, event_keys),
    by_day: event_keys.some(({ about }) => about === 'time') || filters.of_events.some(isAboutTime),
    filtered_columns: filters.touch_columns,
    shows: labelFilter(filters),
    chooses: eventFilter(filters),
    segments: segmentsAsked(snapshot, plan, filters, shows_segments),
    with_kinds,
    journey_details,
    people: null,
    has_spread,
    threads: context.threads,
    signal: context.cancellation?.signal,
    watch: context.progress?.watchPass,
  };
}

/** The values of keys for a value event, as a report shows them. */
function valuesOf(event: KeyedEvent, keys: readonly GroupKey[]): Array<string | null> {
  return keysOf(Object.fromEntries(keys.map((key, g) => [`g${g}`, key.of!(event)])), keys);
}

const hasFilters = ({ filters }: Grouping): boolean => filters.of_touches.length > 0 || filters.of_events.length > 0;

/** The figures of a pass over histories. */
export function creditSourceOf(snapshot: Snapshot, plan: Plan, credit: MemoryCredit, grouping: Grouping): CreditSource {
  const { sums, orders } = credit;
  const readCredited = async () => campaignsOf(credit);
  return {
    totals: async () => ({
      total_conversions: BigInt(sums.counts.total_orders),
      attributed_conversions: BigInt(sums.counts.attributed_orders),
      email_conversions: sums.counts.email_orders,
      net_micros: sums.net.total(0),
    }),
    groups: async () => groupsOf(credit, grouping.keys),
    spread: async () => spreadOf(credit, grouping.keys),
    emails: async () => emailsOf(credit),
    rest: async (i) => [...restOf(credit), ...organicOf(credit, i)],
    leftOut: async (i) => (credit.hidden_group === null ? null : hiddenOf(credit, i)),
    spend: (limit) =>
      hasFilters(grouping)
        ? readGroupSpend(snapshot, plan, readCredited, grouping, limit)
        : spendInMemory(plan, orders, readCredited, grouping, limit),
    journeys: async () => journeysOf(credit),
    kinds: async () => kindsOf(credit),
    warnings: async () => warningsInMemory(plan, credit),
  };
}

/** The warnings about the orders that the filters choose. */
export function warningsInMemory(plan: Plan, { sums, counts }: Pick<MemoryCredit, 'sums' | 'counts'>): Warning[] {
  const zeros = plan.models.map((_, i) => [`zero${i}`, sums.zero_paths[i]!]);
  return warningsOf(plan, {
    ...counts,
    cut: sums.counts.cut_paths,
    crowded_ones: sums.counts.crowded_orders,
    ...Object.fromEntries(zeros),
  });
}

const sumsOf = ({ micros, millionths }: GroupFigures): Row =>
  Object.fromEntries(
    micros.flatMap((sum, i) => [
      [`c${i}`, String(sum)],
      [`m${i}`, String(millionths[i])],
    ]),
  );

/** The groups with their numbers in the pass, without that of the touches that filters leave out. */
function groupNumbers(
  { sums: { groups }, names, event_groups, hidden_group }: MemoryCredit,
  keys: readonly GroupKey[],
): Array<{ number: number; keys: Array<string | null> }> {
  return groups.event_group.flatMap((event_group, number) => {
    const touch_group = groups.touch_group[number]!;
    if (touch_group === hidden_group) return [];
    const of_touch = names.touch_groups[touch_group]![Symbol.iterator]();
    const of_event = event_groups[event_group]![Symbol.iterator]();
    return {
      number,
      keys: keys.map(({ about }) => (about === 'touch' ? of_touch : of_event).next().value as string | null),
    };
  });
}

function groupsOf(credit: MemoryCredit, keys: readonly GroupKey[]): Group[] {
  const { groups } = credit.sums;
  return groupNumbers(credit, keys).map(({ number, keys: own }) => {
    const figures = groups.figures(number);
    return { keys: own, touched: figures.orders, touches: BigInt(figures.touches), row: sumsOf(figures) };
  });
}

function spreadOf(credit: MemoryCredit, keys: readonly GroupKey[]): Spread[] {
  const { spread } = credit.sums;
  if (spread === null) return [];
  return groupNumbers(credit, keys).map(({ number, keys: own }) => ({ keys: own, ...spread.figures(number) }));
}

function kindsOf({ sums: { credited }, names: { labels } }: MemoryCredit): Map<string, Set<string>> {
  const kinds = new Map<string, Set<string>>();
  for (const [label, { campaign_id, campaign_kind }] of labels.entries())
    if (credited[label] === 1 && campaign_id !== null && campaign_kind !== null)
      addKind(kinds, campaign_id, campaign_kind);
  return kinds;
}

/** The credit of the touches that the filters leave out, under model number `i`. */
function hiddenOf({ sums: { groups }, hidden_group, event_groups }: MemoryCredit, i: number): Rest[] {
  return groups.event_group.flatMap((event_group, number) =>
    groups.touch_group[number] === hidden_group
      ? { keys: [...event_groups[event_group]!], reason: 'filtered', micros: groups.micros[i]!.total(number) }
      : [],
  );
}

function emailsOf({ sums: { emails }, names }: MemoryCredit): Row[] {
  return emails.touch_group.map((group, number) => {
    const [email_id, campaign_id] = names.email_groups[group]!;
    const figures = emails.figures(number);
    return {
      email_id: email_id!,
      campaign_id: campaign_id!,
      touched: figures.orders,
      people: figures.people,
      ...sumsOf(figures),
    };
  });
}

function restOf({ sums: { rest }, event_groups }: MemoryCredit): Rest[] {
  return [...rest].flatMap(([reason, { sums, groups }]) =>
    [...groups].map((group) => ({
      keys: [...event_groups[group]!],
      reason,
      micros: sums.total(group),
    })),
  );
}

/** The value of orders with touches that model number `i` gives to none of them. */
function organicOf({ sums, event_groups }: MemoryCredit, i: number): Rest[] {
  const organic = sums.organic[i]!;
  if (organic === null) return [];
  return [...sums.attributed_groups].map((group) => ({
    keys: [...event_groups[group]!],
    reason: 'organic',
    micros: organic.total(group),
  }));
}

/** The table of journeys by length. */
export function journeysOf({ sums: { journeys } }: MemoryCredit): ReportJson[] {
  const lengths = [...journeys.byLength(lengthOf)].sort(([a], [b]) => a - b);
  return journeyRows(
    lengths.map(([length_no, { micros, ...counts }]) => ({
      length_no,
      micros,
      journeys: BigInt(counts.journeys),
      orders: BigInt(counts.orders),
      touchpoints: BigInt(counts.touchpoints),
      email_touchpoints: BigInt(counts.email_touchpoints),
    })),
  );
}

/** The campaigns with credit; null if there are too many to compare. */
function campaignsOf({ sums: { credited }, names: { labels } }: MemoryCredit): string[] | null {
  const names = new Set<string>();
  for (const [label, { campaign_id }] of labels.entries())
    if (credited[label] === 1 && campaign_id !== null) names.add(campaign_id);
  return names.size > MAX_CAMPAIGNS ? null : [...names];
}
