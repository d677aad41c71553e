/**
 * What keeps two people from being joined by a guess. A pair that a guard stops is kept apart (`quarantined`): a person may look at it.
 */
import type { PersonFeatures } from './features.ts';

/** The most anonymous ids, and the most verified addresses, of one person that a guess makes. */
export const CAPS = { visitors: 10, verified_emails: 3 };

export const QUARANTINES = ['two_verified_emails', 'too_many_visitors', 'too_many_emails'] as const;
export type Quarantine = (typeof QUARANTINES)[number];

type Guarded = Pick<PersonFeatures, 'verified_emails' | 'visitors'>;

/** Why two people may not be joined without a person's word; null if nothing stands in the way. */
export function quarantineOf(a: Guarded, b: Guarded): Quarantine | null {
  const emails = new Set([...a.verified_emails, ...b.verified_emails]);
  const visitors = new Set([...a.visitors, ...b.visitors]);
  const shared = [...a.verified_emails].some((email) => b.verified_emails.has(email));
  if (a.verified_emails.size > 0 && b.verified_emails.size > 0 && !shared) return 'two_verified_emails';
  if (visitors.size > CAPS.visitors) return 'too_many_visitors';
  if (emails.size > CAPS.verified_emails) return 'too_many_emails';
  return null;
}
