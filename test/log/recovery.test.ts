/** A start over what a crash left of the spool: what is accepted after it is kept and loaded like anything else. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { segmentName } from '../../src/log/segment.ts';
import { sent } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { accept, loaded, openCollector, openWarehouse, wayward } from './setup.ts';

const events = (prefix: string) => [0, 1, 2].map((i) => sent(`${prefix}${i}`));

describe('a last segment in which nothing can be read', () => {
  // Its name is the position that would be given out next: the segment begun after it must have another.
  const remains: Array<[string, string]> = [
    ['is empty: the process ended between its making and its first line', ''],
    ['holds half a line', '00000000 {"n":"email_events"'],
    ['holds a damaged line', 'ffffffff {"n":\n'],
  ];
  for (const [what, content] of remains) {
    test(`(it ${what}) blocks nothing: the next events are accepted, kept while the warehouse is away, and loaded`, async () => {
      const folder = temporaryFolder();
      const warehouse = wayward(await openWarehouse());
      mkdirSync(join(folder, 'spool'), { recursive: true });
      writeFileSync(join(folder, 'spool', segmentName(1)), content);
      const first = await openCollector(folder, warehouse);
      warehouse.away = true;
      await accept(first, events('a'));
      await first.flush(100).catch(() => undefined);
      await first.close(false);
      warehouse.away = false;
      const second = await openCollector(folder, warehouse);
      await second.flush();
      await accept(second, events('b'));
      await second.flush();
      expect(await loaded(warehouse)).toEqual(['a0', 'a1', 'a2', 'b0', 'b1', 'b2']);
      await second.close();
      await warehouse.close();
    });

    test(`(it ${what}) does not keep the same process from loading`, async () => {
      const folder = temporaryFolder();
      const warehouse = await openWarehouse();
      mkdirSync(join(folder, 'spool'), { recursive: true });
      writeFileSync(join(folder, 'spool', segmentName(1)), content);
      const collector = await openCollector(folder, warehouse);
      await collector.flush();
      await accept(collector, events('a'));
      await collector.flush();
      expect(await loaded(warehouse)).toEqual(['a0', 'a1', 'a2']);
      await collector.close();
      await warehouse.close();
    });
  }
});

test('a damaged end of a segment costs its last line, and is reported like any other damage', async () => {
  const folder = temporaryFolder();
  const warehouse = wayward(await openWarehouse());
  const limits = { segment_bytes: 1 };
  const first = await openCollector(folder, warehouse, { limits });
  warehouse.away = true;
  for (const id of ['a0', 'a1', 'a2']) await accept(first, sent(id));
  await first.close(false);
  const middle = join(folder, 'spool', segmentName(2));
  writeFileSync(middle, readFileSync(middle, 'utf8').replace('\n', 'X'));
  warehouse.away = false;
  const second = await openCollector(folder, warehouse, { limits });
  await second.flush();
  expect(await loaded(warehouse)).toEqual(['a0', 'a2']);
  await expect.poll(() => second.health().loader.quarantined_segments).toBe(1);
  expect(readdirSync(join(folder, 'spool', 'quarantine'))).toEqual([segmentName(2)]);
  await second.close();
  await warehouse.close();
});
