/** A small shop on this machine whose pages load the script, the browser of its visitors, and the server that collects. */
import { createServer, type Server, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium, type Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { KEYS, startServer, type TestServer } from '../server/harness.ts';
import { ARGS, CHROMIUM, missing } from '../support/chromium.ts';

export { missing as no_browser };

/** A headless browser says so in its user agent, and is taken for a machine. */
const USER_AGENT =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

export interface Look {
  /** Attributes of the script's element, beside its key. */
  attributes?: string;
  /** The address of the script, instead of that of the server. */
  source?: string;
  /** A script that runs in the page before. */
  early?: string;
}

export type Row = Record<string, string | null>;

export class Shop {
  /** What the browser complained about. */
  readonly complaints: string[] = [];
  private html = '';

  private constructor(
    readonly server: TestServer,
    private readonly api: string,
    private readonly pages: Server,
    private readonly browser: Browser,
    readonly origin: string,
  ) {}

  static async open(): Promise<Shop> {
    const server = await startServer({ shared: true, config: { defaults: { page_conversions: true } } });
    const api = await server.app.listen({ host: '127.0.0.1', port: 0 });
    const pages = createServer((request, response) => {
      // As a proxy of the shop does it, docs/sources/browser.md.
      if (request.url!.startsWith('/tr/')) {
        const { method, headers } = request;
        const behind = send(api + request.url!.slice('/tr'.length), { method: method!, headers }, (answer) => {
          response.writeHead(answer.statusCode!, answer.headers);
          answer.pipe(response);
        });
        request.pipe(behind);
        return;
      }
      response.setHeader('content-type', 'text/html').end(shop.html);
    });
    await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
    const browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ARGS,
      ignoreDefaultArgs: ['--disable-back-forward-cache'],
    });
    const origin = `http://localhost:${(pages.address() as AddressInfo).port}`;
    const shop = new Shop(server, api, pages, browser, origin);
    return shop;
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.pages.closeAllConnections();
    this.pages.close();
    await this.server.close();
  }

  /** A visitor of their own, and all pages from now on. @param before runs before anything else in each page. */
  async visit(look: Look = {}, before = ''): Promise<Page> {
    const { attributes = '', early = '', source = `${this.api}/t.js` } = look;
    this.html = `<!doctype html><title>shop</title><link rel="icon" href="data:,"><script>${early}</script>
      <script defer src="${source}" data-key="${KEYS.TRIBUTARY_PAGE_KEY}" data-allow-automation ${attributes}></script><h1>shop</h1>`;
    const context = await this.browser.newContext({ userAgent: USER_AGENT });
    onTestFinished(() => context.close());
    if (before) await context.addInitScript({ content: before });
    const page = await context.newPage();
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.complaints.push(message.text());
    });
    page.on('pageerror', ({ message }) => this.complaints.push(message));
    return page;
  }

  /** The page views and other touchpoints below a path, once there are `n` of them, in their order. */
  async touches(path: string, n: number): Promise<Row[]> {
    return this.rows('touchpoints', 'url', path, n);
  }

  async rows(table: string, column: string, path: string, n: number): Promise<Row[]> {
    let rows: Row[] = [];
    const read = async (): Promise<number> => {
      await this.server.flush();
      rows = (await this.server.tributary.warehouse.read((snapshot) =>
        snapshot.query(`select * from ${table} order by occurred_at`),
      )) as Row[];
      rows = rows.filter((row) => row[column]?.startsWith(`${this.origin}${path}`));
      return rows.length;
    };
    await expect.poll(read).toBeGreaterThanOrEqual(n);
    expect(rows.length).toBe(n);
    return rows;
  }

  /** The ways of a row's URL and referrer within the shop. */
  path(url: string | null): string | null {
    return url === null ? null : url.replace(this.origin, '');
  }
}

/** Runs a script in the page. It is a text, since the types of a browser are not those of this program. */
export const run = (page: Page, script: string): Promise<unknown> => page.evaluate(script);
