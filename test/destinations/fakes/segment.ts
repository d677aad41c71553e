/**
 * Fakes of Segment, RudderStack and Jitsu. Segment answers 200 to bad events, and drops them; what was dropped and why is kept for the
 * tests. RudderStack refuses the whole batch. Jitsu names the events that it did not take. All take a message id once.
 */
import { newestByOrder, type SeenOrder } from './seen-order.ts';
import { type FakeReply, type FakeRequest, startFake } from './server.ts';

type Flavour = 'segment' | 'rudderstack' | 'jitsu';
interface Event {
  type?: unknown;
  event?: string;
  messageId?: unknown;
  userId?: unknown;
  anonymousId?: unknown;
  timestamp?: unknown;
  properties?: Record<string, never>;
  traits?: Record<string, unknown>;
}

const MAX_BYTES = { segment: 500_000, rudderstack: 4_000_000, jitsu: 1_000_000 };
const MAX_EVENT_BYTES = 32_000;
const MAX_EVENTS = 2_500;

export async function startSegment(flavour: Flavour, write_key: string) {
  const accepted = new Map<string, Event>();
  const dropped: string[] = [];
  let throttled = 0;
  const keep = (event: Event): void => {
    if (!accepted.has(event.messageId as string)) accepted.set(event.messageId as string, event);
  };
  const handle = ({ method, path, headers, body }: FakeRequest): FakeReply => {
    if (method !== 'POST' || path !== '/v1/batch') return { status: 404, body: 'not found' };
    const key = Buffer.from(String(headers.authorization).replace(/^Basic /, ''), 'base64').toString();
    const is_known = key === `${write_key}:`;
    if (Buffer.byteLength(body) > MAX_BYTES[flavour])
      return flavour === 'segment'
        ? { status: 400, body: { success: false, message: 'Exceeded payload limit' } }
        : { status: 413, body: 'Request size exceeds max limit' };
    const { batch, sentAt } = JSON.parse(body) as { batch: Event[]; sentAt: string };
    const problems = batch.map((event) => (sentAt === undefined ? 'sentAt is missing' : eventProblem(event)));
    if (flavour === 'segment') {
      batch.forEach((event, i) => {
        const problem = is_known ? (batch.length > MAX_EVENTS ? 'too many events' : problems[i]!) : 'wrong key';
        if (problem === null) keep(event);
        else dropped.push(problem);
      });
      return { status: 200, body: { success: true } };
    }
    if (!is_known)
      return { status: 401, body: flavour === 'jitsu' ? { error: 'stream not found' } : 'Invalid Write Key' };
    if (flavour === 'rudderstack') {
      const problem = problems.find((one) => one !== null);
      if (problem !== undefined) return { status: 400, body: problem };
      batch.forEach(keep);
      return { status: 200, body: 'OK' };
    }
    const errors: string[] = [];
    batch.forEach((event, i) => {
      const problem = throttled-- > 0 ? 'throttled' : problems[i] === null ? null : `event error: ${problems[i]}`;
      if (problem === null) keep(event);
      else errors.push(`Message ID: ${event.messageId}: ${problem}`);
    });
    throttled = Math.max(0, throttled);
    const counts = { receivedEvents: batch.length, okEvents: batch.length - errors.length };
    return { status: 200, body: errors.length === 0 ? { ok: true, ...counts } : { ok: false, errors, ...counts } };
  };
  const server = await startFake(handle);
  return {
    ...server,
    accepted,
    dropped,
    /** Jitsu does not take the next events of batches. */
    throttle: (events: number) => {
      throttled = events;
    },
    stateByOrder: () => newestByOrder(tracks(accepted).map(stateOf)),
    sumsByOrder: () => sumsByOrder(tracks(accepted)),
  };
}

function eventProblem(event: Event): string | null {
  const { type, messageId, userId, anonymousId, timestamp } = event;
  const is_id = (value: unknown) => typeof value === 'string' && value !== '';
  if (!is_id(userId) && !is_id(anonymousId)) return 'Request neither has anonymousId nor userId';
  if (!is_id(messageId) || String(messageId).length >= 100) return 'messageId is missing or too long';
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(String(timestamp))) return 'timestamp is not ISO 8601';
  if (Buffer.byteLength(JSON.stringify(event)) > MAX_EVENT_BYTES) return 'event is too large';
  if (type === 'track') return is_id(event.event) ? null : 'event is missing';
  if (type !== 'identify') return 'type is unknown';
  const increments = Object.values(event.traits ?? {}).filter((trait) => /^[+-]/.test(String(trait)));
  return increments.some((trait) => typeof trait === 'string') ? 'a trait is an increment' : null;
}

interface Track extends SeenOrder {
  conversion_id: string;
  net_change?: number;
  email_credit_change?: number;
}

const tracks = (accepted: ReadonlyMap<string, Event>): Track[] =>
  [...accepted.values()].filter(({ type }) => type === 'track').map(({ properties }) => properties as unknown as Track);

const stateOf = ({ conversion_id, revision, net, email_credit }: Track): readonly [string, SeenOrder] => [
  conversion_id,
  { revision, net, email_credit },
];

/** An amount as a whole number of the smallest unit that any currency has, so that sums are exact. */
export const inUnits = (amount: number): number => Math.round(amount * 1e4);

/** What a report of events adds up to: first amounts and all changes. */
function sumsByOrder(events: readonly Track[]): Map<string, { net: number; email_credit: number }> {
  const sums = new Map<string, { net: number; email_credit: number }>();
  for (const { conversion_id, net, email_credit, net_change, email_credit_change } of events) {
    const sum = sums.get(conversion_id) ?? { net: 0, email_credit: 0 };
    sums.set(conversion_id, {
      net: sum.net + inUnits(net_change ?? net),
      email_credit: sum.email_credit + inUnits(email_credit_change ?? email_credit),
    });
  }
  return sums;
}
