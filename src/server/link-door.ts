/**
 * The links and pixels of emails: `GET /c/TOKEN` and `GET /o/TOKEN.gif`, also HEAD. They are served on the raw listener, before Fastify:
 * a reader waits for them, and they need no key, no body and no parameters. A query behind a token is ignored, since mail programs and
 * networks append parameters to any link. A link works without the state and without the warehouse: it needs only a key in memory.
 */
import { randomFillSync } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import proxyAddr from '@fastify/proxy-addr';
import type { FastifyInstance } from 'fastify';
import { readClickToken, readOpenToken } from '../email/payload.ts';
import { PIXEL_GIF } from '../email/pixel.ts';
import type { EmailSettings } from '../email/settings.ts';
import { withParameters } from '../email/target.ts';
import { kidOf, type TokenKey } from '../email/token.ts';
import { clickTouchpoint, isRecorded, openTouchpoint, type Seen } from '../email/touchpoints.ts';
import { ulid } from '../email/ulid.ts';
import type { Acknowledgement } from '../log/acknowledgement.ts';
import type { Collector } from '../log/collector.ts';
import type { EmailKeys } from './email-keys.ts';
import { EventQueue } from './event-queue.ts';
import { requestId } from './exchange.ts';
import type { Guesses } from './guesses.ts';
import type { LinkCounts } from './link-metrics.ts';
import { LINK_ROUTE, PIXEL_ROUTE } from './link-routes.ts';
import { logAnswer, logFailure } from './log.ts';
import type { Services } from './route.ts';

interface LinkOptions {
  settings: EmailSettings;
  keys: EmailKeys;
  queue: EventQueue;
  counts: LinkCounts;
  guesses: Guesses;
  /** Addresses or networks of proxies that may name the client. */
  trust_proxy: readonly string[];
  honors_dnt: boolean;
  clock: () => number;
  answered: (kind: Kind, raw: IncomingMessage, request_id: string, status: number, duration_ms: number) => void;
}

type Kind = 'click' | 'open';

/** Makes the door of a server. It closes with the server, when the last events are on disk. */
export function openLinks(app: FastifyInstance, services: Services, collector: Collector, keys: EmailKeys): LinkDoor {
  const { metrics, guesses, tributary } = services;
  const { config, reports } = tributary;
  const counts = metrics.links;
  const told = (answer: Acknowledgement): void => metrics.collected('touchpoints', answer);
  const fail = (error: unknown): void => logFailure(app.log, error, { what: 'links' }, 'clicks and opens are lost');
  const queue = new EventQueue(collector, counts, told, config.limits.max_items, fail);
  app.addHook('onClose', () => queue.flush());
  // From then on links work while the state is away. A start does not wait for that.
  app.addHook('onReady', async () => void keys.refresh().catch(() => undefined));
  const meters = { click: metrics.meter('GET', LINK_ROUTE.path), open: metrics.meter('GET', PIXEL_ROUTE.path) };
  const routes = { click: LINK_ROUTE, open: PIXEL_ROUTE };
  return new LinkDoor({
    settings: config.email,
    keys,
    queue,
    counts,
    guesses,
    trust_proxy: config.trust_proxy,
    honors_dnt: config.honor_dnt,
    clock: reports.clock,
    answered: (kind, { method }, id, statusCode, elapsedTime) => {
      meters[kind].observe(statusCode, elapsedTime);
      logAnswer(app.log, routes[kind], { id, method: method!, key: null }, { statusCode, elapsedTime });
    },
  });
}

/** An answer before it is written. */
interface LinkAnswer {
  status: number;
  /** Names and values in turns, as Node writes them fastest. */
  headers: readonly string[];
  body?: Buffer;
}

const ALL_HEADERS = ['x-robots-tag', 'noindex', 'x-content-type-options', 'nosniff'];
const CLICK_HEADERS = ['cache-control', 'no-store, private', ...ALL_HEADERS];
const PIXEL: LinkAnswer = {
  status: 200,
  headers: [
    ...['content-type', 'image/gif'],
    ...['cache-control', 'no-store, no-cache, must-revalidate, private', 'pragma', 'no-cache'],
    ...ALL_HEADERS,
  ],
  body: PIXEL_GIF,
};
const NO_LINK: LinkAnswer = {
  status: 404,
  headers: [
    ...CLICK_HEADERS,
    ...['content-type', 'text/html; charset=utf-8', 'content-security-policy', "default-src 'none'"],
  ],
  body: Buffer.from(
    '<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Link not found</title>' +
      '<p>This link does not work. It may have been cut; open it from the email again.</p></html>\n',
  ),
};

/** Random bytes are asked for in blocks: one call for each click would cost more than all that is done with them. */
const ULID_RANDOM_BYTES = 10;
const RANDOM_BLOCK_BYTES = 1_000 * ULID_RANDOM_BYTES;

export class LinkDoor {
  private readonly random = Buffer.alloc(RANDOM_BLOCK_BYTES);
  private random_used = RANDOM_BLOCK_BYTES;
  private readonly trusts: ReturnType<typeof proxyAddr.compile> | undefined;

  constructor(private readonly options: LinkOptions) {
    const { trust_proxy } = options;
    this.trusts = trust_proxy.length === 0 ? undefined : proxyAddr.compile([...trust_proxy]);
  }

  /** Takes a request for a link or a pixel. @returns false for any other, which is untouched. */
  takes(raw: IncomingMessage, response: ServerResponse): boolean {
    const { url, method, headers, httpVersion } = raw;
    const kind = url!.startsWith('/c/') ? 'click' : url!.startsWith('/o/') ? 'open' : undefined;
    if (kind === undefined || (method !== 'GET' && method !== 'HEAD')) return false;
    if (headers.host === undefined && httpVersion !== '1.0') return false;
    const began_ms = performance.now();
    const end = url!.search(/[?#]/);
    const last = url!.slice('/c/'.length, end < 0 ? undefined : end);
    const token = kind === 'click' ? last : last.endsWith('.gif') ? last.slice(0, -'.gif'.length) : '';
    const { keys } = this.options;
    const kid = kidOf(token);
    const key = kid === undefined ? undefined : keys.find(kid);
    if (kid === undefined || !keys.stale) this.answer(kind, token, key, raw, response, began_ms);
    else {
      const refreshed = keys.refresh().catch(() => undefined);
      // Keys that another process revoked stop working a moment later. Nobody waits for that.
      if (key !== undefined) this.answer(kind, token, key, raw, response, began_ms);
      // Another process may have made the key a moment ago.
      else void refreshed.then(() => this.answer(kind, token, keys.find(kid), raw, response, began_ms));
    }
    return true;
  }

  /** Waits until every click and open that was answered before is on disk or lost. */
  flush(): Promise<void> {
    return this.options.queue.flush();
  }

  private answer(
    kind: Kind,
    token: string,
    key: TokenKey | undefined,
    raw: IncomingMessage,
    response: ServerResponse,
    began_ms: number,
  ): void {
    const { status, headers, body } = kind === 'click' ? this.click(token, key, raw) : this.opened(token, key, raw);
    const request_id = requestId(raw);
    const length = String(body?.length ?? 0);
    response.writeHead(status, [...headers, 'content-length', length, 'x-request-id', request_id]);
    response.end(body);
    this.options.answered(kind, raw, request_id, status, performance.now() - began_ms);
  }

  private click(token: string, key: TokenKey | undefined, raw: IncomingMessage): LinkAnswer {
    const { settings, queue, counts, guesses } = this.options;
    const click = key && readClickToken(token, key);
    if (click === undefined) {
      counts.wrong_tokens += 1;
      const refusal = guesses.count(this.addressOf(raw));
      if (refusal === undefined) return NO_LINK;
      const retry_after = String(refusal.retry_after_s ?? 60);
      return { ...NO_LINK, status: 429, headers: [...NO_LINK.headers, 'retry-after', retry_after] };
    }
    const seen = this.seen(raw);
    if (!isRecorded(click, settings.tracking_days, seen.now_ms)) {
      counts.late += 1;
      return redirect(click.url);
    }
    queue.add(clickTouchpoint(click, seen));
    return redirect(withParameters(click.url, [[settings.click_parameter, seen.event_id]]));
  }

  /** The pixel is the same whether the token is good or not, so that an email never shows a broken image. */
  private opened(token: string, key: TokenKey | undefined, raw: IncomingMessage): LinkAnswer {
    const { settings, queue, counts } = this.options;
    const mail = key && readOpenToken(token, key);
    if (mail === undefined) {
      counts.wrong_tokens += 1;
      return PIXEL;
    }
    const seen = this.seen(raw);
    if (isRecorded(mail, settings.tracking_days, seen.now_ms)) queue.add(openTouchpoint(mail, seen));
    else counts.late += 1;
    return PIXEL;
  }

  private seen(raw: IncomingMessage): Seen {
    const now_ms = this.options.clock();
    const event_id = ulid(now_ms, this.randomBytes());
    return {
      method: raw.method!,
      headers: raw.headers,
      ip_address: this.addressOf(raw),
      now_ms,
      honors_dnt: this.options.honors_dnt,
      event_id,
    };
  }

  /** The 10 random bytes of an id. None of them is used twice. */
  private randomBytes(): Buffer {
    if (this.random_used === RANDOM_BLOCK_BYTES) {
      randomFillSync(this.random);
      this.random_used = 0;
    }
    this.random_used += ULID_RANDOM_BYTES;
    return this.random.subarray(this.random_used - ULID_RANDOM_BYTES, this.random_used);
  }

  /** The address of the client, as Fastify finds it; undefined once its connection is closed. */
  private addressOf(raw: IncomingMessage): string | undefined {
    return this.trusts === undefined ? raw.socket.remoteAddress : proxyAddr(raw, this.trusts);
  }
}

function redirect(location: string): LinkAnswer {
  return { status: 302, headers: [...CLICK_HEADERS, 'location', location] };
}
