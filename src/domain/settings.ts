/** What an operator may decide per brand, with the defaults of the field. Everything else is the same for everyone. */
import type { ConversionType } from './conversion.ts';

/** How far back from a conversion a touch may earn credit, in days; both ends count. */
export interface Windows {
  /** Opens and impressions: the person only saw something. */
  view_days: number;
  /** Email clicks, forwards and replies. */
  email_days: number;
  /** Everything else. */
  click_days: number;
}

export interface ModelSettings {
  windows: Windows;
  /** time_decay: after this many days a touch weighs half. */
  half_life_days: number;
  /** position_based: the shares of the first and the last touch; the middle shares the rest. */
  position: { first: number; last: number };
}

export interface BrandSettings extends ModelSettings {
  currency: string;
  /** IANA zone; days of the brand are its calendar days. */
  time_zone: string;
  /** Silence after which a journey ends. */
  journey_gap_days: number;
  /** Identity links less probable than this do not join. */
  identity_min_probability: number;
  /** Weight expressions by model name. */
  custom_models: Record<string, string>;
  /** Other model settings for some conversion types. */
  by_conversion_type: Partial<Record<ConversionType, Partial<ModelSettings>>>;
}

export const DEFAULT_BRAND_SETTINGS: BrandSettings = {
  currency: 'USD',
  time_zone: 'UTC',
  windows: { view_days: 1, email_days: 7, click_days: 30 },
  half_life_days: 7,
  position: { first: 0.4, last: 0.4 },
  journey_gap_days: 30,
  identity_min_probability: 0.5,
  custom_models: {},
  by_conversion_type: {},
};

/** The model settings that hold for one conversion type. */
export function modelSettings(brand: BrandSettings, type: ConversionType): ModelSettings {
  const own = brand.by_conversion_type[type];
  return {
    windows: { ...brand.windows, ...own?.windows },
    half_life_days: own?.half_life_days ?? brand.half_life_days,
    position: { ...brand.position, ...own?.position },
  };
}
