/** Which touchpoints of a brand need consent to count. docs/semantics.md 5 */

/**
 * `not_needed`: a touchpoint counts whatever the person said. `opt_out`: it counts unless the person denied. `opt_in`: it counts only
 * if the person granted.
 */
export const CONSENT_MODES = ['not_needed', 'opt_out', 'opt_in'] as const;
export type ConsentMode = (typeof CONSENT_MODES)[number];

/** What a denial does to touchpoints before it: they keep counting, or are hidden as long as it is the last word. */
export const AFTER_WITHDRAWAL = ['keep_earlier', 'hide_all'] as const;
export type AfterWithdrawal = (typeof AFTER_WITHDRAWAL)[number];

export interface ConsentPolicy {
  measurement: ConsentMode;
  /** By country of the touchpoint, in the two letters of ISO 3166. */
  countries: Readonly<Record<string, ConsentMode>>;
  after_withdrawal: AfterWithdrawal;
  /** Whether destinations are told about a person; `opt_out` when left out. */
  sharing?: ConsentMode;
  /** What becomes of a touchpoint that comes with a denial: it is stored, and hidden on read, or only counted; stored when left out. */
  denied?: 'count';
}

export const DENIED = ['store', 'count'] as const;

/** A policy as the configuration gives it. */
export type GivenConsentPolicy = Partial<Omit<ConsentPolicy, 'denied'>> & { denied?: (typeof DENIED)[number] };

/** A policy over that of `base`. Undefined if it is the default, so that nothing is paid for it. */
export function consentPolicy(
  base: ConsentPolicy | undefined,
  given: GivenConsentPolicy = {},
): ConsentPolicy | undefined {
  const countries = Object.entries({ ...base?.countries, ...given.countries }).map(
    ([country, mode]) => [country.toUpperCase(), mode] as const,
  );
  const policy: ConsentPolicy = {
    measurement: given.measurement ?? base?.measurement ?? 'not_needed',
    countries: Object.fromEntries(countries.sort(([a], [b]) => (a < b ? -1 : 1))),
    after_withdrawal: given.after_withdrawal ?? base?.after_withdrawal ?? 'keep_earlier',
    ...((given.denied ?? base?.denied) === 'count' && { denied: 'count' }),
  };
  const sharing = given.sharing ?? base?.sharing ?? DEFAULT_SHARING;
  if (sharing !== DEFAULT_SHARING) return { ...policy, sharing };
  return asksForConsent(policy) ? policy : undefined;
}

/** What was said of sharing holds also where the configuration says nothing. */
const DEFAULT_SHARING: ConsentMode = 'opt_out';

/** True if some touchpoint needs consent to count. A policy may be about sharing only. */
export function asksForConsent(policy: ConsentPolicy | undefined): policy is ConsentPolicy {
  if (policy === undefined) return false;
  return [policy.measurement, ...Object.values(policy.countries)].some((mode) => mode !== 'not_needed');
}

/** The mode for a touchpoint of a country, as enrichment stores it; null is unknown. */
export function modeFor({ measurement, countries }: ConsentPolicy, country: string | null): ConsentMode {
  const own = country === null ? undefined : countries[country];
  return own ?? measurement;
}
