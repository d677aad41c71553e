/** Guessing keys is slow, and does not lock out those who have one. */
import { expect, test } from 'vitest';
import { Guesses, MAX_OF_ADDRESS, MAX_OF_ALL, networkOf } from '../../src/server/guesses.ts';
import { TOUCH } from '../support/events.ts';
import { connectAndSend, requestHead } from '../support/sockets.ts';
import { PAGE, startServer, WRITE } from './harness.ts';

test('after many wrong keys an address is told to wait, and a valid key of the address goes on working', async () => {
  const server = await startServer();
  const guess = (i: number) => server.get('/v1/reports/journeys', { authorization: `Bearer trb_read_${i}` });
  for (let i = 0; i < MAX_OF_ADDRESS; i++) expect((await guess(i)).status).toBe(401);
  const { status, body, headers } = await guess(MAX_OF_ADDRESS);
  expect([status, body.error.code]).toEqual([429, 'rate_limited']);
  expect(Number(headers['retry-after'])).toBeGreaterThan(50);
  expect((await server.call('POST', '/v1/touchpoints?key=guess', { payload: '{}' })).status).toBe(429);
  expect((await server.get('/v1/reports/journeys')).status).toBe(200);
  expect((await server.post('/v1/touchpoints', TOUCH, WRITE)).status).toBe(202);
  expect((await server.post('/v1/touchpoints', TOUCH, PAGE)).status).toBe(202);
  // A request without any key guesses nothing.
  expect((await server.get('/v1/reports/journeys', {})).status).toBe(401);
  expect((await server.get('/metrics')).text).toContain(`tributary_wrong_keys_total ${MAX_OF_ADDRESS + 2}`);
});

test('addresses are counted by themselves, and a minute later from nothing', () => {
  let now = 5_000;
  const guesses = new Guesses(() => now);
  for (let i = 0; i < MAX_OF_ADDRESS; i++) expect(guesses.count('10.0.0.1')).toBeUndefined();
  now += 59_000;
  expect(guesses.count('10.0.0.1')).toMatchObject({ code: 'rate_limited', retry_after_s: 1 });
  expect(guesses.count('10.0.0.2')).toBeUndefined();
  now += 1_000;
  expect(guesses.count('10.0.0.1')).toBeUndefined();
});

test('a client is known by its network, and many networks together are limited, too', () => {
  expect(networkOf('2001:db8:1:2:3::4')).toBe(networkOf('2001:db8:1:2:ffff::1'));
  expect(networkOf('2001:db8:1:2::1')).not.toBe(networkOf('2001:db8:1:3::1'));
  expect(networkOf('::ffff:10.0.0.1')).toBe('10.0.0.1');
  const guesses = new Guesses(() => 0);
  for (let i = 0; i < MAX_OF_ALL; i++) expect(guesses.count(`2001:db8:${i.toString(16)}::1`)).toBeUndefined();
  expect(guesses.count('2001:db8:ffff::1')).toMatchObject({ code: 'rate_limited' });
});

test('wrong keys of clients that are gone are counted, and the server goes on', async () => {
  const server = await startServer();
  const address = await server.app.listen({ port: 0, host: '127.0.0.1' });
  const text = requestHead('GET', '/v1/runs', { authorization: 'Bearer nobody' }).repeat(8);
  for (let i = 0; i < 10; i++) {
    const gone = await Promise.all(Array.from({ length: 20 }, () => connectAndSend(address, text)));
    for (const socket of gone) socket.resetAndDestroy();
  }
  await expect.poll(async () => (await fetch(`${address}/health/live`)).status).toBe(200);
  expect(new Guesses().count(undefined)).toBeUndefined();
});
