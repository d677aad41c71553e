/** The packed package, in a folder without the repository: its files, its program, its client in Node and in a browser, and the examples. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { ARGS, CHROMIUM, missing } from '../support/chromium.ts';
import { temporaryFolder } from '../support/folder.ts';
import { projectWithPackage } from './package.ts';

const ROOT = join(import.meta.dirname, '../..');
const PROGRAM = 'node_modules/tributary/bin/tributary.js';
/** Not those of the tests' server: its module loads all of the source. */
const KEYS = {
  TRIBUTARY_WRITE_KEY: 'write-key-of-the-package',
  TRIBUTARY_READ_KEY: 'read-key-of-the-package',
  TRIBUTARY_ADMIN_KEY: 'admin-key-of-the-package',
  TRIBUTARY_PAGE_KEY: 'page-key-of-the-package',
};
const EXAMPLES = ['order.mjs', 'forward-webhook.mjs', 'page.html'];

let folder: string;
let files: string[];
let server: ChildProcess;
let address: string;

/** A program of the folder, and what it prints until it matches. */
async function started(argv: string[], env: Record<string, string>, pattern: RegExp) {
  const child = spawn(process.execPath, argv, {
    cwd: folder,
    env: { ...process.env, ...KEYS, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  for await (const chunk of child.stdout) {
    output += chunk;
    const found = pattern.exec(output);
    if (found) return { child, found: found[1]! };
  }
  throw new Error(`it ended: ${output}`);
}

beforeAll(async () => {
  folder = temporaryFolder();
  files = projectWithPackage(folder);
  for (const name of EXAMPLES) cpSync(join(ROOT, 'examples/client', name), join(folder, name));
  const serving = await started([PROGRAM, 'serve', '--data', 'data', '--port', '0'], {}, /(http:\/\/[\d.]+:\d+)/);
  server = serving.child;
  address = serving.found;
});
afterAll(() => void server?.kill('SIGKILL'));

async function example(...argv: string[]): Promise<string> {
  const child = spawn(process.execPath, argv, {
    cwd: folder,
    env: { ...process.env, ...KEYS, TRIBUTARY_URL: address },
  });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return out + err;
}

test('the package has the program, its types, licence and readme, and no tests, sources or maps', () => {
  const others = files.filter((path) => !/^(bin|dist|types)\/|^(package\.json|README\.md|LICENSE)$/.test(path));
  expect(others).toEqual([]);
  expect(files.filter((path) => /\.map$|\.test\.|\.tsx$|(?<!\.d)\.ts$/.test(path))).toEqual([]);
  for (const needed of [
    'LICENSE',
    'README.md',
    'dist/main.js',
    'dist/dashboard/index.html',
    'dist/browser/t.js',
    'dist/client/index.d.ts',
  ])
    expect(files).toContain(needed);
});

test('its program examines the data folder of its own running server', async () => {
  const report = await example(PROGRAM, 'doctor', '--data', 'data', '--json');
  expect(JSON.parse(report)).toMatchObject({ problems: [] });
});

test('the example for Node sends an order and sees its revenue', async () => {
  expect(await example('order.mjs', 'ORD_7', '80.00')).toBe(
    '1 accepted: ORD_7\nrevenue 80.000000 USD, of which touches earned 0.000000\n',
  );
  expect(await example('order.mjs', 'ORD_8', '80,00')).toMatch(/^the order was refused, its field conversion_value: /);
});

test('the example of a webhook forwards an order once, and says what is wrong with another', async () => {
  const env = { TRIBUTARY_URL: address, WEBHOOK_TOKEN: 'token-of-the-shop' };
  const { child, found } = await started(['forward-webhook.mjs'], env, /orders: (\S+)/);
  onTestFinished(() => void child.kill('SIGKILL'));
  const order = {
    id: 71,
    customer: { email: 'anna@example.com' },
    total: 12.5,
    currency: 'USD',
    paid_at: new Date().toISOString(),
  };
  const send = async (body: unknown, token = 'token-of-the-shop') => {
    const answer = await fetch(found, {
      method: 'POST',
      headers: { 'x-webhook-token': token },
      body: JSON.stringify(body),
    });
    return [answer.status, await answer.json()];
  };
  expect(await send(order, 'guess')).toEqual([401, expect.anything()]);
  for (let turn = 0; turn < 2; turn += 1) expect(await send(order)).toEqual([202, { accepted: ['71'] }]);
  expect(await send({ ...order, paid_at: 'today' })).toEqual([422, expect.objectContaining({ field: 'occurred_at' })]);
  const headers = { authorization: `Bearer ${KEYS.TRIBUTARY_READ_KEY}` };
  await fetch(`${address}/v1/flush`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEYS.TRIBUTARY_WRITE_KEY}` },
  });
  const receipt = await fetch(`${address}/v1/conversions/71/receipt`, { headers });
  expect(await receipt.text()).toContain('"net_revenue":"12.500000"');
});

test.skipIf(missing)(
  'the example for a page sends a touchpoint from a browser, to a server of another origin',
  async () => {
    const pages = createServer((request, answer) => {
      const path = request.url === '/' ? 'page.html' : 'node_modules/tributary/dist/client/index.js';
      const html = readFileSync(join(folder, path), 'utf8').replace(
        '<html',
        `<html data-tributary-url="${address}" data-page-key="${KEYS.TRIBUTARY_PAGE_KEY}"`,
      );
      answer.setHeader('content-type', request.url === '/' ? 'text/html' : 'text/javascript').end(html);
    });
    pages.listen(0, '127.0.0.1');
    await once(pages, 'listening');
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
    onTestFinished(async () => {
      await browser.close();
      pages.close();
    });
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(`http://localhost:${(pages.address() as AddressInfo).port}/`);
    await page.click('button');
    await expect.poll(() => page.textContent('[role=status]')).toBe('sent');
    expect(errors).toEqual([]);
  },
);

/** What the compiler says of files in the folder. */
function compiled(names: string[], flags: string[]): string {
  const args = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', ...flags, ...names];
  try {
    return execFileSync(join(ROOT, 'node_modules/.bin/tsc'), args, { cwd: folder, encoding: 'utf8' });
  } catch (error) {
    return String((error as { stdout: string }).stdout);
  }
}

const BROWSER = `
import { createClient } from 'tributary/client';
const client = createClient({ url: 'https://tributary.example', key: 'k' });
export const noisy = await client.get('/v1/reports/cohorts', { query: { dp_epsilon: '0.5' } });
console.log(noisy.differential_privacy);
export const exact = await client.get('/v1/reports/journeys', { query: { filter: ['channel:email'], exclude_direct: true } });
console.log(exact.as_of.length);
await client.get('/health');
await client.delete('/v1/keys/{key_id}', { path: { key_id: 'k1' } });
`;
const WRONG = `
import { createClient } from 'tributary/client';
const client = createClient({ url: 'https://tributary.example' });
await client.get('/v1/reports/attributions');
await client.get('/v1/reports/attribution', { query: { modle: 'linear' } });
await client.get('/v1/conversions/{conversion_id}/receipt');
await client.send('conversions', { conversion_type: 'purchases', conversion_value: '1', occurred_at: '2026-03-01T00:00:00Z' });
await client.send('orders', {});
`;

test('examples and programs for browsers type check, and each mistake is found', () => {
  for (const name of ['@types/node', 'undici-types']) {
    mkdirSync(dirname(join(folder, 'node_modules', name)), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  }
  expect(compiled(EXAMPLES.slice(0, 2), ['--allowJs', '--checkJs', '--types', 'node'])).toBe('');
  writeFileSync(join(folder, 'browser.ts'), BROWSER);
  expect(compiled(['browser.ts'], ['--lib', 'es2022,dom,dom.iterable', '--types', ''])).toBe('');
  writeFileSync(join(folder, 'wrong.ts'), WRONG);
  const lines = compiled(['wrong.ts'], ['--lib', 'es2022,dom', '--types', '']).matchAll(/^wrong\.ts\((\d+),/gm);
  expect([...new Set([...lines].map(([, line]) => Number(line)))]).toEqual([4, 5, 6, 7, 8]);
});

type Locked = Record<string, { dev?: boolean }>;

test('the bill of materials names every package that a program without development packages has', () => {
  const bill = execFileSync('npm', ['run', '--silent', 'sbom'], { cwd: ROOT, encoding: 'utf8', maxBuffer: 1e8 });
  const { bomFormat, components } = JSON.parse(bill);
  expect(bomFormat).toBe('CycloneDX');
  const named = new Set(
    components.map(({ group, name }: { group?: string; name: string }) => (group ? `${group}/${name}` : name)),
  );
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as { packages: Locked };
  const installed = Object.entries(packages).filter(([path, { dev }]) => path !== '' && !dev);
  const names = installed.map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
  expect(names.filter((name) => !named.has(name))).toEqual([]);
  expect(components.filter(({ licenses }: { licenses?: unknown[] }) => !licenses?.length)).toEqual([]);
});
