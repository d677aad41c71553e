/** The rules by which claimants count, as far as their claims name them. */
import type { Plan } from '../../attribution/plan.ts';
import { type AttributionWindow, parseAttributionWindow } from '../../domain/attribution-window.ts';
import { modelSettings, WINDOWS, type Windows } from '../../domain/settings.ts';
import type { ClaimLine } from './lines.ts';

/** What the claims of one claimant say about how it counts. */
export interface ClaimantRules {
  claimant: string;
  /** The windows in its own words. */
  attribution_windows: string[];
  /** The longest of them; null if none was named. */
  window: AttributionWindow | null;
  counted_on: string[];
  time_zones: string[];
}

/** The claimants in order of their names. */
export function rulesOfClaimants(lines: readonly ClaimLine[]): ClaimantRules[] {
  const by_claimant = new Map<string, ClaimLine[]>();
  for (const line of lines) {
    const own = by_claimant.get(line.claimant) ?? [];
    by_claimant.set(line.claimant, own);
    own.push(line);
  }
  const named = (own: readonly ClaimLine[], field: 'attribution_window' | 'counted_on' | 'time_zone'): string[] =>
    [...new Set(own.flatMap((line) => line[field] ?? []))].sort();
  return [...by_claimant]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([claimant, own]) => {
      const attribution_windows = named(own, 'attribution_window');
      return {
        claimant,
        attribution_windows,
        window: parseAttributionWindow(attribution_windows.join('; ')),
        counted_on: named(own, 'counted_on'),
        time_zones: named(own, 'time_zone'),
      };
    });
}

/** The windows of the report, in days: the longest of all brands, for purchases. */
export function ownWindows({ brands }: Plan): Windows {
  const all = brands.map(({ settings }) => modelSettings(settings, 'purchase').windows);
  return Object.fromEntries(
    WINDOWS.map((name) => [name, Math.max(...all.map((own) => own[name]))]),
  ) as unknown as Windows;
}
