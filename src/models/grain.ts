/** The names of touches. Fits and reports both use them, so that a report finds what a fit has learned. */

import type { TouchKind } from '../attribution/plan.ts';
import { TributaryError } from '../domain/errors.ts';
import { VIEW_TYPES } from '../domain/touchpoint.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { fill } from '../warehouse/relation.ts';
import { textList } from '../warehouse/sql-text.ts';
import { MAX_STATES } from './paths/paths.ts';
import { SPLIT_VIEWS } from './relations.ts';

export const GRAINS = ['channel', 'channel_and_type', 'campaign'] as const;
export type Grain = (typeof GRAINS)[number];

/** How touches are named. */
export interface Naming {
  grain: Grain;
  /** Channels whose views (opens, impressions) have another name than actions (clicks, visits). Only with the grain `channel`. */
  split_views: readonly string[];
}

/** Separates the parts of a name. A channel contains it only if a sender chose such a name. */
const SEPARATOR = ' / ';
const VIEW = 'view';
const ACTION = 'action';
const NO_CAMPAIGN = '–';

/** SQL that holds for views. */
export const IS_VIEW = `touchpoint_type in (${textList(VIEW_TYPES)})`;

/**
 * SQL that names a touch `t` with channel, touchpoint_type and campaign_id. Run {@link makeSplits} before it and join with
 * {@link SPLIT_JOIN}.
 */
export function stateSql({ grain }: Naming): string {
  if (grain === 'channel_and_type') return `concat(t.channel, '${SEPARATOR}', t.touchpoint_type)`;
  if (grain === 'campaign') return `concat(t.channel, '${SEPARATOR}', coalesce(t.campaign_id, '${NO_CAMPAIGN}'))`;
  return `case when sv.channel is null then t.channel else concat(t.channel, '${SEPARATOR}', case when t.${IS_VIEW} then '${VIEW}' else '${ACTION}' end) end`;
}

/** {@link IS_VIEW} in memory. */
export function isView({ touchpoint_type }: Pick<TouchKind, 'touchpoint_type'>): boolean {
  return (VIEW_TYPES as readonly (string | null)[]).includes(touchpoint_type);
}

/** {@link stateSql} in memory. */
export function stateOf(touch: TouchKind, { grain, split_views }: Naming): string {
  const channel = touch.channel ?? '';
  if (grain === 'channel_and_type') return `${channel}${SEPARATOR}${touch.touchpoint_type}`;
  if (grain === 'campaign') return `${channel}${SEPARATOR}${touch.campaign_id ?? NO_CAMPAIGN}`;
  if (!split_views.includes(channel)) return channel;
  return `${channel}${SEPARATOR}${isView(touch) ? VIEW : ACTION}`;
}

/**
 * The states in order of their codes, and the code of each name. @param names null is no touch.
 * @param field the parameter that chose the names.
 * @throws unprocessable when there are too many.
 */
export function codeStates(
  names: ReadonlyArray<string | null>,
  field = 'grain',
): { states: string[]; codes: Uint16Array } {
  const states = [...new Set(names.filter((name) => name !== null))].sort();
  if (states.length > MAX_STATES)
    throw new TributaryError(
      'unprocessable',
      `${field}: gives touches ${states.length} different names; paths take at most ${MAX_STATES}. Choose a coarser ${field}`,
      { field },
    );
  const known = new Map(states.map((state, code) => [state, code]));
  return { states, codes: Uint16Array.from(names, (name) => (name === null ? 0 : known.get(name)!)) };
}

export const SPLIT_JOIN = `left join ${SPLIT_VIEWS.name} sv on sv.channel = t.channel`;

/** Makes `split_views`, which {@link stateSql} reads. */
export async function makeSplits(snapshot: Snapshot, { split_views }: Naming): Promise<void> {
  await fill(
    snapshot,
    SPLIT_VIEWS,
    split_views.map((channel) => ({ channel })),
  );
}

/** The channel that a name belongs to. */
export function channelOf(state: string, { grain, split_views }: Naming): string {
  if (grain === 'channel') return split_views.find((channel) => isSplitOf(state, channel)) ?? state;
  const end = state.indexOf(SEPARATOR);
  return end < 0 ? state : state.slice(0, end);
}

function isSplitOf(state: string, channel: string): boolean {
  return state === `${channel}${SEPARATOR}${VIEW}` || state === `${channel}${SEPARATOR}${ACTION}`;
}
