/**
 * A day of orders with late touches and refunds, told to ten fakes of destinations. All fail in the ways that they document, and the
 * server is killed while requests are on their way, again and again. In the end each shows what the receipts of the day say.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { MS_PER_HOUR, MS_PER_MINUTE } from '../../src/domain/time.ts';
import type { Server } from '../faults/server.ts';
import { runsOf } from '../support/tier.ts';
import { startAllFakes } from './all-fakes.ts';
import { Day } from './day.ts';

const KILLS = runsOf('TRIBUTARY_DESTINATION_KILLS', 5, 8);
const SEED = Number(process.env['TRIBUTARY_DESTINATION_SEED'] ?? 16);
const START_MS = Date.parse('2026-03-15T00:00:00Z');
const BETWEEN_MS = 28 * MS_PER_MINUTE;
const MAX_ROUNDS = 2 * KILLS;
const LONGEST_ANSWER_MS = 12;
/** In these rounds the webhook and GA4 answer 500. */
const OUTAGE = { from: Math.round(KILLS * 0.2), to: Math.round(KILLS * 0.6) };
/** Kills come early, and a destination may have a fault of its own: an order may be told so many rounds later. */
const LATE_ROUNDS = 9;
const SETTLING_ROUNDS = 12;

type Letter = { conversion_id: string; reason: string };
// biome-ignore lint/suspicious/noExplicitAny: an answer is read by path
type Json = any;

const json = async (server: Server, path: string): Promise<Json> => (await server.request('GET', path)).json();

/** The others have the orders of an outage, but for the last ones. */
function expectNoneDelayed({ places, orders }: Day, round: number): void {
  const during = orders.filter((order) => order.round >= OUTAGE.from && order.round < round - LATE_ROUNDS);
  if (KILLS >= 50) expect(during.length).toBeGreaterThan(0);
  for (const [id, { shown }] of Object.entries(places)) {
    const told = shown();
    const is_out = id === 'webhook' || id === 'ga4';
    expect(during.filter((order) => told.has(order.id)).length, id).toBe(is_out ? 0 : during.length);
  }
}

test(`a day of failures and kills ends with what the receipts say, everywhere (seed ${SEED})`, async () => {
  const day = new Day(SEED, OUTAGE);
  day.places = await startAllFakes(day.clock);
  const { places } = day;
  onTestFinished(async () => void (await Promise.all(Object.values(places).map(({ fake }) => fake.close()))));
  for (const { fake } of Object.values(places)) fake.delay(() => day.below(LONGEST_ANSWER_MS));
  const common = { send: 'all', start: '2026-03-14', delay_minutes: 0, private_network: true };
  const destinations = Object.fromEntries(
    Object.entries(places).map(([id, { config }]) => [id, { ...common, ...config }]),
  );
  // A start that fills no histories and has one thread is the cheapest.
  const config = { destinations, threads: 1, histories_memory_bytes: 0 };
  writeFileSync(join(day.data, 'tributary.json'), JSON.stringify(config), { mode: 0o600 });
  const killed: number[] = [];
  let rounds = 0;
  for (; killed.length < KILLS && rounds < MAX_ROUNDS; rounds++) {
    const server = await day.start(START_MS + rounds * BETWEEN_MS);
    day.fail(rounds);
    day.happen(rounds);
    const in_flight = await day.killWithin(server, rounds);
    if (in_flight > 0) killed.push(in_flight);
    if (rounds === OUTAGE.to - 1) expectNoneDelayed(day, rounds);
  }
  console.log(`kills: ${killed.length} in ${rounds} rounds, requests on their way: ${killed.join(' ')}`);
  expect(killed.length, 'kills that hit requests on their way').toBe(KILLS);
  for (const { fake } of Object.values(places)) fake.mend();

  let letters: Record<string, Letter[]> = {};
  let left: Json[] = [];
  for (let round = 0; round < SETTLING_ROUNDS; round++) {
    const server = await day.start(START_MS + rounds * BETWEEN_MS + round * (MS_PER_HOUR + MS_PER_MINUTE));
    await day.send(server);
    // The plan of the start, and what it leads to. What waits for a later time is left for the next start.
    for (let look = 0; look < 20; look++) {
      await sleep(500);
      left = (await json(server, '/v1/destinations')).destinations.filter(
        ({ waiting, retrying }: Json) => waiting + retrying > 0,
      );
      if (left.length === 0 && day.isToldTo('custom')) break;
    }
    for (const id of Object.keys(places))
      letters = { ...letters, [id]: (await json(server, `/v1/destinations/${id}/dead-letters`)).dead_letters };
    await server.kill();
    if (left.length === 0 && day.isToldTo('custom')) break;
  }
  expect(left).toEqual([]);

  const expected = day.expected();
  for (const [id, { shown, wrong }] of Object.entries(places)) {
    expect(wrong ?? [], id).toEqual([]);
    const unknown = new Map(letters[id]!.map(({ conversion_id, reason }) => [conversion_id, reason]));
    for (const reason of unknown.values()) expect(reason, id).toContain('it is not known whether it was taken');
    if (id !== 'ga4' && id !== 'insertion') expect([...unknown], id).toEqual([]);
    const states = shown();
    expect([...states.keys()].sort(), id).toEqual([...expected.keys()].sort());
    for (const [order_id, { net_cents, email_cents }] of states) {
      const right = expected.get(order_id)!;
      const { value_cents } = day.orders.find((order) => order.id === order_id)!;
      const where = `${id} ${order_id}`;
      // Meta takes no change: it shows what the order was worth when it was told.
      if (id === 'meta' || unknown.has(order_id)) {
        expect(net_cents, where).toBeGreaterThanOrEqual(right.net_cents);
        expect(net_cents, where).toBeLessThanOrEqual(value_cents);
      } else expect(net_cents, where).toBe(right.net_cents);
      if (email_cents !== undefined) expect(email_cents, where).toBe(right.email_cents);
    }
  }
});
