/** The chain of the audit log: whatever is done to its entries is found out. */
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MS_PER_DAY } from '../../src/domain/time.ts';
import { AuditLog } from '../../src/privacy/audit/audit-log.ts';
import type { AuditEntry, AuditEvent } from '../../src/privacy/audit/entry.ts';
import { FileState } from '../../src/state/file.ts';
import type { Entry, Json, State } from '../../src/state/port.ts';
import { temporaryFolder } from '../support/folder.ts';

const EVENT: AuditEvent = {
  kind: 'read',
  call: 'GET /v1/customers/:customer_id',
  actor: { key_id: 'key_1', name: 'ann', origin: 'file' },
  brand_id: 'shop',
  target: {},
  persons: [],
  parameters: [],
  request_id: 'r',
};

let state: State;
let now_ms = Date.parse('2026-03-01T00:00:00Z');
const open = (): AuditLog => new AuditLog(state, () => now_ms);
beforeAll(async () => {
  state = await FileState.open(join(temporaryFolder(), 'state'));
});
afterAll(() => state.close());

const stored = (): Promise<Entry[]> => state.list('audit_entries', { limit: 10_000 });
const newest = (entries: readonly Entry[]): AuditEntry => entries[0]!.value as unknown as AuditEntry;

/** Undoes what was done to the store. */
async function restore(entries: readonly Entry[], ends: readonly Entry[]): Promise<void> {
  await state.transaction(async (transaction) => {
    for (const { key } of await transaction.list('audit_entries', { limit: 10_000 }))
      await transaction.delete('audit_entries', key);
    for (const { key, value } of entries) await transaction.put('audit_entries', key, value);
    for (const { key, value } of ends) await transaction.put('audit_ends', key, value);
  });
}

describe('the chain', () => {
  test('numbers entries without a gap, also where several processes write at once', async () => {
    const [a, b] = [open(), open()];
    const numbers = await Promise.all(
      Array.from({ length: 40 }, (_, i) => (i % 2 ? a : b).add({ ...EVENT, request_id: `r${i}` })),
    );
    expect([...numbers].sort((x, y) => x - y)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    expect(await open().verify()).toMatchObject({ whole: true, entries: 40, head: { seq: 40 }, problem: null });
  });

  test('is broken by every change, every removal and every entry that is put between', async () => {
    const [entries, ends] = [await stored(), await state.list('audit_ends')];
    const changes = fc.constantFrom<(at: number) => [key: string, value: Json | null]>(
      (at) => [entries[at]!.key, null],
      (at) => [entries[at]!.key, { ...(entries[at]!.value as object), brand_id: 'another' }],
      (at) => [entries[at]!.key, { ...(entries[at]!.value as object), at: '2020-01-01T00:00:00.000Z' }],
      (at) => [entries[at]!.key, { ...(entries[at]!.value as object), note: 'added' }],
      (at) => [entries[at]!.key, entries[(at + 1) % entries.length]!.value],
      () => ['0000000000000', { ...newest(entries), seq: 9_999_999_999_999 } as unknown as Json],
    );
    await fc.assert(
      fc.asyncProperty(changes, fc.nat({ max: entries.length - 1 }), async (change, at) => {
        const [key, value] = change(at);
        await state.transaction(async (transaction) => {
          if (value === null) await transaction.delete('audit_entries', key);
          else await transaction.put('audit_entries', key, value);
        });
        const found = await open().verify();
        await restore(entries, ends);
        expect(found.whole).toBe(false);
        expect(found.problem).not.toBeNull();
      }),
      { numRuns: 40 },
    );
    expect((await open().verify()).whole).toBe(true);
  });

  test('that was cut at its end, or made anew as a whole, is found out by a head that was noted', async () => {
    const [entries, ends] = [await stored(), await state.list('audit_ends')];
    const noted = await open().head();
    await state.transaction(async (transaction) => {
      const { before, seq } = newest(entries);
      await transaction.delete('audit_entries', entries[0]!.key);
      await transaction.put('audit_ends', 'head', { seq: seq - 1, hash: before });
    });
    expect((await open().verify()).whole).toBe(true);
    expect((await open().verify(noted)).problem).toBe(`the chain does not hold the noted entry ${noted.seq}`);
    await open().add({ ...EVENT, brand_id: 'forged' });
    expect((await open().verify()).whole).toBe(true);
    expect((await open().verify(noted)).whole).toBe(false);
    await restore(entries, ends);
    expect((await open().verify(noted)).whole).toBe(true);
  });

  test('without its head or with a head of long ago is broken', async () => {
    const [entries, ends] = [await stored(), await state.list('audit_ends')];
    await state.transaction((transaction) => transaction.delete('audit_ends', 'head'));
    expect((await open().verify()).problem).toBe('entry 40 lies beyond the end of the chain');
    await restore(entries, ends);
  });

  test('stays whole when old entries are removed, and says so itself', async () => {
    now_ms += 10 * MS_PER_DAY;
    const first = await open().add(EVENT);
    expect(await open().prune(now_ms - MS_PER_DAY)).toBe(40);
    expect(await open().prune(now_ms - MS_PER_DAY)).toBe(0);
    expect(await open().verify()).toMatchObject({ whole: true, entries: 2, first_seq: 41, head: { seq: first + 1 } });
    const { entries } = await open().list({ brand_id: null, limit: 1 });
    expect(entries[0]).toMatchObject({ kind: 'pruned', target: { entries: '40' } });
    const noted_before_that = { seq: 12, hash: 'a'.repeat(64) };
    expect((await open().verify(noted_before_that)).whole).toBe(true);
  });
});

test('the list finds a person by a mark that does not tell the id, and a brand sees only its own', async () => {
  const audit = open();
  const mark = await audit.markOf('ann@shop.example');
  await audit.add({ ...EVENT, persons: [mark] });
  await audit.add({ ...EVENT, brand_id: 'other' });
  expect(JSON.stringify(await stored())).not.toContain('ann@shop.example');
  const of_person = await open().list({ brand_id: null, mark: await open().markOf('ann@shop.example'), limit: 10 });
  expect(of_person.entries.map(({ persons }) => persons)).toEqual([[mark]]);
  const of_other = await open().list({ brand_id: 'other', limit: 10 });
  expect(of_other.entries.map(({ brand_id }) => brand_id)).toEqual(['other']);
  const pages: number[] = [];
  for (let before: number | undefined; ; ) {
    const page = await open().list({ brand_id: null, limit: 2, before });
    pages.push(...page.entries.map(({ seq }) => seq));
    if (page.next_before === null) break;
    before = page.next_before;
  }
  expect(pages).toEqual(pages.toSorted((a, b) => b - a));
  expect(pages.length).toBe((await stored()).length);
});

test('entries that follow each other at once are all written', async () => {
  const audit = open();
  const before = (await audit.head()).seq;
  for (let i = 0; i < 20; i++) await audit.add(EVENT);
  await Promise.all([audit.add(EVENT).then(() => audit.add(EVENT)), audit.add(EVENT)]);
  expect((await audit.head()).seq).toBe(before + 23);
});
