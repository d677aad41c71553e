/**
 * A thousand people, each with a story of their own: some events, tries to send them again, the erasure, restored backups of before and
 * after it, and more tries. Whatever the order, no byte of them is left, and the others keep theirs.
 */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeConfig } from '../../src/config.ts';
import type { RecordName } from '../../src/domain/index.ts';
import { Random } from '../../src/domain/random.ts';
import { draftsOf } from '../../src/log/envelope.ts';
import { ErasureBook } from '../../src/privacy/erasure/book.ts';
import { eraseFromRestored } from '../../src/privacy/erasure/restored.ts';
import { openState } from '../../src/state/open.ts';
import { type CollectingTributary, openTributary } from '../../src/tributary.ts';
import { DuckDBWarehouse } from '../../src/warehouse/duckdb/warehouse.ts';
import { found } from '../support/bytes.ts';
import { temporaryFolder } from '../support/folder.ts';
import { runsOf } from '../support/tier.ts';
import { eventsOf } from './shop.ts';

/** In every text of everybody who is erased, and in no other. */
const MARK = 'zqxgone';
const TOGETHER = 100;
const CONFIG = makeConfig({ threads: 1, histories_memory_bytes: 0 });

const open = (folder: string): Promise<CollectingTributary> =>
  openTributary({ folder, config: CONFIG, serves_nobody: true });

/** Sends a part of what is told of each person, chosen by chance, in one envelope for each kind of record. */
async function send(
  { collector }: CollectingTributary,
  names: readonly string[],
  part: number,
  random: () => number,
): Promise<void> {
  const by_record = new Map<string, object[]>();
  for (const name of names)
    for (const [record, events] of Object.entries(eventsOf(name, name.replace(MARK, 'order'))))
      by_record.set(record, [...(by_record.get(record) ?? []), ...events.filter(() => random() < part)]);
  for (const [record, events] of by_record) {
    if (events.length === 0) continue;
    const drafts = draftsOf(record as RecordName, events);
    const { rejected } = await collector.accept({ source: 'test', drafts }, { key_brand_id: null });
    expect(rejected).toEqual([]);
  }
  if (random() < 0.7) await collector.flush();
}

/** Fills a new data folder from a backup. The state comes along, with the list of who was erased. */
async function restored(folder: string, backup: string): Promise<string> {
  const data = temporaryFolder();
  copyFileSync(join(folder, 'state.db'), join(data, 'state.db'));
  const warehouse = await DuckDBWarehouse.open({ path: join(data, 'warehouse.duckdb') });
  await warehouse.migrate();
  await warehouse.restore(backup);
  const state = await openState(data, CONFIG.state);
  await eraseFromRestored(warehouse, await new ErasureBook(state, Date.now).list());
  await state.close();
  await warehouse.close();
  return data;
}

test('no byte is left of a thousand people after event, retry, erasure, restore and retry', async () => {
  const stories = runsOf('TRIBUTARY_ERASURE_STORIES', 100, 1_000);
  const chance = new Random(46, 'erasure stories');
  const random = (): number => chance.unit();
  let folder = temporaryFolder();
  let tributary = await open(folder);
  const backups: string[] = [];
  const gone: string[] = [];
  const backUp = async (): Promise<void> => {
    const backup = join(temporaryFolder(), 'backup');
    await tributary.collector.flush();
    await tributary.warehouse.backup(backup);
    backups.push(backup);
  };
  for (let from = 0; from < stories; from += TOGETHER) {
    const names = Array.from({ length: TOGETHER }, (_, i) => `${MARK}${from + i}`);
    await send(tributary, names, 0.8, random);
    await send(tributary, [`kept${from}`], 1, random);
    if (random() < 0.8) await backUp();
    await send(tributary, names, 0.5, random);
    for (const name of names) {
      const id = random() < 0.7 ? 'customer' : random() < 0.5 ? 'phone' : 'browser';
      // An id whose link was never sent is not known to be the person's, so each is asked for.
      for (const own of new Set([id, 'customer', 'phone', 'browser']))
        await tributary.erasures.request('default', `${name}-${own}`);
    }
    // Some of them come while it is asked for.
    await send(tributary, names, 0.3, random);
    expect(await tributary.erasures.work()).toBeGreaterThanOrEqual(TOGETHER);
    gone.push(...names);
    await send(tributary, names, 0.6, random);
    if (random() < 0.4) await backUp();
    if (random() < 0.6 && backups.length > 0) {
      await tributary.collector.flush();
      await tributary.close();
      folder = await restored(folder, backups[Math.floor(random() * backups.length)]!);
      expect(found(folder, [MARK])).toEqual([]);
      tributary = await open(folder);
    }
    await send(
      tributary,
      gone.filter(() => random() < 0.2),
      0.7,
      random,
    );
    await tributary.collector.flush();
  }
  const rows = await tributary.warehouse.read((s) =>
    s.query('select customer_id from conversions order by customer_id'),
  );
  // A restored backup may be older than the last ones of those who stay.
  expect(rows.every(({ customer_id }) => String(customer_id).startsWith('kept'))).toBe(true);
  expect(rows.length).toBeGreaterThan(0);
  await tributary.close();
  expect(found(folder, [MARK])).toEqual([]);
  expect(found(folder, ['kept'])).not.toEqual([]);
}, 600_000);
