/** Joining many links leaves the event loop to others, and a thread that fails costs one answer and no more. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PersonDirectory } from '../../src/identity/directory.ts';
import { ThreadHost } from '../../src/identity/thread.ts';
import { resolvePosition } from '../../src/warehouse/position.ts';
import type { Row } from '../../src/warehouse/schema.ts';
import { Engine } from '../support/engine.ts';
import { AT_MS, rowOf } from '../warehouse/rows.ts';

const RULE = { brand_id: 'default', identity_min_probability: 0.5 };
/** A turn takes some tens of milliseconds. Joined record by record in one turn it took five seconds and more. */
const HELD_AT_MOST_MS = 2_000;

let engine: Engine;
let directory: PersonDirectory;
let log_seq: number;

beforeEach(async () => {
  engine = await Engine.open();
  directory = new PersonDirectory();
  log_seq = 0;
});

afterEach(async () => {
  await directory.close();
  await engine.close();
});

/** Appends conversions that carry both ids, and statements, with their commit. */
async function append(conversions: readonly Row[], identity_links: readonly Row[] = []): Promise<void> {
  const placed = (row: Row): Row => {
    log_seq += 1;
    return { brand_id: 'default', occurred_at: AT_MS, collector_id: 'main', log_seq, ...row };
  };
  await engine.warehouse.append({
    conversions: conversions.map((row, i) =>
      rowOf('conversions', placed({ conversion_id: `${log_seq}-${i}`, ...row })),
    ),
    identity_links: identity_links.map((row) => rowOf('identity_links', placed({ link_id: `l${log_seq}`, ...row }))),
    commits: [rowOf('commits', { collector_id: 'main', log_seq })],
  });
}

const personOf = (id: string) =>
  engine.warehouse.read(async (s) => directory.person(s, await resolvePosition(s, undefined), RULE, id));

const countMembers = (): Promise<number> =>
  engine.warehouse.read(async (s) => {
    await directory.makeRelation(s, await resolvePosition(s, undefined), [RULE]);
    const [row] = await s.query('select count(*) as n from persons');
    return Number(row!['n']);
  });

const hasThread = (): boolean => directory['thread'] !== undefined;

/** Pairs of a device and a customer. */
const pairs = (count: number, from = 0): Row[] =>
  Array.from({ length: count }, (_, i) => ({ anonymous_id: `d${from + i}`, customer_id: `c${from + i}` }));

async function longestHold(work: () => Promise<unknown>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 1 });
  await sleep(10);
  delay.enable();
  await sleep(5);
  await work();
  await sleep(5);
  delay.disable();
  return delay.max / 1e6;
}

describe('few links', () => {
  test('are joined without a thread; above the limit a thread joins all of them', async () => {
    expect([await countMembers(), hasThread()]).toEqual([0, false]);
    await append(pairs(1_000));
    expect([await countMembers(), hasThread()]).toEqual([1_000, false]);
    await append(pairs(1, 1_000));
    expect([await countMembers(), hasThread()]).toEqual([1_001, true]);
    expect(await personOf('d7')).toEqual({ person_id: 'c7', ids: ['d7'] });
  });
});

describe('many links', () => {
  test('of many persons are joined while the event loop stays free', async () => {
    await append(pairs(10_000));
    expect(await longestHold(countMembers)).toBeLessThan(HELD_AT_MOST_MS);
    await append([{ anonymous_id: 'd5', customer_id: 'c0', occurred_at: AT_MS - 1 }]);
    expect([await countMembers(), (await personOf('c0')).ids.sort()]).toEqual([10_000, ['d0', 'd5']]);
  });

  test('of one pair are unlinked by one statement while the event loop stays free', async () => {
    const times = Array.from({ length: 25_000 }, (_, i) => ({
      anonymous_id: 'd',
      customer_id: 'c',
      occurred_at: AT_MS + 10 * i,
    }));
    const unlinked = (occurred_at: number): Row => ({ left_id: 'c', right_id: 'd', state: 'unlinked', occurred_at });
    await append(times, [unlinked(AT_MS + 5_000)]);
    expect(await longestHold(() => personOf('d'))).toBeLessThan(HELD_AT_MOST_MS);
    expect(await personOf('d')).toEqual({ person_id: 'c', ids: ['d'] });
    await append([], [unlinked(AT_MS + 10 * 25_000)]);
    expect(await personOf('d')).toEqual({ person_id: 'd', ids: [] });
    await append([{ anonymous_id: 'd', customer_id: 'c', occurred_at: AT_MS + 10 * 25_001 }]);
    expect(await personOf('d')).toEqual({ person_id: 'c', ids: ['d'] });
  });
});

describe('the thread', () => {
  test('that ends gives its reader an error that asks to try again, and the next read starts another thread', async () => {
    await append(pairs(1_001));
    expect(await countMembers()).toBe(1_001);
    const worker = directory['thread']!['calls']['worker'];
    await append(pairs(1, 5_000));
    const asked = countMembers();
    await worker.terminate();
    // Who asks before the end is told of it; who asks after it is answered by another thread.
    await asked.catch((error) => expect(error).toMatchObject({ code: 'busy', retry_after_s: 1 }));
    expect(await countMembers()).toBe(1_002);
  });

  test('that ends gives everybody who waits for it, or asks it later, the error busy', async () => {
    const host = new ThreadHost();
    host.begin('line');
    const asked = host.ask('line', 'beginDraft', 0);
    await host['calls']['worker'].terminate();
    await expect(asked).rejects.toMatchObject({ code: 'busy', retry_after_s: 1 });
    await expect(host.ask('line', 'beginDraft', 0)).rejects.toMatchObject({ code: 'busy' });
    expect(host.lost).toBe(true);
  });

  test('follows the log in the background', async () => {
    await append(pairs(1_500));
    await countMembers();
    await append(pairs(10, 2_000));
    await directory.follow(engine.warehouse);
    const { marks } = directory['line']!;
    expect(marks.map((mark) => mark.token)).toEqual(['main:1500', 'main:1510']);
    expect([await countMembers(), directory['line']!.marks.length]).toEqual([1_510, 2]);
  });

  test('is not started any more after the directory is closed', async () => {
    await append(pairs(1_001));
    await directory.close();
    await expect(countMembers()).rejects.toMatchObject({ code: 'shutting_down' });
  });
});
