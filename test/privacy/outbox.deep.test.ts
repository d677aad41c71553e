/** Destinations: what waits for them of an erased person goes, what waits of others stays, and nothing is written down again afterwards. */
import { expect, test } from 'vitest';
import type { Message } from '../../src/destinations/message.ts';
import { isOfErased } from '../../src/destinations/outbox/erased.ts';
import { append, readFeed, readHead, readTold, writeHead, writeTold } from '../../src/destinations/outbox/feed.ts';
import {
  newStanding,
  putDead,
  putRetry,
  readDead,
  readRetries,
  readStanding,
  writeStanding,
} from '../../src/destinations/outbox/standing.ts';
import { startServer } from '../server/harness.ts';
import { found } from '../support/bytes.ts';
import { TEST_ENGINE } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { erased, eventsOf, orderOf, send, textsOf } from './shop.ts';

const AT_MS = Date.UTC(2026, 2, 3, 10);
const STATE = {
  net_micros: '1',
  email_credit_micros: '0',
  credited_micros: '0',
  unattributed_reason: null,
  journey_length_days: null,
  touchpoint_count: 0,
  first_touch: null,
  last_touch: null,
  credits: [],
};

const messageOf = (name: string): Message => ({
  kind: 'conversion',
  message_id: `c_${name.length}`,
  revision: 1,
  brand_id: 'default',
  conversion_id: `${name}-c1`,
  order_id: `${name}-o1`,
  conversion_type: 'purchase',
  occurred_at: '2026-03-03T10:00:00.000Z',
  currency: 'USD',
  value_micros: '50000000',
  customer_id: `${name}-customer`,
  anonymous_id: null,
  session_id: null,
  product_ids: [],
  quantity: null,
  category: null,
  identifiers: {},
  segments: [],
  attribution_model: 'linear',
  state: STATE,
  correction: null,
});

test('messages, retries, dead letters and told orders of an erased person go, with their counts', async () => {
  const folder = temporaryFolder();
  const server = await startServer({
    folder,
    config: {
      destinations: {
        cdp: { kind: 'jitsu', options: { base_url: 'https://x.example' }, secrets: { write_key: 'a:b' } },
      },
    },
  });
  const { state } = server.tributary;
  await send(server, eventsOf('anna'));
  await send(server, eventsOf('berta'));
  await server.flush();
  await state.transaction(async (transaction) => {
    const head = await readHead(transaction, 'cdp');
    await writeStanding(transaction, 'cdp', {
      ...newStanding(server.tributary.config.destinations.get('cdp')!, 0),
      retries: 2,
      dead: 2,
    });
    for (const [seq, name] of ['anna', 'berta'].entries()) {
      const one = { subject: `${name}-c1`, at_ms: AT_MS, message: messageOf(name) };
      await append(transaction, 'cdp', head, [one]);
      await putRetry(transaction, 'cdp', { ...one, seq: seq + 10, tries: 1, due_ms: 1, first_ms: 1, reason: '' });
      await putDead(transaction, 'cdp', { ...one, seq: seq + 20, reason: '', given_up_ms: 1 }, 0);
      await writeTold(transaction, 'cdp', `${name}-c1`, { revision: 1, at_ms: AT_MS, digest: '', state: STATE });
    }
    await writeHead(transaction, 'cdp', { ...head, customers_due: ['anna-customer', 'berta-customer'] });
  });
  const certificate = await erased(server, 'anna-customer');
  expect(certificate.state).toEqual({
    destination_feeds: 1,
    destination_messages: 1,
    destination_retries: 1,
    destination_dead_letters: 1,
    destination_orders: 1,
  });
  const left = [
    await readFeed(state, 'cdp', 0, 10),
    await readRetries(state, 'cdp', 10),
    await readDead(state, 'cdp', 10),
  ];
  expect(left.map((list) => list.map(({ subject }) => subject))).toEqual([['berta-c1'], ['berta-c1'], ['berta-c1']]);
  expect([...(await readTold(state, 'cdp')).keys()]).toEqual(['berta-c1']);
  expect((await readHead(state, 'cdp')).customers_due).toEqual(['berta-customer']);
  expect(await readStanding(state, 'cdp')).toMatchObject({ retries: 1, dead: 1 });
  // A plan or a delivery that began before writes nothing of her down.
  const isGone = (name: string, at_ms: number) => isOfErased(state, { message: messageOf(name), at_ms });
  expect([await isGone('anna', AT_MS), await isGone('berta', AT_MS)]).toEqual([true, false]);
  await server.close();
  if (TEST_ENGINE === 'duckdb') expect(found(folder, [...textsOf('anna'), ...orderOf('anna')])).toEqual([]);
});
