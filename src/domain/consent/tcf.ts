/**
 * The core of a TC string: IAB Europe Transparency and Consent Framework, version 2.0 to 2.3. Who runs this program collects for
 * itself and is no vendor of the framework's list, so purposes count and vendors do not.
 */
import { Bits, MalformedConsent } from './bits.ts';
import type { Purposes } from './purposes.ts';

/** Places of fields in the core, in bits. */
const VERSION = { start: 0, bits: 6 };
const CONSENTS = 152;
const LEGITIMATE_INTERESTS = 176;
const PURPOSE_ONE_TREATMENT = 200;
/** A core ends after the country of the publisher at the earliest. */
const LEAST_BITS = 213;

/**
 * What a TC string says. Purposes of the framework: 1 store information on a device, 3 and 4 profiles for advertising, 5 and 6
 * profiles for content, 7 and 8 measure advertising and content. Only 7 and 8 may rest on legitimate interest here.
 * @throws MalformedConsent
 */
export function readTcf(text: string): Purposes {
  const bits = new Bits(text.split('.', 1)[0]!);
  const version = bits.length < LEAST_BITS ? undefined : bits.number(VERSION.start, VERSION.bits);
  if (version === undefined)
    throw new MalformedConsent(`ends after ${bits.length} bits; a TC string has ${LEAST_BITS} or more`);
  if (version !== 2) throw new MalformedConsent(`has version ${version}; version 2 is read`);
  const consents = (...purposes: number[]): boolean => purposes.every((purpose) => bits.has(CONSENTS, purpose));
  const allowed = (purpose: number): boolean => consents(purpose) || bits.has(LEGITIMATE_INTERESTS, purpose);
  // The publisher's country does not ask for purpose 1.
  const may_store = consents(1) || bits.number(PURPOSE_ONE_TREATMENT, 1) === 1;
  return {
    measurement: may_store && allowed(7) && allowed(8),
    sharing: may_store && consents(3, 4),
    profiling: may_store && consents(5, 6),
  };
}
