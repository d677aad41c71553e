/** Rows come back as they went in, whichever way an engine takes them: few or many, into the log or into a table of a read. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RowFault, type Snapshot, type Warehouse } from '../../src/warehouse/port.ts';
import type { Cell, Row } from '../../src/warehouse/schema.ts';
import { runsOf } from '../support/tier.ts';
import { committed, float64, instant, int64, type OpenWarehouse, rowOf, shared, text } from './rows.ts';

/** Batches of random rows, for each way that an engine takes them. */
const RUNS = runsOf('TRIBUTARY_ROW_RUNS', 6, 25);

const COLUMNS = [int64('i'), int64('whole'), float64('part'), instant('moment'), text('words')];

/** Half a surrogate pair becomes U+FFFD, so it is left out. */
const words = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom('', 'null', '"', '\\', '\0', 'a\0b', '\u2028\u2029', '{"a":[1]}', '\r\n', '\ufffd', 'x\ufeff'),
  fc.constantFrom('\ufeff', '\ufeff\ufeff', '\ufefforder-1', `\ufeff${'long '.repeat(9)}`),
  fc.constantFrom('👩‍👩‍👧', 'é'.normalize('NFD')).map((unit) => unit.repeat(700)),
);
const row: fc.Arbitrary<Row> = fc.record({
  whole: fc.option(
    fc.oneof(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), fc.maxSafeInteger(), fc.constantFrom(2 ** 53, -(2 ** 62))),
  ),
  part: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
  moment: fc.option(fc.integer({ min: Date.UTC(1900, 0, 2), max: Date.UTC(9999, 11, 31, 23, 59, 59, 999) })),
  words: fc.option(words),
});

const READ = 'select i, whole, part, epoch_ms(moment) as moment, words from many order by i';

/** A row as a read gives it. Zero has no sign in JSON. */
const expected = ({ whole, part, moment, words }: Row, i: number): Row => ({
  i: BigInt(i),
  whole: whole === null ? null : BigInt(whole!),
  part: part === null ? null : Number(part) + 0,
  moment: moment === null ? null : BigInt(moment!),
  words: words!,
});

export function rowContract(open: OpenWarehouse): void {
  describe('rows', () => {
    const held = shared(open);

    test.each([1, 40, 700])(
      'of a table that a read makes come back as they went in, %i times as many',
      async (times) => {
        await fc.assert(
          fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 12 }), async (few) => {
            const rows = Array.from({ length: times }, () => few).flat();
            const found = await held.warehouse.read(async (s) => {
              const given = rows.map((r, i) => ({ ...r, i }));
              await s.relation('many', COLUMNS, given);
              return s.query(READ);
            });
            expect(found).toEqual(rows.map(expected));
          }),
          { numRuns: times === 700 ? Math.ceil(RUNS / 2) : RUNS },
        );
      },
    );

    test('of the log come back as they went in', async () => {
      let runs = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 40 }), async (rows) => {
          runs += 1;
          const collector_id = `rows-${runs}`;
          const links = rows.map((r, i) =>
            rowOf('identity_links', {
              link_id: `${runs}-${i}`,
              content_hash: r['whole'] ?? 0,
              probability: r['part']!,
              occurred_at: r['moment']!,
              evidence: r['words']!,
              collector_id,
              log_seq: i,
            }),
          );
          await held.warehouse.append(committed({ identity_links: links }));
          const found = await held.warehouse.read((s) =>
            s.query(
              `select log_seq as i, content_hash as whole, probability as part, epoch_ms(occurred_at) as moment, evidence as words
               from identity_links where collector_id = $collector_id order by log_seq`,
              { collector_id },
            ),
          );
          expect(found).toEqual(rows.map((r, i) => expected({ ...r, whole: r['whole'] ?? 0 }, i)));
        }),
        { numRuns: RUNS },
      );
    });

    test('with a text that begins with U+FEFF keep it', async () => {
      for (const times of [1, 700]) {
        const rows = Array.from({ length: times }, (_, i) => ({ i, words: '\ufefforder' }));
        const n = await held.warehouse.read(async (s) => {
          await s.relation('marked', COLUMNS, rows);
          return s.query('select words, count(*) as n from marked where words = $words group by words', {
            words: '\ufefforder',
          });
        });
        expect(n).toEqual([{ words: '\ufefforder', n: BigInt(times) }]);
      }
    });

    test('with half of a surrogate pair have U+FFFD in its place', async () => {
      for (const times of [1, 700]) {
        const found = await held.warehouse.read(async (s) => {
          await s.relation(
            'halves',
            COLUMNS,
            Array.from({ length: times }, (_, i) => ({ i, words: 'a\ud800b' })),
          );
          return s.query('select distinct words from halves');
        });
        expect(found).toEqual([{ words: 'a\ufffdb' }]);
      }
    });

    test('with a text of three million characters come back whole', async () => {
      const payload = 'Größe '.repeat(500_000);
      await held.warehouse.append(committed({ dead_letters: [rowOf('dead_letters', { payload })] }));
      expect(await held.warehouse.read((s) => s.query('select payload from dead_letters'))).toEqual([{ payload }]);
    });

    faultContract(held);
  });
}

/** Values that no column of the type can hold. */
const UNFIT: ReadonlyArray<[string, Cell]> = [
  ['occurred_at', 'yesterday'],
  ['occurred_at', Date.UTC(9999, 11, 31, 23, 59, 59, 999) + 1],
  ['occurred_at', 0.5],
  ['log_seq', 2n ** 63n],
  ['log_seq', 1.5],
  ['log_seq', '7'],
  ['probability', Number.NaN],
  ['probability', Number.POSITIVE_INFINITY],
  ['probability', '1'],
  ['evidence', 7],
  ['link_id', null],
];

function faultContract(held: { warehouse: Warehouse }): void {
  test.each(UNFIT)('of which one does not fit %s (%s) are refused as a fault of that row', async (column, cell) => {
    const good = Array.from({ length: 300 }, (_, i) => rowOf('identity_links', { link_id: `fit-${i}`, log_seq: i }));
    const rows = [...good, rowOf('identity_links', { [column]: cell })];
    const refused = held.warehouse.append({ identity_links: rows, commits: [rowOf('commits', { log_seq: 500 })] });
    await expect(refused).rejects.toBeInstanceOf(RowFault);
    await expect(refused).rejects.toMatchObject({ table: 'identity_links', column });
    const left = (s: Snapshot) => s.query("select count(*) as n from identity_links where link_id like 'fit-%'");
    expect(await held.warehouse.read(left)).toEqual([{ n: 0n }]);
  });
}
