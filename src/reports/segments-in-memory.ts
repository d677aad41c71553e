/** What reports from histories ask of the segments of orders. */
import type { Plan } from '../attribution/plan.ts';
import type { SegmentsAsked } from '../histories/credit.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { type Filters, filteredSegments, isAboutSegments } from './filters.ts';
import { segmentFilter } from './filters-in-memory.ts';
import { setText } from './segments.ts';

/**
 * Null if nothing is asked of them. @param is_shown true if a key shows the sets.
 * @param inSql makes them by the engine.
 */
export function segmentsAsked(
  snapshot: Snapshot,
  plan: Plan,
  filters: Filters,
  is_shown: boolean,
  inSql: SegmentsAsked['inSql'] = (query) => filteredSegments(snapshot, plan, query, filters),
): SegmentsAsked | null {
  if (!is_shown && !filters.of_events.some(isAboutSegments)) return null;
  return { textOf: is_shown ? setText : null, passes: segmentFilter(filters), inSql };
}
