/** A report of a brand that nobody knows says so. Zeros would look like an answer. */
import { expect, test } from 'vitest';
import { REPORTS } from '../../src/reports/index.ts';
import { ALL_BRANDS, order, sent } from '../support/events.ts';
import { pick, withShop } from '../support/shop.ts';
import { at, MARCH } from '../support/time.ts';
import { reportNamed } from './schema.ts';

const attribution = reportNamed('attribution');

test('an unknown brand is not found, in every report that takes one', async () => {
  await withShop({}, async ({ reports, send }) => {
    await send('conversions', order('c', '10', at(3), { brand_id: 'shop' }));
    for (const report of REPORTS) {
      const { properties } = report.parameters;
      if (!('brand_id' in properties) || Object.keys(report.path_parameters).length > 0) continue;
      const period = 'start' in properties ? MARCH : {};
      const model = report.name === 'fit' ? { model: 'markov', draws: 0 } : {};
      for (const brand_id of ['Shop', 'default', 'shop2'])
        await expect(
          report.run(reports, { ...period, ...model, brand_id }, ALL_BRANDS),
          report.name,
        ).rejects.toMatchObject({
          code: 'not_found',
          field: 'brand_id',
          message: `brand_id: no record has the brand "${brand_id}", and the configuration does not name it; check its spelling`,
        });
    }
    const known = await attribution.run(reports, { ...MARCH, brand_id: 'shop' }, ALL_BRANDS);
    expect(pick(known, 'reconciliation', 'net_revenue_micros')).toBe('10000000');
  });
});

test('a brand is known by its configuration, by any record, or by the key that asks', async () => {
  await withShop({ brands: { planned: {} } }, async ({ reports, send }) => {
    await send('email_events', sent('e', { brand_id: 'mailing', occurred_at: at(1) }));
    const zeros = async (brand_id: string | undefined, key_brand_id: string | null) =>
      pick(
        await attribution.run(reports, { ...MARCH, ...(brand_id && { brand_id }) }, { key_brand_id }),
        'reconciliation',
        'net_revenue_micros',
      );
    for (const [brand_id, key] of [
      ['planned', null],
      ['mailing', null],
      ['new', 'new'],
      [undefined, 'new'],
    ] as const)
      expect(await zeros(brand_id, key)).toBe('0');
    await expect(zeros('planned', 'new')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(zeros('unheard-of', 'new')).rejects.toMatchObject({ code: 'forbidden' });
  });
});

test('without any record, the default brand is known', async () => {
  await withShop({}, async ({ reports }) => {
    await expect(attribution.run(reports, { ...MARCH, brand_id: 'default' }, ALL_BRANDS)).resolves.toBeDefined();
    await expect(attribution.run(reports, { ...MARCH, brand_id: 'other' }, ALL_BRANDS)).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});
