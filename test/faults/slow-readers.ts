/** Clients that ask for a large answer and never read it. */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { bearer } from '../support/events.ts';
import { connectAndSend, requestHead } from '../support/sockets.ts';
import type { Scenario, Size } from './harness.ts';
import { trickle } from './trickle.ts';
import { loadCampaigns } from './worlds.ts';

const SOCKETS: Record<Size, number> = { small: 200, deep: 200, full: 600 };
const TIME_MS: Record<Size, number> = { small: 5_000, deep: 5_000, full: 45_000 };
const CAMPAIGNS = 15_000;
/** As of the end of the world, so that new events change nothing and the answer is kept. */
const LARGE = `/v1/reports/attribution?start=2025-06-01&end=2025-07-01&group_by=campaign_id&models=linear&as_of=main:${2 * CAMPAIGNS}`;
const SMALL = '/v1/reports/attribution?start=2025-06-21&end=2025-06-22&models=linear';
/** What the process may take on top of what it had: 64 MB of answers of one key, and what it takes to serve the others. */
const MOST_GROWTH_BYTES = 500_000_000;

const reading: Scenario = {
  fault: 'clients that never read their large answers',
  run: async (stage, size) => {
    await loadCampaigns(stage, CAMPAIGNS);
    const server = await stage.start();
    const key = await server.key('read');
    const bytes = (await (await server.request('GET', LARGE, undefined, { key })).text()).length;
    const rss_before = server.peak_rss_bytes;
    const request = requestHead('GET', LARGE, bearer(key));
    for (let n = 0; n < SOCKETS[size]; n++) {
      const socket = await connectAndSend(server.address, request, (close) => stage.cleanUp.push(close));
      socket.pause();
    }
    const events = trickle(stage.clients, server);
    const until = performance.now() + TIME_MS[size];
    const others = new Map<number, number>();
    do {
      const { status } = await server.request('GET', SMALL);
      others.set(status, (others.get(status) ?? 0) + 1);
      await sleep(100);
    } while (performance.now() < until);
    const { note, problems } = await events.stop();
    const recovery_ms = await stage.recovered(server, performance.now());
    const grown = server.peak_rss_bytes - rss_before;
    if (grown > MOST_GROWTH_BYTES) problems.push(`memory grew by ${grown} bytes`);
    for (const [status, times] of others)
      if (status !== 200) problems.push(`${times} reports of another key were answered ${status}`);
    return {
      server,
      recovery_ms,
      note: `${SOCKETS[size]} sockets, an answer of ${(bytes / 1e6).toFixed(1)} MB each; memory grew by ${Math.round(grown / 2 ** 20)} MiB of at most ${Math.round(MOST_GROWTH_BYTES / 2 ** 20)}, ${others.get(200) ?? 0} reports of another key answered; ${note}`,
      problems,
    };
  },
};

export const SLOW_READERS: Scenario[] = [reading];
