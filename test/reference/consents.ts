/** Section 5, filter 3: what people said, and which touchpoints it hides. */
import fc from 'fast-check';
import type { ConsentInput } from '../../src/domain/consent/consent.ts';
import { personKey } from './persons.ts';
import { type FullOptions, type RefConsent, type RefTouchpoint, settingsOf, type World } from './types.ts';

/** What a brand asks for. */
export interface RefConsentPolicy {
  measurement: 'not_needed' | 'opt_out' | 'opt_in';
  countries: Record<string, 'not_needed' | 'opt_out' | 'opt_in'>;
  after_withdrawal: 'keep_earlier' | 'hide_all';
}

const modes = fc.constantFrom('not_needed' as const, 'opt_out' as const, 'opt_out' as const, 'opt_in' as const);

export const policies: fc.Arbitrary<RefConsentPolicy> = fc.record({
  measurement: modes,
  countries: fc.oneof(
    { weight: 2, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.record({ DE: modes, US: modes }, { requiredKeys: [] }) },
  ),
  after_withdrawal: fc.constantFrom('keep_earlier' as const, 'hide_all' as const),
});

/** What a statement says of measurement, in several ways; nothing where it is about something else. */
export const SAID: ReadonlyArray<Pick<ConsentInput, 'purposes' | 'gcm' | 'gpc'>> = [
  { purposes: { measurement: true } },
  { purposes: { measurement: false } },
  { purposes: { measurement: false, sharing: true }, gcm: { analytics_storage: 'granted' } },
  { gcm: { analytics_storage: 'granted', ad_storage: 'denied' } },
  { gcm: { analytics_storage: 'denied' } },
  { purposes: { sharing: false } },
  { gpc: true },
];

/** The same, read without src/domain. A denial in any way counts. */
export function measurementOf({ purposes, gcm }: Pick<ConsentInput, 'purposes' | 'gcm'>): boolean | null {
  const said = [
    purposes?.['measurement'],
    gcm === undefined ? undefined : gcm['analytics_storage'] === 'granted',
  ].filter((one) => typeof one === 'boolean');
  return said.length === 0 ? null : !said.includes(false);
}

/** The touchpoints that consent hides. */
export function hiddenTouchpoints(
  seen: World,
  person_of: Map<string, string>,
  { settings }: Pick<FullOptions, 'settings'>,
): Set<RefTouchpoint> {
  const personOf = (row: RefTouchpoint | RefConsent): string =>
    person_of.get(personKey(row.brand_id, (row.customer_id ?? row.anonymous_id)!))!;
  return new Set(
    seen.touchpoints.filter((touchpoint) => {
      const policy = settingsOf(settings, touchpoint.brand_id).consent;
      if (policy === undefined) return false;
      const own = touchpoint.country == null ? undefined : policy.countries[touchpoint.country];
      const mode = own ?? policy.measurement;
      if (mode === 'not_needed') return false;
      const said = seen.consents.filter(
        (row) =>
          row.measurement !== null && row.brand_id === touchpoint.brand_id && personOf(row) === personOf(touchpoint),
      );
      if (policy.after_withdrawal === 'hide_all' && lastWord(said) === false) return true;
      const word = lastWord(said.filter(({ occurred_at }) => occurred_at <= touchpoint.occurred_at));
      return mode === 'opt_in' ? word !== true : word === false;
    }),
  );
}

/** What was said last; of several at one instant a denial. */
function lastWord(said: RefConsent[]): boolean | undefined {
  const last = Math.max(...said.map(({ occurred_at }) => occurred_at));
  const words = said.filter(({ occurred_at }) => occurred_at === last).map(({ measurement }) => measurement!);
  return words.length === 0 ? undefined : !words.includes(false);
}
