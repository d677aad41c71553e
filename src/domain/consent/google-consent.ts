/** Google's consent mode, version 2: the object that a page passes to `gtag('consent', …)`. Its URL encodings are not read. */
import { MalformedConsent } from './bits.ts';
import { all, type Purposes } from './purposes.ts';

/** The types that a purpose rests on. Further types, such as functionality_storage, are taken and say nothing here. */
const TYPES = {
  measurement: ['analytics_storage'],
  sharing: ['ad_storage', 'ad_user_data'],
  profiling: ['ad_personalization'],
} as const;

/** @throws MalformedConsent for a type that is neither `granted` nor `denied`. */
export function readGoogleConsent(sent: Readonly<Record<string, unknown>>): Purposes {
  const answerOf = (type: string): boolean | undefined => {
    const value = sent[type];
    if (value === undefined || value === null) return undefined;
    if (value !== 'granted' && value !== 'denied')
      throw new MalformedConsent(`has ${type}: ${JSON.stringify(value)?.slice(0, 60)}; send granted or denied`);
    return value === 'granted';
  };
  const answer: Purposes = {};
  for (const [purpose, types] of Object.entries(TYPES)) {
    const granted = all(types.map(answerOf));
    if (granted !== undefined) answer[purpose as keyof typeof TYPES] = granted;
  }
  return answer;
}
