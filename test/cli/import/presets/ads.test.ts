/** Costs of Google Ads and Meta Ads. The numbers are added up by hand from the files. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cli } from '../../harness.ts';
import { EXPORTS, Folder } from './exports.ts';

const folder = await Folder.open();

/** A click on an ad of a campaign, and an order of 500 USD after it. */
async function sale(brand: string, campaign_id: string, channel: string): Promise<void> {
  const anna = { customer_id: 'anna', occurred_at: '2026-03-02T10:00:00Z' };
  await folder.send(brand, 'touchpoints', [{ ...anna, touchpoint_type: 'paid_ad_click', channel, campaign_id }]);
  const order = { conversion_type: 'purchase', conversion_value: '500', currency: 'USD' };
  await folder.send(brand, 'conversions', [{ ...anna, ...order, occurred_at: '2026-03-02T11:00:00Z' }]);
}

const spent = async (brand: string, campaign: string) => (await folder.campaign(brand, campaign))['spend'];

test('Google Ads: titles above, totals below, marks of thousands, two devices of one ad group, and a day without cost', async () => {
  await sale('google', '111', 'paid_search');
  const imported = await folder.twice('google', 'google_ads_cost.csv', async () => {
    // 1,000.50 + 20.00 + 12.34 + 99.90
    const campaign = await folder.campaign('google', '111');
    expect(campaign).toMatchObject({ spend: '1132.740000', attributed_revenue: '500.000000' });
    expect(campaign['return_on_ad_spend']).toBeCloseTo(500 / 1132.74, 6);
  });
  expect(imported).toMatchObject({
    exit_code: 0,
    rows_read: 7,
    left_out: 3,
    accepted_by_record: { spend: 4 },
    sums: [{ record: 'spend', currency: 'USD', amount: '1132.740000' }],
  });
  expect(imported.err).toContain('add --map campaign_id=Campaign');
});

test('Google Ads: a day that is stated again replaces what it said, and the name may be the campaign', async () => {
  const text = readFileSync(join(EXPORTS, 'google_ads_cost.csv'), 'utf8');
  const restated = folder.write('google_ads_cost-restated.csv', text.replace('9,99.90', '9,105.00'));
  await folder.import('restated', 'google_ads_cost.csv');
  expect(await folder.import('restated', restated)).toMatchObject({ exit_code: 0, in_conflict: 0 });
  expect(await spent('restated', '111')).toBe('1137.840000');
  await folder.import('named', 'google_ads_cost.csv', ['--map', 'campaign_id=Campaign']);
  expect(await spent('named', 'Spring Sale')).toBe('1132.740000');
});

test('Google Ads as a tab-separated file for Excel: UTF-16, another currency, no ad groups', async () => {
  const lines = [
    ['Campaign report'],
    ['All time'],
    ['Day', 'Campaign status', 'Campaign', 'Currency code', 'Cost'],
    ['2026-03-29', 'Enabled', 'Frühling', 'EUR', '1,000.10'],
    ['2026-03-30', 'Paused', 'Frühling', 'EUR', ' --'],
    ['2026-03-30', 'Enabled', 'Brand', 'EUR', '0.90'],
    ['Total: Account', ' --', ' --', 'EUR', '1,001.00'],
  ];
  const text = `\ufeff${lines.map((cells) => cells.join('\t')).join('\r\n')}\r\n`;
  const file = folder.write('google_ads_cost-utf16.csv', Buffer.from(text, 'utf16le'));
  await folder.euro('utf16', '1.10');
  const imported = await folder.twice('utf16', file, async () => {
    expect(await spent('utf16', 'Frühling')).toBe('1100.110000');
    expect(await spent('utf16', 'Brand')).toBe('0.990000');
  });
  expect(imported).toMatchObject({ exit_code: 0, rows_read: 4, left_out: 2, accepted: 2 });
});

test('Meta Ads: the currency of the header, equal amounts of two ad sets, and a row of sums', async () => {
  await folder.euro('meta', '1.10');
  await sale('meta', '12021111', 'paid_social');
  const imported = await folder.twice('meta', 'meta_ads_cost.csv', async () => {
    // (750.50 + 750.50 + 10) * 1.10
    const campaign = await folder.campaign('meta', '12021111');
    expect(campaign).toMatchObject({ spend: '1662.100000', attributed_revenue: '500.000000' });
  });
  expect(imported).toMatchObject({ exit_code: 0, rows_read: 5, left_out: 1, accepted_by_record: { spend: 4 } });
});

test('a cost without a day, or without a currency, is not guessed', async () => {
  const without = (file: string, from: RegExp, to: string, name: string): string =>
    folder.write(name, readFileSync(join(EXPORTS, file), 'utf8').replace(from, to));
  const google = without('google_ads_cost.csv', /^Day,/m, 'Week,', 'google_ads_cost-weeks.csv');
  await expect(folder.import('weeks', google)).rejects.toThrow('add Segment > Time > Day to the report');
  const meta = without('meta_ads_cost.csv', /,Day,/, ',Week,', 'meta_ads_cost-weeks.csv');
  await expect(folder.import('weeks', meta)).rejects.toThrow('choose Breakdown > By time > Day');
  const plain = without('meta_ads_cost.csv', / \(EUR\)/, '', 'meta_ads_cost-plain.csv');
  await expect(folder.import('plain', plain)).rejects.toThrow('names no currency');
  expect(await folder.import('plain', plain, ['--set', 'currency=GBP'])).toMatchObject({
    exit_code: 0,
    sums: [{ record: 'spend', currency: 'GBP', amount: '1511.000000' }],
  });
});

test('costs by id that meet no link are told, taken back with amounts of zero, and imported by name', async () => {
  await sale('names', 'spring+sale', 'paid_search');
  const table = async (): Promise<string> => folder.table('names');
  await folder.import('names', 'google_ads_cost.csv');
  expect(await table()).toMatch(/spend of 111 met no touch of an order, and touches of spring\+sale met no spend/);
  const zero = await folder.import('names', 'google_ads_cost.csv', ['--set', 'amount=0']);
  expect(zero).toMatchObject({ exit_code: 0, accepted: 4 });
  await folder.import('names', 'google_ads_cost.csv', ['--map', 'campaign_id=Campaign']);
  expect(await table()).not.toContain('met no touch');
  // 1,000.50 + 20.00 + 12.34 + 99.90, once
  expect(await table()).toMatch(/spring\+sale .*1,132\.74/);
  expect(await table()).toMatch(/all campaigns .*1,132\.74/);
});

/** What each claimant claims and the windows that it names. */
async function claimed(brand: string) {
  const { claims, claimants } = (await folder.report(brand, ['claims'])) as unknown as Record<string, Claim[]>;
  return claims!.map((row, i) => [
    row['claimant'],
    row['claimed_conversions'],
    row['claimed_revenue'],
    claimants![i]!['attribution_windows'],
  ]);
}
type Claim = Record<string, unknown>;

test('what Google Ads claims is read beside its cost: the lines of a day add up, and a restated file replaces them', async () => {
  // 12.5 + 1 + 0 conversions; 1,250.75 + 100 + 0
  const imported = await folder.twice('claims_google', 'google_ads_cost-claims.csv', async () =>
    expect(await claimed('claims_google')).toEqual([['google_ads', 13.5, '1350.750000', []]]),
  );
  expect(imported).toMatchObject({ exit_code: 0, accepted_by_record: { spend: 3, claims: 3 } });
  const text = readFileSync(join(EXPORTS, 'google_ads_cost-claims.csv'), 'utf8');
  const restated = folder.write('google_ads_cost-claims-restated.csv', text.replace('"1,250.75"', '"1,150.75"'));
  expect(await folder.import('claims_google', restated)).toMatchObject({ exit_code: 0, in_conflict: 0 });
  expect(await claimed('claims_google')).toEqual([['google_ads', 13.5, '1250.750000', []]]);
  const withdrawn = ['--set', 'amount=0', '--set', 'conversions=0', '--set', 'revenue=0'];
  expect(await folder.import('claims_google', restated, withdrawn)).toMatchObject({ exit_code: 0 });
  expect(await claimed('claims_google')).toEqual([['google_ads', 0, '0.000000', []]]);
});

test('what Meta Ads claims is in the currency of the header, with its attribution setting', async () => {
  await folder.euro('claims_meta', '1.10');
  await folder.twice('claims_meta', 'meta_ads_cost-claims.csv', async () => {
    // (400 + 200) * 1.10
    const window = ['7-day click or 1-day view'];
    expect(await claimed('claims_meta')).toEqual([['meta_ads', 5, '660.000000', window]]);
  });
});

test('a file of claims with the names of its columns is proposed as claims', async () => {
  const file = folder.write(
    'claims.csv',
    'Platform,Date,Campaign,Conversions,Revenue,Currency\nklaviyo,2026-03-04,Spring,"1,002.5","1,499.90",USD\n',
  );
  const { out } = await cli(['import', file, '--data', folder.data, '--yes', '--brand', 'claims_named']);
  expect(out).toMatch(/claims:\n/);
  expect(await claimed('claims_named')).toEqual([['klaviyo', 1002.5, '1499.900000', []]]);
});
