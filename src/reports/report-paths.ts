/** The paths of a report: those that its filters choose. */
import type { Plan } from '../attribution/plan.ts';
import { MAX_PATH_LENGTH } from '../attribution/plan.ts';
import { makeMembers } from '../attribution/touches.ts';
import type { WeekStart } from '../domain/time.ts';
import { partsOfPolicy } from '../histories/asked-orders.ts';
import { creditOf, readOrders } from '../histories/credit.ts';
import { SubjectBrands } from '../histories/subject-brands.ts';
import { brandDays } from '../histories/zone-days.ts';
import type { OrderPaths, PathFilters, PathQuestion } from '../models/paths/order-paths.ts';
import { pathsOfOrders } from '../models/paths/order-paths-in-memory.ts';
import { holdsPaths, readOrderPaths } from '../models/paths/read-order-paths.ts';
import type { PathStates } from '../models/paths/state-naming.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { inBlocks, WorkTurns } from '../warehouse/work-turns.ts';
import type { ReportContext } from './context.ts';
import type { CreditSource, Grouping } from './credit-source.ts';
import { readCredits } from './credits.ts';
import { creditQuestion, creditSourceOf } from './credits-in-memory.ts';
import { chooseOrders, type Filters, isAboutKinds, isAboutTime, touchCondition } from './filters.ts';
import { eventFilter, labelFilter, peopleFilter } from './filters-in-memory.ts';
import { segmentsAsked } from './segments-in-memory.ts';

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
  asked: AskedPaths,
): Promise<OrderPaths> {
  const histories = (await context.histories?.(snapshot, plan.positions.touchpoints)) ?? null;
  const question = pathQuestion(snapshot, context, plan, asked);
  const { paths, served_by } = await readOrderPaths(snapshot, plan, context.directory, question, histories);
  if (served_by === 'histories') context.served_by?.(served_by);
  return filteredPaths(paths, plan, asked);
}

/** What is asked of the log. */
function pathQuestion(
  snapshot: Snapshot,
  context: ReportContext,
  plan: Plan,
  { states, filters, week_start, with_people = true, instants = false, alike = null }: AskedPaths,
): PathQuestion {
  return {
    states,
    filters: pathFilters(snapshot, plan, filters, week_start),
    with_people,
    in_order: false,
    most_touches: MAX_PATH_LENGTH,
    instants,
    // A filter about brands or days looks at each person.
    alike: peopleFilter(filters) === null ? alike : null,
    threads: context.threads,
    signal: context.cancellation?.signal,
    watch: context.progress?.watchPass,
  };
}

/** The paths of people without an order whom the filters let pass, and all paths of orders. */
async function filteredPaths(
  paths: OrderPaths,
  plan: Plan,
  { filters, with_people = true }: AskedPaths,
): Promise<OrderPaths> {
  const counts = peopleFilter(filters);
  if (counts === null || !with_people) return paths;
  const brandOf = (path: number): string => plan.brands[partsOfPolicy(paths.policy[path]!).brand_no]!.brand_id;
  const days = brandDays(plan.brands);
  const dayOf = (path: number): number => days[partsOfPolicy(paths.policy[path]!).brand_no]!.day(paths.at_ms[path]!);
  return pathsWhere(paths, (path) => paths.is_order[path] === 1 || counts(brandOf(path), dayOf(path)));
}

/** Reads the credit of a plan, and the paths of the same orders. From histories, threads find both side by side. */
export async function creditAndPaths(
  snapshot: Snapshot,
  context: ReportContext,
  plan: Plan,
  grouping: Grouping,
  asked: AskedPaths,
): Promise<{ source: CreditSource; paths: OrderPaths }> {
  const histories = (await context.histories?.(snapshot, plan.positions.touchpoints)) ?? null;
  const question = pathQuestion(snapshot, context, plan, asked);
  if (histories !== null && holdsPaths(histories, plan, question)) {
    const of_credit = { ...creditQuestion(snapshot, context, plan, grouping, false), watch: undefined };
    const read = await readOrders(snapshot, plan, context.directory, histories, of_credit);
    if (read !== null) {
      // Then the search for paths does not use the engine, which answers one question of a snapshot at a time.
      await SubjectBrands.of(snapshot, histories.subjects, plan.positions.touchpoints);
      const [credited, found] = await Promise.allSettled([
        creditOf(snapshot, plan, histories, read, of_credit),
        pathsOfOrders(snapshot, plan, read, question, histories),
      ]);
      if (credited.status === 'rejected') throw credited.reason;
      if (found.status === 'rejected') throw found.reason;
      context.served_by?.('histories');
      const paths = await filteredPaths(found.value, plan, asked);
      const credit = credited.value;
      if (credit === null) return { source: await readCredits(snapshot, context, plan, grouping), paths };
      return { source: creditSourceOf(snapshot, plan, credit, grouping), paths };
    }
  }
  const source = await readCredits(snapshot, context, plan, grouping);
  return { source, paths: await reportPaths(snapshot, context, plan, asked) };
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
            by_day: filters.of_events.some(isAboutTime),
            segments: segmentsAsked(snapshot, plan, filters, false),
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
