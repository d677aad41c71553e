/** The demo as a user starts it, and a browser that is signed in to its dashboard. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Browser, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { ARGS, CHROMIUM, missing } from '../support/chromium.ts';

export { missing };

/** Screenshots of every page, which a person looks at. */
const SCREENSHOTS = join(import.meta.dirname, '../../dist/screenshots');

export interface Theme {
  width: number;
  scheme: 'light' | 'dark';
}

export class Demo {
  /** What the browser complained about. */
  readonly complaints: string[] = [];

  protected constructor(
    private readonly process: ChildProcess,
    readonly address: string,
    readonly keys: Readonly<Record<'read' | 'write', string>>,
    private readonly browser: Browser,
  ) {}

  static async start(): Promise<Demo> {
    const bin = join(import.meta.dirname, '../../bin/tributary.js');
    const child = spawn(process.execPath, [bin, 'demo', '--customers', '400', '--days', '70', '--seed', '7'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const said = await new Promise<string>((resolve, reject) => {
      let text = '';
      child.stdout!.setEncoding('utf8').on('data', (part: string) => {
        text += part;
        if (text.includes('The server runs until')) resolve(text);
      });
      child.once('exit', (code) => reject(new Error(`the demo ended with ${code}: ${text.slice(-2_000)}`)));
    });
    const find = (pattern: RegExp): string => {
      const [, found] = pattern.exec(said) ?? [];
      if (found === undefined) throw new Error(`the demo does not say ${pattern}`);
      return found;
    };
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
    mkdirSync(SCREENSHOTS, { recursive: true });
    const keys = { read: find(/^read key +(\S+)/m), write: find(/^write key +(\S+)/m) };
    return new Demo(child, find(/loaded through (http:\S+)/), keys, browser);
  }

  async stop(): Promise<void> {
    await this.browser.close();
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGINT');
    await ended;
  }

  /** A page at an address of the dashboard, in a browser of its own where nobody is signed in. */
  async open(path: string, { width, scheme }: Theme = { width: 1_360, scheme: 'light' }): Promise<Page> {
    const context = await this.browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme });
    const page = await context.newPage();
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type()))
        this.complaints.push(`${path}: ${message.text()} ${message.location().url}`);
    });
    page.on('pageerror', ({ message }) => this.complaints.push(`${path}: ${message}`));
    await page.goto(this.address + path);
    return page;
  }

  async signIn(page: Page, key = this.keys.read): Promise<void> {
    await page.getByLabel('Key').fill(key);
    await page.getByRole('button', { name: 'Sign in' }).click();
  }

  /** A page with its answers. */
  async visit(path: string, theme?: Theme): Promise<Page> {
    const page = await this.open(path, theme);
    await this.signIn(page);
    await this.settled(page);
    return page;
  }

  /** Waits until nothing of the page is loading. */
  async settled(page: Page): Promise<void> {
    await page.locator('#content h1').waitFor();
    await expect.poll(() => page.locator('.loading, .stale').count()).toBe(0);
  }

  async keep(page: Page, name: string): Promise<void> {
    await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
  }

  /** The answer of the API to the same key. */
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into by name
  async ask(path: string): Promise<any> {
    const answer = await fetch(this.address + path, { headers: { authorization: `Bearer ${this.keys.read}` } });
    return answer.json();
  }

  /** Waits for the verdicts on machines, which are settled some seconds after the events are loaded: figures change once more. */
  async settleVerdicts(): Promise<void> {
    let before = '';
    for (;;) {
      const { as_of } = await this.ask('/v1/reports/attribution?currency=USD');
      if (as_of === before) return;
      before = as_of;
      await setTimeout(2_000);
    }
  }

  /** The id of an order that several touches earned. */
  async creditedOrder(): Promise<string> {
    for (let number = 1; number < 200; number++) {
      const customer = await this.ask(`/v1/customers/cus_${String(number).padStart(6, '0')}?currency=USD`);
      for (const journey of customer.journeys ?? [])
        for (const order of journey.conversions)
          if (order.credited_touches > 2 && order.net_value_micros !== '0') return order.conversion_id;
    }
    throw new Error('no order of the demo has three touches');
  }
}
