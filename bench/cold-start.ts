/** How long a server takes from the start of its process to its first report, and to the first report from histories in memory. */
import { setTimeout as sleep } from 'node:timers/promises';
import { RULE_MODEL_NAMES } from '../src/attribution/models.ts';
import { LiveServer, withCopy } from './live-server.ts';
import { median, save, show, showRatio } from './report.ts';
import type { BenchWorld } from './world.ts';

const ROUNDS = 3;
/** If no report is answered from histories by then, the server does not have them. */
const LIMIT_MS = 60_000;
const PAUSE_MS = 100;

interface Start {
  listening_ms: number;
  first_ms: number;
  first_by: string;
  /** Null if no answer said so. */
  histories_ms: number | null;
}

export async function benchColdStart(folder: string, world: BenchWorld): Promise<void> {
  console.log(
    `cold-start: ${world.touchpoints} touchpoints, report of a month, five models, from the start of the process`,
  );
  const starts: Start[] = [];
  await withCopy(folder, world, async (data) => {
    for (let round = 0; round < ROUNDS; round++) starts.push(await measureStart(data));
  });
  show('listening, median', `${median(starts.map(({ listening_ms }) => listening_ms)).toFixed(0)} ms`);
  const by = starts.map(({ first_by }) => first_by).join(', ');
  show('first report, median', `${median(starts.map(({ first_ms }) => first_ms)).toFixed(0)} ms (by: ${by})`);
  const times = starts.flatMap(({ histories_ms }) => (histories_ms === null ? [] : [histories_ms]));
  if (times.length === ROUNDS)
    showRatio('first report from histories, median, s', median(times) / 1_000, { at_most: 5 });
  else show('first report from histories', `${ROUNDS - times.length} of ${ROUNDS} starts never said so`);
  save('cold-start', { world, rounds: ROUNDS }, { starts });
}

async function measureStart(data: string): Promise<Start> {
  const started = performance.now();
  const server = await LiveServer.start(data);
  try {
    let first: Pick<Start, 'first_ms' | 'first_by'> | undefined;
    let histories_ms: number | null = null;
    for (let asked = 0; histories_ms === null && performance.now() - started < LIMIT_MS; asked++) {
      const { served_by } = await server.report(question(asked));
      const elapsed = performance.now() - started;
      first ??= { first_ms: elapsed, first_by: served_by };
      if (served_by === 'histories') histories_ms = elapsed;
      else if (served_by === 'not said') break;
      else await sleep(PAUSE_MS);
    }
    return { listening_ms: server.listening_ms, ...first!, histories_ms };
  } finally {
    await server.stop();
  }
}

/** A month that begins a second later each time, so that no answer was kept before. */
export function question(number: number): Record<string, string> {
  const start = new Date(Date.UTC(2025, 5, 1, 0, 0, number)).toISOString();
  return { start, end: '2025-07-01', models: RULE_MODEL_NAMES.join(',') };
}
