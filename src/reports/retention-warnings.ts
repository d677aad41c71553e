/** Warnings of a period that reaches before the time for which records are kept. docs/semantics.md 24. */
import type { Plan, PlannedBrand } from '../attribution/plan.ts';
import { CONVERSION_TYPES } from '../domain/conversion.ts';
import { modelSettings } from '../domain/settings.ts';
import { MS_PER_DAY } from '../domain/time.ts';
import type { Warning } from './warning.ts';

/** The longest time before an order of a brand in which a touchpoint may count. */
function longestWindow({ settings }: PlannedBrand): number {
  const days = CONVERSION_TYPES.flatMap((type) => Object.values(modelSettings(settings, type).windows));
  return Math.max(...days) * MS_PER_DAY;
}

/** Whole days, begun ones too, of a time from its beginning to an edge. */
const daysBefore = (from_ms: number, until_ms: number, edge_ms: number | null): number =>
  edge_ms === null ? 0 : Math.max(0, Math.ceil((Math.min(edge_ms, until_ms) - from_ms) / MS_PER_DAY));

export function retentionWarnings({ brands, removed_before = [] }: Plan): Warning[] {
  const warnings: Warning[] = [];
  const days = (of: (brand: PlannedBrand, edges: (typeof removed_before)[number]) => number): number =>
    Math.max(0, ...removed_before.map((edges, i) => of(brands[i]!, edges)));
  const orders = days(({ start_ms, end_ms }, { orders_ms }) => daysBefore(start_ms, end_ms, orders_ms));
  const touches = days((brand, { touchpoints_ms }) =>
    daysBefore(brand.start_ms - longestWindow(brand), brand.end_ms, touchpoints_ms),
  );
  if (orders > 0)
    warnings.push({
      code: 'orders_removed',
      count: orders,
      message:
        'days of the period lie before the time for which orders are kept (setting retention), so orders of these days are missing',
    });
  if (touches > 0)
    warnings.push({
      code: 'touchpoints_removed',
      count: touches,
      message:
        'days of the period, and of the windows before it, lie before the time for which touchpoints are kept (setting retention), so orders may have lost touches',
    });
  return warnings;
}
