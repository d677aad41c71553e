/** Spend of a sheet: its columns are those of imports, a row that cannot be read changes nothing, and redirects are checked. */
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { OutNetwork } from '../../src/network/network.ts';
import type { Step } from '../../src/pulls/pull.ts';
import { pullSettings } from '../../src/pulls/settings.ts';
import { csvUrl, SPEND_SHEET } from '../../src/pulls/spend-sheet/spend-sheet.ts';
import { type FakeReply, type FakeServer, startFake } from '../destinations/fakes/server.ts';
import { openShop, type Shop } from '../support/shop.ts';
import { NOW_MS, PullHouse } from './house.ts';

let shop: Shop;
let server: FakeServer;
let text: string;
let reply: FakeReply | null = null;
beforeAll(async () => {
  shop = await openShop();
  server = await startFake(({ path, headers }) => {
    if (path === '/export') return { status: 307, headers: { location: `${server.url}/file` } };
    if (reply !== null) return reply;
    return headers.authorization === 'Basic abc' ? { status: 200, body: text } : { status: 401 };
  });
});
afterAll(async () => {
  await server.close();
  await shop.close();
});

const fileOf = (more: object = {}) => ({
  kind: 'spend_sheet',
  days: 60,
  secrets: { url: `${server.url}/export`, authorization: 'Basic abc' },
  ...more,
});

test('is read by the names of its columns; equal lines add up, and old days are left alone', async () => {
  const house = await PullHouse.open(shop, fileOf());
  text =
    'date,channel,campaign_id,amount,currency\n2026-03-01,display,a,10,USD\n2026-03-01,display,a,2.5,USD\n2025-01-01,display,a,99,USD\n';
  expect(await house.look()).toMatchObject({ status: 'reading', lines: 2, stated: 1 });
  expect((await house.spent('2025-01-01')).total).toBe('12500000');
  text = text.replace('2.5', '1');
  await house.look(6);
  expect((await house.spent()).total).toBe('11000000');

  text += '2026-03-02,display,a,much,USD\n';
  expect(await house.look(6)).toMatchObject({
    status: 'failing',
    last_error: expect.stringMatching(/^line 5 of the file: amount: "much"/),
  });
  text = 'date,channel,campaign_id,amount,currency\n';
  expect(await house.look(6)).toMatchObject({ last_error: 'the file has no row of spend' });
  text = '<!doctype html><title>Sign in</title>';
  expect(await house.look(6)).toMatchObject({
    last_error: expect.stringMatching(/is a web page, such as the one that asks to log in/),
  });
  reply = { status: 404 };
  expect(await house.look(6)).toMatchObject({ last_error: expect.stringMatching(/answered 404; check secrets.url/) });
  reply = { status: 200, body: 'x'.repeat(2 << 20) };
  expect(await house.look(6)).toMatchObject({ last_error: 'the answer is larger than 1 MB' });
  reply = null;
  expect((await house.spent()).total).toBe('11000000');
  house.close();
});

test('is read by the plan of an import, and by the preset of a known export', async () => {
  const own = await openShop();
  const plan = {
    decimal: ',',
    records: [
      {
        record: 'spend',
        where: [{ column: 'Tag', op: '!=', values: [''] }],
        fields: { date: { from: 'Tag' }, channel: { value: 'radio' }, amount: { from: 'Kosten' } },
      },
    ],
  };
  const radio = await PullHouse.open(own, fileOf({ plan }));
  text = 'Tag;Kosten\n2026-03-05;1.000,50\n;1.000,50\n';
  expect(await radio.look()).toMatchObject({ last_error: null, lines: 1 });
  const google = await PullHouse.open(own, fileOf());
  text = 'Day,Campaign,Campaign ID,Currency code,Cost\n2026-03-05,Brand,77,USD,3.25\n';
  expect(await google.look()).toMatchObject({ status: 'reading', lines: 1 });
  expect((await google.spent()).total).toBe('1003750000');
  await own.close();
  radio.close();
  google.close();
});

test('of Google is fetched as csv by the link of its page', () => {
  const id = 'https://docs.google.com/spreadsheets/d/1AbC_d-9';
  expect(csvUrl(`${id}/edit?gid=12#gid=12`)).toBe(`${id}/export?format=csv&gid=12`);
  expect(csvUrl(`${id}/edit`)).toBe(`${id}/export?format=csv&gid=0`);
  expect(csvUrl(`${id}/pub?output=csv`)).toBe(`${id}/pub?output=csv`);
  expect(csvUrl('https://shop.example/costs.csv')).toBe('https://shop.example/costs.csv');
});

test('is read from public addresses over https only, also where it leads on', async () => {
  const network = new OutNetwork(false, 5_000, 1 << 20);
  onTestFinished(() => network.close());
  for (const [location, reason] of [
    ['http://shop.example/costs.csv', /begins with http:/],
    ['https://127.0.0.1/costs.csv', /not public/],
    ['https://169.254.169.254/latest/meta-data', /not public/],
    ['//[::ffff:10.0.0.1]/costs.csv', /not public/],
    ['file:///etc/passwd', /must begin with https:/],
  ] as const) {
    const reading = SPEND_SHEET.read(
      { options: {}, secrets: { url: 'https://shop.example/costs.csv' }, private_network: false, plan: null },
      { clock: () => NOW_MS, days: 2 },
    );
    expect((await reading.next()).value).toMatchObject({ request: { url: 'https://shop.example/costs.csv' } });
    const led = await reading.next({ status: 302, headers: { location }, body: '' });
    await expect(network.send((led.value as Step).request)).rejects.toThrow(reason);
  }
});

test.each<[object, RegExp]>([
  [{ kind: 'tiktok' }, /config\.pulls\.ads\.kind: "tiktok" is not one of google_ads, meta_ads, spend_sheet/],
  [{ kind: 'spend_sheet' }, /config\.pulls\.ads\.secrets\.url: is needed/],
  [
    { kind: 'spend_sheet', secrets: { url: 'u' }, plan: { records: [{ record: 'conversions', fields: {} }] } },
    /plan\.records: must all have the record spend/,
  ],
  [
    { kind: 'spend_sheet', secrets: { url: 'u' }, options: { time_zone: 'Mars' } },
    /options\.time_zone: must be a time zone/,
  ],
  [
    { kind: 'meta_ads', options: { account_id: 'x' }, secrets: { access_token: 't' } },
    /options\.account_id: must be the number/,
  ],
  [
    {
      kind: 'google_ads',
      options: { customer_id: '12' },
      secrets: { developer_token: 'a', client_id: 'b', client_secret: 'c', refresh_token: 'd' },
    },
    /options\.customer_id: must be a number of ten digits/,
  ],
  [
    { kind: 'meta_ads', options: { account_id: '1', colour: 'red' }, secrets: { access_token: 't' } },
    /options\.colour: is not known; use account_id/,
  ],
])('the settings %j are refused by name', (file, message) => {
  expect(() => pullSettings({ ads: file as never }, {})).toThrow(message);
});
