/** What every store of state promises. The embedded file and PostgreSQL pass the same tests. */
import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Json, MAX_KEY_BYTES, MAX_VALUE_BYTES, type State } from '../../src/state/port.ts';

/**
 * @param open opens one more connection to the same store, as another process would.
 * @param filesOf the files that hold the entries now.
 */
export function stateContract(name: string, open: () => Promise<State>, filesOf: () => Promise<string[]>): void {
  describe(`state in ${name}`, () => {
    let state: State;
    let other: State;
    let made = 0;
    /** A collection that no other test has used. */
    let fresh: string;
    beforeAll(async () => {
      state = await open();
      other = await open();
    });
    afterAll(async () => {
      await state.close();
      await other.close();
    });
    beforeEach(() => {
      fresh = `c${++made}`;
    });

    const put = (key: string, value: Json, collection = fresh): Promise<void> =>
      state.transaction((transaction) => transaction.put(collection, key, value));
    const keys = async (options?: object): Promise<string[]> =>
      (await state.list(fresh, options)).map(({ key }) => key);

    test('keeps what is put, replaces it, and forgets what is deleted', async () => {
      expect(await state.get(fresh, 'a')).toBeUndefined();
      await put('a', { n: 1 });
      await put('a', { n: 2 });
      expect(await state.get(fresh, 'a')).toEqual({ n: 2 });
      expect(await other.get(fresh, 'a')).toEqual({ n: 2 });
      expect(await state.get(`${fresh}_other`, 'a')).toBeUndefined();
      expect(await state.transaction((t) => t.delete(fresh, 'a'))).toBe(true);
      expect(await state.transaction((t) => t.delete(fresh, 'a'))).toBe(false);
      expect(await state.get(fresh, 'a')).toBeUndefined();
    });

    test('has no byte of what was deleted or replaced once it is written anew, and keeps the rest', async () => {
      const holds = async (text: string): Promise<boolean> =>
        (await filesOf()).some((file) => existsSync(file) && readFileSync(file).includes(text));
      for (let i = 0; i < 50; i++)
        await put(`key-${i}`, { of: `purge-${i % 2 === 0 ? 'gone' : 'kept'}-${i}`, more: 'x'.repeat(200) });
      await put('purge-gone-key', 1);
      for (let i = 0; i < 50; i += 2)
        await (i % 4 === 0 ? put(`key-${i}`, null) : state.transaction((t) => t.delete(fresh, `key-${i}`)));
      await state.transaction((t) => t.delete(fresh, 'purge-gone-key'));
      expect(await state.purge()).toHaveLength(1);
      expect([await holds('purge-gone'), await holds('purge-kept')]).toEqual([false, true]);
      expect(await keys()).toHaveLength(25 + 13);
      expect(await other.get(fresh, 'key-1')).toMatchObject({ of: 'purge-kept-1' });
      await put('after', 1);
      expect(await other.get(fresh, 'after')).toBe(1);
    });

    test('gives every JSON value back exactly', async () => {
      const shapes: Json[] = [
        null,
        true,
        0,
        -1.5,
        1e300,
        5e-324,
        '',
        '\0',
        '\ud800',
        '💡é\u0301',
        [],
        {},
        [[null]],
        { '': { __proto__2: [] } },
      ];
      for (const [i, value] of shapes.entries()) {
        await put(String(i), value);
        expect(await state.get(fresh, String(i))).toEqual(value);
      }
      await fc.assert(
        fc.asyncProperty(
          fc.jsonValue({ stringUnit: 'binary' }).map((value) => JSON.parse(JSON.stringify(value)) as Json),
          fc.string({ unit: 'binary', maxLength: 60 }),
          async (value, key) => {
            await put(key, value);
            expect(JSON.stringify(await other.get(fresh, key))).toBe(JSON.stringify(value));
            expect((await state.list(fresh, { prefix: key })).find((entry) => entry.key === key)?.value).toEqual(value);
          },
        ),
        { numRuns: 60 },
      );
    });

    test('lists keys in the order of their bytes, from a key, by a prefix, page by page', async () => {
      const all = ['', '\0', '\0\0', 'A', 'a', 'a\0', 'a/', 'a/1', 'a0', 'é', '\uffff', '😀', 'ab'];
      await state.transaction(async (transaction) => {
        for (const key of all) await transaction.put(fresh, key, key);
      });
      const sorted = all.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      expect(await keys()).toEqual(sorted);
      for (const prefix of ['', 'a', 'a/', '\uffff', '😀', 'zz'])
        for (const after of [undefined, '', 'A', 'a', 'a/', 'é', '\uffff'])
          for (const limit of [1, 3, 100]) {
            const wanted = sorted.filter(
              (key) =>
                key.startsWith(prefix) &&
                (after === undefined || Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0),
            );
            const options = { prefix, limit, ...(after === undefined ? {} : { after }) };
            expect([options, await keys(options)]).toEqual([options, wanted.slice(0, limit)]);
          }
    });

    test('holds many entries, and lists all of them in pages', async () => {
      const size = 3_000;
      await state.transaction(async (transaction) => {
        for (let i = 0; i < size; i++) await transaction.put(fresh, `k${String(i).padStart(6, '0')}`, i);
      });
      const found: Json[] = [];
      let after: string | undefined;
      for (;;) {
        const page = await other.list(fresh, after === undefined ? {} : { after });
        expect(page.length).toBeLessThanOrEqual(1_000);
        if (page.length === 0) break;
        found.push(...page.map(({ value }) => value));
        after = page.at(-1)!.key;
      }
      expect(found).toEqual(Array.from({ length: size }, (_, i) => i));
    });

    test('sees its own writes within a transaction, and nobody else sees them before the end', async () => {
      await put('a', 1);
      await state.transaction(async (transaction) => {
        await transaction.put(fresh, 'a', 2);
        await transaction.put(fresh, 'b', 3);
        expect(await transaction.get(fresh, 'a')).toBe(2);
        expect((await transaction.list(fresh)).map(({ value }) => value)).toEqual([2, 3]);
        expect([await state.get(fresh, 'a'), await other.get(fresh, 'a'), await other.get(fresh, 'b')]).toEqual([
          1,
          1,
          undefined,
        ]);
      });
      expect(await other.get(fresh, 'b')).toBe(3);
    });

    test('answers each of many reads that are asked at once', async () => {
      await state.transaction(async (transaction) => {
        for (let i = 0; i < 20; i++) await transaction.put(fresh, `k${i}`, i);
        const within = await Promise.all(Array.from({ length: 20 }, (_, i) => transaction.get(fresh, `k${i}`)));
        expect(within).toEqual(Array.from({ length: 20 }, (_, i) => i));
      });
      const answers = Array.from({ length: 20 }, async (_, i) => [
        await state.get(fresh, `k${i}`),
        (await state.list(fresh, { prefix: `k${i}`, limit: 1 }))[0]?.value,
        await state.revision(i % 2 === 0 ? fresh : `${fresh}_none`),
      ]);
      expect(await Promise.all(answers)).toEqual(Array.from({ length: 20 }, (_, i) => [i, i, i % 2 === 0 ? 1 : 0]));
    });

    test('undoes all of a transaction that fails, gives its error on, and works afterwards', async () => {
      await put('a', 1);
      const before = await state.revision(fresh);
      const error = new Error('the work failed');
      const failing = state.transaction(async (transaction) => {
        await transaction.put(fresh, 'a', 2);
        await transaction.delete(fresh, 'a');
        await transaction.put(fresh, 'b', 2);
        throw error;
      });
      await expect(failing).rejects.toBe(error);
      expect(await state.list(fresh)).toEqual([{ key: 'a', value: 1 }]);
      expect(await state.revision(fresh)).toBe(before);
      await put('a', 3);
      expect(await other.get(fresh, 'a')).toBe(3);
    });

    test('refuses the use of a transaction after its end', async () => {
      const kept = await state.transaction(async (transaction) => transaction);
      await expect(kept.put(fresh, 'late', 1)).rejects.toThrow('used after its end');
      expect(await state.get(fresh, 'late')).toBeUndefined();
    });

    test('counts every one of many increments, wherever they are made', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.boolean(), { minLength: 2, maxLength: 12 }), async (fromOther) => {
          const key = `n${Math.random()}`;
          const increment = async (store: State): Promise<void> =>
            store.transaction(async (transaction) => {
              const n = (await transaction.get<number>(fresh, key)) ?? 0;
              await new Promise((resolve) => setImmediate(resolve));
              await transaction.put(fresh, key, n + 1);
            });
          await Promise.all(fromOther.map((elsewhere) => increment(elsewhere ? other : state)));
          expect(await state.get(fresh, key)).toBe(fromOther.length);
        }),
        { numRuns: 15 },
      );
    });

    test('lets no two transactions each miss what the other wrote', async () => {
      // Each takes the place only where nobody has one: a check of what is not there.
      const take = (store: State, who: string): Promise<boolean> =>
        store.transaction(async (transaction) => {
          if ((await transaction.list(fresh)).length > 0) return false;
          await new Promise((resolve) => setImmediate(resolve));
          await transaction.put(fresh, who, true);
          return true;
        });
      const took = await Promise.all([take(state, 'a'), take(other, 'b'), take(state, 'c'), take(other, 'd')]);
      expect(took.filter(Boolean)).toHaveLength(1);
      expect(await state.list(fresh)).toHaveLength(1);
    });

    test('has a revision for each collection that grows with what is written to it, and only then', async () => {
      expect(await state.revision(fresh)).toBe(0);
      await put('a', 1);
      const first = await other.revision(fresh);
      expect(first).toBeGreaterThan(0);
      await state.transaction((t) => t.get(fresh, 'a'));
      await state.transaction((t) => t.delete(fresh, 'not there'));
      await put('a', 1, `${fresh}_other`);
      expect(await other.revision(fresh)).toBe(first);
      await other.transaction((t) => t.delete(fresh, 'a'));
      expect(await state.revision(fresh)).toBeGreaterThan(first);
    });

    test('says which key or value is too large, and writes nothing of that transaction', async () => {
      await put('é'.repeat(MAX_KEY_BYTES / 2), 1);
      await put('large', 'x'.repeat(MAX_VALUE_BYTES - 2));
      expect(await state.get<string>(fresh, 'large')).toHaveLength(MAX_VALUE_BYTES - 2);
      await expect(put(`${'é'.repeat(MAX_KEY_BYTES / 2)}x`, 1)).rejects.toMatchObject({
        code: 'too_large',
        message: `state: a key has ${MAX_KEY_BYTES + 1} bytes; the limit is ${MAX_KEY_BYTES}, use a shorter key`,
      });
      const both = state.transaction(async (transaction) => {
        await transaction.put(fresh, 'small', 1);
        await transaction.put(fresh, 'large', 'x'.repeat(MAX_VALUE_BYTES));
      });
      await expect(both).rejects.toMatchObject({
        code: 'too_large',
        message: expect.stringContaining(`${fresh}/large`),
      });
      expect(await state.get(fresh, 'small')).toBeUndefined();
      await expect(put('\ud800', 1)).rejects.toMatchObject({ code: 'bad_request' });
    });

    test('waits for its transaction when it is closed, is closed once, and refuses what comes after', async () => {
      const closing = await open();
      const last = closing.transaction(async (transaction) => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        await transaction.put(fresh, 'last', 1);
      });
      await Promise.all([closing.close(), closing.close(), last]);
      await closing.close();
      expect(await state.get(fresh, 'last')).toBe(1);
      for (const call of [
        () => closing.get(fresh, 'a'),
        () => closing.transaction(async () => 1),
        () => closing.revision(fresh),
      ])
        await expect(call()).rejects.toMatchObject({ code: 'shutting_down' });
    });
  });
}
