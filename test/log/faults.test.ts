/** What happens when something breaks behind the door: nothing accepted is lost, nothing counts twice. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { TributaryError } from '../../src/domain/errors.ts';
import type { Collector } from '../../src/log/collector.ts';
import { sent } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { accept, loaded, openCollector, openWarehouse, wayward } from './setup.ts';

afterEach(() => vi.restoreAllMocks());

const isTaken = (collector: Collector, event: object): Promise<boolean> =>
  accept(collector, event).then(
    () => true,
    () => false,
  );
const range = (prefix: string, n: number) => Array.from({ length: n }, (_, i) => sent(`${prefix}${i}`));

describe('a warehouse that is away', () => {
  test('delays loading but not accepting; later every event is there once, in order', async () => {
    const warehouse = wayward(await openWarehouse());
    const collector = await openCollector(temporaryFolder(), warehouse, {
      limits: { batch_records: 10, segment_bytes: 1_500 },
    });
    await accept(collector, range('a', 5));
    await collector.flush();
    warehouse.away = true;
    for (let i = 0; i < 10; i++) await accept(collector, range(`b${i}-`, 5));
    await accept(collector, range('a', 5));
    await expect(collector.flush(100)).rejects.toMatchObject({
      code: 'timeout',
      status: 503,
      message: expect.stringMatching(/position 5 of 60 is committed/),
    });
    await expect.poll(() => collector.health().loader.last_error).toBe('the warehouse is away');
    expect(collector.health()).toMatchObject({ lag_records: 55 });
    warehouse.away = false;
    await collector.flush();
    expect(await loaded(warehouse)).toEqual(
      [...range('a', 5), ...Array.from({ length: 10 }, (_, i) => range(`b${i}-`, 5)).flat()].map(
        (e) => (e as { event_id: string }).event_id,
      ),
    );
    expect(collector.health()).toMatchObject({
      lag_records: 0,
      loader: { last_error: '', duplicates: 5, dead_letters: 0 },
    });
    await collector.close();
    await warehouse.close();
  });

  test('when the process stops: what was accepted is loaded by the next one', async () => {
    const warehouse = wayward(await openWarehouse());
    const folder = temporaryFolder();
    const collector = await openCollector(folder, warehouse);
    warehouse.away = true;
    await accept(collector, range('a', 20));
    await collector.close(false);
    warehouse.away = false;
    const next = await openCollector(folder, warehouse);
    await next.flush();
    expect(await loaded(warehouse)).toHaveLength(20);
    await next.close();
    await warehouse.close();
  });

  // A batch may end with its segment.
  test.each([1, 2, 3, 5_000])(
    'with damaged lines waiting in the spool: all that can be read is loaded, in batches of %i',
    async (batch_records) => {
      const { folder, warehouse } = await damaged((lines) => [
        lines[0]!,
        lines[1]!.replace('a1', 'aX'),
        ...lines.slice(2),
      ]);
      const away = wayward(warehouse);
      const collector = await openCollector(folder, away, { limits: { segment_bytes: 1, batch_records } });
      away.away = true;
      await accept(collector, sent('later'));
      await collector.flush(100).catch(() => undefined);
      away.away = false;
      await collector.flush();
      expect(await loaded(warehouse)).toEqual(['a0', 'a2', 'a3', 'later']);
      await expect.poll(() => collector.health().loader.quarantined_segments).toBe(1);
      await collector.close();
      expect(readdirSync(join(folder, 'spool', 'quarantine'))).toHaveLength(1);
      await warehouse.close();
    },
  );
});

/** A folder with a spool of four lines, a0 to a3, changed by `change`. */
async function damaged(change: (lines: string[]) => string[]) {
  const warehouse = await openWarehouse();
  const away = wayward(warehouse);
  const folder = temporaryFolder();
  const collector = await openCollector(folder, away);
  away.away = true;
  for (let i = 0; i < 4; i++) await accept(collector, sent(`a${i}`));
  await collector.close(false);
  const spool = join(folder, 'spool');
  const file = join(spool, readdirSync(spool)[0]!);
  writeFileSync(file, change(readFileSync(file, 'utf8').split('\n')).join('\n'));
  return { folder, warehouse };
}

describe('a damaged line', () => {
  const damages: Array<[string, (lines: string[]) => string[]]> = [
    ['a changed character', (lines) => [lines[0]!, lines[1]!.replace('a1', 'aX'), ...lines.slice(2)]],
    ['an empty line', (lines) => [lines[0]!, '', ...lines.slice(2)]],
    ['something that is no entry', (lines) => [lines[0]!, 'ffffffff {"n":', ...lines.slice(2)]],
    ['zeros', (lines) => [lines[0]!, '\0'.repeat(100), ...lines.slice(2)]],
  ];
  for (const [what, change] of damages) {
    test(`(${what}) costs that line; the rest is loaded and the file kept for a person to look at`, async () => {
      const { folder, warehouse } = await damaged(change);
      const told: string[] = [];
      const collector = await openCollector(folder, warehouse, { onError: (error) => told.push(String(error)) });
      await collector.flush();
      await accept(collector, sent('after'));
      await collector.flush();
      expect(await loaded(warehouse)).toEqual(['a0', 'a2', 'a3', 'after']);
      await expect.poll(() => collector.health().loader.quarantined_segments).toBe(1);
      expect(readdirSync(join(folder, 'spool', 'quarantine'))).toHaveLength(1);
      expect(told.join()).toMatch(/has damaged lines; its other lines were loaded/);
      await collector.close();
      await warehouse.close();
    });
  }
});

describe('a lost file', () => {
  test('of known ids is rebuilt from the log: a repeat after it is still a repeat', async () => {
    const warehouse = await openWarehouse();
    const folder = temporaryFolder();
    for (const wreck of [(path: string) => rmSync(path), (path: string) => writeFileSync(path, 'nonsense')]) {
      const collector = await openCollector(folder, warehouse);
      await accept(collector, range('a', 50));
      await collector.flush();
      await collector.close();
      expect(existsSync(join(folder, 'known-ids.bloom'))).toBe(true);
      wreck(join(folder, 'known-ids.bloom'));
    }
    const last = await openCollector(folder, warehouse);
    await accept(last, range('a', 51));
    await last.flush();
    expect(await loaded(warehouse)).toHaveLength(51);
    expect(last.health().loader).toMatchObject({ duplicates: 50, conflicts: 0 });
    await last.close();
    await warehouse.close();
  });

  test('of the spool gives no log position out twice', async () => {
    const warehouse = await openWarehouse();
    const folder = temporaryFolder();
    const first = await openCollector(folder, warehouse);
    await accept(first, range('a', 10));
    await first.flush();
    await first.close();
    rmSync(folder, { recursive: true });
    const second = await openCollector(folder, warehouse);
    await accept(second, range('b', 3));
    expect(await second.flush()).toBe(13);
    const rows = await warehouse.read((s) => s.query('select count(distinct log_seq) as n from email_events'));
    expect(rows).toEqual([{ n: 13n }]);
    await second.close();
    await warehouse.close();
  });
});

describe('limits', () => {
  test('a spool over its limit answers 503 until the warehouse is back, and never stays full', async () => {
    const warehouse = wayward(await openWarehouse());
    const folder = temporaryFolder();
    const collector = await openCollector(folder, warehouse, { limits: { max_spool_bytes: 2_000 } });
    warehouse.away = true;
    const fill = async (prefix: string): Promise<number> => {
      for (let i = 0; ; i++) {
        const outcome = await accept(collector, sent(`${prefix}${i}`)).catch((error: TributaryError) => error);
        if (!(outcome instanceof TributaryError)) continue;
        expect(outcome).toMatchObject({ code: 'spool_full', status: 503, retry_after_s: expect.any(Number) });
        return i;
      }
    };
    const taken = await fill('a');
    warehouse.away = false;
    await collector.flush();
    expect(await loaded(warehouse)).toHaveLength(taken);
    await expect.poll(() => isTaken(collector, sent('again'))).toBe(true);
    await collector.flush();
    expect(await loaded(warehouse)).toHaveLength(taken + 1);
    await collector.close();
    await warehouse.close();
  });

  test('a spool that was full when the process stopped takes events again', async () => {
    const warehouse = await openWarehouse();
    const folder = temporaryFolder();
    const first = await openCollector(folder, warehouse);
    await accept(first, range('a', 50));
    await first.flush();
    await first.close();
    const second = await openCollector(folder, warehouse, { limits: { max_spool_bytes: 1_000 } });
    await expect.poll(() => isTaken(second, sent('again'))).toBe(true);
    await second.flush();
    expect(await loaded(warehouse)).toHaveLength(51);
    await second.close();
    await warehouse.close();
  });

  test('a request over the item limit, or an empty one, is refused whole', async () => {
    const warehouse = await openWarehouse();
    const collector = await openCollector(temporaryFolder(), warehouse, { limits: { max_items: 3 } });
    await expect(accept(collector, range('a', 4))).rejects.toMatchObject({
      code: 'too_large',
      message: expect.stringContaining('the limit is 3'),
    });
    await expect(accept(collector, [])).rejects.toMatchObject({
      code: 'bad_request',
      message: expect.stringContaining('the array is empty'),
    });
    const receipt = await accept(collector, [sent('ok'), 7, sent('bad', { event_type: 'eaten' })]);
    expect(receipt).toMatchObject({
      accepted: 1,
      ids: ['ok'],
      rejected: [
        { index: 1, reason: expect.stringContaining('must be an object') },
        { index: 2, field: 'event_type' },
      ],
    });
    await collector.flush();
    expect(await loaded(warehouse)).toEqual(['ok']);
    await collector.close();
    await warehouse.close();
  });
});
