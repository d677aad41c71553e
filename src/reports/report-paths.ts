/** The paths of a report: those that its filters choose. */
import type { Plan } from '../attribution/plan.ts';
import { MAX_PATH_LENGTH } from '../attribution/plan.ts';
import { makeMembers } from '../attribution/touches.ts';
import type { WeekStart } from '../domain/time.ts';
import { partsOfPolicy } from '../histories/asked-orders.ts';
import { brandDays } from '../histories/zone-days.ts';
import type { OrderPaths, PathFilters, PathQuestion } from '../models/paths/order-paths.ts';
import { readOrderPaths } from '../models/paths/read-order-paths.ts';
import type { PathStates } from '../models/paths/state-naming.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { inBlocks, WorkTurns } from '../warehouse/work-turns.ts';
import type { ReportContext } from './context.ts';
import {
  chooseOrders,
  type Filters,
  filteredSegments,
  isAboutKinds,
  isAboutSegments,
  touchCondition,
} from './filters.ts';
import { eventFilter, labelFilter, peopleFilter } from './filters-in-memory.ts';

interface AskedPaths {
  states: PathStates;
  filters: Filters;
  week_start: WeekStart;
  /** False where only the paths of orders are wanted. */
  with_people?: boolean;
  /** True where the instants of touches are wanted. */
  instants?: boolean;
  /** Which people who did not order may be put together; the path of each is read when left out. */
  alike?: PathQuestion['alike'];
}

/**
 * Reads the paths of a plan. It was resolved with the columns of `states` and of the filters. Tells `served_by` of the context if
 * histories serve them.
 */
export async function reportPaths(
  snapshot: Snapshot,
  context: ReportContext,
  plan: Plan,
  { states, filters, week_start, with_people = true, instants = false, alike = null }: AskedPaths,
): Promise<OrderPaths> {
  const counts = peopleFilter(filters);
  const histories = (await context.histories?.(snapshot, plan.positions.touchpoints)) ?? null;
  const question = {
    states,
    filters: pathFilters(snapshot, plan, filters, week_start),
    with_people,
    in_order: false,
    most_touches: MAX_PATH_LENGTH,
    instants,
    // A filter about brands or days looks at each person.
    alike: counts === null ? alike : null,
    threads: context.threads,
    signal: context.cancellation?.signal,
    watch: context.progress?.watchPass,
  };
  const { paths, served_by } = await readOrderPaths(snapshot, plan, context.directory, question, histories);
  if (served_by === 'histories') context.served_by?.(served_by);
  if (counts === null || !with_people) return paths;
  const brandOf = (path: number): string => plan.brands[partsOfPolicy(paths.policy[path]!).brand_no]!.brand_id;
  const days = brandDays(plan.brands);
  const dayOf = (path: number): number => days[partsOfPolicy(paths.policy[path]!).brand_no]!.day(paths.at_ms[path]!);
  return pathsWhere(paths, (path) => paths.is_order[path] === 1 || counts(brandOf(path), dayOf(path)));
}

/** The paths that are kept. People keep their numbers. */
async function pathsWhere(paths: OrderPaths, isKept: (path: number) => boolean): Promise<OrderPaths> {
  const { offsets } = paths;
  const all = paths.is_order.length;
  const kept = new Uint32Array(all);
  const own_offsets = new Uint32Array(all + 1);
  const touches = new Uint32Array(paths.codes.length);
  const turns = new WorkTurns();
  let [count, touch] = [0, 0];
  for (let path = 0; path < all; path++) {
    if (turns.ends(256)) await turns.next();
    if (!isKept(path)) continue;
    for (let i = offsets[path]!; i < offsets[path + 1]!; i++) touches[touch++] = i;
    kept[count++] = path;
    own_offsets[count] = touch;
  }
  const of_paths = kept.subarray(0, count);
  const of_touches = touches.subarray(0, touch);
  const take = async <A extends Float64Array | Uint32Array | Int32Array | Uint16Array | Uint8Array>(
    from: A,
    numbers: Uint32Array,
  ): Promise<A> => {
    const taken = from.slice(0, numbers.length) as A;
    await inBlocks(numbers.length, (first, until) => {
      for (let i = first; i < until; i++) taken[i] = from[numbers[i]!]!;
    });
    return taken;
  };
  const large = new Map<number, bigint>();
  for (const [i, path] of of_paths.entries()) {
    const micros = paths.large_micros.get(path);
    if (micros !== undefined) large.set(i, micros);
  }
  return {
    ...paths,
    offsets: own_offsets.subarray(0, count + 1),
    codes: await take(paths.codes, of_touches),
    touch_ms: paths.touch_ms.length > 0 ? await take(paths.touch_ms, of_touches) : paths.touch_ms,
    shown: paths.shown === null ? null : await take(paths.shown, of_touches),
    weight: await take(paths.weight, of_paths),
    is_order: await take(paths.is_order, of_paths),
    counted: await take(paths.counted, of_paths),
    at_ms: await take(paths.at_ms, of_paths),
    policy: await take(paths.policy, of_paths),
    net_micros: await take(paths.net_micros, of_paths),
    large_micros: large,
    person: await take(paths.person, of_paths),
  };
}

function pathFilters(snapshot: Snapshot, plan: Plan, filters: Filters, week_start: WeekStart): PathFilters {
  const [chooses, shows] = [eventFilter(filters), labelFilter(filters)];
  return {
    events:
      chooses === null
        ? null
        : {
            chooses,
            makeSegments: filters.of_events.some(isAboutSegments)
              ? (query) => filteredSegments(snapshot, plan, query, filters)
              : null,
            with_kinds: filters.of_events.some(isAboutKinds),
            inSql: async (query) =>
              chooseOrders(
                snapshot,
                plan,
                { ...query, members: await makeMembers(snapshot, query.orders) },
                filters,
                week_start,
              ),
          },
    touches: shows === null ? null : { columns: filters.touch_columns, shows, ...touchCondition(filters, 't') },
  };
}
