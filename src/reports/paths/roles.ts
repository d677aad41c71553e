/** What each group did in the paths of orders, beside the credit that a model gives it. docs/semantics.md 16. */
import { MICRO_CONVERSIONS } from '../../attribution/plan.ts';
import { TributaryError } from '../../domain/errors.ts';
import { money, ratio } from '../../domain/money.ts';
import type { OrderPaths } from '../../models/paths/order-paths.ts';
import { columnValue } from '../../models/paths/state-naming.ts';
import { mapInTurns, WorkTurns } from '../../warehouse/work-turns.ts';
import type { ReportJson } from '../context.ts';
import type { CreditSource, Group } from '../credit-source.ts';
import type { ChosenPaths } from './chosen-paths.ts';
import { PathTally } from './path-tally.ts';

/** The most groups of an answer. */
const MAX_GROUPS = 20_000;
export const ROLES = ['first', 'last', 'only', 'assisted', 'influenced'] as const;
type Role = (typeof ROLES)[number];

/** The rows of the groups, most influenced orders first. @param by the key that names a group. */
export async function pathRoles(
  paths: OrderPaths,
  chosen: ChosenPaths,
  source: CreditSource,
  by: string,
): Promise<ReportJson[]> {
  const tallies = await tallyRoles(paths, chosen);
  const credits = new Map<string | null, Group>();
  const groups = await source.groups(MAX_GROUPS);
  if (groups.length > MAX_GROUPS)
    throw new TributaryError(
      'unprocessable',
      `by: gives more than ${MAX_GROUPS} groups; group by a coarser key, or ask for a shorter period`,
      { field: 'by' },
    );
  for (const group of groups) credits.set(group.keys[0]!, group);
  const rows = paths.states.flatMap((state, code) => {
    const value = columnValue(state);
    const group = credits.get(value);
    return group === undefined ? [] : [{ value, code, row: group.row }];
  });
  rows.sort((a, b) => tallies.influenced.compare(a.code, b.code) || a.code - b.code);
  return mapInTurns(rows, ({ value, code, row }) => ({
    [by]: value,
    ...Object.assign(
      {},
      ...ROLES.map((role) => ({
        [`${role}_orders`]: tallies[role].ordersOf(code),
        ...money(`${role}_revenue`, tallies[role].microsOf(code)),
      })),
    ),
    credited_conversions: ratio(BigInt((row?.['m0'] ?? 0) as string), MICRO_CONVERSIONS),
    ...money('attributed_revenue', BigInt((row?.['c0'] ?? 0) as string)),
  }));
}

/** Sums of orders by role and code of the group. Only touches that the filters let pass play a role. */
async function tallyRoles(paths: OrderPaths, { is_chosen }: ChosenPaths): Promise<Record<Role, PathTally>> {
  const { states, codes, offsets, shown, is_order } = paths;
  const tallies = Object.fromEntries(ROLES.map((role) => [role, new PathTally(paths)])) as Record<Role, PathTally>;
  /** By code, 1 and the last path that it was found in. */
  const seen = new Uint32Array(states.length);
  const turns = new WorkTurns();
  for (let path = 0; path < is_chosen.length; path++) {
    if (turns.ends(256)) await turns.next();
    if (is_chosen[path] === 0 || is_order[path] === 0) continue;
    const [first, last] = [offsets[path]!, offsets[path + 1]! - 1];
    let others = 0;
    for (let touch = first; touch <= last; touch++) {
      const code = codes[touch]!;
      others += Number(code !== codes[first] || shown?.[touch] === 0);
      if (shown?.[touch] === 0 || seen[code] === path + 1) continue;
      seen[code] = path + 1;
      tallies.influenced.add(code, path);
      if (code !== codes[last] || shown?.[last] === 0) tallies.assisted.add(code, path);
    }
    if (shown?.[first] !== 0) tallies.first.add(codes[first]!, path);
    if (shown?.[last] !== 0) tallies.last.add(codes[last]!, path);
    if (others === 0) tallies.only.add(codes[first]!, path);
  }
  return tallies;
}
