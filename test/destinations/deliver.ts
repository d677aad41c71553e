/** The least that a sender must do with a destination: order, groups, limits, tokens, and another try for whatever asks for it. */
import type {
  AnswerRead,
  Destination,
  DestinationOptions,
  OutAnswer,
  Outcome,
  OutItem,
  OutRequest,
} from '../../src/destinations/destination.ts';
import type { Message } from '../../src/destinations/message.ts';
import { NOW_MS } from './messages.ts';

const MAX_ROUNDS = 60;
const TIMEOUT_MS = 2_000;

/** What a request may use where nothing of it matters. */
export const CONTEXT = { now_ms: NOW_MS, token: { value: 'token', base_url: '' }, request_id: '0'.repeat(32) };

/** An answer of a server. An object is its body as JSON. */
export const answer = (
  status: number,
  body: string | object = '',
  headers: Record<string, string> = {},
): OutAnswer => ({
  status,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

export type Settled = Outcome | { outcome: 'skipped'; reason: string };

/** Sends messages until each is settled. @returns what became of each, by its id. */
export async function deliver(
  destination: Destination,
  settings: DestinationOptions,
  messages: readonly Message[],
  now_ms = NOW_MS,
): Promise<Map<string, Settled>> {
  const settled = new Map<string, Settled>();
  const session = { destination, settings, now_ms, token: { value: '', base_url: '' } };
  let waiting = [...messages];
  for (let round = 0; waiting.length > 0 && round < MAX_ROUNDS; round++) {
    const subjects = new Set<string>();
    const due = waiting.filter((message) => {
      const subject = message.kind === 'profile' ? message.customer_id : message.conversion_id;
      return !subjects.has(subject) && subjects.add(subject);
    });
    const items = new Map<string, { item: OutItem; id: string }[]>();
    for (const message of due) {
      const told = destination.translate(message, settings, now_ms);
      if ('skipped' in told) settled.set(message.message_id, { outcome: 'skipped', reason: told.skipped });
      else if ('refused' in told) settled.set(message.message_id, { outcome: 'refused', reason: told.refused });
      else
        for (const item of told.items) {
          const group = destination.groupOf?.(item) ?? '';
          items.set(group, [...(items.get(group) ?? []), { item, id: message.message_id }]);
        }
    }
    for (const group of items.values())
      for (const batch of batchesOf(destination, settings, group)) {
        const outcomes = await sendBatch(
          session,
          batch.map(({ item }) => item),
        );
        outcomes.forEach((outcome, i) => {
          if (outcome.outcome !== 'retry' && outcome.outcome !== 'expired') settled.set(batch[i]!.id, outcome);
        });
      }
    waiting = waiting.filter(({ message_id }) => !settled.has(message_id));
  }
  return settled;
}

interface Session {
  destination: Destination;
  settings: DestinationOptions;
  now_ms: number;
  token: { value: string; base_url: string };
}

function batchesOf<T extends { item: OutItem }>(
  destination: Destination,
  settings: DestinationOptions,
  all: T[],
): T[][] {
  const batches: T[][] = [[]];
  for (const one of all) {
    const next = [...batches.at(-1)!, one];
    const body = destination.request(
      next.map(({ item }) => item),
      settings,
      CONTEXT,
    ).body;
    const fits = next.length <= destination.limits.items && Buffer.byteLength(body) <= destination.limits.bytes;
    if (fits || next.length === 1) batches[batches.length - 1] = next;
    else batches.push([one]);
  }
  return batches.filter(({ length }) => length > 0);
}

async function sendBatch(session: Session, items: readonly OutItem[]): Promise<readonly Outcome[]> {
  const { destination, settings, now_ms } = session;
  const failed = await fetchToken(session);
  if (failed !== null) return items.map(() => failed);
  const answer = await call(destination.request(items, settings, { ...CONTEXT, now_ms, token: session.token }));
  const read: AnswerRead =
    answer === null ? { outcome: 'retry', reason: 'no answer' } : destination.read(answer, items, now_ms);
  if ('each' in read) return read.each;
  if ('split' in read) {
    if (items.length === 1) return [{ outcome: 'refused', reason: read.split }];
    const half = Math.ceil(items.length / 2);
    return [...(await sendBatch(session, items.slice(0, half))), ...(await sendBatch(session, items.slice(half)))];
  }
  if (read.outcome === 'expired') session.token = { value: '', base_url: '' };
  return items.map(() => read);
}

/** Gets a token where the destination needs one. @returns why there is none. */
async function fetchToken(session: Session): Promise<Outcome | null> {
  const { destination, settings, now_ms } = session;
  if (destination.token === undefined || session.token.value !== '') return null;
  const answers: OutAnswer[] = [];
  for (;;) {
    const step = destination.token(settings, answers, now_ms);
    if ('failed' in step) return step.failed;
    if ('value' in step) {
      session.token = step;
      return null;
    }
    const answer = await call(step.request);
    if (answer === null) return { outcome: 'retry', reason: 'no token' };
    answers.push(answer);
  }
}

/** Sends a request. @returns null where no answer came. */
export async function call({ method, url, headers, body }: OutRequest): Promise<OutAnswer | null> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(url, {
      method,
      headers,
      signal,
      redirect: 'manual',
      ...(method === 'GET' ? {} : { body }),
    });
    return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
  } catch {
    return null;
  }
}
