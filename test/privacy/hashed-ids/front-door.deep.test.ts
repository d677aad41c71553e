/** Ids as keyed hashes through the front door: nobody reads an id in the data, and who has one finds the person, also after a rotation. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cli, ok } from '../../cli/harness.ts';
import { startServer } from '../../server/harness.ts';
import { found } from '../../support/bytes.ts';
import { TEST_ENGINE } from '../../support/engine.ts';
import { temporaryFolder } from '../../support/folder.ts';
import { erased, eventsOf, revenue, send } from '../shop.ts';

const [OLD, NEW] = ['the-old-pepper-of-the-tests', 'the-new-pepper-of-the-tests'];
const hashed = (...customer_id_peppers: string[]) => ({
  defaults: { customer_ids: 'hashed', consent: { measurement: 'opt_out' } },
  customer_id_peppers,
});
const PLAIN = ['anna-customer', 'anna-browser', 'anna-phone'];
const HASH = /^cid_[0-9a-f]{32}$/;

/** The events of a person on two days: the second before the pepper is rotated, the third after it. */
const clickOf = (name: string) => ({ touchpoints: eventsOf(name)['touchpoints']! });
const orderOf = (name: string) => ({ conversions: eventsOf(name)['conversions']! });

test('over a rotation a person stays one, and is found by the plain id', async () => {
  const folder = temporaryFolder();
  let server = await startServer({ folder, config: hashed(OLD) });
  await send(server, clickOf('anna'));
  await server.flush();
  const before = (await server.get('/v1/customers/anna-customer')).body;
  expect(before.person.ids).toHaveLength(2);
  expect(before.person.ids.every((id: string) => HASH.test(id))).toBe(true);
  await server.close();

  server = await startServer({ folder, config: hashed(NEW, OLD) });
  // Not seen since the rotation.
  expect((await server.get('/v1/customers/anna-customer')).status).toBe(200);
  await send(server, orderOf('anna'));
  // What was sent before the rotation is a repeat.
  const { touchpoint_id: _id, ...without_id } = clickOf('berta').touchpoints[0] as Record<string, unknown>;
  await send(server, { touchpoints: [without_id] });
  await server.flush();
  const { person, lifecycle } = (await server.get('/v1/customers/anna-customer')).body;
  expect([person.ids.length, lifecycle.orders]).toEqual([3, 1]);
  expect(await revenue(server)).toMatchObject({ net_revenue_micros: '50000000', attributed_micros: '50000000' });
  // A refusal of the person counts for what is under the old hash, too.
  const denial = {
    customer_id: 'anna-customer',
    purposes: { measurement: false },
    occurred_at: '2026-02-01T00:00:00Z',
  };
  await send(server, { consents: [{ ...denial, source: 'banner' }] });
  await server.flush();
  expect((await revenue(server)).unattributed_micros).toMatchObject({ no_consent: '50000000' });
  expect((await server.get('/v1/customers/nobody')).status).toBe(404);
  await server.close();
  if (TEST_ENGINE === 'duckdb') expect(found(folder, PLAIN)).toEqual([]);
}, 300_000);

test('a person is erased by the plain id, and a retry under another pepper does not come back', async () => {
  const folder = temporaryFolder();
  let server = await startServer({ folder, config: hashed(OLD) });
  await send(server, clickOf('anna'));
  await server.flush();
  await server.close();
  server = await startServer({ folder, config: hashed(NEW, OLD) });
  expect((await erased(server, 'anna-customer')).rows).toMatchObject({ touchpoints: 2 });
  await send(server, clickOf('anna'));
  await server.flush();
  expect((await server.get('/v1/customers/anna-customer')).status).toBe(404);
  await server.close();
}, 300_000);

test('an import and the command line use the hashes, too', async () => {
  const root = temporaryFolder();
  const data = join(root, 'data');
  const config = join(root, 'config.json');
  writeFileSync(config, JSON.stringify(hashed(NEW, OLD)));
  for (const [record, events] of Object.entries(eventsOf('anna'))) {
    const file = join(root, `${record}.ndjson`);
    writeFileSync(file, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    await ok(['import', record, file, '--data', data, '--config', config]);
  }
  const shown = await ok(['report', 'customer', 'anna-customer', '--data', data, '--config', config]);
  expect(shown).not.toContain('anna-customer');
  const copy = JSON.parse(await ok(['subject-export', 'anna-customer', '--data', data, '--config', config]));
  expect(copy.tables.touchpoints).toHaveLength(2);
  expect((await cli(['report', 'customer', 'other', '--data', data, '--config', config])).code).toBe(1);
  if (TEST_ENGINE === 'duckdb') expect(found(data, PLAIN)).toEqual([]);
}, 300_000);
