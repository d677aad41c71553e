/** The clock of a sender is corrected by what it showed when the event was sent; the event stays the same event. */
import { describe, expect, test } from 'vitest';
import { CLOCK_AHEAD } from '../../src/domain/clock.ts';
import type { Problem } from '../../src/domain/errors.ts';
import { type RecordName, recordKind } from '../../src/domain/index.ts';
import { formatInstant, MS_PER_DAY, MS_PER_HOUR } from '../../src/domain/time.ts';
import { keepRecord } from '../../src/log/kept-record.ts';
import { PRIVACY } from '../support/events.ts';
import { good, refusal } from '../support/read.ts';
import { NOW_MS } from '../support/time.ts';
import { GOOD } from './wire.ts';

/** What the log keeps of an event that happened `age_ms` ago, sent by a clock that is this far ahead. */
function kept(record: RecordName, age_ms: number, ahead_ms: number, rest: Record<string, unknown> = {}) {
  const warnings: Problem[] = [];
  const input = {
    ...GOOD[record],
    occurred_at: formatInstant(NOW_MS - age_ms + ahead_ms),
    sent_at: formatInstant(NOW_MS + ahead_ms),
    ...rest,
  };
  const read = good(record, input, { warn: (warning) => warnings.push(warning) });
  const { item, content_hash } = keepRecord(record, read, PRIVACY);
  return { age_ms: NOW_MS - (item['occurred_at'] as number), item, content_hash, warnings };
}

describe.each(['touchpoints', 'conversions', 'email_events', 'identity_links'] as const)('the time of %s', (record) => {
  test.each([0, 30_000, -30_000, 3 * MS_PER_HOUR, 3 * MS_PER_DAY, 7 * MS_PER_DAY, -7 * MS_PER_DAY])(
    'is that of the server, when the clock is %d ms ahead',
    (ahead_ms) => {
      const { age_ms, item, warnings } = kept(record, 5_000, ahead_ms);
      expect(age_ms).toBe(5_000);
      expect(warnings).toEqual([]);
      expect(Object.keys(item)).not.toContain('sent_at');
      expect(Object.keys(item)).not.toContain(CLOCK_AHEAD);
    },
  );

  test('is kept when sent_at is no clock, and the sender is told', () => {
    const old = kept(record, 40 * MS_PER_DAY, 0, { sent_at: formatInstant(NOW_MS - 8 * MS_PER_DAY) });
    expect(old.age_ms).toBe(40 * MS_PER_DAY);
    expect(old.warnings).toEqual([
      {
        field: 'sent_at',
        reason: expect.stringMatching(
          /Z is more than 7 days from this server's clock, so occurred_at was not corrected$/,
        ),
      },
    ]);
    const early = kept(record, MS_PER_HOUR, 0, { sent_at: formatInstant(NOW_MS - 2 * MS_PER_HOUR) });
    expect(early.age_ms).toBe(MS_PER_HOUR);
    expect(early.warnings).toEqual([
      { field: 'sent_at', reason: expect.stringMatching(/Z lies before occurred_at, so/) },
    ]);
  });

  test('does not change what event it is: a second try with another sent_at is a repeat', () => {
    const without = kept(record, 5_000, 0, { sent_at: undefined });
    const tries = [0, 1_000, 2_000].map((later_ms) =>
      kept(record, 5_000, 0, { sent_at: formatInstant(NOW_MS - later_ms) }),
    );
    const id = recordKind(record).id_field;
    for (const one of tries) {
      expect(one.content_hash).toBe(without.content_hash);
      expect(one.item[id]).toBe(without.item[id]);
    }
  });

  test('is refused if it lies too far ahead by the clock of the server', () => {
    const sent = (occurred_ms: number, sent_ms: number) =>
      refusal(record, { ...GOOD[record], occurred_at: formatInstant(occurred_ms), sent_at: formatInstant(sent_ms) });
    expect(sent(NOW_MS + 3 * MS_PER_DAY, NOW_MS + 3 * MS_PER_DAY)).toMatch(/^accepted/);
    expect(sent(NOW_MS + 30 * MS_PER_DAY, NOW_MS + 30 * MS_PER_DAY)).toMatch(/more than 24 hours ahead/);
  });

  test.each([
    [
      'now',
      '"now" is not ISO 8601; send a time with a zone, such as 2026-03-01T12:00:00Z, so occurred_at was not corrected',
    ],
    [
      1_772_366_400,
      'must be a string, not a number; send "2026-03-01T12:00:00.000Z" instead of 1772366400; it was left out',
    ],
    [{}, 'must be a string, not an object; send a text such as "2026-03-01T12:00:00Z"; it was left out'],
  ])('is kept when sent_at is no time (%j), and the sender is told', (sent_at, reason) => {
    const one = kept(record, MS_PER_HOUR, 0, { sent_at });
    expect([one.age_ms, one.warnings]).toEqual([MS_PER_HOUR, [{ field: 'sent_at', reason }]]);
  });
});
