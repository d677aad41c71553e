/**
 * What every warehouse promises. An engine that passes this suite can stand behind Tributary, whatever it is inside.
 * `open` gives a new, empty warehouse that was never migrated.
 */
import { describe, expect, test } from 'vitest';
import { RowFault } from '../../src/warehouse/port.ts';
import { VERSIONS } from '../../src/warehouse/versions/index.ts';
import type { SchemaVersion } from '../../src/warehouse/versions/version.ts';
import { backupContract } from './contract-backup.ts';
import { eraseContract } from './contract-erase.ts';
import { macroContract } from './contract-macros.ts';
import { rowContract } from './contract-rows.ts';
import { snapshotContract } from './contract-snapshot.ts';
import { AT_MS, committed, count, float64, instant, int64, type OpenWarehouse, rowOf, shared, text } from './rows.ts';

export function warehouseContract(name: string, open: OpenWarehouse): void {
  describe(`${name} as a warehouse`, () => {
    migrationContract(open);
    appendContract(open);
    valueContract(open);
    rowContract(open);
    macroContract(open);
    snapshotContract(open);
    eraseContract(open);
  });
}

/** What an engine promises to who looks after it. On ClickHouse it takes long and runs in the deep tier. */
export function operatorContract(name: string, open: OpenWarehouse): void {
  describe(`${name} as a warehouse`, () => backupContract(open));
}

/** The versions of a program that comes after this one. */
const TOMORROW: readonly SchemaVersion[] = [
  ...VERSIONS,
  {
    version: VERSIONS.length + 1,
    tables: { tomorrow: { key: ['id'], columns: { id: 'text', seen_at: 'instant?' } } },
    columns: { spend: { agency: 'text?' } },
  },
];

function migrationContract(open: OpenWarehouse): void {
  test('migrating twice changes nothing, and keeps what is stored', async () => {
    const warehouse = await open();
    const versions = await warehouse.migrate();
    expect(versions.length).toBeGreaterThan(0);
    await warehouse.append({ commits: [rowOf('commits', { log_seq: 5 })] });
    expect(await warehouse.migrate()).toEqual([]);
    expect(await warehouse.read((s) => count(s, 'commits'))).toBe(1);
    expect((await warehouse.diagnose()).schema_version).toBe(Math.max(...versions));
    await warehouse.close();
  });

  test('data of an earlier version gets what came since, and keeps its rows', async () => {
    const warehouse = await open();
    expect(await warehouse.migrate(VERSIONS.slice(0, 1))).toEqual([1]);
    await warehouse.append({ commits: [rowOf('commits', { log_seq: 5 })] });
    expect(await warehouse.migrate()).toEqual(VERSIONS.slice(1).map(({ version }) => version));
    expect(await warehouse.read(async (s) => [await count(s, 'commits'), await count(s, 'model_artifacts')])).toEqual([
      1, 0,
    ]);
    await warehouse.close();
  });

  test('data of a newer version is refused with both versions and what to do, and stays as it is', async () => {
    const warehouse = await open();
    await warehouse.migrate(TOMORROW);
    await warehouse.append({ commits: [rowOf('commits', { log_seq: 5 })] });
    const known = VERSIONS.length;
    await expect(warehouse.migrate()).rejects.toMatchObject({
      code: 'conflict',
      message: `this data was written by a newer Tributary (schema ${known + 1}, this program knows ${known}); run that version or newer`,
    });
    expect(await warehouse.migrate(TOMORROW)).toEqual([]);
    expect(await warehouse.read((s) => count(s, 'commits'))).toBe(1);
    await warehouse.close();
  });

  test('a later column stands at the end of its table, and rows go in and out by names', async () => {
    const warehouse = await open();
    await warehouse.migrate(TOMORROW);
    await warehouse.append(committed({ spend: [rowOf('spend', { spend_id: 'new', campaign_id: 'c' })] }));
    const rows = await warehouse.read((s) => s.query('select spend_id, campaign_id, log_seq, agency from spend'));
    expect(rows).toEqual([{ spend_id: 'new', campaign_id: 'c', log_seq: 1n, agency: null }]);
    await warehouse.close();
  });

  test('two migrations at once leave one schema', async () => {
    const warehouse = await open();
    const applied = await Promise.all([warehouse.migrate(), warehouse.migrate()]);
    expect(applied.filter((versions) => versions.length > 0)).toHaveLength(1);
    await warehouse.close();
  });
}

function appendContract(open: OpenWarehouse): void {
  describe('a batch', () => {
    const held = shared(open);

    test('with one bad row leaves nothing behind, in any of its tables', async () => {
      const { warehouse } = held;
      const good = Array.from({ length: 3_000 }, (_, i) =>
        rowOf('touchpoints', { touchpoint_id: `t${i}`, subject_key: i }),
      );
      for (const bad of [{ conversion_id: null }, { subject_key: 1.5 }, { occurred_at: 'yesterday' }]) {
        const conversions = [rowOf('conversions'), rowOf('conversions', bad)];
        await expect(
          warehouse.append({ touchpoints: good, conversions, commits: [rowOf('commits')] }),
        ).rejects.toThrow();
        await expect(warehouse.append({ conversions, touchpoints: good })).rejects.toThrow();
      }
      const left = await warehouse.read(async (s) => [
        await count(s, 'touchpoints'),
        await count(s, 'conversions'),
        await count(s, 'commits'),
      ]);
      expect(left).toEqual([0, 0, 0]);
    });

    test('after a refused one is stored as if nothing had been', async () => {
      const { warehouse } = held;
      await expect(warehouse.append({ commits: [rowOf('commits', { collector_id: null })] })).rejects.toThrow();
      await warehouse.append({ commits: [rowOf('commits')], conversions: [rowOf('conversions')] });
      expect(await warehouse.read(async (s) => [await count(s, 'commits'), await count(s, 'conversions')])).toEqual([
        1, 1,
      ]);
    });

    test.each([
      ['a text in place of an integer', { log_seq: 'x' }, 'log_seq', 'a text of 1 character is not int64'],
      ['an integer that is too large', { log_seq: 2n ** 63n }, 'log_seq', '9223372036854775808 is not int64'],
      ['a fraction', { log_seq: 1.5 }, 'log_seq', '1.5 is not int64'],
      ['a number in place of a text', { customer_id: 7 }, 'customer_id', '7 is not text'],
      [
        'an instant in the year 10000',
        { received_at: 253402300800000 },
        'received_at',
        '253402300800000 is not instant',
      ],
      ['a missing value', { brand_id: null }, 'brand_id', 'a value is missing'],
    ])(
      'names the column of a value that does not fit (%s), and writes nothing',
      async (_what, wrong, column, reason) => {
        const { warehouse } = held;
        const before = await warehouse.read((s) => count(s, 'email_events'));
        const batch = { email_events: [rowOf('email_events', { event_id: 'fits' }), rowOf('email_events', wrong)] };
        const error = await warehouse.append(batch).catch((cause: unknown) => cause);
        expect(error).toBeInstanceOf(RowFault);
        expect(error).toMatchObject({ table: 'email_events', column, message: `email_events.${column}: ${reason}` });
        expect(await warehouse.read((s) => count(s, 'email_events'))).toBe(before);
      },
    );

    test('without rows is no error', async () => {
      await held.warehouse.append({});
      await held.warehouse.append({ touchpoints: [], commits: [] });
    });

    test('is one of many that are sent at once, and all of them arrive', async () => {
      const { warehouse } = held;
      const before = await warehouse.read((s) => count(s, 'email_events'));
      const rows = (i: number) =>
        Array.from({ length: 50 }, (_, j) => rowOf('email_events', { event_id: `e${i}-${j}` }));
      await Promise.all(Array.from({ length: 20 }, (_, i) => warehouse.append(committed({ email_events: rows(i) }))));
      expect(await warehouse.read((s) => count(s, 'email_events'))).toBe(before + 1_000);
    });
  });
}

const TEXTS = [
  "O'Neil",
  "'; drop table touchpoints; --",
  '"double"',
  'back\\slash',
  '%_',
  '$at',
  '日本語',
  '👩‍👩‍👧',
  'e\u0301',
  '',
  ' ',
  'null',
  '\ttab\nline',
  "''",
];
const INTEGERS = [0n, -1n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n, -(2n ** 53n), 2n ** 63n - 1n, -(2n ** 63n)];

function valueContract(open: OpenWarehouse): void {
  describe('a value', () => {
    const held = shared(open);

    test('given as a parameter comes back as it went in', async () => {
      await held.warehouse.read(async (s) => {
        await s.relation(
          'texts',
          [int64('i'), text('value')],
          TEXTS.map((value, i) => ({ i, value })),
        );
        for (const [i, value] of TEXTS.entries()) {
          const rows = await s.query('select i, value from texts where value = $value', { value });
          expect(rows).toEqual([{ i: BigInt(i), value }]);
        }
        await s.relation(
          'integers',
          [int64('i'), int64('value')],
          INTEGERS.map((value, i) => ({ i, value })),
        );
        for (const [i, value] of INTEGERS.entries()) {
          const rows = await s.query('select i, value from integers where value = $value', { value });
          expect(rows).toEqual([{ i: BigInt(i), value }]);
        }
      });
    });

    test('that is a whole number can be sent as one, up to 2^53 - 1, and a fraction as a fraction', async () => {
      await held.warehouse.read(async (s) => {
        await s.relation(
          'numbers',
          [int64('whole'), float64('half')],
          [{ whole: Number.MAX_SAFE_INTEGER, half: -0.5 }],
        );
        const found = await s.query('select whole, half from numbers where whole = $whole and half = $half', {
          whole: Number.MAX_SAFE_INTEGER,
          half: -0.5,
        });
        expect(found).toEqual([{ whole: BigInt(Number.MAX_SAFE_INTEGER), half: -0.5 }]);
      });
    });

    test('that is missing is null, in a row and as a parameter', async () => {
      await held.warehouse.read(async (s) => {
        await s.relation(
          'gaps',
          [int64('i'), text('value'), instant('moment')],
          [{ i: 1 }, { i: 2, value: 'x', moment: AT_MS }],
        );
        expect(await s.query('select i, value, moment from gaps where same(value, $value)', { value: null })).toEqual([
          { i: 1n, value: null, moment: null },
        ]);
      });
    });

    test('that is an instant is kept to the millisecond', async () => {
      const instants = [0, 1, 999, AT_MS, Date.UTC(2099, 11, 31, 23, 59, 59, 999)];
      await held.warehouse.read(async (s) => {
        await s.relation(
          'moments',
          [int64('i'), instant('moment')],
          instants.map((moment, i) => ({ i, moment })),
        );
        const rows = await s.query('select epoch_ms(moment) as at_ms from moments order by i');
        expect(rows.map((row) => Number(row['at_ms']))).toEqual(instants);
        for (const [i, at] of instants.entries()) {
          expect(await s.query('select i from moments where moment = instant($at)', { at })).toEqual([
            { i: BigInt(i) },
          ]);
          expect(
            await s.query('select count(*) as n from moments where moment > instant($at) and moment < instant($next)', {
              at,
              next: at + 1,
            }),
          ).toEqual([{ n: 0n }]);
        }
      });
    });

    test('cannot say SQL: nothing that is stored or asked for changes another row', async () => {
      const evil = "x'); delete from spend; drop table spend; --";
      await held.warehouse.append(
        committed({
          spend: [rowOf('spend', { spend_id: evil, channel: evil }), rowOf('spend', { spend_id: 'other' })],
        }),
      );
      await held.warehouse.read(async (s) => {
        expect(
          await s.query('select spend_id, channel from spend where channel = $channel', { channel: evil }),
        ).toEqual([{ spend_id: evil, channel: evil }]);
        expect(
          await s.query('select spend_id from spend where channel = $channel', { channel: "' or '1'='1" }),
        ).toEqual([]);
        expect(await count(s, 'spend')).toBe(2);
      });
    });

    test('of every table comes back from it', async () => {
      const touchpoint = rowOf('touchpoints', {
        touchpoint_id: "té'",
        url: 'https://例え.jp/?q=%27',
        traits: 15,
        content_hash: -(2n ** 63n),
        log_seq: 2n ** 53n - 1n,
      });
      await held.warehouse.append(committed({ touchpoints: [touchpoint] }));
      const [row] = await held.warehouse.read((s) =>
        s.query(
          'select touchpoint_id, url, traits, content_hash, log_seq, epoch_ms(occurred_at) as at_ms, customer_id from touchpoints',
        ),
      );
      expect(row).toMatchObject({
        touchpoint_id: "té'",
        url: 'https://例え.jp/?q=%27',
        traits: 15n,
        content_hash: -(2n ** 63n),
        log_seq: 2n ** 53n - 1n,
        customer_id: null,
      });
    });
  });
}
