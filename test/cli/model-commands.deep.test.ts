/** `tributary models`: fits are pinned, adopted, deleted and compared from the command line. */
import { beforeAll, expect, test } from 'vitest';
import { makeConfig } from '../../src/config.ts';
import { draftsOf } from '../../src/log/envelope.ts';
import { openTributary } from '../../src/tributary.ts';
import { effects, keepArtifact } from '../reports/artifacts.ts';
import { warehouseSetting } from '../support/engine.ts';
import { ORDER, TOUCH } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { cli, ok } from './harness.ts';

const data = temporaryFolder();
let first: string;
let second: string;
let trial: string;

beforeAll(async () => {
  const tributary = await openTributary({ folder: data, config: makeConfig(warehouseSetting(data)) });
  const source = { source: 'test' };
  const touches = draftsOf('touchpoints', [
    TOUCH,
    { ...TOUCH, touchpoint_id: 't-2', touchpoint_type: 'paid_ad_click', channel: 'paid_search' },
  ]);
  const asker = { key_brand_id: null };
  await tributary.collector.accept({ ...source, drafts: touches }, asker);
  await tributary.collector.accept({ ...source, drafts: draftsOf('conversions', [ORDER]) }, asker);
  await tributary.collector.flush();
  first = await keepArtifact(tributary.reports, { content: effects({ email: 1 }), created_ms: 1 });
  second = await keepArtifact(tributary.reports, { content: effects({ paid_search: 1 }), created_ms: 2 });
  const settings = { trial: true, request: { model: 'markov' } };
  const content = effects({ email: 0.5, paid_search: 0.5 });
  trial = await keepArtifact(tributary.reports, { content, created_ms: 3, settings });
  await tributary.close();
});

const models = (...argv: string[]): Promise<string> => ok(['models', ...argv, '--data', data]);
const REPORT = ['report', 'attribution', '--start', '2026-03-01', '--end', '2026-04-01', '--model', 'data_driven'];
const used = async (): Promise<object> => {
  const { artifacts, pinned_models } = JSON.parse(await ok([...REPORT, '--json', '--data', data]));
  return { ...artifacts, pinned_models };
};

test('pin and unpin say what they did, and reports follow', async () => {
  expect(await models('pins')).toContain('no artifact is pinned');
  expect(await models('pin', first, '--reason', 'the board saw it', '--brand', 'default')).toBe(
    `data_driven is pinned to ${first} for brand default\n`,
  );
  expect(await models('pins')).toContain('the board saw it');
  expect(await used()).toEqual({ data_driven: first, pinned_models: ['data_driven'] });
  expect(await cli(['models', 'unpin', first, '--data', data])).toMatchObject({
    code: 1,
    err: expect.stringContaining('is not pinned for all brands'),
  });
  expect(await models('unpin', first, '--brand', 'default')).toBe(`${first} is unpinned\n`);
  expect(await used()).toEqual({ data_driven: second });
});

test('two fits are compared in a table and in sentences', async () => {
  const page = await models('compare', first, second, '--start', '2026-03-01', '--end', '2026-04-01');
  expect(page).toContain(`first:  ${first} (data_driven, markov)`);
  expect(page).toMatch(/email goes from 100 % to 0.0 % of the credit \(-100.0 points; [\d,.]+ USD less\)/);
});

test('a trial is listed, adopted and deleted', async () => {
  expect(await models('list')).toMatch(/trial/);
  const adopted = (await models('adopt', trial)).match(new RegExp(`^${trial} is adopted as (markov_\\w+)\\n$`))?.[1];
  expect(await used()).toEqual({ data_driven: adopted });
  expect(await models('delete', trial)).toBe(`${trial} is deleted\n`);
  expect(await models('list')).not.toContain(trial);
  expect(await models('fits')).toContain('no scheduled fit has run');
});
