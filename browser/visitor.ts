/** The ids of the visitor. A cookie and a session are kept only if the page allows it (`data-cookie`), and only when they are sent. */
import type { Options } from './options.ts';

export type Fields = Record<string, unknown>;

const NAME = 'tributary_id';
const YEAR_S = 31_536_000;

export interface Visitor {
  /** The ids that go with an event. */
  ids(): Fields;
  identify(customer_id?: string): void;
  /** Removes what is stored. */
  forget(): void;
}

/** @param click the id of the click that led here. */
export function makeVisitor({ cookie, is_private }: Options, click: string | undefined): Visitor {
  let customer: string | undefined;
  let clicked = click;
  return {
    ids: () => {
      if (is_private) return {};
      const kept = cookie === undefined ? undefined : fromCookie(cookie);
      return {
        customer_id: customer,
        anonymous_id: kept ?? (clicked && `ct_${clicked}`),
        session_id: kept && fromSession(),
      };
    },
    identify: (customer_id) => {
      customer = customer_id === undefined || customer_id === null ? undefined : `${customer_id}`;
    },
    forget: () => {
      customer = clicked = undefined;
      if (cookie === undefined) return;
      writeCookie('', cookie, 0);
      stored((storage) => storage.removeItem(NAME));
    },
  };
}

/** The time as events have it. As a text it is written to JSON faster than a `Date`. */
export function now(): string {
  return new Date().toISOString();
}

/** 128 random bits. */
export function randomId(): string {
  let digits = '';
  // With 2^32 added, each word has nine digits, the first of which is a 1.
  for (const word of crypto.getRandomValues(new Uint32Array(4))) digits += (word + 2 ** 32).toString(16).slice(1);
  return digits;
}

/** The id of the cookie, for another year; undefined where the browser keeps none. */
function fromCookie(domain: string): string | undefined {
  try {
    writeCookie(readCookie() ?? randomId(), domain, YEAR_S);
    return readCookie();
  } catch {
    // A frame in a sandbox has no cookies.
    return undefined;
  }
}

function readCookie(): string | undefined {
  return /(?:^|; )tributary_id=(\w+)/.exec(document.cookie)?.[1];
}

function writeCookie(id: string, domain: string, age_s: number): void {
  const flags = (domain && `; domain=${domain}`) + (location.protocol === 'https:' ? '; secure' : '');
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser, and cannot answer at once
  document.cookie = `${NAME}=${id}; path=/; max-age=${age_s}; samesite=lax${flags}`;
}

function fromSession(): string | undefined {
  return stored((storage) => {
    const id = storage.getItem(NAME) ?? randomId();
    storage.setItem(NAME, id);
    return id;
  });
}

function stored<T>(work: (storage: Storage) => T): T | undefined {
  try {
    return work(sessionStorage);
  } catch {
    return undefined;
  }
}
