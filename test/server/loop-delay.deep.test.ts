/** The metrics tell how late the event loop was since they were last read. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { lateness } from '../support/lateness.ts';
import { ADMIN, startServer } from './harness.ts';

/** Keeps the event loop busy. */
function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

test('a block of the event loop shows once', async () => {
  const server = await startServer();
  const max = async (): Promise<number> => {
    const { text } = await server.get('/metrics', ADMIN);
    return Number(/^nodejs_eventloop_delay_seconds\{quantile="1"\} (\S+)$/m.exec(text)![1]);
  };
  await sleep(50);
  await max();
  block(3_000);
  await sleep(50);
  expect(await max()).toBeGreaterThan(2);
  await sleep(50);
  expect(await max()).toBeLessThan(2);
});

test('tests can ask how late it was during some work', async () => {
  const blocked = await lateness(async () => block(3_000));
  expect(blocked.max_s).toBeGreaterThan(2);
  expect((await lateness(() => sleep(50))).max_s).toBeLessThan(2);
});
