/** No guess joins two people who have shown that they are two, nor a crowd, without a person's word. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CAPS, quarantineOf } from '../../src/identity/proposals/guards.ts';

const set = (name: string, most: number) =>
  fc.uniqueArray(fc.integer({ min: 0, max: 30 }), { maxLength: most }).map((n) => new Set(n.map((i) => `${name}${i}`)));
const person = fc.record({ verified_emails: set('e', 4), visitors: set('v', 12) });

test('two people with verified addresses and none in common are kept apart, and so is whoever would be over a cap', () => {
  fc.assert(
    fc.property(person, person, (a, b) => {
      const addresses = [...a.verified_emails].filter((email) => b.verified_emails.has(email)).length;
      const both_verified = a.verified_emails.size > 0 && b.verified_emails.size > 0;
      const emails = a.verified_emails.size + b.verified_emails.size - addresses;
      const visitors = new Set([...a.visitors, ...b.visitors]).size;
      const apart = (both_verified && addresses === 0) || emails > CAPS.verified_emails || visitors > CAPS.visitors;
      expect(quarantineOf(a, b) !== null).toBe(apart);
      expect(quarantineOf(b, a)).toBe(quarantineOf(a, b));
    }),
    { numRuns: 300 },
  );
});
