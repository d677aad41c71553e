/** A key of one brand learns nothing of another, whichever report it asks. */
import { expect, test } from 'vitest';
import { brandGroups } from '../../src/domain/brand-groups.ts';
import { TributaryError } from '../../src/domain/errors.ts';
import type { ReportJson } from '../../src/reports/context.ts';
import { REPORTS } from '../../src/reports/index.ts';
import { ALL_BRANDS, order, touch } from '../support/events.ts';
import { withShop } from '../support/shop.ts';
import { at, MARCH } from '../support/time.ts';
import { effects, keepArtifact } from './artifacts.ts';
import { reportNamed } from './schema.ts';

/** Stands in every id and name of brand a. */
const SECRET = 'secret';

test('every report keeps the brand of another key to itself', async () => {
  await withShop({}, async (shop) => {
    const brand = { brand_id: 'a', customer_id: `${SECRET}-customer` };
    await shop.send(
      'touchpoints',
      touch(`${SECRET}-touch`, 'email_click', at(2), { ...brand, channel: SECRET, campaign_id: `${SECRET}-campaign` }),
      touch('t', 'email_click', at(2), { brand_id: 'b', customer_id: 'bob', campaign_id: 'spring' }),
    );
    await shop.send(
      'conversions',
      order(`${SECRET}-order`, '987.65', at(3), brand),
      order('c', '10', at(3), { brand_id: 'b', customer_id: 'bob' }),
    );
    await shop.send('experiments', {
      experiment_id: `${SECRET}-experiment`,
      brand_id: 'a',
      name: SECRET,
      scope: 'campaign',
      campaign_id: `${SECRET}-campaign`,
      arms: { holdout: 0.1, treated: 0.9 },
      control: 'holdout',
      starts_at: '2026-03-01T00:00:00Z',
      ends_at: '2026-04-12T00:00:00Z',
      planned_people: 10,
    });
    const artifact_id = await keepArtifact(shop.reports, {
      content: effects({ [SECRET]: 0.5 }),
      brands: ['a', 'b'],
      lacks: `${SECRET} lacks conversions`,
    });
    await reportNamed('freeze').run(shop.reports, { ...MARCH, run_id: `${SECRET}-run` }, ALL_BRANDS);
    const about_a: ReportJson = {
      campaign_id: `${SECRET}-campaign`,
      conversion_id: `${SECRET}-order`,
      customer_id: `${SECRET}-customer`,
      run_id: `${SECRET}-run`,
      experiment_id: `${SECRET}-experiment`,
      artifact_id,
      other_artifact_id: artifact_id,
    };
    const mine = { key_brand_id: 'b' };
    const context = { ...shop.reports, brand_groups: brandGroups([{ brands: ['a', 'b'] }], [['a', 'b']]) };
    for (const report of REPORTS) {
      const ids = Object.fromEntries(Object.keys(report.path_parameters).map((name) => [name, about_a[name]]));
      const known = report.parameters.properties;
      const period = 'start' in known ? MARCH : {};
      const model = report.name === 'fit' ? { model: 'markov', draws: 0 } : {};
      const asked = { ...period, ...model, ...ids };
      if (Object.keys(ids).length > 0)
        await expect(report.run(context, asked, mine), report.name).rejects.toMatchObject({ code: 'not_found' });
      else if (report.name === 'cross_brand')
        await expect(report.run(context, asked, mine)).rejects.toMatchObject({ code: 'forbidden' });
      else {
        const answer = JSON.stringify(await report.run(context, asked, mine));
        expect([report.name, answer]).not.toEqual([report.name, expect.stringMatching(new RegExp(`${SECRET}|987`))]);
      }
      if (!('brand_id' in known)) continue;
      const other = report.run(shop.reports, { ...asked, brand_id: 'a' }, mine);
      await expect(other, report.name).rejects.toThrow(TributaryError);
      await expect(other, report.name).rejects.toMatchObject({ code: 'forbidden', field: 'brand_id' });
    }
  });
}, 120_000);
