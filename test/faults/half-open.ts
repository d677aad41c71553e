/** Uploads that begin and do not go on, of one key, while another key sends batches. */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { bearer } from '../support/events.ts';
import { connectAndSend, requestHead } from '../support/sockets.ts';
import type { Scenario, Size } from './harness.ts';
import { trickle } from './trickle.ts';

const SOCKETS: Record<Size, number> = { small: 300, deep: 300, full: 900 };
const TIME_MS: Record<Size, number> = { small: 2_000, deep: 2_000, full: 30_000 };
/** Over 64 kB, the size up to which a body needs no room. */
const ITEMS = 1_000;
/** The begin of a body: one byte, or as much as makes the room of the key run out. */
const BEGINS = ['[', `[${' '.repeat(200_000)}`];

const uploads: Scenario = {
  fault: 'uploads that stop half-way, while another key sends batches',
  run: async (stage, size) => {
    const server = await stage.start();
    const headers = {
      ...bearer(await server.key('write')),
      'content-type': 'application/json',
      'content-length': '5000000',
    };
    for (let n = 0; n < SOCKETS[size]; n++) {
      const text = requestHead('POST', '/v1/touchpoints', headers) + BEGINS[n % BEGINS.length];
      await connectAndSend(server.address, text, (close) => stage.cleanUp.push(close));
    }
    const events = trickle(stage.clients, server);
    const until = performance.now() + TIME_MS[size];
    const refused: string[] = [];
    let slowest_ms = 0;
    let batches = 0;
    do {
      const started = performance.now();
      const answer = await stage.clients.send(server, stage.clients.next(`batch-${batches++}`, ITEMS, true));
      slowest_ms = Math.max(slowest_ms, performance.now() - started);
      if (answer !== 'acknowledged') refused.push(`a batch of another key was ${answer}`);
      await sleep(100);
    } while (performance.now() < until);
    const { note, problems } = await events.stop();
    return {
      server,
      recovery_ms: await stage.recovered(server, performance.now()),
      note: `${SOCKETS[size]} uploads; ${batches} batches of another key accepted, the slowest in ${slowest_ms.toFixed(0)} ms; ${note}`,
      problems: [...problems, ...refused.slice(0, 3)],
    };
  },
};

export const HALF_OPEN: Scenario[] = [uploads];
