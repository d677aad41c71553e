/** Deliveries of the outbox into a server of another process: messages a second of one core, and the memory beside a million that wait. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConversionMessage } from '../src/destinations/message.ts';
import { Delivery } from '../src/destinations/outbox/deliver.ts';
import { append, readHead, writeHead } from '../src/destinations/outbox/feed.ts';
import { messageId } from '../src/destinations/outbox/messages.ts';
import { Sender } from '../src/destinations/outbox/send.ts';
import { newStanding, readStanding, writeStanding } from '../src/destinations/outbox/standing.ts';
import { type DestinationSettings, destinationSettings } from '../src/destinations/settings.ts';
import { OutNetwork } from '../src/network/network.ts';
import { openState } from '../src/state/open.ts';
import type { State } from '../src/state/port.ts';
import { save, show } from './report.ts';

const GOAL_A_SECOND = 5_000;
const GOAL_MIB = 600;
const DELIVERED = 50_000;
const WRITTEN_TOGETHER = 2_000;

/** Answers every request with 200, once it has read the body. */
const SERVER = `
const server = require('node:http').createServer((request, response) => {
  request.resume();
  request.on('end', () => response.end('{"success":true}'));
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

export async function benchDestinations(waiting: number): Promise<void> {
  console.log(
    `destinations: ${waiting} messages wait, ${Math.min(DELIVERED, waiting)} are delivered in batches of Segment's API`,
  );
  const folder = mkdtempSync(join(tmpdir(), 'tributary-destinations-'));
  const state = await openState(folder, { engine: 'file' });
  const server = spawn(process.execPath, ['-e', SERVER], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const port = String((await once(server.stdout!, 'data'))[0]).trim();
    const settings = benchSettings(port);
    await fillFeed(state, settings, waiting);
    const results = await deliver(state, settings, Math.min(DELIVERED, waiting));
    save('destinations', { waiting, delivered: Math.min(DELIVERED, waiting) }, results);
  } finally {
    await end(server);
    await state.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function end(server: ChildProcess): Promise<void> {
  server.kill();
  if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
}

async function fillFeed(state: State, settings: DestinationSettings, count: number): Promise<void> {
  await state.transaction((transaction) => writeStanding(transaction, 'bench', newStanding(settings, 0)));
  for (let from = 0; from < count; from += WRITTEN_TOGETHER)
    await state.transaction(async (transaction) => {
      const head = await readHead(transaction, 'bench');
      const messages = Array.from({ length: Math.min(WRITTEN_TOGETHER, count - from) }, (_, i) => messageOf(from + i));
      await append(
        transaction,
        'bench',
        head,
        messages.map((message) => ({ subject: message.conversion_id, at_ms: 0, message })),
      );
      await writeHead(transaction, 'bench', head);
    });
}

function messageOf(number: number): ConversionMessage {
  const touch = {
    occurred_at: '2026-03-01T09:00:00.000Z',
    touchpoint_type: 'email_click',
    channel: 'email',
    campaign_id: 'spring',
    email_id: 'teaser',
  };
  return {
    kind: 'conversion',
    message_id: messageId('c', ['bench', number, 1]),
    revision: 1,
    brand_id: 'default',
    conversion_id: `conversion-${number}`,
    order_id: `order-${number}`,
    conversion_type: 'purchase',
    occurred_at: '2026-03-03T10:00:00.000Z',
    currency: 'USD',
    value_micros: '149990000',
    customer_id: `customer-${number}`,
    anonymous_id: null,
    session_id: null,
    product_ids: ['shoe-1', 'sock-2'],
    quantity: 2,
    category: 'shoes',
    identifiers: {},
    segments: ['vip'],
    attribution_model: 'linear',
    state: {
      net_micros: '149990000',
      email_credit_micros: '74995000',
      credited_micros: '149990000',
      unattributed_reason: null,
      journey_length_days: 2,
      touchpoint_count: 2,
      first_touch: touch,
      last_touch: {
        ...touch,
        touchpoint_type: 'organic_search',
        channel: 'organic_search',
        campaign_id: null,
        email_id: null,
      },
      credits: [
        { channel: 'email', campaign_id: 'spring', email_id: 'teaser', is_email: true, credit_micros: '74995000' },
        { channel: 'organic_search', campaign_id: null, email_id: null, is_email: false, credit_micros: '74995000' },
      ],
    },
    correction: null,
  };
}

function benchSettings(port: string): DestinationSettings {
  const [settings] = destinationSettings(
    {
      bench: {
        kind: 'segment',
        send: 'all',
        private_network: true,
        options: { base_url: `http://127.0.0.1:${port}` },
        secrets: { write_key: 'bench' },
      },
    },
    {},
  ).values();
  assert(settings);
  return settings;
}

async function deliver(state: State, settings: DestinationSettings, count: number) {
  const network = new OutNetwork(true);
  const delivery = new Delivery(
    settings,
    { state, clock: Date.now, random: Math.random },
    new Sender(settings, network, Date.now),
  );
  const stop = new AbortController();
  let peak_bytes = 0;
  const watch = setInterval(() => {
    peak_bytes = Math.max(peak_bytes, process.memoryUsage.rss());
  }, 50);
  const [began, cpu] = [performance.now(), process.cpuUsage()];
  let cursor = 0;
  const fenced: Pick<State, 'transaction'> = {
    transaction: async (work) => {
      const result = await state.transaction(work);
      cursor = (await readStanding(state, 'bench'))!.cursor;
      if (cursor >= count) stop.abort();
      return result;
    },
  };
  await delivery.run(fenced, stop.signal).catch((error) => {
    if (!stop.signal.aborted) throw error;
  });
  clearInterval(watch);
  const seconds = (performance.now() - began) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  const cpu_seconds = (user + system) / 1e6;
  network.close();
  const a_second = cursor / cpu_seconds;
  show(
    'deliveries a second of one core',
    `${a_second.toFixed(0)} (goal ${GOAL_A_SECOND}: ${a_second >= GOAL_A_SECOND ? 'kept' : 'MISSED'})`,
  );
  show('deliveries a second', (cursor / seconds).toFixed(0));
  const mib = peak_bytes / 2 ** 20;
  show('peak memory', `${mib.toFixed(0)} MiB (goal ${GOAL_MIB}: ${mib < GOAL_MIB ? 'kept' : 'MISSED'})`);
  return { seconds, cpu_seconds, deliveries: cursor, peak_bytes };
}
