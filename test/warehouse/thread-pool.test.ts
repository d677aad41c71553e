/** The pool of threads is large enough for every report and all the rest, or fewer reports run. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { poolWarning, readsThatFit } from '../../src/warehouse/thread-pool.ts';

const BIN = new URL('../../bin/tributary.js', import.meta.url).pathname;

test.each([
  [undefined, '16'],
  ['', '16'],
  ['1', '16'],
  ['4', '16'],
  ['many', '16'],
  ['-5', '16'],
  ['1e9', '16'],
  ['64', '64'],
  ['4294967297', '1024'],
])('with UV_THREADPOOL_SIZE=%s the program runs with %s threads', (asked, size) => {
  // It ends before the program itself is loaded.
  const script = `require(${JSON.stringify(BIN)}); console.log(process.env.UV_THREADPOOL_SIZE); process.exit(0);`;
  const { UV_THREADPOOL_SIZE: _, ...env } = process.env;
  const { stdout } = spawnSync(process.execPath, ['-e', script], {
    encoding: 'utf8',
    env: { ...env, ...(asked === undefined ? {} : { UV_THREADPOOL_SIZE: asked }) },
  });
  expect(stdout.trim()).toBe(size);
});

test('reports leave threads for look-ups, probes, the writer and files', () => {
  expect([1, 4, 7, 8, 10, 16, 64].map((threads) => readsThatFit(undefined, threads))).toEqual([1, 1, 1, 2, 4, 4, 4]);
  expect([readsThatFit(2, 16), readsThatFit(50, 16)]).toEqual([2, 10]);
  expect([poolWarning(10), poolWarning(16)]).toEqual([null, null]);
  expect(poolWarning(4)).toContain('the thread pool has 4 threads, so DuckDB answers 1 instead of 4 reports at a time');
});
