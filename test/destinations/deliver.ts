/** Sends messages to a fake server by the sender of the product, and tries again until each is settled. */
import type { Destination, DestinationOptions } from '../../src/destinations/destination.ts';
import type { Message } from '../../src/destinations/message.ts';
import { Sender, type Sent } from '../../src/destinations/outbox/send.ts';
import type { DestinationSettings } from '../../src/destinations/settings.ts';
import { OutNetwork } from '../../src/network/network.ts';
import type { OutAnswer, OutRequest } from '../../src/network/request.ts';
import { NOW_MS } from './messages.ts';

const MAX_ROUNDS = 60;
const TIMEOUT_MS = 5_000;
const AGAIN: ReadonlyArray<Sent['outcome']> = ['retry', 'untried', 'expired'];

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

/** @returns what became of each message, by its id. Of an order the next message goes out when the one before is settled. */
export async function deliver(
  destination: Destination,
  settings: DestinationOptions,
  messages: readonly Message[],
): Promise<Map<string, Sent>> {
  const network = new OutNetwork(true, TIMEOUT_MS);
  // The other settings say when and what is sent, which the sender does not decide.
  const sender = new Sender({ ...settings, destination } as DestinationSettings, network, () => NOW_MS);
  const settled = new Map<string, Sent>();
  let waiting = [...messages];
  for (let round = 0; waiting.length > 0 && round < MAX_ROUNDS; round++) {
    const subjects = new Set<string>();
    const due = waiting.filter((message) => {
      const subject = message.kind === 'profile' ? message.customer_id : message.conversion_id;
      return !subjects.has(subject) && subjects.add(subject);
    });
    const sent = await sender.send(due, false, new AbortController().signal);
    for (const [i, { message_id }] of due.entries())
      if (!AGAIN.includes(sent[i]!.outcome)) settled.set(message_id, sent[i]!);
    waiting = waiting.filter(({ message_id }) => !settled.has(message_id));
  }
  network.close();
  return settled;
}

/** Sends a request. @returns null where no answer came. */
export async function call(request: OutRequest): Promise<OutAnswer | null> {
  const network = new OutNetwork(true, TIMEOUT_MS);
  const answered = await network.send(request).catch(() => null);
  network.close();
  return answered;
}
