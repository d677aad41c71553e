/** Reports with certain links only, or with accepted proposals too: what each counts, and the difference that is told. */
import { expect, test } from 'vitest';
import { attributionReport } from '../../src/reports/attribution.ts';
import { ALL_BRANDS, order, touch } from '../support/events.ts';
import { type Json, type Shop, withShop } from '../support/shop.ts';
import { at, MARCH } from '../support/time.ts';

const report = (shop: Shop, asked: object = {}): Promise<Json> =>
  attributionReport(shop.reports, { ...MARCH, model: 'linear', group_by: 'channel', ...asked }, ALL_BRANDS);
const proposal = (state: string, day: number, more: object = {}) => ({
  left_id: 'ann',
  right_id: 'phone',
  kind: 'probabilistic',
  state,
  occurred_at: at(day),
  ...more,
});
const facts = ({ generated_at: _at, as_of: _as_of, ...answer }: Json): Json => answer;

test('a proposal counts as long as it is accepted, and certain links are all that deterministic asks for', async () => {
  await withShop({}, async (shop) => {
    // Ann clicked on her phone and ordered elsewhere: only the proposal says that the phone is hers.
    await shop.send(
      'touchpoints',
      touch('click', 'email_click', at(8), { customer_id: undefined, anonymous_id: 'phone' }),
    );
    await shop.send('conversions', order('o', '100', at(10), { customer_id: 'ann' }));
    const never = await report(shop);
    expect(never['summary']).toMatchObject({ attributed_conversions: 0 });

    await shop.send('identity_links', proposal('linked', 11, { probability: 0.93 }));
    const accepted = await report(shop);
    expect(accepted['summary']).toMatchObject({ attributed_conversions: 1 });
    const { identity_difference, ...probable } = await report(shop, { identity: 'probable' });
    expect(facts(probable)).toEqual(facts(accepted));
    expect(identity_difference).toEqual({
      identity: 'probable',
      beside: 'deterministic',
      by_model: [
        {
          attribution_model: 'linear',
          attributed_conversions: 1,
          email_conversions: 1,
          total_attributed_revenue_micros: '100000000',
          email_attributed_revenue_micros: '100000000',
        },
      ],
    });
    const certain = await report(shop, { identity: 'deterministic', models: 'linear,last_touch', model: undefined });
    expect((certain['models'] as Json)['linear']).toMatchObject({ summary: never['summary'] });
    expect((certain['identity_difference'] as Json)['by_model']).toMatchObject([
      { attribution_model: 'linear', attributed_conversions: -1 },
      { attribution_model: 'last_touch', total_attributed_revenue_micros: '-100000000' },
    ]);

    await shop.send('identity_links', proposal('unlinked', 12));
    expect(facts(await report(shop))).toEqual(facts(never));
  });
});
