/** kill -9 at every stage of a server's life. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PourOptions } from './clients.ts';
import type { Scenario, Size } from './harness.ts';
import { ended, hasEnded, Server } from './server.ts';
import { type Stage, type StartSettings, waitFor } from './stage.ts';

/** Many small loads and segments, so that a kill falls into many different moments. */
const SMALL_STEPS = { limits: { batch_records: 100, segment_bytes: 200_000 } };
const BACKLOG: Record<Size, number> = { small: 1_500, deep: 15_000, full: 30_000 };
/** Kills while it accepts, at one point of the program, with a backlog, and while it starts. */
const KILLS_OF = {
  accepting: { small: 4, deep: 10, full: 50 },
  point: { small: 1, deep: 3, full: 15 },
  backlog: { small: 1, deep: 2, full: 10 },
  starting: { small: 3, deep: 4, full: 20 },
} satisfies Record<string, Record<Size, number>>;

/** Starts again after a kill; the time until everything is queryable. */
async function restart(stage: Stage): Promise<{ server: Server; recovery_ms: number }> {
  const since = performance.now();
  const server = await stage.start();
  return { server, recovery_ms: await stage.recovered(server, since) };
}

const accepting: Scenario = {
  fault: 'kill -9 while accepting, at any moment',
  quick: true,
  run: async (stage, size) => {
    const kills = KILLS_OF.accepting[size];
    for (let round = 0; round < kills; round++) {
      const server = await stage.start();
      await stage.clients.repeatUnanswered(server);
      const pouring = stage.clients.pour(server);
      // Any moment: while writing, while loading, between the two.
      await sleep(50 + ((round * 397) % 900));
      await server.kill();
      await pouring.stop();
    }
    return { ...(await restart(stage)), note: `${kills} kills` };
  },
};

/** A scenario in which the server ends by itself at a point within. */
function diesAt(fault: string, point: string, after: [number, number], within_ms: number): Scenario {
  return {
    fault,
    run: async (stage, size) => {
      const kills = KILLS_OF.point[size];
      stage.configure(SMALL_STEPS);
      for (let round = 0; round < kills; round++) {
        const settings: StartSettings = {
          preload: 'die-at.mjs',
          env: {
            TRIBUTARY_DIE_AT: point,
            TRIBUTARY_DIE_AFTER: String(Math.round(stage.between(...after))),
            TRIBUTARY_DIE_WITHIN_MS: String(stage.between(0, within_ms)),
          },
        };
        // A rest between requests leaves the loader its turns.
        await pourUntilDead(stage, settings, point === 'synced' ? {} : { clients: 2, pause_ms: 20 });
      }
      return { ...(await restart(stage)), note: `${kills} kills` };
    },
  };
}

async function pourUntilDead(stage: Stage, settings: StartSettings, load: PourOptions): Promise<void> {
  const child = stage.launch(settings);
  let server: Server;
  try {
    server = await Server.listening(child, stage.data);
  } catch (error) {
    // It may die of what the last one left in the spool, before it listens.
    if (hasEnded(child)) return;
    throw error;
  }
  const pouring = stage.clients.pour(server, load);
  await server.gone;
  await pouring.stop();
  if (server.child.signalCode !== 'SIGKILL') throw new Error(`the server ended by itself: ${server.child.exitCode}`);
}

const loading: Scenario = {
  fault: 'kill -9 while loading a long backlog',
  run: async (stage, size) => {
    const kills = KILLS_OF.backlog[size];
    stage.configure(SMALL_STEPS);
    let server = await stage.start();
    await stage.pileUp(server, BACKLOG[size]);
    const left: number[] = [];
    for (let round = 0; round < kills; round++) {
      const before = (await server.metrics())['committed_log_seq'] ?? 0;
      await waitFor(async () => {
        const { committed_log_seq = 0 } = await server.metrics();
        return committed_log_seq > before ? true : undefined;
      }, 'loading to go on');
      await sleep(stage.between(0, 100));
      left.push((await server.metrics())['lag_records'] ?? 0);
      await server.kill();
      server = await stage.start();
      if (left.at(-1)! < BACKLOG[size] / 2) await stage.pileUp(server, BACKLOG[size]);
    }
    await server.kill();
    const note = `${kills + 1} kills with ${Math.min(...left)} records or more left to load`;
    return { ...(await restart(stage)), note, problems: Math.min(...left) === 0 ? ['nothing was left to load'] : [] };
  },
};

const draining: Scenario = {
  fault: 'kill -9 while shutting down, the spool not yet loaded',
  run: async (stage, size) => {
    const kills = KILLS_OF.backlog[size];
    stage.configure(SMALL_STEPS);
    let within = 0;
    for (let round = 0; round < kills; round++) {
      const server = await stage.start();
      await stage.pileUp(server, BACKLOG[size]);
      const pouring = stage.clients.pour(server);
      server.signal('SIGTERM');
      await sleep(stage.between(20, 400));
      if (server.alive) within += 1;
      await server.kill();
      await pouring.stop();
    }
    return {
      ...(await restart(stage)),
      note: `${within} of ${kills} kills while it drained`,
      problems: within === 0 ? ['every server had drained before it was killed'] : [],
    };
  },
};

const starting: Scenario = {
  fault: 'kill -9 while starting over a backlog',
  run: async (stage, size) => {
    const kills = KILLS_OF.starting[size];
    stage.configure(SMALL_STEPS);
    const server = await stage.start();
    await stage.pileUp(server, BACKLOG[size]);
    await server.kill();
    // The filter of known ids is then made from the log, which is one step more to be killed in.
    rmSync(join(stage.data, 'known-ids.bloom'), { force: true });
    let early = 0;
    for (let round = 0; round < kills; round++) {
      const child = stage.launch();
      await sleep(stage.between(150, 3_500));
      if (!existsSync(join(stage.data, 'server.json'))) early += 1;
      child.kill('SIGKILL');
      await ended(child);
    }
    return { ...(await restart(stage)), note: `${early} of ${kills} kills before it listened` };
  },
};

export const KILLS: Scenario[] = [
  accepting,
  diesAt('kill -9 between fdatasync and answer', 'synced', [2, 200], 0),
  loading,
  diesAt('kill -9 within a commit and its checkpoint', 'committing', [3, 30], 12),
  diesAt('kill -9 between a commit and its bookkeeping', 'committed', [3, 30], 0),
  draining,
  starting,
];
