/** The groups that can be named without looking at the data: closed lists, the days of the period, and what a filter names. */
import type { Plan } from '../../attribution/plan.ts';
import { CAMPAIGN_KINDS } from '../../domain/campaign-kind.ts';
import { CONVERSION_TYPES, CUSTOMER_KINDS } from '../../domain/conversion.ts';
import { badRequest } from '../../domain/errors.ts';
import { dayOf } from '../../domain/time.ts';
import { DEVICE_TYPES, OUTCOME_TYPES, TOUCHPOINT_TYPES } from '../../domain/touchpoint.ts';
import { KNOWN_CHANNELS } from '../../enrichment/channel-rules.ts';
import { MAX_ROWS } from '../../privacy/differential-privacy/release.ts';
import type { Filters } from '../filters.ts';
import type { GroupKey } from '../groups.ts';
import type { GroupList } from './declared.ts';

interface Values {
  named: ReadonlyArray<string | null>;
  open: boolean;
}

const closedList = (values: ReadonlyArray<string | null>) => (): Values => ({ named: values, open: false });

/** Senders may name channels of their own, so the list of channels is not all. */
const LISTS: Readonly<Record<string, (plan: Plan) => Values>> = {
  channel: () => ({ named: KNOWN_CHANNELS, open: true }),
  touchpoint_type: closedList(TOUCHPOINT_TYPES.filter((type) => !(OUTCOME_TYPES as readonly string[]).includes(type))),
  campaign_kind: closedList([...CAMPAIGN_KINDS, null]),
  device_type: closedList([...DEVICE_TYPES, null]),
  customer_kind: closedList(CUSTOMER_KINDS),
  conversion_type: ({ conversion_types }) => ({ named: conversion_types ?? CONVERSION_TYPES, open: false }),
  brand_id: ({ brands }) => ({ named: brands.map(({ brand_id }) => brand_id), open: false }),
};

/** The days of the plan's one brand, in order. */
export function daysOf({ brands }: Plan): number[] {
  const { settings, start_ms, end_ms } = brands[0]!;
  const first = dayOf(settings.time_zone, start_ms);
  const last = dayOf(settings.time_zone, end_ms - 1);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** The values of one key. */
function valuesOf(key: GroupKey, plan: Plan, filters: Filters): Values {
  if (key.about === 'time') {
    const names = daysOf(plan)
      .filter((day) => filters.passesDay(day))
      .map((day_number) => key.format!(key.of!({ day_number } as Parameters<NonNullable<GroupKey['of']>>[0])));
    return { named: [...new Set(names)], open: false };
  }
  const filter = [...filters.of_touches, ...filters.of_events].find((own) => own.key.field === key.field);
  const { named, open } = LISTS[key.field]?.(plan) ?? { named: [], open: true };
  if (filter === undefined) return { named, open };
  const none = new Set(filter.none);
  if (filter.any.length === 0) return { named: named.filter((value) => !none.has(value)), open };
  return { named: [...new Set(filter.any)].filter((value) => !none.has(value)), open: false };
}

/** The groups of several keys: every combination of their values. @throws bad_request when they are too many. */
export function namedGroups(keys: readonly GroupKey[], plan: Plan, filters: Filters): GroupList {
  const lists = keys.map((key) => valuesOf(key, plan, filters));
  const open = lists.some((list) => list.open);
  const count = lists.reduce((product, { named }) => product * named.length, 1);
  if (count > MAX_ROWS)
    throw badRequest(
      'group_by',
      `names ${count} groups, which all get noise and are shown; the limit is ${MAX_ROWS}: name fewer keys, a shorter period, or the values that you need with filter`,
    );
  const named = lists.reduce<Array<Array<string | null>>>(
    (groups, list) => groups.flatMap((group) => list.named.map((value) => [...group, value])),
    [[]],
  );
  return { named, open };
}
