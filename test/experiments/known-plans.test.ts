/** Plans that are known without reading the state: never older than they may be, and never older than a change of this process. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Design, designOf } from '../../src/domain/experiment.ts';
import { KnownPlans } from '../../src/experiments/known-plans.ts';
import { PlanBook } from '../../src/experiments/plan-book.ts';
import { FileState } from '../../src/state/file.ts';
import type { State } from '../../src/state/port.ts';
import { temporaryFolder } from '../support/folder.ts';

let state: State;
beforeAll(async () => {
  state = await FileState.open(join(temporaryFolder(), 'state.db'));
});
afterAll(() => state.close());

const design = (experiment_id: string): Design =>
  designOf({
    ...{ experiment_id, brand_id: 'default', name: 'A plan', scope: 'campaign', control: 'holdout' },
    ...{ arms: '{"holdout":0.5,"treated":0.5}', starts_at: 0, ends_at: 1_000, planned_people: 10 },
  });
const HOUR_MS = 3_600_000;

test('what another process changes is known when the time is over, and what this one changes at once', async () => {
  const [elsewhere, patient, exact] = [new PlanBook(state), new KnownPlans(state, HOUR_MS), new KnownPlans(state, 0)];
  const known = async (plans: KnownPlans): Promise<string[]> => [...(await plans.lately()).keys()];
  expect(await known(patient)).toEqual([]);
  await elsewhere.keep(new Map([[0, design('one')]]));
  expect([await known(patient), await known(exact)]).toEqual([[], ['default/one']]);
  patient.changed();
  expect(await known(patient)).toEqual(['default/one']);
  await elsewhere.keep(new Map([[0, design('two')]]));
  // A read that began before a change says nothing of what is known after it.
  const reading = patient.all();
  await elsewhere.keep(new Map([[0, design('three')]]));
  patient.changed();
  await reading;
  expect(await known(patient)).toEqual(['default/one', 'default/three', 'default/two']);
});

test('a process that stops an experiment assigns by it no more, also while others read the plans', async () => {
  const book = new PlanBook(state);
  await book.keep(new Map([[0, design('stopped')]]));
  const which = { brand_id: 'default', experiment_id: 'stopped' };
  const final = await book.freeze([await book.one(which, 1)], 1);
  await book.wrote(final);
  const reads = Array.from({ length: 5 }, () => book.one(which, 1));
  const stopped = book.stop(which, { at_ms: 2, reason: 'The offer sold out' });
  await Promise.all(reads);
  await stopped;
  expect((await book.one(which, 3)).stop?.at_ms).toBe(2);
});
