/** What a read sees, and what it may keep while it looks. */
import { describe, expect, test, vi } from 'vitest';
import { TributaryError } from '../../src/domain/errors.ts';
import type { Snapshot } from '../../src/warehouse/port.ts';
import { committed, count, float64, int64, type OpenWarehouse, rowOf, shared, text } from './rows.ts';

const NUMBERS = [int64('x')];
const numbers = (n: number) => Array.from({ length: n }, (_, x) => ({ x }));

export function snapshotContract(open: OpenWarehouse): void {
  describe('a read', () => {
    const held = shared(open);

    test('sees one state from its first query to its last, while rows go on arriving', async () => {
      const { warehouse } = held;
      const first = { touchpoints: [rowOf('touchpoints')], conversions: [rowOf('conversions')] };
      await warehouse.append(committed(first));
      await warehouse.read(async (s) => {
        const before = await count(s, 'touchpoints');
        await warehouse.append(
          committed({
            touchpoints: [rowOf('touchpoints', { touchpoint_id: 'late', log_seq: 2 })],
            conversions: [rowOf('conversions', { conversion_id: 'late', log_seq: 3 })],
          }),
        );
        expect(await count(s, 'touchpoints')).toBe(before);
        expect(await count(s, 'conversions')).toBe(before);
      });
      expect(await warehouse.read((s) => count(s, 'conversions'))).toBe(2);
    });

    test('never sees half of a batch', async () => {
      const { warehouse } = held;
      const appends = Array.from({ length: 30 }, (_, i) =>
        warehouse.append(
          committed({
            spend: [rowOf('spend', { spend_id: `s${i}`, log_seq: 10 + 2 * i })],
            fx_rates: [rowOf('fx_rates', { fx_rate_id: `f${i}`, log_seq: 11 + 2 * i })],
          }),
        ),
      );
      const reads = Array.from({ length: 30 }, () =>
        warehouse.read(async (s) => (await count(s, 'spend')) - (await count(s, 'fx_rates'))),
      );
      await Promise.all(appends);
      expect(new Set(await Promise.all(reads))).toEqual(new Set([0]));
      expect(await warehouse.read((s) => count(s, 'spend'))).toBe(30);
    });

    test('hands back what its work returns, and throws what its work throws', async () => {
      expect(await held.warehouse.read(async () => 'answer')).toBe('answer');
      await expect(held.warehouse.read(() => Promise.reject(new Error('mine')))).rejects.toThrow('mine');
      await expect(held.warehouse.read((s) => s.query('select nothing from nowhere'))).rejects.toThrow();
      expect(await held.warehouse.read((s) => count(s, 'touchpoints'))).toBe(2);
    });

    test('changes nothing that outlives it', async () => {
      await held.warehouse.read((s) => s.relation('mine', NUMBERS, numbers(3)));
      await expect(held.warehouse.read((s) => count(s, 'mine'))).rejects.toThrow();
    });
  });

  describe('a table for one read', () => {
    const held = shared(open);

    test('holds the rows of the program, however many, and joins with the log', async () => {
      await held.warehouse.append({ commits: [rowOf('commits', { log_seq: 7 })] });
      await held.warehouse.read(async (s) => {
        await s.relation('many', NUMBERS, numbers(10_001));
        expect(await s.query('select count(*) as n, sum128(x) as total from many')).toEqual([
          { n: 10_001n, total: 50_005_000n },
        ]);
        expect(await s.query('select m.x as x from many m join commits c on c.log_seq = m.x')).toEqual([{ x: 7n }]);
      });
    });

    test.each([1, 200])('keeps every cell as it was given (%i times four rows)', async (times) => {
      const columns = [
        int64('no'),
        text('t'),
        { name: 'maybe', type: 'text' as const, nullable: true },
        int64('i'),
        float64('f'),
      ];
      const cells = [
        { t: "it's \\ a 'quote' \\'", maybe: null, i: 2n ** 63n - 1n, f: 0.1 + 0.2 },
        { t: '$x from touchpoints join \n\t\0 ü 𝛑', maybe: '', i: -(2n ** 63n), f: -5e-324 },
        { t: '', maybe: 'null', i: 0n, f: 1.7976931348623157e308 },
        { t: ')', maybe: '--', i: -1n, f: 1 / 3 },
      ];
      const rows = Array.from({ length: times }, (_, k) => cells.map((cell, c) => ({ no: 4 * k + c, ...cell }))).flat();
      await held.warehouse.read(async (s) => {
        await s.relation('given', columns, rows);
        const found = await s.query('select no, t, maybe, i, f from given order by no');
        expect(found).toEqual(rows.map((row) => ({ ...row, no: BigInt(row.no) })));
        await s.cachedRelation('given_too', `v${times}`, columns, () => rows);
        expect(await s.query('select no, t, maybe, i, f from given_too order by no')).toEqual(found);
        await s.materialise('kept', 'select no, t, maybe, i, f from given where i < 0 and f <> 0.5');
        expect(await count(s, 'kept')).toBe(2 * times);
      });
    });

    test('refuses a cell that is not of its column', async () => {
      await held.warehouse.read(async (s) => {
        await expect(s.relation('wrong', [int64('x')], [{ x: 'one' }])).rejects.toThrow();
        await expect(s.relation('missing', [{ ...text('x'), nullable: false }], [{ x: null }])).rejects.toThrow();
      });
    });

    test('can be empty, and made anew under the same name', async () => {
      await held.warehouse.read(async (s) => {
        await s.relation('few', NUMBERS, []);
        expect(await count(s, 'few')).toBe(0);
        await s.relation('few', [text('y')], [{ y: 'other' }]);
        expect(await s.query('select y from few')).toEqual([{ y: 'other' }]);
      });
    });

    test('can keep a query, with its parameters, for the queries after it', async () => {
      await held.warehouse.read(async (s) => {
        await s.relation('source', NUMBERS, numbers(10));
        await s.materialise('kept', 'select idiv(x, 2) as half from source where x >= $low', { low: 6 });
        await s.materialise('kept_too', 'select half from kept where half > 3');
        expect(await s.query('select half from kept_too order by half')).toEqual([{ half: 4n }, { half: 4n }]);
        await s.materialise('kept', 'select 1 as other');
        expect(await count(s, 'kept')).toBe(1);
      });
    });

    test('can name a query, which then sees what its tables hold when it runs', async () => {
      await held.warehouse.read(async (s) => {
        await s.relation('source', NUMBERS, numbers(10));
        await s.cachedRelation('source_kept', 'v1', NUMBERS, () => numbers(300));
        await s.define('named', 'select a.x as x from source_kept a left join source b on b.x = a.x where b.x is null');
        expect(await s.query('select count(*) as n, sum128(idiv(x, 1)) as total from named')).toEqual([
          { n: 290n, total: 44_805n },
        ]);
        await s.define('named', 'select x as y from source where x < 3');
        await s.materialise('kept', 'select n.y as y from named n join source s on s.x = n.y');
        expect(await count(s, 'kept')).toBe(await count(s, 'named'));
      });
    });

    test('joins the same way each time, whatever the engine learnt of table sizes', async () => {
      const given = [1, 2, 3, 4, 5].map((order_no) => ({ order_no, brand_id: order_no > 3 ? 'a' : 'b' }));
      await held.warehouse.read(async (s) => {
        await s.relation('orders_given', [int64('order_no'), text('brand_id')], given);
        await s.materialise('bought', 'select order_no, brand_id from orders_given');
        await s.materialise('refunds', 'select order_no, order_no as micros from bought where order_no < 5');
        await s.relation(
          'zones',
          [text('brand_id'), int64('offset_ms')],
          [
            { brand_id: 'a', offset_ms: 1 },
            { brand_id: 'b', offset_ms: 2 },
          ],
        );
        for (let time = 0; time < 4; time++)
          expect(
            await s.query(
              `select v.order_no as order_no, v.event as event, v.micros as micros
               from (
                 select o.order_no as order_no, 'order' as event, coalesce(r.micros, 0) as micros
                 from bought o left join (select order_no, sum(micros) as micros from refunds group by order_no) r on r.order_no = o.order_no) v
               join bought o on o.order_no = v.order_no join zones d on d.brand_id = o.brand_id join zones od on od.brand_id = o.brand_id and od.offset_ms >= d.offset_ms
               order by v.order_no`,
            ),
          ).toEqual(
            given.map(({ order_no }) => ({
              order_no: BigInt(order_no),
              event: 'order',
              micros: order_no < 5 ? BigInt(order_no) : 0n,
            })),
          );
      });
    });

    test('belongs to its read: another read at the same time has its own under that name', async () => {
      const answers = await Promise.all(
        [1, 2, 3, 4].map((n) =>
          held.warehouse.read(async (s) => {
            await s.relation('own', NUMBERS, numbers(n));
            await s.materialise('own_too', 'select x from own');
            return [await count(s, 'own'), await count(s, 'own_too')];
          }),
        ),
      );
      expect(answers).toEqual([
        [1, 1],
        [2, 2],
        [3, 3],
        [4, 4],
      ]);
    });
  });

  // Sizes lie on both sides of what an engine may rather write into its queries.
  describe('a table that may be kept between reads', () => {
    const held = shared(open);

    test('is there in the read that makes it, also after another query and beside another one', async () => {
      await held.warehouse.read(async (s) => {
        await count(s, 'commits');
        await s.cachedRelation('people', 'v1', NUMBERS, () => numbers(3));
        expect(await count(s, 'people')).toBe(3);
        await s.cachedRelation('places', 'v1', NUMBERS, () => numbers(4));
        expect([await count(s, 'people'), await count(s, 'places')]).toEqual([3, 4]);
        await s.cachedRelation('people', 'v2', NUMBERS, () => numbers(5));
        expect(await count(s, 'people')).toBe(5);
      });
    });

    test('is the version that the read asked for, in every order of asking', async () => {
      for (const version of [1, 2, 1, 3, 4, 5, 6, 1, 6, 2]) {
        await held.warehouse.read(async (s) => {
          await s.cachedRelation('versions', `v${version}`, NUMBERS, () => numbers(97 + version));
          expect(await count(s, 'versions')).toBe(97 + version);
        });
      }
    });

    test('may be made from what the same read asks, and is not made again in the next read, be it its first or its second', async () => {
      let made = 0;
      const ask = (): Promise<number> =>
        held.warehouse.read(async (s) => {
          await s.cachedRelation('before', 'b1', NUMBERS, () => numbers(2));
          await s.cachedRelation('asked', 'a1', NUMBERS, async () => {
            made += 1;
            return numbers((await count(s, 'before')) + 1);
          });
          return count(s, 'asked');
        });
      expect([await ask(), await ask(), await ask()]).toEqual([3, 3, 3]);
      expect(made).toBe(1);
    });

    test('serves reads that run at once, with few versions and with many', async () => {
      const asked = [1, 1, 1, 2, 2, 3, 4, 5, 6, 7, 8, 1];
      const found = await Promise.all(
        asked.map((version) =>
          held.warehouse.read(async (s) => {
            await s.cachedRelation('crowd', `c${version}`, NUMBERS, () => numbers(97 + version));
            await new Promise((resolve) => setTimeout(resolve, 5 * (9 - version)));
            const first = await count(s, 'crowd');
            await count(s, 'touchpoints');
            return [first, await count(s, 'crowd')];
          }),
        ),
      );
      expect(found).toEqual(asked.map((version) => [97 + version, 97 + version]));
    });
  });

  describe('under load', () => {
    const held = shared(open);

    test('a query that takes too long is stopped, said to be too slow, and the next one is answered', async () => {
      const { warehouse } = held;
      const slow = warehouse.read(
        async (s) => {
          await s.relation('n', NUMBERS, numbers(3_000));
          return s.query('select count(*) as n from n a, n b, n c where a.x + b.x + c.x = -1');
        },
        { timeout_ms: 300 },
      );
      await expect(slow).rejects.toMatchObject({
        code: 'timeout',
        status: 503,
        message: expect.stringContaining('shorter period'),
      });
      for (let i = 0; i < 5; i++) expect(await warehouse.read((s) => count(s, 'commits'))).toBe(0);
    });

    test('a read of the loader does not wait for reports, however many there are', async () => {
      let open_gate = (): void => undefined;
      const gate = new Promise<void>((resolve) => {
        open_gate = resolve;
      });
      const ended: string[] = [];
      const reports = Array.from({ length: 12 }, () =>
        held.warehouse.read(async (s) => gate.then(() => count(s, 'commits'))).then(() => ended.push('report')),
      );
      for (let i = 0; i < 3; i++)
        await held.warehouse.read((s) => count(s, 'commits'), { for: 'loading' }).then(() => ended.push('loader'));
      open_gate();
      await Promise.all(reports);
      expect(ended).toEqual([...Array(3).fill('loader'), ...Array(12).fill('report')]);
    });

    test('a read that nobody waits for leaves the queue, or is stopped, and the next one is answered', async () => {
      const { warehouse } = held;
      const gone = Array.from({ length: 30 }, () => new AbortController());
      let running = 0;
      const reads = gone.map(({ signal }) =>
        warehouse.read(
          async (s) => {
            running += 1;
            await s.relation('n', NUMBERS, numbers(3_000));
            return s.query('select count(*) as n from n a, n b, n c where a.x + b.x + c.x = -1');
          },
          { timeout_ms: 20_000, signal },
        ),
      );
      const settled = Promise.allSettled(reads);
      await vi.waitFor(() => expect(running).toBeGreaterThan(0), 10_000);
      for (const one of gone) one.abort();
      expect(await warehouse.read((s) => count(s, 'commits'))).toBe(0);
      const errors = (await settled).map((o) => (o.status === 'rejected' ? (o.reason as { code: string }) : undefined));
      // Those that waited are told the reason of their signal.
      expect(new Set(errors.map((error) => error?.code))).toEqual(new Set(['cancelled', DOMException.ABORT_ERR]));
      const { signal } = gone[0]!;
      await expect(warehouse.read(async () => 1, { signal })).rejects.toBe(signal.reason);
    });

    test('a read that others wait for is made by one of them when its client is gone', async () => {
      const { warehouse } = held;
      const gone = new AbortController();
      let asked = 0;
      const ask = (signal?: AbortSignal): Promise<number> =>
        warehouse.read(
          async (s) => {
            await s.cachedRelation('wanted', 'by two', NUMBERS, async () => {
              asked += 1;
              if (signal !== undefined) await slowly(s);
              return numbers(5);
            });
            return count(s, 'wanted');
          },
          { signal },
        );
      const slowly = async (s: Snapshot): Promise<void> => {
        await s.relation('n', NUMBERS, numbers(3_000));
        await s.query('select count(*) as n from n a, n b, n c where a.x + b.x + c.x = -1');
      };
      const first = ask(gone.signal).catch((error) => error.code);
      await vi.waitFor(() => expect(asked).toBe(1), 10_000);
      const second = ask();
      await warehouse.read((s) => count(s, 'commits'));
      gone.abort();
      expect([await first, await second, asked]).toEqual(['cancelled', 5, 2]);
    });

    test('a probe waits for no report, and a second one joins the queue of probes', async () => {
      let open_gate = (): void => undefined;
      const gate = new Promise<void>((resolve) => {
        open_gate = resolve;
      });
      const reports = Array.from({ length: 80 }, () => held.warehouse.read(async () => gate));
      const settled = Promise.allSettled(reports);
      for (let i = 0; i < 3; i++)
        expect(await held.warehouse.read((s) => count(s, 'commits'), { for: 'probing' })).toBe(0);
      open_gate();
      await settled;
    });

    test('a read that dawdles between its queries is stopped too', async () => {
      const dawdling = held.warehouse.read(
        async (s) => {
          await new Promise((resolve) => setTimeout(resolve, 100));
          return count(s, 'commits');
        },
        { timeout_ms: 20 },
      );
      await expect(dawdling).rejects.toMatchObject({ code: 'timeout' });
    });

    test('more reads than can wait are told to come back; all others are answered', async () => {
      let open_gate = (): void => undefined;
      const gate = new Promise<void>((resolve) => {
        open_gate = resolve;
      });
      const reads = Array.from({ length: 300 }, () =>
        held.warehouse.read(async (s) => gate.then(() => count(s, 'commits'))),
      );
      const settled = Promise.allSettled(reads);
      await new Promise((resolve) => setTimeout(resolve, 50));
      open_gate();
      const outcomes = await settled;
      const refused = outcomes.filter((o) => o.status === 'rejected').map((o) => o.reason as TributaryError);
      expect(refused.length).toBeGreaterThan(0);
      expect(refused.length).toBeLessThan(300);
      for (const error of refused)
        expect(error).toMatchObject({ code: 'busy', status: 503, retry_after_s: expect.any(Number) });
      expect(await held.warehouse.read((s) => count(s, 'commits'))).toBe(0);
    });

    test('a warehouse that is closed says so', async () => {
      const warehouse = await open();
      await warehouse.migrate();
      await warehouse.close();
      await warehouse.close();
      await expect(warehouse.read(async () => 1)).rejects.toBeInstanceOf(TributaryError);
      await expect(warehouse.append({ commits: [rowOf('commits')] })).rejects.toMatchObject({ code: 'shutting_down' });
    });

    test('a read that still waits when the warehouse is closed is refused, and none is left without an answer', async () => {
      const warehouse = await open();
      await warehouse.migrate();
      let open_gate = (): void => undefined;
      const gate = new Promise<void>((resolve) => {
        open_gate = resolve;
      });
      let started = 0;
      const reads = Array.from({ length: 30 }, () =>
        warehouse.read(async () => {
          started += 1;
          await gate;
        }),
      );
      const settled = Promise.allSettled(reads);
      await vi.waitFor(() => expect(started).toBeGreaterThan(0), 10_000);
      await warehouse.close();
      open_gate();
      const refused = (await settled).flatMap((o) => (o.status === 'rejected' ? [o.reason as TributaryError] : []));
      expect(started).toBeLessThan(30);
      expect(refused.length).toBeGreaterThanOrEqual(30 - started);
      for (const error of refused) expect(error).toMatchObject({ code: 'shutting_down' });
    });
  });
}
