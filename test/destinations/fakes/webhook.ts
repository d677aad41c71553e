/** A receiver of webhooks as the specification of Standard Webhooks asks for one: it checks signature and age, and takes each id once. */
import { Webhook } from 'standardwebhooks';
import { newestByOrder, type SeenOrder } from './seen-order.ts';
import { type FakeReply, type FakeRequest, type FakeServer, startFake } from './server.ts';

const TOLERANCE_S = 300;

interface Received {
  type: string;
  data: { message_id: string; conversion_id: string; revision: number; state: { net: string; email_credit: string } };
}

export interface FakeWebhook extends FakeServer {
  /** What was taken, by `webhook-id` of a request. */
  accepted: Map<string, Received[]>;
  stateByOrder(): Map<string, SeenOrder>;
  /** From now on it answers 410. */
  goAway(): void;
}

/** @param secret the only key that this receiver knows. @param now its clock. */
export async function startWebhook(secret: string, now: () => number = Date.now): Promise<FakeWebhook> {
  const accepted: FakeWebhook['accepted'] = new Map();
  let gone = false;
  const handle = (request: FakeRequest): FakeReply => {
    if (gone) return { status: 410 };
    const problem = requestProblem(request, secret, now());
    if (problem !== null) return { status: problem.startsWith('signature') ? 401 : 400, body: { error: problem } };
    accepted.set(String(request.headers['webhook-id']), [JSON.parse(request.body)].flat());
    return { status: 204 };
  };
  const server = await startFake(handle);
  return {
    ...server,
    accepted,
    goAway: () => {
      gone = true;
    },
    stateByOrder: () =>
      newestByOrder(
        [...accepted.values()]
          .flat()
          .filter(({ type }) => type.startsWith('conversion.'))
          .map(({ data: { conversion_id, revision, state } }) => [
            conversion_id,
            { revision, net: Number(state.net), email_credit: Number(state.email_credit) },
          ]),
      ),
  };
}

function requestProblem({ method, headers, body }: FakeRequest, secret: string, now_ms: number): string | null {
  if (method !== 'POST') return 'method is not POST';
  if (headers['content-type'] !== 'application/json') return 'content-type is not application/json';
  const [id, timestamp, signature] = ['id', 'timestamp', 'signature'].map((name) => headers[`webhook-${name}`]);
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signature !== 'string')
    return 'signature headers are missing';
  if (id.includes('.') || !/^\d+$/.test(timestamp)) return 'signature headers have another form';
  if (Math.abs(now_ms / 1_000 - Number(timestamp)) > TOLERANCE_S) return 'signature is too old or too new';
  const expected = new Webhook(secret).sign(id, new Date(Number(timestamp) * 1_000), body);
  return signature.split(' ').includes(expected) ? null : 'signature does not fit';
}
