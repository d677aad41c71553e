/** The rights of a person on the command line: a copy, an erasure with its certificate, and a restore elsewhere that knows of it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventsOf, textsOf } from '../privacy/shop.ts';
import { found } from '../support/bytes.ts';
import { TEST_ENGINE } from '../support/engine.ts';
import { temporaryFolder } from '../support/folder.ts';
import { cli, ok } from './harness.ts';

test('erase, verify, subject-export and a restore in another place', async () => {
  const root = temporaryFolder();
  const data = join(root, 'data');
  for (const name of ['anna', 'berta'])
    for (const [record, events] of Object.entries(eventsOf(name))) {
      const file = join(root, `${name}-${record}.ndjson`);
      writeFileSync(file, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
      await ok(['import', record, file, '--data', data]);
    }
  const backup = join(root, 'backup');
  await ok(['doctor', '--backup', backup, '--data', data]);

  const copy = JSON.parse(await ok(['subject-export', 'anna-customer', '--data', data]));
  expect([copy.ids.sort(), copy.tables.touchpoints.length]).toEqual([
    ['anna-browser', 'anna-customer', 'anna-phone'],
    2,
  ]);
  const csv = join(root, 'anna.csv');
  await ok(['subject-export', 'anna-customer', '--format', 'csv', '--out', csv, '--data', data]);
  expect(readFileSync(csv, 'utf8')).toContain('anna-note');

  const file = join(root, 'certificate.json');
  expect(await ok(['erase', 'anna-customer', '--out', file, '--data', data])).toMatch(
    /^erased: 9 rows of 3 ids, signed \(era_/,
  );
  expect(await ok(['erasure', 'verify', file])).toMatch(
    /^the signature fits: era_[0-9a-f]+, completed .*, key [0-9a-f]{16}\n$/,
  );
  const certificate = JSON.parse(readFileSync(file, 'utf8'));
  expect(certificate.left_to_you.join('\n')).toContain(`in ${backup}`);
  writeFileSync(file, JSON.stringify({ ...certificate, completed_at: '2020-01-01T00:00:00.000Z' }));
  expect((await cli(['erasure', 'verify', file])).err).toContain('not as it was signed');
  expect(await ok(['erasure', 'all', '--data', data])).toContain(certificate.erasure_id);
  expect((await cli(['subject-export', 'anna-customer', '--data', data])).err).toContain('nothing is stored');
  expect(await ok(['erasure', 'show', certificate.erasure_id, '--data', data])).toContain('touchpoints: 2');

  const list = join(root, 'erasures.json');
  writeFileSync(list, await ok(['erasure', 'list', '--data', data]));
  const restored = join(root, 'restored');
  expect(await ok(['doctor', '--restore', backup, '--erasures', list, '--data', restored])).toContain(
    '3 ids of people who were erased since',
  );
  if (TEST_ENGINE === 'duckdb') expect(found(restored, textsOf('anna'))).toEqual([]);
  // The list came along: her sender tries again, and nothing comes back.
  await ok(['import', 'touchpoints', join(root, 'anna-touchpoints.ndjson'), '--data', restored]);
  expect((await cli(['report', 'customer', 'anna-customer', '--data', restored])).code).toBe(1);
  expect(await ok(['report', 'customer', 'berta-customer', '--data', restored])).toContain('berta');
  expect((await cli(['doctor', '--restore', backup, '--erasures', file, '--data', join(root, 'x')])).err).toContain(
    'erasure list',
  );
}, 120_000);
