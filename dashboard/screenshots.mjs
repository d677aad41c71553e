/** Makes the pictures of the README from the demo: `npm run screenshots`, after `npm run build`. They are small, as WebP. */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = join(root, 'docs/images');
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const VIEWPORT = { width: 1_200, height: 860 };
const QUALITY = 0.82;

const PICTURES = [
  { name: 'overview', path: '/', scheme: 'light' },
  { name: 'why', path: '/', scheme: 'dark', press: '.card .why-figure >> nth=1' },
  { name: 'models', path: '/models', scheme: 'light' },
  { name: 'campaigns', path: '/campaigns', scheme: 'dark' },
];

/** Starts the demo. */
async function startDemo() {
  const child = spawn(process.execPath, [join(root, 'bin/tributary.js'), 'demo', '--no-open'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  for await (const part of child.stdout.setEncoding('utf8')) {
    said += part;
    if (said.includes('The server runs until')) break;
  }
  const find = (pattern) => pattern.exec(said)?.[1] ?? assertSaid(pattern);
  return { child, address: find(/^Dashboard +(http:\S+?)\/?$/m), key: find(/^read key +(\S+)/m) };
}

function assertSaid(pattern) {
  throw new Error(`the demo does not say ${pattern}`);
}

/** The browser packs the picture: it has an encoder for WebP. */
async function packed(page, png) {
  const text = await page.evaluate(
    async ({ base64, quality }) => {
      const picture = await createImageBitmap(await (await fetch(`data:image/png;base64,${base64}`)).blob());
      const canvas = new OffscreenCanvas(picture.width, picture.height);
      canvas.getContext('2d').drawImage(picture, 0, 0);
      const blob = await canvas.convertToBlob({ type: 'image/webp', quality });
      const bytes = new Uint8Array(await blob.arrayBuffer());
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
    },
    { base64: png.toString('base64'), quality: QUALITY },
  );
  return Buffer.from(text, 'base64');
}

const demo = await startDemo();
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
try {
  mkdirSync(target, { recursive: true });
  const blank = await browser.newPage();
  let bytes = 0;
  for (const { name, path, scheme, press } of PICTURES) {
    const context = await browser.newContext({ viewport: VIEWPORT, colorScheme: scheme });
    const page = await context.newPage();
    await page.goto(`${demo.address}${path}?currency=USD`);
    await page.getByLabel('Key').fill(demo.key);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.locator('#content h1').waitFor();
    // A function that waits in the page would need eval, which the page does not allow.
    while ((await page.locator('.loading, .stale').count()) > 0) await page.waitForTimeout(100);
    if (press) {
      await page.locator(press).click();
      await page.locator('.why-parts').waitFor();
    }
    const picture = await packed(blank, await page.screenshot());
    bytes += picture.length;
    writeFileSync(join(target, `${name}.webp`), picture);
    await context.close();
  }
  console.log(`${PICTURES.length} pictures in docs/images, ${Math.round(bytes / 1_000)} kB`);
} finally {
  await browser.close();
  demo.child.kill('SIGINT');
}
