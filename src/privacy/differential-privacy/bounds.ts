/** The bounds of what one person contributes to an answer with noise: the settings of a brand. */
import { badRequest } from '../../domain/errors.ts';
import { parseScaledDecimal } from '../../domain/money.ts';
import { type Static, Type } from '../../domain/typebox.ts';

/** `differential_privacy` of a brand in the configuration. */
export const BoundsSchema = Type.Object(
  {
    /** The most orders (or journeys) of one person that an answer counts. */
    conversions_per_person: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
    /** The most revenue of one person that an answer counts, in the currency of the brand, such as "500". */
    revenue_per_person: Type.Optional(Type.String()),
    /** The most groups that one person counts in. */
    groups_per_person: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
    /** Groups that the data names are shown from so many people on, after noise. */
    min_persons: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
    /** The chance that a group of one person is shown. */
    delta: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 0.001 })),
  },
  { additionalProperties: false },
);
type BoundsFile = Static<typeof BoundsSchema>;

/** What one person contributes to an answer at most. */
export interface Bounds {
  conversions_per_person: number;
  revenue_micros_per_person: bigint;
  groups_per_person: number;
  min_persons: number;
  delta: number;
}

const DEFAULT_BOUNDS: Bounds = {
  conversions_per_person: 3,
  revenue_micros_per_person: 500_000_000n,
  groups_per_person: 3,
  min_persons: 10,
  delta: 1e-6,
};
const MAX_REVENUE_MICROS = 10 ** 15;

/** The bounds of a brand over those of `base`. @throws bad_request with the setting at fault. */
export function boundsOf(where: string, file: BoundsFile = {}, base: Bounds = DEFAULT_BOUNDS): Bounds {
  const { revenue_per_person, ...counts } = file;
  return {
    ...base,
    ...counts,
    ...(revenue_per_person === undefined
      ? {}
      : { revenue_micros_per_person: revenueOf(`config.${where}.revenue_per_person`, revenue_per_person) }),
  };
}

function revenueOf(setting: string, text: string): bigint {
  const micros = parseScaledDecimal(text, 6, 2, 'this setting');
  if (typeof micros === 'string') throw badRequest(setting, micros);
  if (micros <= 0 || micros > MAX_REVENUE_MICROS)
    throw badRequest(setting, `${text} is not an amount above 0 and up to 1,000,000,000; send one such as "500"`);
  return BigInt(micros);
}

/** Bounds as text, for what identifies a question. */
export function boundsText(bounds: Bounds): Record<string, string> {
  return Object.fromEntries(Object.entries(bounds).map(([name, value]) => [name, String(value)]));
}

/** The bounds where each order counts in full in so many groups. */
export function timesOver(bounds: Bounds, times: number): Bounds {
  return {
    ...bounds,
    conversions_per_person: bounds.conversions_per_person * times,
    revenue_micros_per_person: bounds.revenue_micros_per_person * BigInt(times),
    groups_per_person: bounds.groups_per_person * times,
  };
}
