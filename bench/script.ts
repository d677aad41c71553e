/**
 * The processor time that the script for pages takes of a page's main thread, in Chromium with a slowed processor. The page loads it from
 * the built file; its beacons go to a server that only says yes. Two other scripts are measured in turns with it: one that does nothing,
 * and one that only sends a beacon, which is what the browser itself takes for any script that sends something.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { type Browser, chromium } from 'playwright-core';
import { median, save, show, showRatio } from './report.ts';

const CHROMIUM = '/usr/bin/chromium';
const SCRIPT = new URL('../dist/browser/t.js', import.meta.url);
const SLOWDOWNS = [1, 4, 6];
const GOAL_MS = 5;
/** The browser compiles a script anew in each context. */
const ROUNDS = 15;
/** Scripts to compare with, by the page that loads them. */
const OTHERS: Readonly<Record<string, string>> = {
  nothing: '0',
  beacon: "setTimeout(() => navigator.sendBeacon('/v1/touchpoints?key=k', '[{}]'), 400)",
};
const LANDING = '/?utm_source=news&utm_medium=email&ct=01JNP8Q0ZD4W4T4S9V0K3M7XRB';
/** The trace of a page view, of a change of its address, and of the batch with both. */
const WATCHED_MS = 1_500;

interface TraceEvent {
  name: string;
  /** Microseconds of the thread, without those in which it waits for a processor. */
  tdur?: number;
  args?: { data?: { url?: string } };
}

export async function benchScript(scale: number): Promise<void> {
  const script = readFileSync(SCRIPT);
  const size = { bytes: script.length, packed_bytes: gzipSync(script, { level: 9 }).length };
  console.log(`script: ${size.bytes} bytes, ${size.packed_bytes} packed with gzip`);
  const server = createServer(({ url, method }, response) => {
    const other = url!.slice('/t.js?'.length);
    if (url!.startsWith('/t.js')) response.setHeader('content-type', 'text/javascript').end(OTHERS[other] ?? script);
    else if (method === 'POST') response.writeHead(202).end();
    else {
      const source = url!.slice(1) in OTHERS ? `/t.js?${url!.slice(1)}` : '/t.js';
      const element = `<script defer src="${source}" data-key="k" data-allow-automation></script>`;
      response.setHeader('content-type', 'text/html').end(`<!doctype html><title>shop</title>${element}`);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
  const rounds = Math.max(1, Math.round(ROUNDS * scale));
  const measured: Record<string, number[]> = {};
  try {
    for (const slowdown of SLOWDOWNS) {
      const times: number[] = [];
      const others = Object.keys(OTHERS).map((name) => ({ name, times: [] as number[] }));
      for (let round = 0; round < rounds; round++) {
        times.push(await mainThreadMs(browser, origin + LANDING, slowdown));
        for (const other of others) other.times.push(await mainThreadMs(browser, `${origin}/${other.name}`, slowdown));
      }
      measured[`${slowdown}x`] = times;
      for (const other of others) {
        measured[`${other.name}_${slowdown}x`] = other.times;
        const below = median(other.times);
        const share = `the script takes ${(median(times) - below).toFixed(2)} ms more, ${(median(times) / below).toFixed(1)} times`;
        show(`${other.name} alone, ${slowdown}x slower, median, ms`, `${below.toFixed(2)} (${share})`);
      }
      showRatio(`main thread, processor ${slowdown}x slower, median, ms`, median(times), { at_most: GOAL_MS });
    }
    show('rounds', String(rounds));
  } finally {
    await browser.close();
    server.close();
  }
  save('script', { ...size, rounds }, { main_thread_ms: measured });
}

/** The time of the script's own tasks: compiling it, running it, and what it does at timers and changes of the address. */
async function mainThreadMs(browser: Browser, url: string, slowdown: number): Promise<number> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
  await browser.startTracing(page, { categories: ['devtools.timeline', 'v8.compile'] });
  await page.goto(url);
  await page.waitForTimeout(WATCHED_MS);
  const trace = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  await context.close();
  const own = trace.traceEvents.filter(({ name, args }) => OWN_TASKS.has(name) && args?.data?.url?.includes('/t.js'));
  if (own.length === 0) throw new Error('script: the trace has no task of the script; did it load?');
  return own.reduce((sum, { tdur = 0 }) => sum + tdur, 0) / 1_000;
}

/** `FunctionCall` is a callback, `EvaluateScript` holds the compilation of a script without a code cache. */
const OWN_TASKS: ReadonlySet<string> = new Set(['EvaluateScript', 'FunctionCall']);
