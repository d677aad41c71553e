/** Exports of email tools: Klaviyo, Mailchimp, Mandrill. The numbers are added up by hand from the files. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXPORTS, Folder } from './exports.ts';

const folder = await Folder.open();

test('Klaviyo: refunds, two currencies, a click of a machine, and a profile that joins an order without an address', async () => {
  await folder.euro('klaviyo', '1.10');
  const imported = await folder.twice('klaviyo', 'klaviyo_events.ndjson', async () => {
    // Anna clicked before her 100 - 20, and Ben before his 50 euros. The click before the 30 of Dora was a machine.
    expect(await folder.earned('klaviyo')).toEqual({ email: '135.00', machine_only: '30.00', net: '165.00' });
    const counts = { sends: 3, delivered: 2, bounced: 1, unsubscribed: 1, clicks: 3, human_clicks: 2 };
    const campaign = await folder.campaign('klaviyo', 'Spring Sale');
    expect(campaign).toMatchObject({ ...counts, opens: 1, human_opens: 0, attributed_revenue: '135.000000' });
  });
  expect(imported).toMatchObject({
    exit_code: 0,
    rows_read: 14,
    left_out: 2,
    accepted_by_record: { touchpoints: 4, conversions: 3, adjustments: 1, email_events: 7 },
    refused: 0,
    in_conflict: 0,
  });
});

test('Klaviyo without the names of metrics is not loaded, and the note says how to add them', async () => {
  const lines = readFileSync(join(EXPORTS, 'klaviyo_events.ndjson'), 'utf8').replaceAll(
    '"metric":{"name"',
    '"of":{"name"',
  );
  const imported = await folder.import('unnamed', folder.write('klaviyo_events.ndjson', lines));
  expect(imported).toMatchObject({ exit_code: 1, rows_read: 14, left_out: 14, accepted: 0 });
  expect(imported.err).toContain('add them to each line as docs/import.md shows');
});

test('Klaviyo in columns: epoch seconds, marks of thousands, and a newer click of a machine that earns nothing', async () => {
  const imported = await folder.twice('klaviyo_table', 'klaviyo_table.csv', async () => {
    const earned = await folder.earned('klaviyo_table', 'last_touch', 'campaign_id');
    expect(earned).toEqual({ 'Spring Sale': '1000.00', net: '1000.00' });
    const campaign = await folder.campaign('klaviyo_table', 'Spring Sale');
    expect(campaign).toMatchObject({ sends: 1, delivered: 1, clicks: 1 });
  });
  expect(imported).toMatchObject({
    exit_code: 0,
    left_out: 1,
    accepted_by_record: { touchpoints: 2, conversions: 1, adjustments: 1, email_events: 2 },
    sums: [
      { record: 'conversions', currency: 'USD', amount: '1250.000000' },
      { record: 'adjustments', currency: 'USD', amount: '-250.000000' },
    ],
  });
});

/** Orders of 10.01, 20.01, 30.01 and 40.01 of the persons that the files of Mailchimp and Mandrill name. */
const orders = (day: string, hour: string) =>
  ['anna', 'ben', 'carl', 'dora'].map((name, i) => ({
    conversion_id: `${name}-${day}`,
    customer_id: `${name}@example.com`,
    conversion_type: 'purchase',
    conversion_value: `${(i + 1) * 10}.01`,
    currency: 'USD',
    occurred_at: `2026-03-${day}T${hour}:00:00Z`,
  }));

test('Mailchimp: each activity of a recipient counts, and a table of actions repeats what is known', async () => {
  await folder.send('mailchimp', 'conversions', orders('03', '10'));
  const counts = { opens: 2, clicks: 2, bounced: 1, unsubscribed: 0 };
  const imported = await folder.twice('mailchimp', 'mailchimp_activity.ndjson', async () => {
    // Anna clicked a day before, and Dora opened an hour before. Ben and Carl, whose email bounced, did nothing.
    expect(await folder.earned('mailchimp')).toEqual({ email: '50.02', no_touch: '50.02', net: '100.04' });
    expect(await folder.campaign('mailchimp', '42694e9e57')).toMatchObject(counts);
  });
  expect(imported).toMatchObject({
    exit_code: 0,
    rows_read: 4,
    left_out: 1,
    accepted_by_record: { touchpoints: 4, email_events: 1 },
    refused: 0,
  });
  expect(imported.err).toContain('does not say when an email was sent');
  // The click of these rows is on another page, so it is new; the open and the bounce are known.
  const rows = await folder.twice('mailchimp', 'mailchimp_activity_rows.csv', async () => {
    expect(await folder.campaign('mailchimp', '42694e9e57')).toMatchObject({ ...counts, clicks: 3 });
  });
  expect(rows).toMatchObject({ exit_code: 0, accepted: 3, in_conflict: 0 });
  await folder.twice('mailchimp', 'mailchimp_unsubscribes.ndjson', async () => {
    expect(await folder.campaign('mailchimp', '42694e9e57')).toMatchObject({ clicks: 3, unsubscribed: 1 });
  });
});

test('Mailchimp files of one campaign: the zone and the campaign are named, also in the night when summer time begins', async () => {
  await folder.send('granular', 'conversions', orders('29', '01'));
  await expect(folder.import('granular', 'mailchimp_clicks.csv')).rejects.toThrow('--time-zone: is missing');
  const named = ['--time-zone', 'Europe/Berlin', '--set', 'campaign_id=spring'];
  const clicks = await folder.twice(
    'granular',
    'mailchimp_clicks.csv',
    async () => {
      // The orders are at 1:00 UTC. Anna clicked at 0:30 UTC, and Ben at 1:30 UTC: 3:30 in Berlin, which skipped an hour.
      const earned = await folder.earned('granular', 'last_touch', 'campaign_id');
      expect(earned).toEqual({ spring: '10.01', no_touch: '90.03', net: '100.04' });
    },
    named,
  );
  expect(clicks).toMatchObject({ exit_code: 0, accepted: 2 });
  expect(clicks.err).toContain('--set campaign_id=NAME');
  const counted = async () =>
    expect(await folder.campaign('granular', 'spring')).toMatchObject({ opens: 1, clicks: 2 });
  await folder.twice('granular', 'mailchimp_opens.csv', async () => void (await counted()), named);
  const counts = folder.write(
    'mailchimp_opens-counts.csv',
    'Email Address,First Name,Opens\nanna@example.com,Anna,3\n',
  );
  await expect(folder.import('granular', counts)).rejects.toThrow(
    'how often each person opened or clicked, and not when',
  );
});

test('Mandrill: counts without times earn nothing', async () => {
  await folder.send('mandrill', 'conversions', orders('02', '10'));
  const imported = await folder.twice('mandrill', 'mandrill_activity.csv', async () => {
    expect(await folder.earned('mandrill')).toEqual({ no_touch: '100.04', net: '100.04' });
    const order = await folder.campaign('mandrill', 'order');
    expect(order).toMatchObject({ sends: 2, delivered: 1, bounced: 1, opens: 0, clicks: 0 });
    const welcome = await folder.campaign('mandrill', 'welcome');
    expect(welcome).toMatchObject({ sends: 1, delivered: 1, complained: 1 });
  });
  expect(imported).toMatchObject({ exit_code: 0, rows_read: 5, left_out: 1, accepted_by_record: { email_events: 9 } });
  expect(imported.err).toContain('Opens and Clicks are counts without times');
});

test('Mandrill: the lines of the API have the time of each open and click', async () => {
  await folder.send('messages', 'conversions', orders('02', '10'));
  const imported = await folder.twice('messages', 'mandrill_messages.ndjson', async () => {
    expect(await folder.earned('messages')).toEqual({ email: '10.01', no_touch: '90.03', net: '100.04' });
    const order = await folder.campaign('messages', 'order');
    expect(order).toMatchObject({ sends: 1, delivered: 1, opens: 2, clicks: 1, attributed_revenue: '10.010000' });
  });
  const accepted_by_record = { touchpoints: 3, email_events: 4 };
  expect(imported).toMatchObject({ exit_code: 0, rows_read: 3, left_out: 1, accepted_by_record });
});
