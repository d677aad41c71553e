/** Checks of destinations by command: what each says, what a person does, and that a data folder is sound without them. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startMeta } from '../destinations/fakes/meta.ts';
import { temporaryFolder } from '../support/folder.ts';
import { cli, json, ok } from './harness.ts';

test('a check says what is wrong and what to do, and doctor asks as well, unless it is told not to', async () => {
  const meta = await startMeta(Date.now);
  onTestFinished(() => meta.close());
  const data = temporaryFolder();
  const config = join(data, 'tributary.json');
  const ads = (access_token: string) => ({
    ...{ kind: 'meta', private_network: true, secrets: { access_token } },
    options: { dataset_id: '123', base_url: meta.url },
  });
  writeFileSync(config, JSON.stringify({ destinations: { ads: ads('right'), lost: ads('old-token') } }), {
    mode: 0o600,
  });
  const on = (...argv: string[]): string[] => [...argv, '--data', data, '--config', config];
  await ok(on('doctor', '--offline'));
  const asked = meta.requests.length;
  expect(asked).toBe(0);

  expect(await ok(on('destinations', 'check', 'ads'))).toMatch(/^ads: ok: the access token may read the dataset/);
  const all = await cli(on('destinations', 'check'));
  expect([all.code, all.out.split('\n')[1]]).toEqual([
    1,
    'lost: problem: secrets.access_token: Meta says: Invalid OAuth access token; make a new access token for the dataset',
  ]);
  expect(await cli(on('destinations', 'check', 'none'))).toMatchObject({ code: expect.any(Number), err: /none/ });

  // A wrong key is no fault of the data folder.
  const doctor = await ok(on('doctor'));
  expect(doctor).toContain('\ndestination ads: ok');
  expect(doctor).toContain('\nwarning: destination lost: problem: secrets.access_token');
  const { destinations } = (await json(on('doctor'))) as unknown as { destinations: Array<{ result: string }> };
  expect(destinations.map(({ result }) => result)).toEqual(['ok', 'problem']);
});
