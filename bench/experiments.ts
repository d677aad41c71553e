/**
 * The time to put one person into an arm, with and without the record on disk, beside that of one event, of a bare write to the same disk
 * and of bare routes in the same process; and that of a send list.
 */
import { mkdtempSync, rmSync, writeSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import fastify, { type FastifyInstance } from 'fastify';
import { makeConfig } from '../src/config.ts';
import { buildApp } from '../src/server/app.ts';
import { KeyRing } from '../src/server/keys.ts';
import { type CollectingTributary, openTributary } from '../src/tributary.ts';
import { median, quantile, save, show } from './report.ts';

const CALLER = { key_brand_id: null };
/** The figures are medians over so many rounds. */
const ROUNDS = 5;
/** Calls before the first round, that compile the code. */
const WARM_CALLS = 200;
const TOUCH = { touchpoint_type: 'website_visit', url: 'https://shop.example/' };
const KEY = 'write-key-of-the-bench';
/** As long as the line of one assignment in the log. */
const LINE = Buffer.alloc(300, 'a');
const LABELS: Record<string, string> = {
  decided: 'one person, decided',
  disk: 'a bare write and fdatasync',
  written: 'one person, written to disk',
  event: 'one event, written to disk',
  bare_route: 'over HTTP: a bare route',
  bare_disk_route: 'over HTTP: a bare route that writes and syncs',
  trial_route: 'over HTTP: one person, decided',
  assign_route: 'over HTTP: one person, written to disk',
  event_route: 'over HTTP: one event, written to disk',
};
/** What is measured, and the floor of this machine that it stands on. */
const RATIOS = [
  ['written', 'disk'],
  ['event', 'disk'],
  ['trial_route', 'bare_route'],
  ['assign_route', 'bare_disk_route'],
  ['event_route', 'bare_disk_route'],
] as const;
const WHICH = { brand_id: 'default', experiment_id: 'bench' };

type Times = Record<string, number[]>;

export async function benchExperiments(calls: number): Promise<void> {
  console.log(`experiments: ${calls} people one by one, in turns with events and bare writes, then lists of 10,000`);
  const folder = mkdtempSync(join(tmpdir(), 'tributary-experiments-'));
  const tributary = (await openTributary({ folder, config: makeConfig({}) })) as CollectingTributary;
  const file = await open(join(folder, 'bare'), 'a');
  const servers = await listen(tributary, folder, file);
  try {
    await plan(tributary, calls);
    const each = Math.max(1, Math.ceil(calls / ROUNDS));
    const rounds: Times = {};
    for (let round = 0; round <= ROUNDS; round++) {
      const is_warm = round > 0;
      const n = is_warm ? each : Math.min(each, WARM_CALLS);
      const times = { ...(await inTurns(tributary, file, n, round)), ...(await overHttp(servers, n, round)) };
      if (!is_warm) continue;
      for (const [name, list] of Object.entries(times))
        for (const percent of [50, 99]) {
          const figure = `${name}_p${percent}_ms`;
          rounds[figure] = [...(rounds[figure] ?? []), quantile(list, percent / 100)];
        }
    }
    const figures = Object.fromEntries(Object.entries(rounds).map(([name, values]) => [name, median(values)]));
    for (const [name, label] of Object.entries(LABELS))
      show(`${label}, 50 and 99 %`, [50, 99].map((p) => figures[`${name}_p${p}_ms`]!.toFixed(2)).join(' and ') + ' ms');
    for (const [name, floor] of RATIOS) {
      const over = rounds[`${name}_p99_ms`]!.map((value, i) => value / rounds[`${floor}_p99_ms`]![i]!);
      figures[`${name}_over_${floor}_p99`] = median(over);
      show(`${LABELS[name]} / ${LABELS[floor]}, 99 %`, median(over).toFixed(2));
    }
    for (const trial of [true, false]) {
      const name = trial ? 'decided' : 'written';
      const list = Array.from({ length: 10_000 }, (_, i) => ({ customer_id: `list-${name}-${i}` }));
      const start = performance.now();
      await tributary.experiments.assign(WHICH, list, { trial, caller: CALLER });
      figures[`list_${name}_ms`] = performance.now() - start;
      show(`list of 10,000, ${name}`, `${figures[`list_${name}_ms`]!.toFixed(0)} ms`);
    }
    save('experiments', { calls }, figures);
  } finally {
    await servers.bare.close();
    await servers.app.close();
    await file.close();
    await tributary.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function plan({ experiments }: CollectingTributary, planned_people: number): Promise<void> {
  const now_ms = Date.now();
  const input = {
    ...{ experiment_id: 'bench', name: 'bench', scope: 'campaign', control: 'holdout', planned_people },
    arms: { holdout: 0.1, treated: 0.9 },
    starts_at: new Date(now_ms - 60_000).toISOString(),
    ends_at: new Date(now_ms + 86_400_000).toISOString(),
  };
  await experiments.accept('bench', [{ record: 'experiments', input }], CALLER);
}

async function sync(file: FileHandle): Promise<void> {
  writeSync(file.fd, LINE);
  await file.datasync();
}

/** In turns, so that what else the machine does meets all of them. */
async function inTurns(tributary: CollectingTributary, file: FileHandle, n: number, round: number): Promise<Times> {
  const { experiments, collector } = tributary;
  const assign = (customer_id: string, trial: boolean) =>
    experiments.assign(WHICH, [{ customer_id }], { trial, caller: CALLER });
  const work: Record<string, (id: string) => Promise<unknown>> = {
    decided: (id) => assign(`decided-${id}`, true),
    disk: () => sync(file),
    written: (id) => assign(`written-${id}`, false),
    event: (id) => {
      const input = { ...TOUCH, anonymous_id: `visitor-${id}`, occurred_at: new Date().toISOString() };
      return collector.accept({ source: 'bench', drafts: [{ record: 'touchpoints', input }] }, CALLER);
    },
  };
  const times: Times = Object.fromEntries(Object.keys(work).map((name) => [name, []]));
  for (let i = 0; i < n; i++)
    for (const [name, one] of Object.entries(work)) {
      const start = performance.now();
      await one(`${round}-${i}`);
      times[name]!.push(performance.now() - start);
    }
  return times;
}

interface Servers {
  app: FastifyInstance;
  bare: FastifyInstance;
}

/** The product, and a server of bare routes, both in this process. */
async function listen(tributary: CollectingTributary, folder: string, file: FileHandle): Promise<Servers> {
  const app = buildApp(tributary, await KeyRing.open(tributary.state, folder, { TRIBUTARY_WRITE_KEY: KEY }), {
    log_level: 'silent',
  });
  const bare = fastify();
  const answer = { experiment_id: 'bench', arm: 'treated', held_out_by: null };
  bare.post('/bare', async () => answer);
  bare.post('/bare-disk', async () => {
    await sync(file);
    return answer;
  });
  for (const one of [app, bare]) await one.listen({ host: '127.0.0.1', port: 0 });
  return { app, bare };
}

/** The client has a thread of its own, so that it does not hold up the event loop of the servers. */
function overHttp({ app, bare }: Servers, calls: number, round: number): Promise<Times> {
  const portOf = (one: FastifyInstance): number => (one.server.address() as { port: number }).port;
  const authorization = `Bearer ${KEY}`;
  const [port, bare_port] = [portOf(app), portOf(bare)];
  const path = '/v1/experiments/bench/assign';
  const touch = JSON.stringify({ ...TOUCH, anonymous_id: 'ID', occurred_at: new Date().toISOString() });
  const of = (name: string, at: number, to: string, body: string) => ({
    ...{ name, port: at, path: to, body, authorization },
  });
  const person = '{"customer_id":"ID"}';
  const routes = [
    of('bare_route', bare_port, '/bare', person),
    of('bare_disk_route', bare_port, '/bare-disk', person),
    of('trial_route', port, path, '{"customer_id":"ID","trial":true}'),
    of('assign_route', port, path, person),
    of('event_route', port, '/v1/touchpoints', touch),
  ];
  const worker = new Worker(new URL('./assign-client.js', import.meta.url), { workerData: { routes, calls, round } });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}
