/** The time of training in a thread of its own, and the delay that it causes in the main thread and for callers of a server. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { quantile, save, show, showRatio } from './report.ts';

/** Seconds for 100,000 rows and 30 features on two cores: the time of a trial, and for boosting a third more. */
const GOALS = { boosting: 10, forest: 20.8 } as const;
const ROUNDS = 5;
const SECONDS = 10;
/** Requests a second, far below the limit of the server, so that requests wait for the processor and not for each other. */
const LOADS = { '/health': 100, '/v1/reports/attribution': 2 } as const;
/** The main thread's delay is sampled at this interval. A shorter delay counts as none. */
const RESOLUTION_MS = 5;
/** As in the product: training has a lower priority than all other work. */
const NICE = 10;

export async function benchLearning(rows: number): Promise<void> {
  console.log(`learning: ${rows} rows, 30 features, 100 trees, in a thread`);
  // Other programs on the machine affect all figures below, and ratios less than the rest.
  const load_average = loadavg()[0]!;
  show('load average of the machine before', load_average.toFixed(1));
  const trained: Record<string, unknown> = {};
  for (const task of ['boosting', 'forest'] as const) {
    const result = await trainBeside(task, rows);
    trained[task] = result;
    showRatio(`${task}: seconds for 100,000 rows`, (result.seconds * 100_000) / rows, { at_most: GOALS[task] });
    show(`${task}: of them on a processor`, result.processor_seconds?.toFixed(2) ?? 'unknown');
    show(`${task}: log loss on new rows`, result.log_loss.toFixed(4));
    show(
      `${task}: main thread late, p99 and most, ms`,
      `${result.late_p99_ms.toFixed(1)}, ${result.late_most_ms.toFixed(1)}`,
    );
  }
  const served = await benchServing(rows);
  save(
    'learning',
    { rows, rounds: ROUNDS, seconds: SECONDS, loads: LOADS, nice: NICE, goals: GOALS },
    { load_average, trained, served },
  );
}

/** Trains in a thread while this thread measures how late its own timers are. */
async function trainBeside(task: keyof typeof GOALS, rows: number) {
  const worker = new Worker(new URL('./learning-worker.js', import.meta.url), {
    workerData: { task, rows, nice: NICE },
    execArgv: [],
  });
  await once(worker, 'message');
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const [result] = (await once(worker, 'message')) as [
    { seconds: number; processor_seconds: number | null; log_loss: number },
  ];
  delay.disable();
  // The histogram holds the whole time between samples.
  const late = (ns: number) => Math.max(0, ns / 1e6 - RESOLUTION_MS);
  return { ...result, late_p99_ms: late(delay.percentile(99)), late_most_ms: late(delay.max) };
}

/** The server's p99 while nothing else happens, and while a thread of its process trains, in turns. */
async function benchServing(rows: number) {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-bench-learning-'));
  const child = fork(new URL('./servers.js', import.meta.url).pathname, ['product', folder], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  try {
    const [server] = (await once(child, 'message')) as [{ address: string; token: string }];
    await fill(server);
    const results: Record<string, unknown> = {};
    for (const [path, per_second] of Object.entries(LOADS)) {
      const times: Record<'idle' | 'training', number[]> = { idle: [], training: [] };
      for (let round = 0; round <= ROUNDS; round++) {
        for (const state of ['idle', 'training'] as const) {
          await train(child, state === 'training' ? { task: 'endless', rows, nice: NICE } : null);
          const asked = await ask(server, path, per_second);
          if (round > 0) times[state].push(...asked); // the first round warms up
        }
      }
      const quantiles = (part: number) => ({
        idle: quantile(times.idle, part),
        training: quantile(times.training, part),
      });
      const [p50, p99] = [quantiles(0.5), quantiles(0.99)];
      show(`${path}: p50 idle and while training, ms`, `${p50.idle.toFixed(1)}, ${p50.training.toFixed(1)}`);
      show(`${path}: p99 idle and while training, ms`, `${p99.idle.toFixed(1)}, ${p99.training.toFixed(1)}`);
      showRatio(`${path}: p99 while training / idle`, p99.training / p99.idle, { at_most: 2 });
      results[path] = { p50_ms: p50, p99_ms: p99, ratio: p99.training / p99.idle };
    }
    return results;
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
    rmSync(folder, { recursive: true, force: true });
  }
}

async function train(child: ChildProcess, task: { task: string; rows: number; nice: number } | null): Promise<void> {
  child.send({ train: task });
  await once(child, 'message');
}

/** A small shop to report on: 2,000 people, four touches and an order each. */
async function fill(server: { address: string; token: string }): Promise<void> {
  const people = Array.from({ length: 2_000 }, (_, i) => i);
  const time = (minutes: number) => new Date(Date.UTC(2026, 0, 1, 0, minutes)).toISOString();
  const touchpoints = people.flatMap((i) =>
    ['email', 'paid_search', 'direct', 'email'].map((channel, k) => ({
      touchpoint_id: `touch-${i}-${k}`,
      customer_id: `customer-${i}`,
      touchpoint_type: 'website_visit',
      channel,
      campaign_id: `campaign-${i % 7}`,
      occurred_at: time(20 * i + k),
    })),
  );
  const conversions = people.map((i) => ({
    conversion_id: `order-${i}`,
    customer_id: `customer-${i}`,
    conversion_type: 'purchase',
    conversion_value: '40.00',
    currency: 'USD',
    occurred_at: time(20 * i + 10),
  }));
  const headers = { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' };
  const post = async (path: string, body: unknown) => {
    const answer = await fetch(server.address + path, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  };
  for (let from = 0; from < touchpoints.length; from += 500) {
    await post('/v1/touchpoints', touchpoints.slice(from, from + 500));
    await post('/v1/conversions', conversions.slice(from / 4, (from + 500) / 4));
  }
  await post('/v1/flush', undefined);
}

/** Milliseconds per answer. It asks at a steady rate and does not wait for earlier answers. */
async function ask(server: { address: string; token: string }, path: string, per_second: number): Promise<number[]> {
  const agent = new Agent({ keepAlive: true });
  const times: number[] = [];
  const asked: Promise<void>[] = [];
  const begin = performance.now();
  for (let i = 0; i < per_second * SECONDS; i++) {
    await sleep(Math.max(0, begin + (i * 1_000) / per_second - performance.now()));
    asked.push(
      one(server, agent, path === '/health' ? path : `${path}?${period(next_period++)}`).then(
        (ms) => void times.push(ms),
      ),
    );
  }
  await Promise.all(asked);
  agent.destroy();
  return times;
}

let next_period = 0;
/** Another period each time, so that no answer was kept before. */
function period(number: number): string {
  const end = new Date(Date.UTC(2026, 1, 1) + 1_000 * number).toISOString();
  return `start=2026-01-01T00:00:00Z&end=${end}&model=linear`;
}

function one(server: { address: string; token: string }, agent: Agent, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    get(server.address + path, { agent, headers: { authorization: `Bearer ${server.token}` } }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`${path}: ${answer.statusCode}`));
      answer.resume().on('end', () => resolve(performance.now() - start));
    }).on('error', reject);
  });
}
