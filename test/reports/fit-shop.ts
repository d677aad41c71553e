/** A small shop to fit models on. */
import type { FitParameters } from '../../src/reports/fit-parameters.ts';
import { fitModel } from '../../src/reports/fitting.ts';
import { simulateCausal } from '../../src/simulation/causal/events.ts';
import { setupOf } from '../../src/simulation/causal/world.ts';
import type { Engine, WireEvent } from '../support/engine.ts';
import { ALL_BRANDS } from '../support/events.ts';
import type { Json } from '../support/shop.ts';

export const END_MS = Date.UTC(2026, 0, 1);
export const PERIOD = { start: '2025-11-01', end: '2026-01-01' };

/** A small shop in which touches really do something. */
export function shopEvents(customers: number): WireEvent[] {
  const setup = setupOf({ family: 'short_paths', customers, days: 60, seed: 2, end_ms: END_MS });
  return Array.from(simulateCausal(setup), ({ record, event }) => ({ record, event }));
}

export const train = (engine: Engine, parameters: FitParameters): Promise<Json> =>
  fitModel(engine.reports, { draws: 10, ...parameters }, ALL_BRANDS);
