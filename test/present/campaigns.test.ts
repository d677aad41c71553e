/** The line below the table of campaigns, when costs and links may name the same campaigns differently. */
import { expect, test } from 'vitest';
import { showCampaigns } from '../../src/present/campaigns.ts';

const money = { attributed_revenue: '0.000000', credited_conversions: 0 };
const costly = (campaign_id: string | null) => ({
  ...money,
  ...{ campaign_id, touched_conversions: 0, spend_micros: '25000000', spend: '25.000000' },
});
const free = (campaign_id: string | null) => ({
  ...money,
  ...{ campaign_id, touched_conversions: 2, spend_micros: null, spend: null },
});
const shown = (...campaigns: object[]): string =>
  showCampaigns({ currency: 'USD', campaigns, totals: money } as never, 25);

test('a number with spend alone beside a name with orders alone is told, and the other way round', () => {
  expect(shown(costly('111'), free('spring sale'))).toContain(
    'spend of 111 met no touch of an order, and touches of spring sale',
  );
  expect(shown(costly('Spring Sale'), free('111'))).toContain('spend of Spring Sale met no touch of an order');
});

test('two names, two numbers, a group without a campaign, and spend that is zero say nothing', () => {
  for (const rows of [
    [costly('Display'), free('newsletter')],
    [costly('111'), free('222')],
    [costly('111'), free(null)],
    [costly(null), free('111')],
    [{ ...costly('111'), spend_micros: '0' }, free('newsletter')],
  ])
    expect(shown(...rows)).not.toContain('met no touch');
});
