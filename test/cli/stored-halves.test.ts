/** Earlier versions stored halves of surrogate pairs in JSON. Such rows are exported, also from a restored backup. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeConfig } from '../../src/config.ts';
import { keepRecord } from '../../src/log/kept-record.ts';
import type { Spool } from '../../src/log/spool.ts';
import { openTributary } from '../../src/tributary.ts';
import { warehouseSetting } from '../support/engine.ts';
import { ORDER, PRIVACY } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { good } from '../support/read.ts';
import { NOW_MS } from '../support/time.ts';
import { ok } from './harness.ts';

const STORED = { a: 'x\ud83d', '\udc00': ['\\\ud83d\\ud83d', '\ud83d\ud83d', '👍\n"'] };
const EXPORTED = { a: 'x\ufffd', '\ufffd': ['\\\ufffd\\ud83d', '\ufffd\ufffd', '👍\n"'] };

/** Puts an order into the log as an earlier version did, whose spool held what no record may hold today. */
async function storeAsBefore(folder: string): Promise<void> {
  const { collector, close } = await opened(folder);
  const item = { ...good('conversions', ORDER), custom_properties: JSON.stringify(STORED) };
  const { spool } = collector as unknown as { spool: Spool };
  await spool.append([keepRecord('conversions', item, PRIVACY)], { source: 'api', privacy: '', received_at: NOW_MS });
  await collector.flush();
  await close();
}

async function opened(folder: string) {
  // The commands choose the name of the collector by themselves, and so does this.
  const { collector_id: _own, ...warehouse } = warehouseSetting(folder);
  const tributary = await openTributary({ folder, config: makeConfig(warehouse), role: 'all' });
  return { collector: tributary.collector, close: () => tributary.close() };
}

test('a stored half of a pair is exported as U+FFFD in every format, and what is exported is accepted', async () => {
  const root = temporaryFolder();
  const [data, restored, backup] = [join(root, 'data'), join(root, 'restored'), join(root, 'backup')];
  await storeAsBefore(data);
  await ok(['doctor', '--backup', backup, '--data', data]);
  await ok(['doctor', '--restore', backup, '--data', restored]);
  for (const folder of [data, restored])
    for (const format of ['ndjson', 'csv', 'parquet']) {
      const out = join(root, `${folder === data ? 'a' : 'b'}.${format}`);
      await ok(['export', 'conversions', '--format', format, '--out', out, '--data', folder]);
      if (format === 'ndjson')
        expect(JSON.parse(readFileSync(out, 'utf8'))).toMatchObject({ custom_properties: EXPORTED });
      if (folder === data)
        expect(await ok(['import', 'conversions', out, '--data', join(root, `copy-${format}`)])).toMatch(
          /accepted\s+1\n/,
        );
    }
});
