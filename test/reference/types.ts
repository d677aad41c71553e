/** The reference's world: flat records as the log holds them, and what a report may ask for. */

import type { RefConsentPolicy } from './consents.ts';

type Maybe = string | null | undefined;

interface Row {
  brand_id: string;
  log_seq: number;
}

interface Who {
  customer_id?: Maybe;
  anonymous_id?: Maybe;
}

export interface RefTouchpoint extends Row, Who {
  touchpoint_id: string;
  touchpoint_type: string;
  /** UTC milliseconds, as everywhere here. */
  occurred_at: number;
  session_id?: Maybe;
  channel?: Maybe;
  campaign_id?: Maybe;
  email_id?: Maybe;
  message_id?: Maybe;
  campaign_kind?: Maybe;
  utm_source?: Maybe;
  utm_medium?: Maybe;
  utm_campaign?: Maybe;
  utm_content?: Maybe;
  utm_term?: Maybe;
  utm_id?: Maybe;
  device_type?: Maybe;
  country?: Maybe;
  verdict?: Maybe;
  url?: Maybe;
  referrer?: Maybe;
}

export interface RefConversion extends Row, Who {
  conversion_id: string;
  conversion_type: string;
  conversion_value_micros: number;
  currency: string;
  occurred_at: number;
  order_id?: Maybe;
  /** A page sent it, and not a server. */
  from_page?: boolean | undefined;
}

export interface RefAdjustment extends Row {
  adjustment_id: string;
  conversion_id?: Maybe;
  order_id?: Maybe;
  amount_micros: number;
  currency: string;
  occurred_at: number;
}

export interface RefLink extends Row {
  link_id: string;
  left_id: string;
  right_id: string;
  kind?: Maybe;
  state?: Maybe;
  probability?: number | null | undefined;
  occurred_at: number;
}

export interface RefRate extends Row {
  /** YYYY-MM-DD. */
  date: string;
  currency: string;
  base: string;
  rate_nanos: number;
}

export interface RefSpend extends Row {
  /** The id of the line: its own, or what it is about and its number among the lines of its request. */
  line: string;
  date: string;
  channel: string;
  campaign_id?: Maybe;
  amount_micros: number;
  currency: string;
}

export interface RefSegment extends Row {
  segment_id: string;
  customer_id: string;
  segment_name: string;
  assigned_at: number;
  expires_at: number | null;
}

export interface RefConsent extends Row, Who {
  consent_id: string;
  /** Null if it is about something else. */
  measurement: boolean | null;
  occurred_at: number;
}

/** What a report shows: rows with (or without) one of the values in a field; null is a missing value. */
export interface Filter {
  field: string;
  values: Array<string | null>;
  not: boolean;
}

export interface World {
  touchpoints: RefTouchpoint[];
  conversions: RefConversion[];
  adjustments: RefAdjustment[];
  identity_links: RefLink[];
  fx_rates: RefRate[];
  spend: RefSpend[];
  customer_segments: RefSegment[];
  consents: RefConsent[];
}

export interface Settings {
  view_days: number;
  email_days: number;
  click_days: number;
  half_life_days: number;
  position_first: number;
  position_last: number;
  time_zone: string;
  identity_min_probability: number;
  journey_gap_days: number;
  /** Left out where no touchpoint needs consent. */
  consent?: RefConsentPolicy | undefined;
}

/** What a weight may depend on. */
export interface WeightInput {
  k: number;
  n: number;
  age_days: number;
  channel: string | null;
  touchpoint_type: string;
}

/** How many candidates an order keeps: of_person divided by the conversions of its person, at least `least` and at most `most`. */
export interface Limits {
  most: number;
  least: number;
  of_person: number;
}

export interface FullOptions {
  start_ms: number;
  end_ms: number;
  models: string[];
  /** Models beside the five; a name that is in `models` must be one of the five or a key here. */
  custom_models: Record<string, (touch: WeightInput) => number>;
  /** Null covers every brand. */
  brand_ids: string[] | null;
  currency: string;
  collapse: 'interaction' | 'none';
  adjustments: 'order_day' | 'own_day';
  lookback: 'full' | 'since_previous_conversion';
  exclude_direct: boolean;
  include_machine: boolean;
  conversion_types: string[] | null;
  as_of: number | null;
  week_start: 'monday' | 'sunday';
  filters: Filter[];
  limits: Limits;
  /** By brand; what is left out has its default. */
  settings: Record<string, Partial<Settings>>;
}

export type Options = Partial<FullOptions> & Pick<FullOptions, 'start_ms' | 'end_ms'>;

export const RULE_MODELS = ['first_touch', 'last_touch', 'linear', 'time_decay', 'position_based'];

/** All keys are in every report, in the order in which the filters apply. */
export const REASONS = [
  'no_touch',
  'ineligible_type',
  'no_consent',
  'machine_only',
  'excluded_channel',
  'outside_window',
] as const;
export type Reason = (typeof REASONS)[number];

const DEFAULT_SETTINGS: Settings = {
  view_days: 1,
  email_days: 7,
  click_days: 30,
  half_life_days: 7,
  position_first: 0.4,
  position_last: 0.4,
  time_zone: 'UTC',
  identity_min_probability: 0.5,
  journey_gap_days: 30,
};

const DEFAULT_OPTIONS: Omit<FullOptions, 'start_ms' | 'end_ms'> = {
  models: RULE_MODELS,
  custom_models: {},
  brand_ids: null,
  currency: 'USD',
  collapse: 'interaction',
  adjustments: 'order_day',
  lookback: 'full',
  exclude_direct: false,
  include_machine: false,
  conversion_types: null,
  as_of: null,
  week_start: 'monday',
  filters: [],
  limits: { most: 2_000, least: 50, of_person: 1_000_000 },
  settings: {},
};

export function fullOptions(options: Options): FullOptions {
  return { ...DEFAULT_OPTIONS, ...options };
}

export function settingsOf(settings: Record<string, Partial<Settings>>, brand_id: string): Settings {
  return { ...DEFAULT_SETTINGS, ...settings[brand_id] };
}
