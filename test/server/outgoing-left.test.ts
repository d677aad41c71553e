/** Answers whose clients left before they came are not counted as waiting. */
import { once } from 'node:events';
import fastify from 'fastify';
import { expect, test } from 'vitest';
import { Outgoing } from '../../src/server/outgoing.ts';

const LARGE = 'x'.repeat(90_000);

test('a large answer that comes after its client has left takes no room from the next ones', async () => {
  const app = fastify();
  new Outgoing({ max_key_bytes: 100_000, max_bytes: 100_000 }).watch(app);
  let arrived = (): void => undefined;
  app.get('/left', async (request) => {
    arrived();
    await once(request.raw.socket, 'close');
    // The response tells of the end of its connection, too, before the answer is made.
    await new Promise((resolve) => setTimeout(resolve, 20));
    return LARGE;
  });
  app.get('/read', async () => LARGE);
  const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  try {
    const address = await app.listen({ host: '127.0.0.1', port: 0 });
    const before = timers();
    for (let i = 0; i < 3; i++) {
      const leave = new AbortController();
      const begun = new Promise<void>((resolve) => {
        arrived = resolve;
      });
      const asked = fetch(`${address}/left`, { signal: leave.signal }).catch(() => undefined);
      await begun;
      leave.abort();
      await asked;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(timers()).toBeLessThanOrEqual(before + 1);
    const bodies = await Promise.all([1, 2].map(async () => (await fetch(`${address}/read`)).status));
    expect(bodies).toContain(200);
    expect((await fetch(`${address}/read`)).status).toBe(200);
  } finally {
    await app.close();
  }
});
