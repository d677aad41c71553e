/** A fit and a flow made by hand, so that what becomes of them can be worked out on paper. */
import { MS_PER_DAY, MS_PER_MINUTE } from '../../src/domain/time.ts';
import type { HazardContent } from '../../src/models/artifacts/artifact.ts';
import type { HazardFit } from '../../src/models/hazard/fit.ts';
import type { Flow } from '../../src/models/hazard/flow/flow.ts';
import { HAZARD_DEFAULTS } from '../../src/models/settings.ts';

const STATES = ['email', 'paid_search'];
const GUARD_MS = 30 * MS_PER_MINUTE;

/** Only searches raise the rate of orders, by e at age 0. */
const FIT: HazardFit = {
  version: 2,
  options: HAZARD_DEFAULTS,
  plan: {
    states: STATES,
    groups: STATES,
    group_of: [0, 1],
    exposed_cases: [500, 500],
    half_lives_days: [4],
    guard_ms: GUARD_MS,
    most_age_ms: 30 * MS_PER_DAY,
    segments: [],
    usual_rates: [],
    intent: [0, 0],
  },
  model: {
    kind: 'log_linear',
    curvature: 0,
    exposure_names: [],
    exposures: [0, 1],
    exposure_errors: [0, 0],
    control_names: [],
    controls: [],
    strengths: [],
  },
  start_ms: 0,
  end_ms: 1,
  orders: 2_000,
  cases: 2_000,
  rows: 18_000,
  people_leave: false,
  effective_parameters: 2,
  merged: [],
};

/** An email brings searches: four times the usual rate at once, twice of it a day later. */
export const EMAIL_BRINGS_SEARCH: Flow = {
  version: 1,
  guard_ms: GUARD_MS,
  most_age_ms: 7 * MS_PER_DAY,
  half_lives_days: [1],
  channels: STATES,
  channel_of: [0, 1],
  into: [{ channel: 1, effects: [[Math.log(4), 0]], proven: [1, 0] }],
};

export const FLOWING: HazardContent = {
  form: 'hazard',
  naming: { grain: 'channel', split_views: [] },
  fit: FIT,
  flow: EMAIL_BRINGS_SEARCH,
};
