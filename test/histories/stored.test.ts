/** A file of histories gives the same histories again, for the log that it was made from; any other file is of no use. */
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { extendHistories } from '../../src/histories/extend.ts';
import { fillHistories } from '../../src/histories/fill.ts';
import type { Histories } from '../../src/histories/histories.ts';
import { rebuildHistories } from '../../src/histories/rebuild.ts';
import { loadHistories, storeHistories } from '../../src/histories/stored.ts';
import { currentPosition } from '../../src/warehouse/position.ts';
import { Engine, type WireEvent } from '../support/engine.ts';
import { touch } from '../support/events.ts';
import { contentOf, subjectKeys } from '../support/histories.ts';
import { at } from '../support/time.ts';

const PEOPLE = ['ann', 'bob', 'cem', 'dan'];
const events = (from: number, until: number): WireEvent[] =>
  Array.from({ length: until - from }, (_, i) => {
    const n = from + i;
    const rest = { customer_id: PEOPLE[n % PEOPLE.length]!, campaign_id: `c${n % 7}`, message_id: `m${n % 5}` };
    return { record: 'touchpoints', event: touch(`t${n}`, 'email_click', at((n % 9) + 1), rest) };
  });

let folder: string;
let path: string;
let engine: Engine;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'histories-'));
  path = join(folder, 'histories');
  engine = await Engine.open();
  await engine.load(events(0, 60));
});
afterEach(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});

const filled = (): Promise<Histories> => engine.warehouse.read(async (snapshot) => (await fillHistories(snapshot))!);
const store = (histories: Histories): Promise<void> =>
  engine.warehouse.read((snapshot) => storeHistories(path, histories, snapshot));
const load = (): Promise<Histories | null> =>
  engine.warehouse.read(async (snapshot) => loadHistories(path, snapshot, await currentPosition(snapshot)));
const extend = (histories: Histories): Promise<boolean> =>
  engine.warehouse.read(async (snapshot) => extendHistories(histories, snapshot, await currentPosition(snapshot)));

async function expectSame(loaded: Histories | null): Promise<void> {
  const keys = await subjectKeys(engine);
  const anew = await filled();
  expect(loaded).not.toBeNull();
  expect(contentOf(loaded!, keys)).toEqual(contentOf(anew, keys));
  expect(loaded!.position).toEqual(anew.position);
}

test('a file gives the histories that were stored', async () => {
  await store(await filled());
  await expectSame(await load());
});

test('rows that came after the filling are added from the log', async () => {
  const histories = await filled();
  await engine.load(events(60, 90));
  await extend(histories);
  await store(histories);
  await engine.load(events(90, 100));
  const loaded = (await load())!;
  expect(loaded.length).toBe(60);
  expect(await extend(loaded)).toBe(true);
  await expectSame(loaded);
  const rebuilt = await rebuildHistories(loaded);
  await expectSame(rebuilt);
  await store(rebuilt);
  await expectSame(await load());
});

test('only the owner may read the file', async () => {
  await store(await filled());
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

describe('of no use is', () => {
  test('no file', async () => {
    expect(await load()).toBeNull();
  });

  test('a file of another log, also one with the same positions', async () => {
    await store(await filled());
    await engine.close();
    engine = await Engine.open();
    await engine.load(events(1, 61));
    expect(await load()).toBeNull();
  });

  test('a file from a later position of the log', async () => {
    await store(await filled());
    await engine.close();
    engine = await Engine.open();
    await engine.load(events(0, 50));
    expect(await load()).toBeNull();
  });

  test('a file that ends early, at whatever place', async () => {
    await store(await filled());
    const { size } = statSync(path);
    for (const rest of [size - 1, Math.floor(size / 2), 700, 40, 7, 0]) {
      truncateSync(path, rest);
      expect(await load()).toBeNull();
    }
  });

  test('a file with one wrong byte, whatever byte it is', async () => {
    await store(await filled());
    const good = readFileSync(path);
    for (let n = 0; n < 40; n++) {
      const bad = Buffer.from(good);
      const place = Math.floor((n / 40) * good.length);
      bad[place] = bad[place]! ^ 1;
      writeFileSync(path, bad);
      // A wrong byte of the head may leave it a head of the same meaning.
      const loaded = await load().catch((error: Error) => error.message);
      if (loaded !== null) await expectSame(loaded as Histories);
    }
  });
});
