/** The causes of a change, as amounts that were rounded. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { segmentEvent } from '../../src/destinations/segment/events.ts';
import { inUnits } from './fakes/segment.ts';
import { conversion, corrected } from './messages.ts';

test('the causes of a change add up to it as it is sent, to the smallest unit of the currency', () => {
  const micros = fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n });
  fc.assert(
    fc.property(
      fc.constantFrom('USD', 'JPY', 'KWD'),
      micros,
      fc.array(fc.tuple(micros, micros), { minLength: 1, maxLength: 5 }),
      (currency, before, parts) => {
        const sum = parts.reduce((total, [net]) => total + net, before);
        const message = corrected(conversion({ currency }), { net_micros: String(sum) });
        const correction = {
          before: { ...message.state, net_micros: String(before) },
          parts: parts.map(([net, email]) => ({
            ...{ cause: 'refunds' as const, net_micros: String(net), email_credit_micros: String(email) },
          })),
        };
        const { net_change, causes } = (
          segmentEvent({ ...message, correction }) as { items: Array<{ properties: unknown }> }
        ).items[0]!.properties as {
          net_change: number;
          causes: Array<{ net_change: number }>;
        };
        const total = causes.reduce((units, one) => units + inUnits(one.net_change), 0);
        expect(total).toBe(inUnits(net_change));
      },
    ),
    { numRuns: 200 },
  );
});
