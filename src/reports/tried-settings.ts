/** Settings that a request tries in place of those of the brand. They change one answer, and nothing is stored. */
import type { ConversionType } from '../domain/conversion.ts';
import { badRequest } from '../domain/errors.ts';
import { choice, words } from '../domain/parameter.ts';
import {
  type BrandSettings,
  GIVEN_MODEL_SETTINGS,
  type GivenModelSettings,
  WINDOWS,
  type Windows,
  withGiven,
} from '../domain/settings.ts';
import { type Static, Type } from '../domain/typebox.ts';

const tried = (what: string) =>
  Type.Optional(
    words(`Tries another ${what}, in days, in place of the setting; nothing is stored`, { 'x-value': 'days' }),
  );

/** Which links between ids count: those that are certain, or also likely ones, from the probability that the brand asks for. */
const IDENTITY_LINKS = ['deterministic', 'probable'] as const;
export type IdentityLinks = (typeof IDENTITY_LINKS)[number];

export const TRIED_SETTINGS = {
  half_life_days: tried('half-life of the model time_decay'),
  view_days: tried('window of views (opens and impressions)'),
  email_days: tried('window of clicks in emails'),
  click_days: tried('window of other clicks and visits'),
  identity: Type.Optional(
    choice(
      IDENTITY_LINKS,
      'Which links between ids count: only certain ones, or also likely ones, as when left out; the attribution report then tells the difference',
      { 'x-value': IDENTITY_LINKS.join('|') },
    ),
  ),
};
export type Tried = { [N in keyof typeof TRIED_SETTINGS]?: Static<(typeof TRIED_SETTINGS)[N]> };

interface Bounds {
  minimum?: number;
  exclusiveMinimum?: number;
  maximum: number;
}

const { half_life_days, windows } = GIVEN_MODEL_SETTINGS as unknown as {
  half_life_days: Bounds;
  windows: { properties: Record<keyof Windows, Bounds> };
};

/** The settings of a brand with those that a request tries. @throws bad_request naming the parameter. */
export function withTried(configured: BrandSettings, asked: Tried): BrandSettings {
  const settings = asked.identity === 'deterministic' ? { ...configured, identity_min_probability: 1 } : configured;
  const given = givenBy(asked);
  if (given === null) return settings;
  const by_conversion_type: Partial<Record<ConversionType, GivenModelSettings>> = Object.fromEntries(
    Object.entries(settings.by_conversion_type).map(([type, own]) => [
      type,
      { ...own, ...given, windows: { ...own.windows, ...given.windows } },
    ]),
  );
  return { ...settings, ...withGiven(settings, given), by_conversion_type };
}

/** The settings that a request tries; null if it tries none. */
function givenBy(asked: Tried): GivenModelSettings | null {
  const half_life = daysOf('half_life_days', asked.half_life_days, half_life_days);
  const tried_windows = Object.fromEntries(
    WINDOWS.flatMap((name) => {
      const days = daysOf(name, asked[name], windows.properties[name]);
      return days === undefined ? [] : [[name, days]];
    }),
  );
  if (half_life === undefined && Object.keys(tried_windows).length === 0) return null;
  return { ...(half_life === undefined ? {} : { half_life_days: half_life }), windows: tried_windows };
}

function daysOf(
  name: string,
  text: string | undefined,
  { minimum, exclusiveMinimum, maximum }: Bounds,
): number | undefined {
  if (text === undefined) return undefined;
  const days = /^\d{1,4}(\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
  const low = minimum ?? exclusiveMinimum!;
  if (!(days <= maximum && (minimum === undefined ? days > low : days >= low)))
    throw badRequest(
      name,
      `${JSON.stringify(text.slice(0, 20))} is not a number of days ${minimum === undefined ? 'above' : 'from'} ${low} to ${maximum}`,
    );
  return days;
}
