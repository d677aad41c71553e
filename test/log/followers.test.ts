/** Followers: every row once and in order, whatever fails, and by one process at a time. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { MS_PER_HOUR } from '../../src/domain/time.ts';
import type { Follower, LogFollower, LogRow } from '../../src/log/follower.ts';
import { Followers, type FollowersOptions } from '../../src/log/followers.ts';
import { FileState } from '../../src/state/file.ts';
import type { State, StateTransaction } from '../../src/state/port.ts';
import { Engine, type WireEvent } from '../support/engine.ts';
import { sent } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runsOf } from '../support/tier.ts';

/** Short times, so that a test sees many of them. */
const SHORT = { poll_ms: 20, lease_ms: 300, backoff_ms: 4 };

interface World {
  engine: Engine;
  state: State;
  path: string;
  run(followers: readonly Follower[], options?: Partial<FollowersOptions>): Followers;
}

async function newWorld(): Promise<World> {
  const engine = await Engine.open();
  const path = join(temporaryFolder(), 'state.db');
  const state = await FileState.open(path);
  const started: Followers[] = [];
  onTestFinished(async () => {
    await Promise.all(started.map((followers) => followers.stop()));
    await state.close();
    await engine.close();
  });
  const run: World['run'] = (followers, options = {}) => {
    const made = new Followers({ warehouse: engine.warehouse, state, ...SHORT, ...options });
    for (const follower of followers) made.add(follower);
    started.push(made);
    made.start();
    return made;
  };
  return { engine, state, path, run };
}

let ids = 0;
const email = (): WireEvent => ({ record: 'email_events', event: sent(`e${++ids}`) });
const link = (): WireEvent => ({
  record: 'identity_links',
  event: { link_id: `l${++ids}`, left_id: `a${ids}`, right_id: 'c', occurred_at: '2026-05-01T00:00:00Z' },
});
const many = (n: number, make: () => WireEvent = email): WireEvent[] => Array.from({ length: n }, make);

const place = ({ collector_id, log_seq }: LogRow): string => `${collector_id}:${log_seq}`;

/** Writes down every row that it is given, at a place that shows a repetition and the order. */
function recorder(name: string, more: Partial<LogFollower> = {}): LogFollower {
  return {
    name,
    tables: ['email_events', 'identity_links'],
    handle: (rows, _upto, state) => record(name, rows, state),
    ...more,
  } as LogFollower;
}

async function record(name: string, rows: readonly LogRow[], state: StateTransaction): Promise<void> {
  let n = (await state.get<number>(name, 'count')) ?? 0;
  for (const row of rows) await state.put(name, `row ${String(++n).padStart(6, '0')}`, place(row));
  await state.put(name, 'count', n);
}

async function recorded(state: State, name: string): Promise<string[]> {
  return (await state.list<string>(name, { prefix: 'row ', limit: 10_000 })).map(({ value }) => value);
}

/** The rows of each collector, in the order in which they came. */
function byCollector(places: readonly string[]): Record<string, number[]> {
  const found: Record<string, number[]> = {};
  for (const text of places) {
    const [collector_id, log_seq] = text.split(':') as [string, string];
    found[collector_id] = [...(found[collector_id] ?? []), Number(log_seq)];
  }
  return found;
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

test('a follower gets every row of its tables once, in the order of positions, in bounded pages', async () => {
  const { engine, state, run } = await newWorld();
  const mixed = Array.from({ length: 60 }, (_, i) => (i % 3 === 0 ? link() : email()));
  await engine.load(mixed, 7);
  const sizes: number[] = [];
  const tables: string[] = [];
  run(
    [
      recorder('all', {
        handle: async (rows, upto, transaction) => {
          sizes.push(rows.length);
          tables.push(...rows.map(({ table }) => table));
          expect(rows.at(-1)!.log_seq).toBeLessThanOrEqual(upto.get('main')!);
          await record('all', rows, transaction);
        },
      }),
      recorder('links', { tables: ['identity_links'] }),
    ],
    { page_rows: 8 },
  );
  await expect.poll(async () => (await recorded(state, 'all')).length).toBe(60);
  expect(byCollector(await recorded(state, 'all'))).toEqual({ main: upTo(60) });
  expect(Math.max(...sizes)).toBeLessThanOrEqual(8);
  expect(tables.slice(0, 6)).toEqual(mixed.slice(0, 6).map(({ record: name }) => name));
  await expect.poll(async () => (await recorded(state, 'links')).length).toBe(20);
  expect(byCollector(await recorded(state, 'links'))).toEqual({ main: upTo(60).filter((n) => n % 3 === 1) });
});

test('instants of a row are milliseconds', async () => {
  const { engine, run } = await newWorld();
  await engine.load([email()]);
  const given: LogRow[] = [];
  run([recorder('one', { handle: async (rows) => void given.push(...rows) })]);
  await expect.poll(() => given.length).toBe(1);
  expect(Number(given[0]!.row['occurred_at'])).toBe(Date.parse('2026-05-01T00:00:00Z'));
});

test('rows that come later, and collectors that appear later, are followed from their beginning', async () => {
  const { engine, state, run } = await newWorld();
  await engine.load(many(5));
  const followers = run([recorder('all')], { page_rows: 4 });
  await expect.poll(async () => (await recorded(state, 'all')).length).toBe(5);
  await engine.load(many(6), 500, 'second');
  followers.wake();
  await expect.poll(async () => (await recorded(state, 'all')).length).toBe(11);
  // Without being woken: another process has committed.
  await engine.load(many(3));
  await expect.poll(async () => (await recorded(state, 'all')).length).toBe(14);
  expect(byCollector(await recorded(state, 'all'))).toEqual({ main: upTo(8), second: upTo(6) });
});

test('whatever fails and wherever it is stopped, every row changes the state exactly once', async () => {
  const { engine, state, path, run } = await newWorld();
  await engine.loadAll(
    new Map([
      ['a', many(70)],
      ['b', many(30)],
    ]),
    9,
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('ok', 'before', 'after', 'swallowed', 'commit', 'stop'), {
        minLength: 5,
        maxLength: 25,
      }),
      fc.integer({ min: 3, max: 40 }),
      async (faults, page_rows) => {
        const name = `f${++ids}`;
        const store = await FileState.open(path);
        const left = [...faults];
        let followers: Followers | undefined;
        const stopped: Promise<void>[] = [];
        const follower = recorder(name, {
          handle: async (rows, _upto, transaction) => {
            const fault = left.shift() ?? 'ok';
            if (fault === 'before') throw new Error('injected');
            await record(name, rows, transaction);
            if (fault === 'after') throw new Error('injected');
            if (fault === 'swallowed') await transaction.put(name, 'x'.repeat(3_000), 1);
            if (fault === 'stop') stopped.push(followers!.stop());
            if (fault === 'commit') failing.commit = true;
          },
        });
        const failing = failingCommits(store);
        const seen = async (): Promise<number> => (await recorded(state, name)).length;
        while ((await seen()) < 100) {
          // No pause: after twenty failures in a row it would be a minute, and another test looks at pauses.
          followers = run([follower], { state: failing.state, page_rows, backoff_ms: 0 });
          await expect.poll(async () => stopped.length > 0 || (await seen()) === 100).toBe(true);
          await Promise.all(stopped.splice(0));
          await followers.stop();
        }
        await store.close();
        expect(byCollector(await recorded(state, name))).toEqual({ a: upTo(70), b: upTo(30) });
      },
    ),
    { numRuns: runsOf('TRIBUTARY_FOLLOWER_RUNS', 4, 30) },
  );
}, 240_000);

/** A store whose next transaction fails at its end, when it is told so. */
function failingCommits(inner: State): { state: State; commit: boolean } {
  const control = { commit: false, state: undefined as unknown as State };
  control.state = {
    engine: inner.engine,
    where: inner.where,
    get: inner.get.bind(inner),
    list: inner.list.bind(inner),
    revision: inner.revision.bind(inner),
    purge: inner.purge.bind(inner),
    close: inner.close.bind(inner),
    transaction: (work) =>
      inner.transaction(async (transaction) => {
        const result = await work(transaction);
        if (control.commit) {
          control.commit = false;
          throw new Error('injected at the commit');
        }
        return result;
      }),
  };
  return control;
}

test('after a restart a follower goes on at its cursor', async () => {
  const { engine, state, run } = await newWorld();
  await engine.load(many(10));
  await run([recorder('all')]).stop();
  const first = run([recorder('all')]);
  await expect.poll(async () => (await recorded(state, 'all')).length).toBe(10);
  await first.stop();
  await engine.load(many(4));
  const given: string[] = [];
  run([
    recorder('all', {
      handle: async (rows, _upto, transaction) => {
        given.push(...rows.map(place));
        await record('all', rows, transaction);
      },
    }),
  ]);
  await expect.poll(() => given).toEqual(['main:11', 'main:12', 'main:13', 'main:14']);
});

test('of two runners on one store one works, and the other takes over when it is stopped', async () => {
  const { engine, state, path, run } = await newWorld();
  const other = await FileState.open(path);
  onTestFinished(() => other.close());
  const by: string[] = [];
  const named = (who: string): LogFollower =>
    recorder('all', {
      handle: async (rows, _upto, transaction) => {
        by.push(who);
        await record('all', rows, transaction);
      },
    });
  const first = run([named('first')], { lease_ms: 60_000 });
  await engine.load(many(5));
  await expect.poll(async () => (await recorded(state, 'all')).length).toBe(5);
  const second = run([named('second')], { state: other, lease_ms: 60_000 });
  await engine.load(many(5), 1);
  await expect.poll(async () => (await recorded(state, 'all')).length).toBe(10);
  expect(new Set(by)).toEqual(new Set(['first']));
  await first.stop();
  await engine.load(many(5));
  second.wake();
  await expect.poll(async () => (await recorded(state, 'all')).length).toBe(15);
  expect(by.at(-1)).toBe('second');
  expect(byCollector(await recorded(state, 'all'))).toEqual({ main: upTo(15) });
});

test('a runner that was silent for longer than its lease cannot write what it had begun', async () => {
  const { engine, state, path, run } = await newWorld();
  const slow = await FileState.open(path);
  onTestFinished(() => slow.close());
  await engine.load(many(20));
  // The slow one begins its transactions only when it is let: as a process that the system has stopped.
  let held = false;
  let waiting = 0;
  let letGo: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const paused: State = Object.assign(Object.create(slow) as State, {
    transaction: async (work: Parameters<State['transaction']>[0]) => {
      if (held) {
        waiting += 1;
        await gate;
      }
      return slow.transaction(work);
    },
  });
  const lost: string[] = [];
  const first = run(
    [
      recorder('all', {
        handle: async (rows, _upto, transaction) => {
          await record('all', rows, transaction);
          held = true;
        },
      }),
    ],
    { state: paused, page_rows: 5, lease_ms: 100, onError: (_error, what) => lost.push(what) },
  );
  await expect.poll(() => waiting).toBe(1);
  run([recorder('all')], { page_rows: 5 });
  await expect.poll(async () => (await recorded(state, 'all')).length).toBe(20);
  letGo();
  held = false;
  await engine.load(many(5));
  await expect.poll(async () => (await recorded(state, 'all')).length).toBe(25);
  await first.stop();
  expect(byCollector(await recorded(state, 'all'))).toEqual({ main: upTo(25) });
});

test('a slow follower and a failing one delay no other, and the failing one pauses longer after each failure', async () => {
  const { engine, state, run } = await newWorld();
  await engine.load(many(10));
  let release: () => void = () => undefined;
  const stuck = new Promise<void>((resolve) => {
    release = resolve;
  });
  const tries: number[] = [];
  const errors: string[] = [];
  const followers = run(
    [
      { name: 'slow', scope: 'process', tables: ['email_events'], handle: () => stuck },
      recorder('failing', {
        handle: async () => {
          tries.push(performance.now());
          throw new Error('at customer-1');
        },
      }),
      recorder('quick'),
    ],
    { onError: (_error, what) => errors.push(what), random: () => 1, backoff_ms: 40 },
  );
  await expect.poll(async () => (await recorded(state, 'quick')).length).toBe(10);
  await expect.poll(() => tries.length).toBeGreaterThanOrEqual(4);
  // A commit does not cut a pause short.
  followers.wake();
  const pauses = tries.slice(1).map((at, i) => at - tries[i]!);
  for (const [i, pause] of pauses.slice(0, 3).entries()) expect(pause).toBeGreaterThanOrEqual(40 * 2 ** i - 2);
  expect(errors).toContain('follower failing');
  const status = Object.fromEntries(followers.status().map(({ name, ...rest }) => [name, rest]));
  expect(status['quick']).toEqual({ lag_records: 0, lag_s: 0, last_error: '' });
  expect(status['failing']).toMatchObject({ lag_records: 10, last_error: 'at customer-1' });
  expect(status['failing']!.lag_s).toBeGreaterThan(0);
  expect(status['slow']).toMatchObject({ lag_records: 10 });
  release();
});

test('a follower of each process reads the whole log at every start, and is told the position that it has reached', async () => {
  const { engine, run } = await newWorld();
  await engine.load(many(12));
  for (let start = 0; start < 2; start++) {
    const given: string[] = [];
    let upto = 0;
    const followers = run(
      [
        {
          name: 'mine',
          scope: 'process',
          tables: ['identity_links'],
          handle: async (rows, position) => {
            given.push(...rows.map(place));
            upto = position.get('main') ?? 0;
          },
        },
      ],
      { page_rows: 5 },
    );
    const last = 12 + start;
    await expect.poll(() => upto).toBe(last);
    await engine.load([link()]);
    await expect.poll(() => upto).toBe(last + 1);
    expect(given).toHaveLength(start + 1);
    await followers.stop();
  }
});

test('a scheduled run happens when it is due, in one process only, also after a restart', async () => {
  const { state, path, run } = await newWorld();
  const other = await FileState.open(path);
  onTestFinished(() => other.close());
  let now_ms = 1_000_000;
  const clock = (): number => now_ms;
  const ran: string[] = [];
  const hourly = (who: string): Follower => ({
    name: 'hourly',
    every_ms: MS_PER_HOUR,
    run: async (fenced) => {
      ran.push(who);
      await fenced.transaction((transaction) => transaction.put('hours', String(now_ms), who));
    },
  });
  const options = { clock, lease_ms: 60_000 };
  const first = run([hourly('first')], options);
  const second = run([hourly('second')], { ...options, state: other });
  await expect.poll(() => ran.length).toBe(1);
  await Promise.all([first.stop(), second.stop()]);
  const third = run([hourly('third')], options);
  await sleep(5 * SHORT.poll_ms);
  expect(ran).toHaveLength(1);
  await third.stop();
  now_ms += MS_PER_HOUR + 1;
  run([hourly('fourth')], options);
  await expect.poll(() => ran).toEqual([ran[0], 'fourth']);
  await expect.poll(async () => (await state.list('hours')).length).toBe(2);
});

test('a run that takes longer than a lease keeps it, and stops when it is told to', async () => {
  const { state, path, run } = await newWorld();
  const other = await FileState.open(path);
  onTestFinished(() => other.close());
  const ran: string[] = [];
  let now_ms = 1_000_000;
  // Leases end by this clock; they are renewed three times in `lease_ms` of real time.
  const options = { clock: () => now_ms, lease_ms: 60 };
  const long = (who: string): Follower => ({
    name: 'long',
    every_ms: MS_PER_HOUR,
    run: async (_fenced, signal) => {
      ran.push(who);
      await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    },
  });
  const first = run([long('first')], options);
  await expect.poll(() => ran).toEqual(['first']);
  run([long('second')], { ...options, state: other });
  for (let elapsed_ms = 0; elapsed_ms < 5 * options.lease_ms; elapsed_ms += 40) {
    now_ms += 40;
    const renewed = async () => (await state.get<{ until_ms: number }>('leases', 'long'))?.until_ms;
    await expect.poll(renewed).toBe(now_ms + options.lease_ms);
  }
  expect(ran).toEqual(['first']);
  await first.stop();
  await expect.poll(() => ran).toEqual(['first', 'second']);
});

test('a task of each process is done again and again, also after it failed', async () => {
  const { run } = await newWorld();
  let done = 0;
  run([
    {
      name: 'task',
      scope: 'process',
      every_ms: 2,
      run: async () => {
        done += 1;
        if (done === 2) throw new Error('injected');
      },
    },
  ]);
  await expect.poll(() => done).toBeGreaterThan(4);
});
