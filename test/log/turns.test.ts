/** Accepting and loading many records lets other work run in between. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { prepareBatch } from '../../src/log/batch.ts';
import { keepRecord } from '../../src/log/kept-record.ts';
import { SeenIds } from '../../src/log/seen-ids.ts';
import { PRIVACY, sent } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { NOW_MS } from '../support/time.ts';
import { accept, openCollector, openWarehouse } from './setup.ts';

/** How often other work ran until `work` was done. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let done = false;
  const working = work().finally(() => {
    done = true;
  });
  while (!done) {
    await nextTurn();
    turns += 1;
  }
  await working;
  return turns;
}

/** Keeps the process busy for a millisecond. */
function slowly(): void {
  const end = performance.now() + 1;
  while (performance.now() < end);
}

test('a batch of slow records gives others a turn', async () => {
  const warehouse = await openWarehouse();
  const items = Array.from({ length: 300 }, (_, i) => {
    const event = { brand_id: 'default', event_id: `e${i}`, customer_id: 'c', event_type: 'sent', occurred_at: NOW_MS };
    return { ...keepRecord('email_events', event, PRIVACY), log_seq: i + 1, received_at: NOW_MS };
  });
  const enrich = (): Record<string, never> => {
    slowly();
    return {};
  };
  const context = { warehouse, seen: new SeenIds(), enrich, collector_id: 'main', now_ms: NOW_MS };
  expect(await turnsDuring(() => prepareBatch(items, context))).toBeGreaterThan(10);
  await warehouse.close();
});

test('a request with many slow records gives others a turn', async () => {
  const warehouse = await openWarehouse();
  const collector = await openCollector(temporaryFolder(), warehouse, {
    defaultCurrency: () => {
      slowly();
      return 'USD';
    },
  });
  const spend = Array.from({ length: 300 }, (_, i) => ({ date: '2026-05-01', channel: `c${i}`, amount: '1' }));
  expect(await turnsDuring(() => accept(collector, spend, 'spend'))).toBeGreaterThan(10);
  expect((await accept(collector, sent('a'))).accepted).toBe(1);
  await collector.close();
  await warehouse.close();
});
