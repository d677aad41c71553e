/** Answers with noise, with the noise set to 0: what they show, and what they refuse. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Compile } from '../../src/domain/typebox.ts';
import type { ReportJson } from '../../src/reports/context.ts';
import { NoisyResult } from '../../src/reports/noisy/result.ts';
import { ALL_BRANDS } from '../support/events.ts';
import { openShop, type Shop } from '../support/shop.ts';
import { MARCH } from '../support/time.ts';
import { brandsOf, CHANNELS, noiseless, type Step } from './noisy-people.ts';
import { reportNamed } from './schema.ts';

const form = Compile(NoisyResult);

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

describe('an answer', () => {
  test('without noise is what the exact report says, where nobody is above the bounds', async () => {
    const world: Array<[number, Step[]]> = Array.from({ length: 6 }, (_, i) => [
      i,
      [{ touch: CHANNELS[i % 2]! }, { order: 10 + i }],
    ]);
    const [brand_id] = await brandsOf(shop, [world]);
    const ask = async (name: string, parameters: ReportJson): Promise<ReportJson> => {
      const asked = { ...MARCH, ...parameters, brand_id, dp_epsilon: '1' };
      const answer = await reportNamed(name).run(noiseless(shop), asked, ALL_BRANDS);
      expect([name, [...form.Errors(answer)].slice(0, 3)]).toEqual([name, []]);
      return answer;
    };
    const by_channel = await ask('attribution', {
      group_by: 'channel',
      filter: ['channel:paid_search', 'channel:sms'],
    });
    expect(
      (by_channel['groups'] as ReportJson[]).map((row) => [
        row['channel'],
        row['persons'],
        row['conversions'],
        row['revenue'],
      ]),
    ).toEqual([
      ['paid_search', 3, 3, '36.000000'],
      ['sms', 0, 0, '0.000000'],
    ]);
    expect(by_channel).not.toHaveProperty('unattributed');
    // Nobody named these campaigns, and they have three people each.
    expect((await ask('campaigns', {}))['groups']).toEqual([]);
    const named = await ask('campaigns', { filter: ['campaign_id:c-paid_social'] });
    expect(named['groups']).toMatchObject([{ campaign_id: 'c-paid_social', persons: 3, revenue: '39.000000' }]);
    expect((await ask('journeys', {}))['groups']).toContainEqual(
      expect.objectContaining({ journey_length: 'Same Day', persons: 6, journeys: 6, revenue: '75.000000' }),
    );
    expect((await ask('lags', {}))['groups']).toContainEqual(
      expect.objectContaining({ measure: 'last_touch', bucket: '1 to 6 hours', persons: 6, orders: 6 }),
    );
    expect((await ask('cohorts', {}))['groups']).toMatchObject([{ cohort: '2026-03', persons: 6, orders: 6 }]);
  });

  test.each([
    ['attribution', { models: 'linear,last_touch' }, 'models: answers with noise are of one model'],
    ['attribution', { model: 'data_driven' }, 'model: data_driven learns from all people'],
    ['attribution', { compare: 'previous_period' }, 'compare: answers with noise have no earlier period'],
    ['attribution', { currency: 'EUR' }, 'currency: answers with noise are in the currency of the brand'],
    ['attribution', { intervals: 'true' }, 'intervals: answers with noise have an interval of each number'],
    ['attribution', { as_of: 'main:3' }, 'as_of: "main:3" is neither a day nor an instant'],
    ['attribution', { as_of: '2027-01-01' }, 'as_of: is in the future'],
    ['attribution', { group_by: 'channel,touchpoint_type,day' }, 'group_by: names 9920 groups'],
    ['attribution', { dp_epsilon: '0.001' }, 'dp_epsilon: 0.001 is not within 0.01 and 10'],
    ['attribution', { dp_epsilon: 'much' }, 'dp_epsilon: "much" is not a decimal'],
    ['journeys', { filter: ['channel:email'] }, 'filter: channel is a field of touches'],
    ['attribution', { group_by: 'segment' }, 'group_by: segment may compare people with each other'],
    ['cohorts', { filter: ['segment:loyal'] }, 'filter: segment may compare people with each other'],
    ['cohorts', { by: 'campaign' }, 'by: is month or week in an answer with noise'],
  ])('of %s is refused with its reason: %j', async (name, parameters, message) => {
    const asked = { ...MARCH, dp_epsilon: '1', brand_id: 'default', ...parameters };
    await expect(reportNamed(name).run(noiseless(shop), asked, ALL_BRANDS)).rejects.toThrow(message);
  });
});
