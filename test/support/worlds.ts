/** Random worlds of the reference, as events to send and parameters to ask. */
import { consentPolicy } from '../../src/domain/consent/policy.ts';
import { type BrandSettings, DEFAULT_BRAND_SETTINGS } from '../../src/domain/settings.ts';
import type { Options, Settings } from '../reference/reference.ts';
import { WIRE_ORDER, type WireWorld } from '../reference/worlds.ts';
import type { WireEvent } from './engine.ts';

export function eventsOf(world: WireWorld): WireEvent[] {
  return WIRE_ORDER.flatMap((record) =>
    world[record].map((sent) => {
      const { from_page = false, request, ...event } = sent as { from_page?: boolean; request?: number };
      return { record, event, from_page, ...(request === undefined ? {} : { request }) };
    }),
  );
}

/** A brand's settings in the reference's words as those of the product. */
export function settingsOf(own: Partial<Settings>): BrandSettings {
  const { view_days, email_days, click_days, position_first, position_last, consent, ...rest } = own;
  const policy = consentPolicy(undefined, consent);
  return {
    ...DEFAULT_BRAND_SETTINGS,
    ...rest,
    ...(policy === undefined ? {} : { consent: policy }),
    windows: { view_days: view_days ?? 1, email_days: email_days ?? 7, click_days: click_days ?? 30 },
    position: { first: position_first ?? 0.4, last: position_last ?? 0.4 },
  };
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
    week_start: options.week_start ?? 'monday',
    filter: (options.filters ?? []).flatMap(({ field, values, not }) =>
      values.map((value) => `${field}:${not ? '!' : ''}${value ?? ''}`),
    ),
    ...(options.conversion_types ? { conversion_type: options.conversion_types.join(',') } : {}),
  };
}
