/** A disk without room: the server says so, takes nothing by half, and goes on once there is room again. */
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Scenario, Size } from './harness.ts';
import { putOnSmallDisk } from './small-disk.ts';
import { waitFor } from './stage.ts';

const MEGABYTES = 48;
const BEFORE_MS: Record<Size, number> = { small: 300, deep: 1_500, full: 3_000 };
const BACKLOG: Record<Size, number> = { small: 2_000, deep: 20_000, full: 20_000 };
const FULL_MS: Record<Size, number> = { small: 500, deep: 6_000, full: 15_000 };

function fullDisk(what: string, folder: (data: string) => string, after: 'goes on' | 'is restarted'): Scenario {
  return {
    fault: `the disk of ${what} full${after === 'is restarted' ? ', and kill -9 before there is room' : ''}`,
    run: async (stage, size) => {
      const disk = putOnSmallDisk(stage, folder(stage.data), MEGABYTES);
      stage.configure({ limits: { segment_bytes: 200_000 } });
      let server = await stage.start();
      let pouring = stage.clients.pour(server, { pause_ms: 5 });
      await sleep(BEFORE_MS[size]);
      // A backlog, so that the loader meets the full disk too.
      await stage.pileUp(server, BACKLOG[size]);
      disk.fill(server);
      // What the loader gives back by dropping a segment is taken too.
      const filling = setInterval(() => disk.fill(server), 50);
      stage.cleanUp.push(() => clearInterval(filling));
      await waitFor(async () => (stage.clients.refused_records > 0 ? true : undefined), 'a 503 of a full disk');
      const before = stage.clients.refused_records;
      await sleep(FULL_MS[size]);
      const { lag_records = 0, loader_failing = 0 } = await server.metrics();
      const loading = loader_failing === 1 ? 'and could not load' : 'and loaded what it had';
      const note = `${disk.what}; it refused ${loading}, ${lag_records} records behind`;
      const problems = stage.clients.refused_records === before ? ['events were taken while the disk was full'] : [];
      if (after === 'is restarted') {
        await server.kill();
        await pouring.stop();
      }
      clearInterval(filling);
      disk.free(server);
      const since = performance.now();
      if (after === 'is restarted') {
        server = await stage.start();
        pouring = stage.clients.pour(server, { pause_ms: 5 });
      }
      const taken = stage.clients.acknowledged_records;
      await waitFor(
        async () => (stage.clients.acknowledged_records > taken ? true : undefined),
        'a 202 once there is room',
      );
      await pouring.stop();
      return { server, recovery_ms: await stage.recovered(server, since), note, problems };
    },
  };
}

export const FULL_DISKS: Scenario[] = [
  fullDisk('the spool', (data) => join(data, 'spool'), 'goes on'),
  fullDisk('spool and warehouse', (data) => data, 'goes on'),
  fullDisk('spool and warehouse', (data) => data, 'is restarted'),
];
