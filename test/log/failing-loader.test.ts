/** A loader that fails at every try: it waits longer and longer, whoever asks for a flush, and it does not delay a stop. */
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Collector } from '../../src/log/collector.ts';
import type { Batch, Warehouse } from '../../src/warehouse/port.ts';
import { sent } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { accept, loaded, openCollector, openWarehouse } from './setup.ts';

const EVENTS = Array.from({ length: 50 }, (_, i) => sent(`e${i}`));
/** Longer than any test: only a flush or a stop ends a rest of this length. */
const NEVER_MS = 600_000;
/** A stop takes some milliseconds. It takes 10 s when it waits for the end of the longest rest after a failure. */
const SOON_MS = 5_000;

interface Broken extends Warehouse {
  broken: boolean;
  attempts: number;
  /** What a try waits for before it fails or loads. */
  gate: Promise<void>;
}

/** A warehouse that lacks a column while `broken` says so. */
async function openBroken(): Promise<Broken> {
  const inner = await openWarehouse();
  onTestFinished(() => inner.close());
  const warehouse: Broken = Object.assign(Object.create(inner) as Warehouse, {
    broken: true,
    attempts: 0,
    gate: Promise.resolve(),
    async append(batch: Batch): Promise<void> {
      warehouse.attempts += 1;
      await warehouse.gate;
      if (warehouse.broken) throw new Error('the table email_events has no column campaign_id');
      await inner.append(batch);
    },
  });
  return warehouse;
}

async function open(warehouse: Warehouse, interval_ms: number, folder = temporaryFolder()): Promise<Collector> {
  const collector = await openCollector(folder, warehouse, { interval_ms, limits: { batch_records: 7 } });
  onTestFinished(() => collector.close(false));
  return collector;
}

/** A collector that rests for 10 s after its first try has failed. */
async function openResting(warehouse: Broken, folder = temporaryFolder()): Promise<Collector> {
  const collector = await open(warehouse, NEVER_MS, folder);
  await accept(collector, EVENTS);
  await expect(collector.flush(100)).rejects.toMatchObject({ code: 'timeout' });
  await expect.poll(() => collector.health().loader.last_error).toMatch(/no column campaign_id/);
  return collector;
}

async function closesSoon(collector: Collector, drain: boolean): Promise<void> {
  const started = performance.now();
  await collector.close(drain);
  expect(performance.now() - started).toBeLessThan(SOON_MS);
}

describe('a waiting flush', () => {
  test('ends the rest of a loader that has nothing to do', async () => {
    const warehouse = await openBroken();
    warehouse.broken = false;
    const collector = await open(warehouse, NEVER_MS);
    await accept(collector, EVENTS);
    await collector.flush();
    expect(await loaded(warehouse)).toHaveLength(EVENTS.length);
  });

  test('does not end a rest after a failure: the tries become fewer, and all is loaded once the cause is gone', async () => {
    const warehouse = await openBroken();
    const collector = await open(warehouse, 100);
    await accept(collector, EVENTS);
    await expect(collector.flush(2_000)).rejects.toMatchObject({ code: 'timeout' });
    // The rests last 200, 400, 800 and 1,600 ms, so 2 s have room for four tries.
    expect(warehouse.attempts).toBeGreaterThan(1);
    expect(warehouse.attempts).toBeLessThan(8);
    warehouse.broken = false;
    await collector.flush();
    expect(await loaded(warehouse)).toHaveLength(EVENTS.length);
  });
});

describe('a stop of a loader that fails', () => {
  test('with drain tries once more, then ends; the next start loads the spool', async () => {
    const warehouse = await openBroken();
    const folder = temporaryFolder();
    const collector = await openResting(warehouse, folder);
    const before = warehouse.attempts;
    await closesSoon(collector, true);
    expect(warehouse.attempts).toBe(before + 1);
    expect(collector.health().loader.last_error).toMatch(/no column campaign_id/);
    warehouse.broken = false;
    const next = await open(warehouse, NEVER_MS, folder);
    await next.flush();
    expect(await loaded(warehouse)).toHaveLength(EVENTS.length);
  });

  test('with drain loads the whole spool if the cause is gone', async () => {
    const warehouse = await openBroken();
    const collector = await openResting(warehouse);
    warehouse.broken = false;
    await closesSoon(collector, true);
    expect(await loaded(warehouse)).toHaveLength(EVENTS.length);
    expect(collector.health()).toMatchObject({ lag_records: 0, loader: { last_error: '' } });
  });

  test.each([
    { drain: true, at_most: 2 },
    { drain: false, at_most: 1 },
  ])('during a try begins no rest when the try fails (drain: $drain)', async ({ drain, at_most }) => {
    const warehouse = await openBroken();
    let release = (): void => {};
    warehouse.gate = new Promise((resolve) => {
      release = resolve;
    });
    const collector = await open(warehouse, NEVER_MS);
    await accept(collector, EVENTS);
    await expect(collector.flush(100)).rejects.toMatchObject({ code: 'timeout' });
    await expect.poll(() => warehouse.attempts).toBe(1);
    const closing = closesSoon(collector, drain);
    release();
    await closing;
    expect(warehouse.attempts).toBeLessThanOrEqual(at_most);
  });

  test('without drain ends the rest and tries no more', async () => {
    const warehouse = await openBroken();
    const collector = await openResting(warehouse);
    const before = warehouse.attempts;
    await closesSoon(collector, false);
    expect(warehouse.attempts).toBe(before);
  });
});
