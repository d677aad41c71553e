/** Loading a spool that a server finds when it starts, by this checkout and, if asked, by another one in turns. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { median, save, show } from './report.ts';
import { event, message } from './under-test.ts';

const ROUNDS = 3;

/** What loading took, from the opening of the folder until all is loaded. */
interface CaughtUp {
  elapsed_ms: number;
  /** Of all threads. */
  processor_ms: number;
  /** The time in which the event loop was not idle. */
  loop_ms: number;
}

/** @param beside another checkout, which is built. */
export async function benchCatchUp(records: number, beside: string | undefined): Promise<void> {
  console.log(`catch-up: loading a spool of ${records} touchpoints, medians of ${ROUNDS} rounds in turns`);
  const here = new URL('..', import.meta.url).pathname;
  const checkouts = beside === undefined ? [here] : [here, resolve(beside)];
  const all = checkouts.map((): CaughtUp[] => []);
  for (let round = 0; round < ROUNDS; round++)
    for (const [i, checkout] of checkouts.entries()) all[i]!.push(await catchUp(records, checkout));
  for (const [i, name] of ['this checkout', 'the other checkout'].slice(0, all.length).entries())
    for (const figure of ['elapsed_ms', 'processor_ms', 'loop_ms'] as const)
      show(`${name}: ${figure}`, median(all[i]!.map((one) => one[figure])).toFixed(0));
  save('catch-up', { records, rounds: ROUNDS }, { here: all[0], ...(all[1] && { beside: all[1] }) });
}

async function catchUp(records: number, checkout: string): Promise<CaughtUp> {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-bench-catch-up-'));
  try {
    const program = new URL('./catch-up.js', import.meta.url).pathname;
    // As bin/tributary.js does.
    const env = { ...process.env, UV_THREADPOOL_SIZE: '16' };
    const child = spawn(process.execPath, [program, folder, String(records), checkout], {
      env,
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const gone = new Promise((done) => child.once('exit', done));
    child.send(event('replaced'));
    const { loaded, ...taken } = await message<CaughtUp & { loaded: number }>(child);
    await gone;
    if (loaded !== records) throw new Error(`${loaded} of ${records} records were loaded`);
    return taken;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
