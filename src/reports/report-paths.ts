/** The paths of a report: those that its filters choose. */
import type { Plan } from '../attribution/plan.ts';
import { MAX_PATH_LENGTH } from '../attribution/plan.ts';
import { makeMembers } from '../attribution/touches.ts';
import type { WeekStart } from '../domain/time.ts';
import type { OrderPaths, PathFilters } from '../models/paths/order-paths.ts';
import { readOrderPaths } from '../models/paths/read-order-paths.ts';
import type { PathStates } from '../models/paths/state-naming.ts';
import type { Snapshot } from '../warehouse/port.ts';
import type { ReportContext } from './context.ts';
import { chooseOrders, type Filters, filteredSegments, isAboutSegments, touchCondition } from './filters.ts';
import { eventFilter, labelFilter } from './filters-in-memory.ts';

/**
 * Reads the paths of a plan. It was resolved with the columns of `states` and of the filters. Tells `served_by` of the context if
 * histories serve them.
 */
export async function reportPaths(
  snapshot: Snapshot,
  context: ReportContext,
  plan: Plan,
  { states, filters, week_start }: { states: PathStates; filters: Filters; week_start: WeekStart },
): Promise<OrderPaths> {
  const histories = (await context.histories?.(snapshot, plan.positions.touchpoints)) ?? null;
  const question = {
    states,
    filters: pathFilters(snapshot, plan, filters, week_start),
    most_touches: MAX_PATH_LENGTH,
    instants: true,
    signal: context.cancellation?.signal,
  };
  const { paths, served_by } = await readOrderPaths(snapshot, plan, context.directory, question, histories);
  if (served_by === 'histories') context.served_by?.(served_by);
  return paths;
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
