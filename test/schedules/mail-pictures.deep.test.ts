/** How a scheduled mail looks: in two widths, in the dark, and without pictures. The pictures are kept in `dist/screenshots`. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { expect, test } from 'vitest';
import { MS_PER_HOUR } from '../../src/domain/time.ts';
import { ARGS, CHROMIUM, missing } from '../support/chromium.ts';
import { mailSink, openHouse, partOf, sellForWeeks } from './house.ts';

const FOLDER = join(import.meta.dirname, '../../dist/screenshots');
const LOOKS = [
  { name: 'mail-wide', width: 800, height: 900, pictures: true, dark: false },
  { name: 'mail-narrow', width: 360, height: 740, pictures: true, dark: false },
  { name: 'mail-without-pictures', width: 800, height: 900, pictures: false, dark: false },
  { name: 'mail-narrow-without-pictures', width: 360, height: 740, pictures: false, dark: false },
  { name: 'mail-dark', width: 800, height: 900, pictures: true, dark: true },
] as const;

test.skipIf(missing)('a mail fits its window, and says the same without pictures', async () => {
  const sink = await mailSink();
  const { server, look, clock } = await openHouse({
    mail: { smtp: sink.url, from: 'Reports <reports@shop.example>' },
    schedules: { board: { period: 'weekly', title: 'Weekly report', recipients: ['anna@shop.example'] } },
  });
  await sellForWeeks(server);
  await look('board');
  clock.now_ms += MS_PER_HOUR;
  await look('board');
  const { source } = sink.arrived[0]!;
  const png = Buffer.from(partOf(source, 'image/png'), 'latin1').toString('base64');
  const html = partOf(source, 'text/html');
  expect(html).toContain('cid:trend');
  mkdirSync(FOLDER, { recursive: true });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
  try {
    const texts: string[] = [];
    for (const { name, width, height, pictures, dark } of LOOKS) {
      const page = await browser.newPage({ viewport: { width, height }, colorScheme: dark ? 'dark' : 'light' });
      await page.setContent(html.replace('cid:trend', pictures ? `data:image/png;base64,${png}` : 'about:invalid'));
      expect([name, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([name, width]);
      expect(await page.evaluate('document.images[0].naturalWidth > 0')).toBe(pictures);
      texts.push(await page.evaluate('document.body.textContent'));
      await page.screenshot({ path: join(FOLDER, `${name}.png`), fullPage: true });
      await page.close();
    }
    expect(new Set(texts).size).toBe(1);
  } finally {
    await browser.close();
  }
});
