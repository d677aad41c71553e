/** The reader of a server's log stalls until the pipe is full, and then dies. */
import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario } from './harness.ts';
import { Server } from './server.ts';
import { waitFor } from './stage.ts';

const dying: Scenario = {
  fault: 'a stalled reader of the log that dies',
  run: async (stage) => {
    const path = join(stage.folder, 'pipe');
    execFileSync('mkfifo', [path]);
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const writer = openSync(path, 'w');
    const child = stage.launch({ output: writer, env: { TRIBUTARY_LOG_LEVEL: 'debug' } });
    closeSync(writer);
    const server = await Server.listening(child, stage.data);
    const pouring = stage.clients.pour(server, { items: 2 });
    const problems: string[] = [];
    const lost = async (): Promise<number> => (await server.metrics())['log_lines_lost_total'] ?? 0;
    const first_lost = await waitFor(async () => (await lost()) || undefined, 'the pipe to be full');
    await sleep(500);
    const stalled = await lost();
    if (stalled <= first_lost) problems.push('the lines of the stalled time were not counted');
    const since = performance.now();
    closeSync(reader);
    await sleep(1_000);
    await pouring.stop();
    if (!server.alive) problems.push('the server ended');
    const after = await lost();
    if (after <= stalled) problems.push('no line was written after the reader died');
    return {
      server,
      recovery_ms: await stage.recovered(server, since),
      note: `${stalled} lines lost while it stalled, ${after - stalled} after it died, both told in the metrics`,
      problems,
    };
  },
};

export const DYING_LOG_READERS: Scenario[] = [dying];
