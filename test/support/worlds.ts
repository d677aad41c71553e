/** Random worlds of the reference, as events to send and parameters to ask. */
import type { Options } from '../reference/reference.ts';
import { WIRE_ORDER, type WireWorld } from '../reference/worlds.ts';
import type { WireEvent } from './engine.ts';

export function eventsOf(world: WireWorld): WireEvent[] {
  return WIRE_ORDER.flatMap((record) => world[record].map((event) => ({ record, event })));
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** The reference's options as the parameters of a report. */
export function parametersOf(options: Options, models: readonly string[]) {
  return {
    start: iso(options.start_ms),
    end: iso(options.end_ms),
    models: models.join(','),
    currency: options.currency ?? 'USD',
    collapse: options.collapse ?? 'interaction',
    adjustments: options.adjustments ?? 'order_day',
    lookback: options.lookback ?? 'full',
    exclude_direct: String(options.exclude_direct ?? false) as 'true' | 'false',
    include_machine: String(options.include_machine ?? false) as 'true' | 'false',
    ...(options.conversion_types ? { conversion_type: options.conversion_types.join(',') } : {}),
  };
}
