/** The log of scheduled fits: it has a bound, and says which fits fail now. */
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { MS_PER_HOUR } from '../../src/domain/time.ts';
import type { Fenced } from '../../src/log/follower.ts';
import { FitLog, MAX_FIT_RUNS, noteBegin, noteEnd } from '../../src/reports/fit-log.ts';
import { FileState } from '../../src/state/file.ts';
import { temporaryFolder } from '../support/folder.ts';

const MARKOV = { model: 'markov' } as const;
const OWN = { model: 'algorithmic', brand_id: 'shop-eu' } as const;
const FITS = [MARKOV, OWN].map((parameters) => ({ every_hours: 1, parameters }));

async function openLog() {
  const state = await FileState.open(join(temporaryFolder(), 'state.db'));
  onTestFinished(() => state.close());
  const log = new FitLog(state, FITS);
  /** Runs one after the other, in one transaction of the store. */
  const run = (...runs: Array<[typeof MARKOV | typeof OWN, hour: number, 'passed' | 'refused' | 'failed' | null]>) =>
    state.transaction(async (transaction) => {
      const fenced: Fenced = { transaction: (work) => work(transaction) };
      for (const [parameters, hour, outcome] of runs) {
        const began_ms = hour * MS_PER_HOUR;
        await noteBegin(fenced, parameters, began_ms);
        if (outcome !== null) await noteEnd(fenced, parameters, began_ms, { ended_ms: began_ms + 500, outcome });
      }
    });
  return { log, run };
}

test('a fit fails from its last run on, for as many runs as are in a row, and a run that a restart ended does not count', async () => {
  const { log, run } = await openLog();
  await run([MARKOV, 1, 'failed'], [MARKOV, 2, 'passed']);
  expect(await log.failing()).toEqual([]);
  await run([MARKOV, 3, 'refused'], [OWN, 3.5, null], [MARKOV, 4, 'failed']);
  expect(await log.failing()).toEqual([
    { model: 'data_driven', brand_id: null, runs: 2, outcome: 'failed', last_at: '1970-01-01T04:00:00.000Z' },
  ]);
  expect((await log.list(null)).map(({ outcome, took_ms }) => [outcome, took_ms])).toEqual([
    ['failed', 500],
    ['stopped', null],
    ['refused', 500],
    ['passed', 500],
    ['failed', 500],
  ]);
  expect((await log.list('shop-eu')).map(({ model }) => model)).toEqual(['algorithmic']);
  expect(await log.list('shop-us')).toEqual([]);
  expect((await log.counts()).filter(({ count }) => count > 0)).toEqual([
    { model: 'markov', outcome: 'passed', count: 1 },
    { model: 'markov', outcome: 'refused', count: 1 },
    { model: 'markov', outcome: 'failed', count: 2 },
  ]);
});

test('the oldest runs go, and the counts stay', async () => {
  const { log, run } = await openLog();
  await run(
    ...Array.from({ length: MAX_FIT_RUNS + 3 }, (_, i): [typeof MARKOV, number, 'passed'] => [MARKOV, i + 1, 'passed']),
  );
  const kept = await log.list(null);
  expect([kept.length, kept[0]!.began_at, kept.at(-1)!.began_at]).toEqual([
    MAX_FIT_RUNS,
    new Date((MAX_FIT_RUNS + 3) * MS_PER_HOUR).toISOString(),
    new Date(4 * MS_PER_HOUR).toISOString(),
  ]);
  expect((await log.counts())[0]).toMatchObject({ outcome: 'passed', count: MAX_FIT_RUNS + 3 });
});
