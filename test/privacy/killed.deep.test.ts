/** A server that is killed again and again while it erases people: the work goes on, and at its end no byte of them is left. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Random } from '../../src/domain/random.ts';
import { KEYS } from '../server/harness.ts';
import { found } from '../support/bytes.ts';
import { TEST_ENGINE } from '../support/engine.ts';
import { bearer } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { type ServerProcess, serverProcess } from '../support/server-process.ts';
import { eventsOf, orderOf, textsOf } from './shop.ts';

const KILLS = 8;
const MOST_MS = 3_500;

beforeAll(() => Object.assign(process.env, KEYS));
afterAll(() => {
  for (const name of Object.keys(KEYS)) delete process.env[name];
});

async function call(server: ServerProcess, method: string, path: string, body?: unknown) {
  const key =
    path.includes('customers') || path.includes('erasures') ? KEYS.TRIBUTARY_ADMIN_KEY : KEYS.TRIBUTARY_WRITE_KEY;
  const headers = { ...bearer(key), ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
  const answer = await fetch(server.address + path, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return {
    status: answer.status,
    body: (await answer.json()) as { erasure_id: string; status: string; certificate: { rows: object } },
  };
}

async function send(server: ServerProcess, name: string): Promise<void> {
  for (const [record, events] of Object.entries(eventsOf(name)))
    expect((await call(server, 'POST', `/v1/${record}`, events)).status).toBe(202);
}

test.skipIf(TEST_ENGINE !== 'duckdb')(
  'kill -9 at any moment of an erasure loses neither the erasure nor anybody else',
  async () => {
    const random = new Random(46, 'kills of erasures');
    const data = temporaryFolder();
    let server = await serverProcess(data);
    const names = ['anna', 'clara', 'dora'];
    for (const name of [...names, 'berta']) await send(server, name);
    await call(server, 'POST', '/v1/flush');
    const asked: string[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      const name = names[asked.length];
      if (name !== undefined) {
        const { status, body } = await call(server, 'DELETE', `/v1/customers/${name}-customer`);
        expect(status).toBe(202);
        asked.push(body.erasure_id);
        // Its sender tries again meanwhile.
        await send(server, name);
      }
      await sleep(random.between(0, MOST_MS));
      const gone = once(server.child, 'exit');
      server.child.kill('SIGKILL');
      await gone;
      server = await serverProcess(data);
    }
    for (const erasure_id of asked) {
      const { body } = await call(server, 'GET', `/v1/erasures/${erasure_id}?wait_s=60`);
      expect(body.status).toBe('done');
      expect(body.certificate.rows).toMatchObject({ touchpoints: 2, conversions: 1, email_events: 1 });
    }
    expect((await call(server, 'GET', '/v1/customers/berta-customer')).status).toBe(200);
    expect((await call(server, 'GET', '/v1/customers/anna-customer')).status).toBe(404);
    const gone = once(server.child, 'exit');
    server.child.kill('SIGTERM');
    await gone;
    expect(
      found(
        data,
        names.flatMap((name) => [...textsOf(name), ...orderOf(name)]),
      ),
    ).toEqual([]);
  },
  300_000,
);
