/** What every engine promises about rows that leave the log. */
import { describe, expect, test } from 'vitest';
import { subjectKey } from '../../src/domain/subject.ts';
import type { Erasure } from '../../src/warehouse/port.ts';
import { committed, int64, type OpenWarehouse, rowOf, shared, text } from './rows.ts';

/** The events of a customer go, their orders get another name, and the results of a run lose the ids of the orders. */
const erasureOf = (id: string): Erasure => ({
  relations: [
    {
      name: 'erased',
      columns: [text('erased_brand'), text('erased_id'), int64('erased_key')],
      rows: [{ erased_brand: 'shop', erased_id: id, erased_key: subjectKey('shop', id) }],
    },
    {
      name: 'erased_orders',
      sql: 'select brand_id as erased_brand, conversion_id as erased_conversion from conversions where customer_id in (select erased_id from erased)',
    },
  ],
  changes: [
    {
      table: 'attribution_results',
      where: 'conversion_id in (select erased_conversion from erased_orders)',
      set: { conversion_id: "concat('gone_', substr(sha256_text(concat('salt', conversion_id)), 1, 8))" },
    },
    {
      table: 'conversions',
      where: 'customer_id in (select erased_id from erased)',
      set: {
        customer_id: 'null',
        anonymous_id: "concat('anyone_', conversion_id)",
        subject_key: "text_key(concat(brand_id, chr(0), concat('anyone_', conversion_id)))",
      },
    },
    { table: 'touchpoints', where: 'subject_key in (select erased_key from erased)' },
  ],
});

export function eraseContract(open: OpenWarehouse): void {
  describe('rows that leave the log', () => {
    const held = shared(open);
    const ids = (): Promise<unknown[][]> =>
      held.warehouse.read(async (snapshot) => [
        (await snapshot.query('select touchpoint_id as id from touchpoints order by id')).map(({ id }) => id),
        (
          await snapshot.query(
            'select conversion_id as id, customer_id, anonymous_id, subject_key from conversions order by id',
          )
        ).map((row) => [row['id'], row['customer_id'], row['anonymous_id'], BigInt(row['subject_key'] as string)]),
        (await snapshot.query('select conversion_id as id from attribution_results order by id')).map(({ id }) => id),
      ]);
    const touch = (touchpoint_id: string, customer_id: string, log_seq: number) =>
      rowOf('touchpoints', {
        ...{ brand_id: 'shop', touchpoint_id, customer_id, log_seq },
        subject_key: subjectKey('shop', customer_id),
      });
    const order = (conversion_id: string, customer_id: string, log_seq: number) =>
      rowOf('conversions', { brand_id: 'shop', conversion_id, customer_id, log_seq });

    test('are out of every read, what is changed keeps its place, and a second try changes nothing more', async () => {
      await held.warehouse.append(
        committed({
          touchpoints: [touch('t1', "anna's", 1), touch('t2', 'berta', 2), touch('t3', "anna's", 3)],
          conversions: [order('o1', "anna's", 4), order('o2', 'berta', 5)],
        }),
      );
      await held.warehouse.append({
        attribution_results: ['o1', 'o2'].map((conversion_id) =>
          rowOf('attribution_results', { run_id: 'r', conversion_id }),
        ),
        attribution_runs: [rowOf('attribution_runs', { run_id: 'r' })],
      });
      await held.warehouse.erase(erasureOf("anna's"));
      const after = await ids();
      expect(after[0]).toEqual(['t2']);
      expect(after[1]).toEqual([
        ['o1', null, 'anyone_o1', subjectKey('shop', 'anyone_o1')],
        ['o2', 'berta', null, 1n],
      ]);
      expect(after[2]).toEqual([expect.stringMatching(/^gone_[0-9a-f]{8}$/), 'o2']);
      await held.warehouse.erase(erasureOf("anna's"));
      expect(await ids()).toEqual(after);
    });

    test('do not come back when the tables are written anew, and rows can be added as before', async () => {
      const before = await ids();
      await held.warehouse.purge();
      expect(await ids()).toEqual(before);
      await held.warehouse.append(committed({ touchpoints: [touch('t4', 'berta', 6)] }));
      expect((await ids())[0]).toEqual(['t2', 't4']);
      await held.warehouse.purge();
      expect((await ids())[0]).toEqual(['t2', 't4']);
    });
  });
}
