/**
 * What the request of a page says about its visitor, filled in where the page left it out: address, user agent, and an id that needs no
 * cookie. The id is a keyed hash of address and user agent, for one site and one day (UTC). Its key, the salt of the day, is deleted
 * afterwards. Then nobody can tell whose id it was, or find the same visitor on two days by it. docs/sources/browser.md.
 */
import { createHmac, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import proxyAddr from '@fastify/proxy-addr';
import { readAddress } from '../domain/address.ts';
import { type BrowserConsent, browserConsent, withBrowser } from '../domain/consent/browser-signals.ts';
import { MAX_USER_AGENT_LENGTH } from '../domain/fields.ts';
import { recordKind } from '../domain/index.ts';
import { DEFAULT_BRAND } from '../domain/record.ts';
import { MS_PER_DAY } from '../domain/time.ts';
import { storedIp } from '../enrichment/ip.ts';
import { hostOf, withoutWww } from '../enrichment/url.ts';
import type { Draft } from '../log/envelope.ts';
import type { TimedFollower } from '../log/follower.ts';
import type { State, StateTransaction } from '../state/port.ts';
import type { Asked } from './exchange.ts';

const COLLECTION = 'visitor_salts';
/** A salt is used for a day, and deleted at most 48 hours after it was made. */
const FORGET_EVERY_MS = MS_PER_DAY / 24;
const MAX_AGE_MS = 2 * MS_PER_DAY - FORGET_EVERY_MS;

interface Salt {
  salt: string;
  made_ms: number;
}

export class VisitorIds {
  private salt: { day: string; value: Promise<string> } | undefined;
  private readonly addressOf: (raw: IncomingMessage) => string | undefined;

  constructor(
    private readonly state: State,
    /** Proxies whose X-Forwarded-For counts, as the server reads them for all requests. */
    trust_proxy: string[],
    private readonly clock: () => number,
    /** True if `DNT: 1` denies measurement and sharing. */
    private readonly honors_dnt = false,
  ) {
    const isTrusted = proxyAddr.compile(trust_proxy);
    this.addressOf = trust_proxy.length > 0 ? (raw) => proxyAddr(raw, isTrusted) : (raw) => raw.socket.remoteAddress;
  }

  /** The drafts of a page with what its request says. What the page gave stays. @throws state_unavailable. */
  async fill(drafts: readonly Draft[], request: Asked): Promise<Draft[]> {
    const { headers, raw, query, key } = request;
    const browser = browserConsent(headers, this.honors_dnt);
    const asks_for_none = browser !== null || (query as { anonymous?: unknown }).anonymous === '1';
    const address = asks_for_none ? null : readAddress(this.addressOf(raw) ?? '');
    const user_agent = headers['user-agent']?.slice(0, MAX_USER_AGENT_LENGTH);
    const random_id = randomId();
    const filled: Draft[] = [];
    for (const { record, input } of drafts) {
      if (!isPlain(input)) {
        filled.push({ record, input });
        continue;
      }
      const item = { ...input };
      if (browser !== null) addBrowserConsent(record, item, browser);
      const known = recordKind(record).schema.properties;
      if ('ip_address' in known && address !== null) item['ip_address'] ??= address;
      if ('user_agent' in known && user_agent !== undefined) item['user_agent'] ??= user_agent;
      if ((item['customer_id'] ?? item['anonymous_id'] ?? null) === null) {
        const brand_id = item['brand_id'] ?? key?.brand_id ?? DEFAULT_BRAND;
        const site = siteOf(item['url'] ?? item['conversion_page'] ?? headers.origin);
        item['anonymous_id'] =
          address === null
            ? random_id
            : await this.idOfDay([brand_id, site, storedIp(address, 'truncated'), user_agent]);
      }
      filled.push({ record, input: item });
    }
    return filled;
  }

  private async idOfDay(parts: readonly unknown[]): Promise<string> {
    const salt = await this.saltOf(new Date(this.clock()).toISOString().slice(0, 10));
    return idOf(createHmac('sha256', salt).update(JSON.stringify(parts)).digest());
  }

  /** The salt of a day, which all processes share. Calls at the same time share one reading. */
  private saltOf(day: string): Promise<string> {
    if (this.salt?.day === day) return this.salt.value;
    const value = this.state.transaction(async (transaction) => {
      await forgetOldSalts(transaction, this.clock());
      const known = await transaction.get<{ salt: string; made_ms: number }>(COLLECTION, day);
      if (known !== undefined) return known.salt;
      const made = { salt: randomBytes(32).toString('hex'), made_ms: this.clock() } satisfies Salt;
      await transaction.put(COLLECTION, day, made);
      return made.salt;
    });
    const reading = { day, value };
    this.salt = reading;
    value.catch(() => {
      if (this.salt === reading) this.salt = undefined;
    });
    return value;
  }
}

/** Deletes old salts also when no page sends anything. */
export function saltFollower(clock: () => number): TimedFollower {
  return {
    name: COLLECTION,
    every_ms: FORGET_EVERY_MS,
    run: (state) => state.transaction((transaction) => forgetOldSalts(transaction, clock())),
  };
}

async function forgetOldSalts(transaction: StateTransaction, now_ms: number): Promise<void> {
  for (const { key, value } of await transaction.list<{ salt: string; made_ms: number }>(COLLECTION))
    if (now_ms - value.made_ms > MAX_AGE_MS) await transaction.delete(COLLECTION, key);
}

/**
 * What the browser denies, where the event names the visitor. A denial of measurement holds for an event of nobody, too, since it says
 * what becomes of the event.
 */
export function addBrowserConsent(
  record: Draft['record'],
  item: Record<string, unknown>,
  browser: BrowserConsent,
): void {
  const is_nobody = (item['customer_id'] ?? item['anonymous_id'] ?? null) === null;
  if (is_nobody && browser.purposes === undefined) return;
  if (record === 'consents' && browser.gpc) item['gpc'] ??= true;
  if (!('consent' in recordKind(record).schema.properties)) return;
  const { consent = {} } = item;
  if (isPlain(consent)) item['consent'] = withBrowser(consent, browser);
}

function isPlain(input: unknown): input is Record<string, unknown> {
  return typeof input === 'object' && input !== null && Object.getPrototypeOf(input) === Object.prototype;
}

function siteOf(url: unknown): string {
  return withoutWww((typeof url === 'string' ? hostOf(url) : null) ?? '');
}

const ID_BYTES = 16;

function randomId(): string {
  return idOf(randomBytes(ID_BYTES));
}

function idOf(bytes: Buffer): string {
  return `day_${bytes.toString('base64url', 0, ID_BYTES)}`;
}
