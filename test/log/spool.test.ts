/** A 202 rests on the spool: what it took is on disk, whatever happens next. */
import fs, { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Spool } from '../../src/log/spool.ts';
import { temporaryFolder } from '../support/folder.ts';
import { fileHandleMethods, openSpool, records, spooled } from './setup.ts';

afterEach(() => vi.restoreAllMocks());

const HEAD = { source: 'test', privacy: 'truncated/1', received_at: 1 };
const send = (spool: Spool, ...ids: string[]): Promise<void> => spool.append(records(...ids), HEAD);
const segments = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.seg'))
    .sort();
const onDisk = (folder: string): string =>
  segments(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('');

describe('what the spool has taken', () => {
  test('is on disk when the sender hears of it', async () => {
    const folder = temporaryFolder();
    const spool = await openSpool(folder);
    for (let i = 0; i < 5; i++) {
      await send(spool, `event ${i} é "quoted"\n`);
      expect(onDisk(folder)).toContain(JSON.stringify(`event ${i} é "quoted"\n`));
    }
    // As after kill -9: another spool opens the folder without the first being closed.
    expect((await spooled(await openSpool(folder))).map(([, id]) => id)).toEqual(
      [0, 1, 2, 3, 4].map((i) => `event ${i} é "quoted"\n`),
    );
  });

  test('was synced before the sender heard of it', async () => {
    const methods = await fileHandleMethods();
    const order: string[] = [];
    const sync = methods.datasync;
    vi.spyOn(methods, 'datasync').mockImplementation(async function (this: typeof methods) {
      await sync.call(this);
      order.push('synced');
    });
    const spool = await openSpool(temporaryFolder());
    await send(spool, 'a').then(() => order.push('answered'));
    expect(order).toEqual(['synced', 'answered']);
  });

  test('shares its writes with all that is sent at the same time', async () => {
    const datasync = vi.spyOn(await fileHandleMethods(), 'datasync');
    const spool = await openSpool(temporaryFolder());
    await Promise.all(Array.from({ length: 500 }, (_, i) => send(spool, `e${i}`)));
    expect(datasync.mock.calls.length).toBeLessThanOrEqual(3);
    expect((await spooled(spool)).map(([, id]) => id)).toEqual(Array.from({ length: 500 }, (_, i) => `e${i}`));
  });

  test('has consecutive log positions from 1, each request whole', async () => {
    const spool = await openSpool(temporaryFolder());
    await Promise.all([send(spool, 'a', 'b'), send(spool, 'c'), send(spool, 'd', 'e')]);
    expect(await spooled(spool)).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
      [4, 'd'],
      [5, 'e'],
    ]);
    expect(spool.durable_log_seq).toBe(5);
  });
});

describe('after a crash', () => {
  test('a torn last line, whose sender got no answer, is cut off; every line before it stays', async () => {
    for (const torn of ['1234', '00000000 {"n":"email_events","s":3', 'é'.repeat(10)]) {
      const folder = temporaryFolder();
      const spool = await openSpool(folder);
      await send(spool, 'a', 'b');
      await spool.close();
      const whole = onDisk(folder);
      appendFileSync(join(folder, segments(folder)[0]!), torn);
      const again = await openSpool(folder);
      expect(again.torn_bytes).toBe(Buffer.byteLength(torn));
      expect(onDisk(folder)).toBe(whole);
      await send(again, 'c');
      expect(await spooled(again)).toEqual([
        [1, 'a'],
        [2, 'b'],
        [3, 'c'],
      ]);
      await again.close();
    }
  });

  test('a line torn anywhere loses that line only', async () => {
    const folder = temporaryFolder();
    const spool = await openSpool(folder);
    await send(spool, 'a');
    await send(spool, 'b');
    await spool.close();
    const file = join(folder, segments(folder)[0]!);
    const whole = readFileSync(file);
    const first = whole.indexOf(10) + 1;
    for (let size = first; size < whole.length; size += 7) {
      writeFileSync(file, whole.subarray(0, size));
      const again = await openSpool(folder);
      expect(await spooled(again)).toEqual([[1, 'a']]);
      await again.close();
    }
  });

  test('a log position is never given out twice', async () => {
    const folder = temporaryFolder();
    const spool = await openSpool(folder);
    await send(spool, 'a', 'b', 'c');
    await spool.close();
    const again = await openSpool(folder);
    await send(again, 'd');
    expect((await spooled(again)).at(-1)).toEqual([4, 'd']);
    await again.close();
    // The warehouse may know of more than the spool, when the folder was lost.
    const elsewhere = await openSpool(temporaryFolder(), {}, 41);
    await send(elsewhere, 'e');
    expect(await spooled(elsewhere)).toEqual([[42, 'e']]);
    await elsewhere.close();
  });
});

describe('a full spool', () => {
  test('says when to come back, and takes nothing of the request', async () => {
    const folder = temporaryFolder();
    const spool = await openSpool(folder, { max_spool_bytes: 300 });
    while (spool.bytes < 300) await send(spool, 'event');
    const before = onDisk(folder);
    await expect(send(spool, 'one', 'two')).rejects.toMatchObject({
      code: 'spool_full',
      status: 503,
      retry_after_s: expect.any(Number),
    });
    expect(onDisk(folder)).toBe(before);
  });

  test('refuses requests when too much waits in memory, and keeps what it accepted before', async () => {
    const spool = await openSpool(temporaryFolder(), { max_pending_bytes: 1_000 });
    const outcomes = await Promise.allSettled(Array.from({ length: 100 }, (_, i) => send(spool, `e${i}`)));
    const taken = outcomes.flatMap((o, i) => (o.status === 'fulfilled' ? [`e${i}`] : []));
    expect(taken.length).toBeGreaterThan(0);
    expect(taken.length).toBeLessThan(100);
    expect((await spooled(spool)).map(([, id]) => id)).toEqual(taken);
    await send(spool, 'later');
  });

  test('takes events again once they are loaded, however small its limit is', async () => {
    const folder = temporaryFolder();
    const spool = await openSpool(folder, { max_spool_bytes: 300 });
    for (let round = 0; round < 3; round++) {
      while (spool.bytes < 300) await send(spool, 'event');
      await spool.drop(spool.durable_log_seq);
    }
    await send(spool, 'after');
    expect((await spooled(spool)).at(-1)?.[1]).toBe('after');
    expect(segments(folder)).toHaveLength(1);
  });

  test('does not drop a segment that is still being written', async () => {
    const spool = await openSpool(temporaryFolder(), { max_spool_bytes: 400 });
    while (spool.bytes < 200) await send(spool, 'event');
    const last = spool.durable_log_seq;
    const sending = send(spool, 'x'.repeat(200));
    await Promise.all([sending, spool.drop(last), spool.drop(last)]);
    expect((await spooled(spool)).at(-1)?.[1]).toBe('x'.repeat(200));
  });
});

describe('segments', () => {
  test('are begun anew at their size, and dropped once all in them is loaded', async () => {
    const folder = temporaryFolder();
    const spool = await openSpool(folder, { segment_bytes: 200 });
    for (let i = 1; i <= 20; i++) await send(spool, `e${i}`);
    const names = segments(folder);
    expect(names.length).toBeGreaterThan(3);
    expect((await spooled(spool)).map(([seq]) => seq)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    const third = Number.parseInt(names[2]!, 10);
    await spool.drop(third - 2);
    expect(segments(folder)).toEqual(names.slice(1));
    await spool.drop(third - 1);
    expect(segments(folder)).toEqual(names.slice(2));
    await spool.drop(20);
    expect(segments(folder)).toHaveLength(1);
    await send(spool, 'e21');
    expect((await spooled(spool)).at(-1)).toEqual([21, 'e21']);
  });
});

describe('a disk that fails', () => {
  const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
  for (const [what, fail] of [
    [
      'write',
      () =>
        vi.spyOn(fs, 'writeSync').mockImplementationOnce(() => {
          throw full;
        }),
    ],
    ['sync', async () => vi.spyOn(await fileHandleMethods(), 'datasync').mockRejectedValueOnce(full)],
  ] as const) {
    test(`at the ${what}: 503, nothing is counted, and the next request goes to a new file`, async () => {
      const folder = temporaryFolder();
      const spool = await openSpool(folder);
      await send(spool, 'before');
      await fail();
      const outcomes = await Promise.allSettled([send(spool, 'lost'), send(spool, 'lost too')]);
      for (const o of outcomes)
        expect((o as PromiseRejectedResult).reason).toMatchObject({
          code: 'spool_unwritable',
          status: 503,
          retry_after_s: expect.any(Number),
        });
      await send(spool, 'lost');
      expect(segments(folder)).toHaveLength(2);
      expect((await spooled(spool)).map(([, id]) => id)).toEqual(['before', 'lost']);
      await spool.close();
      const again = await openSpool(folder);
      expect((await spooled(again)).map(([, id]) => id)).toEqual(['before', 'lost']);
      await again.close();
    });
  }

  test('after half a line: the half is cut off, on disk too', async () => {
    const folder = temporaryFolder();
    const spool = await openSpool(folder);
    await send(spool, 'before');
    const { writeSync } = fs;
    vi.spyOn(fs, 'writeSync').mockImplementationOnce((fd: number, bytes: unknown) =>
      writeSync(fd, bytes as Buffer, 0, 10),
    );
    await expect(send(spool, 'half')).rejects.toMatchObject({ code: 'spool_unwritable' });
    await send(spool, 'after');
    expect((await spooled(spool)).map(([, id]) => id)).toEqual(['before', 'after']);
    expect(onDisk(folder).split('\n').filter(Boolean)).toHaveLength(2);
  });

  test('again and again: every request that was answered is there once, no other', async () => {
    const folder = temporaryFolder();
    const spool = await openSpool(folder, { segment_bytes: 500 });
    const methods = await fileHandleMethods();
    const sync = methods.datasync;
    let calls = 0;
    vi.spyOn(methods, 'datasync').mockImplementation(async function (this: typeof methods) {
      calls += 1;
      if (calls % 3 === 0) throw new Error('input/output error');
      await sync.call(this);
    });
    const answered: string[] = [];
    for (let i = 0; i < 60; i++) {
      await send(spool, `e${i}`).then(
        () => answered.push(`e${i}`),
        () => undefined,
      );
    }
    expect(answered.length).toBeGreaterThan(30);
    await spool.close();
    expect((await spooled(await openSpool(folder))).map(([, id]) => id)).toEqual(answered);
  });
});

test('a closing spool finishes what it took and refuses what comes later', async () => {
  const folder = temporaryFolder();
  const spool = await openSpool(folder);
  const taken = [send(spool, 'a'), send(spool, 'b')];
  const closed = spool.close();
  await expect(send(spool, 'c')).rejects.toMatchObject({ code: 'shutting_down', status: 503 });
  await Promise.all([...taken, closed]);
  expect(existsSync(folder) && onDisk(folder).split('\n').filter(Boolean)).toHaveLength(2);
});

describe('a spool is checked', () => {
  test('by its last append for a second, then by a small file that is synced and goes', async () => {
    const folder = temporaryFolder();
    const spool = await openSpool(folder);
    const datasync = vi.spyOn(await fileHandleMethods(), 'datasync');
    await spool.check();
    expect(datasync).toHaveBeenCalledTimes(1);
    await send(spool, 'a');
    await spool.check();
    expect(datasync).toHaveBeenCalledTimes(2);
    vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 1_001);
    await spool.check();
    expect(datasync).toHaveBeenCalledTimes(3);
    expect(readdirSync(folder)).toEqual(segments(folder));
  });

  test('and fails when its disk is full, also just after an append that worked', async () => {
    const folder = temporaryFolder();
    const spool = await openSpool(folder);
    await send(spool, 'a');
    const full = vi.spyOn(fs, 'writeSync').mockImplementation(() => {
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    });
    await expect(send(spool, 'b')).rejects.toMatchObject({ code: 'spool_unwritable' });
    await expect(spool.check()).rejects.toMatchObject({ code: 'ENOSPC' });
    full.mockRestore();
    await spool.check();
    await send(spool, 'b');
    expect(readdirSync(folder)).toEqual(segments(folder));
  });
});
