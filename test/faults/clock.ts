/** A clock that jumps an hour forwards and two back, while the server runs and while it is down. */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { MS_PER_HOUR } from '../../src/domain/time.ts';
import type { Scenario, Size } from './harness.ts';

/** How far from the true time the clock of each start is. */
const STARTS: Record<Size, number[]> = {
  small: [MS_PER_HOUR],
  deep: [0, MS_PER_HOUR, -MS_PER_HOUR],
  full: [0, MS_PER_HOUR, -MS_PER_HOUR, 0, MS_PER_HOUR],
};
const BETWEEN_MS: Record<Size, number> = { small: 200, deep: 1_000, full: 2_000 };

const jumping: Scenario = {
  fault: 'a clock that jumps by hours, also over kill -9',
  run: async (stage, size) => {
    const starts = STARTS[size];
    const between_ms = BETWEEN_MS[size];
    let jumps = 0;
    for (const beside_ms of starts) {
      const server = await stage.start({
        preload: 'jumping-clock.mjs',
        env: { TRIBUTARY_CLOCK_MS: String(beside_ms) },
      });
      const pouring = stage.clients.pour(server, { pause_ms: 10 });
      for (let jump = 0; jump < 3; jump++, jumps++) {
        await sleep(between_ms);
        server.signal('SIGUSR2');
      }
      await sleep(between_ms);
      await server.kill();
      await pouring.stop();
    }
    const since = performance.now();
    const server = await stage.start();
    return {
      server,
      recovery_ms: await stage.recovered(server, since),
      note: `${jumps} jumps while it ran, ${starts.length} over a kill`,
    };
  },
};

export const CLOCKS: Scenario[] = [jumping];
