/** A second server on the data folder of one that runs, or that is stopped. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { onBothEngines } from './engines.ts';
import type { Scenario } from './harness.ts';
import { ended } from './server.ts';

export const SECOND_SERVERS: Scenario[] = onBothEngines({
  fault: 'a second server on the same folder',
  run: async (stage, _size, warehouse) => {
    const first = await stage.start();
    const pouring = stage.clients.pour(first, { clients: 2, pause_ms: 10 });
    // Another warehouse: only the folder can tell that it is in use.
    const other = warehouse('other') ?? `duckdb:${join(stage.folder, 'other.duckdb')}`;
    const problems: string[] = [];
    const trySecond = async (when: string): Promise<void> => {
      const second = stage.launch({ env: { TRIBUTARY_WAREHOUSE: other } });
      await ended(second);
      if (second.exitCode === 0 || second.exitCode === null)
        problems.push(`the second server ended with ${second.exitCode} while the first ${when}`);
    };
    await trySecond('ran');
    first.signal('SIGSTOP');
    await trySecond('was stopped');
    const log = readFileSync(join(stage.data, 'server.log'), 'utf8');
    const refusals = log.split(`pid ${first.child.pid}`).length - 1;
    if (refusals < 2) problems.push(`${refusals} of 2 refusals name the pid of the first server`);
    const since = performance.now();
    first.signal('SIGCONT');
    await pouring.stop();
    const recovery_ms = await stage.recovered(first, since);
    return { server: first, recovery_ms, note: 'refused while the first ran and while it was stopped', problems };
  },
});
