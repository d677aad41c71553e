/** What a scheduled report says: its periods in words, its chart, and that names of the log stay names. */
import { inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type Digest, periodInWords } from '../../src/present/mail/digest.ts';
import { digestHtml } from '../../src/present/mail/html.ts';
import { Picture } from '../../src/present/mail/png.ts';
import { slackMessage } from '../../src/present/mail/slack.ts';
import { digestText } from '../../src/present/mail/text.ts';

const HOSTILE = '<img src=x onerror="a()"> & <!channel> ```';
const DIGEST: Digest = {
  title: HOSTILE,
  brand_id: 'default',
  period: '16 to 22 March 2026',
  currency: 'USD',
  model: 'linear',
  cards: [
    { name: 'Email revenue', value: '1,200.00', unit: 'USD', change: '+3.0 %' },
    { name: 'Share of all revenue', value: '31.0 %', unit: '', change: '' },
  ],
  compared: 'Changes are against 9 to 15 March 2026.',
  trend: {
    title: 'Email revenue by day',
    days: [{ date: '2026-03-22', micros: 5n, is_in_period: true }],
    words: HOSTILE,
    note: 'Highest',
  },
  tables: [
    { title: 'Campaigns', columns: [{ name: 'campaign' }], rows: [[HOSTILE]], parts: [0.4], totals: null, left_out: 2 },
  ],
  warnings: [HOSTILE],
  origin: 'log position main:1',
};
const LINKS = { page: 'https://t.example/s/x?a=1&b="', unsubscribe: 'https://t.example/u/y', chart: 'cid:trend' };

test('a name of the log stays a name in HTML, text and Slack', () => {
  const html = digestHtml(DIGEST, LINKS);
  expect(html).not.toMatch(/<img src=x|onerror="|b="/);
  expect(html.match(/<img /g)).toHaveLength(1);
  expect(html).toContain('&lt;img src=x onerror=&quot;a()&quot;&gt; &amp; &lt;!channel&gt;');
  expect(digestText(DIGEST, LINKS)).toContain(HOSTILE);
  const slack = JSON.stringify(slackMessage(DIGEST, LINKS.page).blocks);
  expect(slack).not.toContain('<!channel>"');
  expect(slack.replaceAll(JSON.stringify(`${HOSTILE} · ${DIGEST.period}`), '')).not.toContain('<!');
});

test('a mail loads nothing, and its figures are there without the picture', () => {
  const html = digestHtml(DIGEST, LINKS);
  expect([...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address)).toEqual([
    'cid:trend',
    'https://t.example/s/x?a=1&amp;b=&quot;',
    'https://t.example/u/y',
  ]);
  expect(html).not.toMatch(/url\(|@import|<link|<script/);
  expect(html).toContain('alt="Email revenue by day. ');
  expect(html).toContain('… and 2 more');
});

test.each([
  ['2026-03-22', '2026-03-23', '22 March 2026'],
  ['2026-03-16', '2026-03-23', '16 to 22 March 2026'],
  ['2026-03-30', '2026-04-06', '30 March to 5 April 2026'],
  ['2025-12-29', '2026-01-05', '29 December 2025 to 4 January 2026'],
  ['2026-02-01', '2026-03-01', 'February 2026'],
])('the days from %s until before %s are %s', (start, end, words) => {
  expect(periodInWords({ start, end })).toBe(words);
});

describe('a picture', () => {
  test('is a PNG whose pixels are covered as far as the rectangle goes', () => {
    const picture = new Picture(3, 2);
    picture.fill([0.5, 0, 2, 1.25], [10, 20, 30, 1]);
    const png = picture.png();
    expect(png.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
    expect([png.readUInt32BE(16), png.readUInt32BE(20), png[24], png[25]]).toEqual([3, 2, 8, 6]);
    const at = png.indexOf('IDAT') + 4;
    const raw = inflateSync(png.subarray(at, at + png.readUInt32BE(at - 8)));
    const rows = [raw.subarray(0, 13), raw.subarray(13)];
    const opacity = rows.map((row) => [row[4], row[8], row[12]]);
    expect(opacity).toEqual([
      [128, 255, 0],
      [32, 64, 0],
    ]);
    expect([...rows[0]!.subarray(5, 8)]).toEqual([10, 20, 30]);
  });
});
