/** The settings that an operator can change per brand, and their defaults. */

import type { ConsentPolicy } from './consent/policy.ts';
import type { ConversionType } from './conversion.ts';
import { MS_PER_DAY } from './time.ts';
import { type Static, type TOptional, type TSchema, type TUnsafe, Type } from './typebox.ts';

/** A number's declaration holds this in addition to its bounds. */
interface Setting {
  default: number;
  /** The column of the query that holds the setting. */
  'x-column': string;
  /** The setting is in days, and the column holds milliseconds. */
  'x-milliseconds'?: boolean;
  /** Weight expressions of the configuration may name the column. */
  'x-expression'?: boolean;
}

const closed = { additionalProperties: false } as const;
const number = (bounds: object, setting: Setting) => Type.Number({ ...bounds, ...setting });
const window = (column: string, days: number) =>
  number({ minimum: 0, maximum: 365 }, { default: days, 'x-column': column, 'x-milliseconds': true });
const share = (column: string, part: number) =>
  number({ minimum: 0, maximum: 1 }, { default: part, 'x-column': column });

/**
 * The settings of the models, each declared once: its name, bounds, default and column. The configuration's schema, the
 * columns of `policies` and `orders`, the names that weights may use and the rules on a receipt follow from it.
 */
const MODEL_SETTINGS = {
  /**
   * How far back from a conversion a touch may earn credit, in days, both ends included. `WINDOW_OF` gives the window of each
   * type.
   */
  windows: Type.Object({
    view_days: window('view_ms', 1),
    email_days: window('email_ms', 7),
    click_days: window('click_ms', 30),
  }),
  /** time_decay: after this many days a touch weighs half. */
  half_life_days: number(
    { exclusiveMinimum: 0, maximum: 3650 },
    { default: 7, 'x-column': 'half_life_days', 'x-expression': true },
  ),
  /** position_based: the shares of the first and the last touch; the middle touches share the rest. Set both or neither. */
  position: Type.Object({ first: share('first_share', 0.4), last: share('last_share', 0.4) }, { 'x-together': true }),
};

export type ModelSettings = { [N in keyof typeof MODEL_SETTINGS]: Static<(typeof MODEL_SETTINGS)[N]> };
export type Windows = ModelSettings['windows'];
/** Settings as the configuration gives them. A setting that is left out has the value of the brand, or the default. */
export type GivenModelSettings = {
  [N in keyof ModelSettings]?: ModelSettings[N] extends number ? number : Partial<ModelSettings[N]>;
};

type Properties = Record<string, TSchema>;
const partsOf = (schema: TSchema): Properties | undefined => (schema as { properties?: Properties }).properties;

/** The schema of {@link GivenModelSettings}, for the configuration. */
export const GIVEN_MODEL_SETTINGS = Object.fromEntries(
  Object.entries(MODEL_SETTINGS).map(([name, schema]): [string, TSchema] => {
    const parts = partsOf(schema);
    if (!parts) return [name, Type.Optional(schema)];
    const given = Object.entries(parts).map(([part, own]) => [part, 'x-together' in schema ? own : Type.Optional(own)]);
    return [name, Type.Optional(Type.Object(Object.fromEntries(given) as Properties, closed))];
  }),
) as unknown as { [N in keyof ModelSettings]: TOptional<TUnsafe<NonNullable<GivenModelSettings[N]>>> };

/** The schema of {@link ModelSettings} in an answer: every setting is there. */
export const MODEL_SETTING_VALUES = Object.fromEntries(
  Object.entries(MODEL_SETTINGS).map(([name, schema]): [string, TSchema] => {
    const parts = partsOf(schema);
    if (!parts) return [name, Type.Number()];
    const values = Object.fromEntries(Object.keys(parts).map((part) => [part, Type.Number()]));
    return [name, Type.Object(values, closed)];
  }),
) as Properties;

/** One number of the model settings, and its column. */
interface SettingColumn {
  column: string;
  /** The column holds whole numbers of milliseconds. */
  whole: boolean;
  of: (settings: ModelSettings) => number;
  in_expressions: boolean;
}

/** The model settings as columns of the query. */
export const SETTING_COLUMNS: readonly SettingColumn[] = Object.entries(MODEL_SETTINGS).flatMap(([name, schema]) => {
  const parts = partsOf(schema);
  const column = (own: TSchema, pick: (settings: ModelSettings) => number): SettingColumn => {
    const setting = own as unknown as Setting;
    const whole = setting['x-milliseconds'] ?? false;
    const of = whole ? (settings: ModelSettings) => Math.round(pick(settings) * MS_PER_DAY) : pick;
    return { column: setting['x-column'], whole, of, in_expressions: setting['x-expression'] ?? false };
  };
  const group = (settings: ModelSettings) => settings[name as keyof ModelSettings] as unknown;
  if (!parts) return [column(schema, (settings) => group(settings) as number)];
  return Object.entries(parts).map(([part, own]) =>
    column(own, (settings) => (group(settings) as Record<string, number>)[part]!),
  );
});

export const WINDOWS = Object.keys(MODEL_SETTINGS.windows.properties) as ReadonlyArray<keyof Windows>;

/** The column that holds a window. */
export function windowColumn(window: keyof Windows): string {
  return (MODEL_SETTINGS.windows.properties[window] as unknown as Setting)['x-column'];
}

const defaultOf = (schema: TSchema): number => (schema as unknown as Setting).default;
const DEFAULT_MODEL_SETTINGS = Object.fromEntries(
  Object.entries(MODEL_SETTINGS).map(([name, schema]) => {
    const parts = partsOf(schema);
    if (!parts) return [name, defaultOf(schema)];
    return [name, Object.fromEntries(Object.entries(parts).map(([part, own]) => [part, defaultOf(own)]))];
  }),
) as ModelSettings;

export interface BrandSettings extends ModelSettings {
  currency: string;
  /** IANA zone; it decides the calendar days of the brand. */
  time_zone: string;
  /** A journey ends after this many days without an event. */
  journey_gap_days: number;
  /** Identity links with a lower probability do not join ids. */
  identity_min_probability: number;
  /** Weight expressions by model name. */
  custom_models: Record<string, string>;
  /** Model settings that differ for a conversion type. */
  by_conversion_type: Partial<Record<ConversionType, GivenModelSettings>>;
  /** Which touchpoints need consent to count; left out where none does. */
  consent?: ConsentPolicy;
}

export const DEFAULT_BRAND_SETTINGS: BrandSettings = {
  currency: 'USD',
  time_zone: 'UTC',
  ...DEFAULT_MODEL_SETTINGS,
  journey_gap_days: 30,
  identity_min_probability: 0.5,
  custom_models: {},
  by_conversion_type: {},
};

/** `base`, with the settings in `given` replaced. */
export function withGiven(base: ModelSettings, given: GivenModelSettings = {}): ModelSettings {
  return Object.fromEntries(
    Object.entries(MODEL_SETTINGS).map(([name, schema]) => {
      const [own, over] = [base[name as keyof ModelSettings], given[name as keyof ModelSettings]];
      return [name, partsOf(schema) ? { ...(own as object), ...(over as object) } : (over ?? own)];
    }),
  ) as ModelSettings;
}

/** The model settings that hold for one conversion type. */
export function modelSettings(brand: BrandSettings, type: ConversionType): ModelSettings {
  return withGiven(brand, brand.by_conversion_type[type]);
}
