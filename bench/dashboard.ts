/**
 * The first page of the dashboard in Chromium against a server with its histories in memory: how long until it is complete, beside the
 * sum of its questions asked one after the other; how long until another model is painted; and the longest task of the main thread
 * meanwhile. Every round asks for days that were not asked before, so no answer is one that was kept.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { LiveServer, withCopy } from './live-server.ts';
import { median, save, show, showRatio } from './report.ts';
import type { BenchWorld } from './world.ts';

const CHROMIUM = '/usr/bin/chromium';
const ROUNDS = 7;
const FIRST_DAY = Date.parse('2025-06-01');
const DAYS = 30;
const MS_PER_DAY = 86_400_000;
/** Models that pages are switched to; they begin with linear. */
const MODELS = ['last_touch', 'time_decay', 'first_touch', 'position_based'];
/** So often the server is asked, a second apart, whether histories are there. */
const WAITS = 120;

interface Round {
  complete_ms: number;
  questions_ms: number;
  headline_ms: number;
  switch_ms: number;
  longest_task_ms: number;
}

export async function benchDashboard(folder: string, world: BenchWorld): Promise<void> {
  console.log(`dashboard: ${world.touchpoints} touchpoints, ${ROUNDS} rounds, ${DAYS} days`);
  await withCopy(folder, world, async (data) => {
    const server = await LiveServer.start(data);
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
    try {
      tell(world, await measure(server, browser));
    } finally {
      await browser.close();
      await server.stop();
    }
  });
}

async function measure(server: LiveServer, browser: Browser): Promise<Round[]> {
  for (let asked = 0; asked < WAITS; asked++) {
    if ((await server.report(periodOf(-1 - asked))).served_by !== 'sql') break;
    await sleep(1_000);
  }
  const key = await server.makeReader('dashboard');
  const context = await browser.newContext({ viewport: { width: 1_360, height: 900 } });
  await signIn(context, server.address, key);
  const rounds: Round[] = [];
  // The first round compiles the page and is not counted.
  for (let round = 0; round <= ROUNDS; round++) {
    const measured = await measureRound(server, browser, context, round);
    if (round > 0) rounds.push(measured);
  }
  return rounds;
}

async function signIn(context: BrowserContext, address: string, key: string): Promise<void> {
  const page = await context.newPage();
  await page.goto(address);
  await page.getByLabel('Key').fill(key);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('#content h1').waitFor();
  await page.close();
}

/** Days that begin so many days after the first one. */
function periodOf(offset: number): Record<'start' | 'end', string> {
  const day = (days: number): string => new Date(FIRST_DAY + days * MS_PER_DAY).toISOString().slice(0, 10);
  return { start: day(offset), end: day(offset + DAYS) };
}

async function measureRound(
  server: LiveServer,
  browser: Browser,
  context: BrowserContext,
  round: number,
): Promise<Round> {
  const page = await context.newPage();
  const questions: string[] = [];
  page.on('request', (request) => {
    const { pathname, search } = new URL(request.url());
    if (pathname.startsWith('/v1/reports/')) questions.push(pathname + search);
  });
  const period = periodOf(2 * round);
  await page.goto(`${server.address}/?currency=USD&model=linear&${new URLSearchParams(period)}`);
  const complete_ms = await settled(page);
  const asked = [...questions];
  await browser.startTracing(page, { categories: ['devtools.timeline', 'toplevel', '__metadata'] });
  const switched = await switchModel(page, MODELS[round % MODELS.length]!);
  const longest_task_ms = longestTask((await browser.stopTracing()).toString());
  await page.close();
  return {
    complete_ms,
    questions_ms: await askAll(server, asked, period, periodOf(2 * round + 1)),
    ...switched,
    longest_task_ms,
  };
}

/** Waits until nothing of the page is loading. @returns milliseconds since the navigation began. */
function settled(page: Page): Promise<number> {
  return page.evaluate(`new Promise((resolve) => {
    const look = () => document.querySelector('#content h1') && !document.querySelector('.loading, .stale') && document.querySelector('.trend')
      ? resolve(performance.now()) : requestAnimationFrame(look);
    look();
  })`);
}

/** Chooses a model. @returns the milliseconds until the headline and until all of the page are painted anew. */
function switchModel(page: Page, model: string): Promise<{ headline_ms: number; switch_ms: number }> {
  return page.evaluate(`new Promise((resolve) => {
    const select = [...document.querySelectorAll('.choice select')].find((one) => [...one.options].some(({ value }) => value === 'linear'));
    const was = document.querySelector('.headline').textContent;
    const began = performance.now();
    let headline_ms = null;
    let waited = false;
    select.value = ${JSON.stringify(model)};
    select.dispatchEvent(new Event('change', { bubbles: true }));
    const look = () => {
      const now = performance.now() - began;
      const waits = document.querySelector('.loading, .stale') !== null;
      waited ||= waits;
      if (headline_ms === null && document.querySelector('.headline').textContent !== was) headline_ms = now;
      if ((waited || headline_ms !== null) && !waits) requestAnimationFrame(() => resolve({ headline_ms: headline_ms ?? now, switch_ms: performance.now() - began }));
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  })`);
}

/** The time of the same questions about other days, one after the other. */
async function askAll(
  server: LiveServer,
  questions: readonly string[],
  { start, end }: { start: string; end: string },
  other: { start: string; end: string },
): Promise<number> {
  let ms = 0;
  for (const question of new Set(questions)) {
    const answer = await server.call(
      'GET',
      question.replace(`start=${start}`, `start=${other.start}`).replace(`end=${end}`, `end=${other.end}`),
    );
    if (answer.status !== 200) throw new Error(`${question}: ${answer.status} ${answer.text.slice(0, 200)}`);
    ms += answer.ms;
  }
  return ms;
}

interface TraceEvent {
  name: string;
  ph: string;
  pid: number;
  tid: number;
  /** Microseconds. */
  dur?: number;
  args?: { name?: string };
}

/** The longest task of the main threads of pages, in ms. */
function longestTask(trace: string): number {
  const { traceEvents: events } = JSON.parse(trace) as { traceEvents: TraceEvent[] };
  const main = new Set(
    events
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid} ${tid}`),
  );
  const tasks = events.filter(({ name, pid, tid }) => name.endsWith('RunTask') && main.has(`${pid} ${tid}`));
  if (tasks.length === 0) throw new Error('dashboard: the trace has no task of the page');
  return Math.max(...tasks.map(({ dur = 0 }) => dur)) / 1_000;
}

function tell(world: BenchWorld, rounds: readonly Round[]): void {
  const of = (name: keyof Round): number => median(rounds.map((round) => round[name]));
  showRatio('overview complete, median, ms', of('complete_ms'), { at_most: 1_000 });
  show('its questions one after the other, median', `${of('questions_ms').toFixed(0)} ms`);
  showRatio('overview / its questions', median(rounds.map((one) => one.complete_ms / one.questions_ms)), {
    at_most: 3,
  });
  showRatio('another model until the headline is painted, median, ms', of('headline_ms'), { at_most: 300 });
  show('another model until all of the page is painted, median', `${of('switch_ms').toFixed(0)} ms`);
  showRatio('longest task of the main thread meanwhile, median, ms', of('longest_task_ms'), { at_most: 100 });
  save('dashboard', { world, rounds: ROUNDS, days: DAYS }, { rounds });
}
