/** A server of one's own: orders by PUT, which take each other's place, and a ledger by POST, which takes each key once. */
import { newestByOrder, type SeenOrder } from './seen-order.ts';
import { type FakeReply, type FakeRequest, startFake } from './server.ts';

export async function startCustom(token: string) {
  const accepted: Array<readonly [string, SeenOrder]> = [];
  const ledger = new Map<string, { conversion_id: string; net_micros: string }>();
  const handle = ({ method, path, headers, body }: FakeRequest): FakeReply => {
    if (headers.authorization !== `Bearer ${token}`) return { status: 401, body: 'unknown token' };
    if (headers['content-type'] !== 'application/json') return { status: 415 };
    const content = JSON.parse(body);
    const id = /^\/shop\/orders\/([^/]+)$/.exec(path)?.[1];
    if (method === 'PUT' && id !== undefined) {
      if (typeof content.net !== 'number') return { status: 422, body: 'net: is no number' };
      const { revision, net, email_credit } = content;
      accepted.push([decodeURIComponent(id), { revision, net, email_credit }]);
      return { status: 200, body: { ok: true } };
    }
    if (method === 'POST' && path === '/shop/ledger') {
      const key = String(headers['idempotency-key']);
      if (!ledger.has(key)) ledger.set(key, content);
      return { status: 201 };
    }
    return { status: 404, body: 'no such path' };
  };
  const server = await startFake(handle);
  return {
    ...server,
    accepted,
    stateByOrder: () => newestByOrder(accepted),
    sumsByOrder: () => {
      const sums = new Map<string, bigint>();
      for (const { conversion_id, net_micros } of ledger.values())
        sums.set(conversion_id, (sums.get(conversion_id) ?? 0n) + BigInt(net_micros));
      return sums;
    },
  };
}
