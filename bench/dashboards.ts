/**
 * Many people with a dashboard: clients, each with a key of its own, that ask different questions of one server and think between
 * them, while events come in and a prober asks for /health. All of it runs on the same machine, the clients in this process.
 */
import { setMaxListeners } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../src/domain/random.ts';
import { question } from './cold-start.ts';
import { drawFromWallOrOwn, SHARED_PART } from './dashboard-questions.ts';
import { EventStream } from './event-stream.ts';
import { type Answer, LiveServer, withCopy } from './live-server.ts';
import { quantile, save, show, showRatio } from './report.ts';
import type { BenchWorld } from './world.ts';

const CLIENTS = 50;
const EVENTS_PER_SECOND = 2_000;
/** How long a client looks at an answer, in ms. */
const THINKING_MS = [1_000, 3_000] as const;
const HEALTH_EVERY_MS = 100;
/** Answers of this time at the beginning are not counted. */
const WARM_UP_SECONDS = 10;
/** So often the server is asked, a second apart, whether histories are there. */
const WAITS = 120;
/** What one client saw. */
interface Seen {
  answers: Array<{ ms: number; served_by: string; question: string; as_of: string }>;
  /** Answers that are no report, by status. */
  others: Record<string, number>;
  /** Questions that had no answer at the end, and how long they had waited. */
  unfinished_ms: number[];
}

export async function benchDashboards(folder: string, world: BenchWorld, seconds: number): Promise<void> {
  console.log(
    `dashboards: ${CLIENTS} clients that think ${THINKING_MS[0] / 1_000} to ${THINKING_MS[1] / 1_000} s, ${EVENTS_PER_SECOND} events a second, ${world.touchpoints} touchpoints, ${seconds} s`,
  );
  await withCopy(folder, world, async (data) => {
    const server = await LiveServer.start(data);
    try {
      await measure(server, world, seconds);
    } finally {
      await server.stop();
    }
  });
}

async function measure(server: LiveServer, world: BenchWorld, seconds: number): Promise<void> {
  // The first report joins persons from the log, and histories are filled.
  for (let asked = 0; asked < WAITS; asked++) {
    if ((await server.report(question(asked))).served_by !== 'sql') break;
    await sleep(1_000);
  }
  const keys = await Promise.all(Array.from({ length: CLIENTS }, (_, i) => server.makeReader(`client ${i}`)));
  const warm_up_s = Math.min(WARM_UP_SECONDS, seconds / 5);
  const counted_from = performance.now() + warm_up_s * 1_000;
  const end = new AbortController();
  setMaxListeners(0, end.signal);
  const late = monitorEventLoopDelay({ resolution: 5 });
  late.enable();
  const stream = new EventStream(server, world, EVENTS_PER_SECOND);
  const health = probe(server, counted_from, end.signal);
  const clients = keys.map((key, number) => client({ server, key, number, counted_from, end: end.signal }));
  await sleep((warm_up_s + seconds) * 1_000);
  end.abort();
  const seen = await Promise.all(clients);
  const health_ms = await health;
  await stream.stop();
  late.disable();
  tell({ seen, health_ms, stream, late_p99_ms: late.percentile(99) / 1e6, seconds: warm_up_s + seconds, world });
}

interface Told {
  seen: readonly Seen[];
  health_ms: readonly number[];
  stream: EventStream;
  late_p99_ms: number;
  seconds: number;
  world: BenchWorld;
}

function tell({ seen, health_ms, stream, late_p99_ms, seconds, world }: Told): void {
  const answers = seen.flatMap((one) => one.answers);
  const unfinished_ms = seen.flatMap((one) => one.unfinished_ms);
  const others = total(seen.map((one) => one.others));
  const served_by = total(answers.map((answer) => ({ [answer.served_by]: 1 })));
  // A question that still waits at the end took at least that long.
  const times = [...answers.map(({ ms }) => ms), ...unfinished_ms];
  const [p50_ms, p95_ms, p99_ms] = [0.5, 0.95, 0.99].map((part) => quantile(times, part)) as [number, number, number];
  const worked_out = new Set(answers.map(({ question, as_of }) => `${question} ${as_of}`)).size;
  show('reports answered', `${answers.length}, by ${JSON.stringify(served_by)}`);
  show('reports without an answer at the end', String(unfinished_ms.length));
  const refused = Object.values(others).reduce((sum, n) => sum + n, 0);
  showRatio(`reports refused ${JSON.stringify(others)}`, refused, { at_most: 0 });
  show(
    'different questions and positions, so the other answers were shared',
    `${worked_out}, ${answers.length - worked_out}`,
  );
  show('report: p50, p99', `${p50_ms.toFixed(0)}, ${p99_ms.toFixed(0)} ms`);
  showRatio('report: p95, ms', p95_ms, { at_most: 500 });
  showRatio('/health: p99, ms', quantile(health_ms, 0.99), { at_most: 50 });
  show('events accepted a second, and refused', `${(stream.accepted / seconds).toFixed(0)}, ${stream.refused}`);
  show('event requests: p99', `${quantile(stream.times_ms, 0.99).toFixed(0)} ms`);
  show('the clients themselves were late: p99', `${late_p99_ms.toFixed(0)} ms`);
  save(
    'dashboards',
    {
      world,
      clients: CLIENTS,
      thinking_ms: THINKING_MS,
      events_per_second: EVENTS_PER_SECOND,
      shared_part: SHARED_PART,
      seconds,
    },
    {
      answers: answers.length,
      served_by,
      others,
      unfinished_ms,
      shared: answers.length - worked_out,
      p50_ms,
      p95_ms,
      p99_ms,
      health_p50_ms: quantile(health_ms, 0.5),
      health_p99_ms: quantile(health_ms, 0.99),
      events_accepted: stream.accepted,
      events_refused: stream.refused,
      clients_late_p99_ms: late_p99_ms,
    },
  );
}

interface Client {
  server: LiveServer;
  key: string;
  number: number;
  counted_from: number;
  end: AbortSignal;
}

/** Asks, thinks, and asks again. */
async function client({ server, key, number, counted_from, end }: Client): Promise<Seen> {
  const random = new Random(12, 'dashboard', number);
  const seen: Seen = { answers: [], others: {}, unfinished_ms: [] };
  const think = (): Promise<unknown> => sleep(random.between(...THINKING_MS), undefined, { signal: end });
  try {
    await sleep(random.between(0, THINKING_MS[1]), undefined, { signal: end });
    for (;;) {
      const question = String(new URLSearchParams(drawFromWallOrOwn(random)));
      const start = performance.now();
      const answer = await server
        .call('GET', `/v1/reports/attribution?${question}`, { key, signal: end })
        .catch((error: unknown) => {
          if (end.aborted) seen.unfinished_ms.push(performance.now() - start);
          throw error;
        });
      if (start >= counted_from) note(seen, question, answer);
      await think();
    }
  } catch (error) {
    if (end.aborted) return seen;
    throw error;
  }
}

function note(seen: Seen, question: string, { status, ms, served_by, text }: Answer): void {
  if (status !== 200) seen.others[status] = (seen.others[status] ?? 0) + 1;
  else seen.answers.push({ ms, served_by, question, as_of: /"as_of":\s*"([^"]*)"/.exec(text)?.[1] ?? '' });
}

/** The times of /health, asked at a steady rate without waiting for earlier answers. */
async function probe(server: LiveServer, counted_from: number, end: AbortSignal): Promise<number[]> {
  const times: number[] = [];
  const asked: Promise<void>[] = [];
  for (let at = performance.now(); !end.aborted; at += HEALTH_EVERY_MS) {
    await sleep(Math.max(0, at - performance.now()));
    if (at < counted_from) continue;
    asked.push(server.call('GET', '/health').then(({ ms }) => void times.push(ms)));
  }
  await Promise.all(asked);
  return times;
}

function total(counts: ReadonlyArray<Record<string, number>>): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const count of counts) for (const [name, n] of Object.entries(count)) sums[name] = (sums[name] ?? 0) + n;
  return sums;
}
