/**
 * The clock of a sender. A browser whose clock is fast puts a click after the order that it led to. So a sender can say with
 * `sent_at` what its clock showed when it sent the event. The difference to the clock of this server is taken out of the time of
 * the event, as the clients of Segment expect it. docs/semantics.md 1.
 */
import { Instant, orLeftOut } from './fields.ts';
import type { FlatRecord, ReadContext } from './record-kind.ts';
import { formatInstant, MS_PER_DAY, MS_PER_MINUTE, parseInstant } from './time.ts';
import { Type } from './typebox.ts';

/** A larger difference is no clock: the request was made long ago and is sent again, or the value is wrong. */
const MAX_DIFFERENCE_MS = 7 * MS_PER_DAY;
/** An event happens before it is sent, but the two times may be rounded. */
const ROUNDING_MS = MS_PER_MINUTE;

/** The field of a record with the time of its sending. It is not stored. */
export const SENT_AT = Type.Optional(
  orLeftOut(
    Instant(
      'What the clock of the sender showed when it sent this. The difference to the clock of the server, at most 7 days, corrects occurred_at',
      { any_time: true, stored: false },
    ),
  ),
);

/** The key under which a read record has the milliseconds that its sender's clock was ahead, until the log keeps it. */
export const CLOCK_AHEAD = 'clock_ahead_ms';

/** How far the clock of a sender was ahead, in milliseconds; 0 where nothing is corrected. */
export function clockAhead(
  input: Readonly<Record<string, unknown>>,
  instant_field: string,
  { now_ms, warn }: ReadContext,
): number {
  const text = input['sent_at'];
  if (text === undefined || text === null) return 0;
  const sent_ms = parseInstant(text as string);
  const ignored = (reason: string): number => {
    warn?.({ field: 'sent_at', reason: `${reason}, so ${instant_field} was not corrected` });
    return 0;
  };
  if (typeof sent_ms === 'string') return ignored(sent_ms);
  const shown = formatInstant(sent_ms);
  const ahead_ms = sent_ms - now_ms;
  if (Math.abs(ahead_ms) > MAX_DIFFERENCE_MS) return ignored(`${shown} is more than 7 days from this server's clock`);
  const occurred_ms = parseInstant(input[instant_field] as string);
  if (typeof occurred_ms === 'number' && occurred_ms - sent_ms > ROUNDING_MS)
    return ignored(`${shown} lies before ${instant_field}`);
  return ahead_ms;
}

/** The record with the time of its event by the clock of this server. */
export function withServerClock(item: FlatRecord, instant_field: string): FlatRecord {
  const { [CLOCK_AHEAD]: ahead_ms, ...record } = item;
  return { ...record, [instant_field]: (record[instant_field] as number) - (ahead_ms as number) };
}

/** The record as it was sent, for its hash: the next try of the same event has another difference. */
export function asSent(item: FlatRecord): FlatRecord {
  if (item[CLOCK_AHEAD] === undefined) return item;
  const { [CLOCK_AHEAD]: _ahead, ...record } = item;
  return record;
}
