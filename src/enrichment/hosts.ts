/** The kind of a host, an app or a source: looked up in the lists of `host-lists.ts`. */
import { BoundedCache } from './bounded-cache.ts';
import { APPS, BRANDS, HOSTS, type HostCategory, LABELS, SHARED_DOMAINS, SOURCE_NAMES } from './host-lists.ts';
import { isWithin, MAX_HOST_LENGTH } from './url.ts';

const BY_HOST = indexOf(HOSTS);
const BY_BRAND = indexOf(BRANDS);
const BY_APP = indexOf(APPS);
const BY_SOURCE_NAME = indexOf(SOURCE_NAMES);

function indexOf(lists: Partial<Record<HostCategory, string>>): Map<string, HostCategory> {
  const index = new Map<string, HostCategory>();
  for (const [category, names] of Object.entries(lists)) {
    for (const entry of names.split(' ')) index.set(entry, category as HostCategory);
  }
  return index;
}

const NATIONAL = /(?:^|\.)([a-z0-9-]+)\.(?:com|net|[a-z]{2}|com?\.[a-z]{2})$/;
const cache = new BoundedCache<HostCategory | 'none'>(2_000);

/** The kind of a host, by its own name or that of a parent domain; null when none is listed. */
export function categoryOfHost(host: string): HostCategory | null {
  if (host.length > MAX_HOST_LENGTH) return null;
  let category = cache.get(host);
  if (category === undefined) {
    category = findCategory(host) ?? 'none';
    cache.set(host, category);
  }
  return category === 'none' ? null : category;
}

/** Labels of a host that are read. Labels before these decide nothing. */
const MAX_LABELS = 6;

function findCategory(host: string): HostCategory | undefined {
  const app = host.indexOf('://');
  if (app >= 0) return BY_APP.get(host.slice(app + 3));
  const tail = lastLabels(host, MAX_LABELS);
  const found = BY_HOST.get(tail) ?? categoryOfLabels(tail);
  if (found !== undefined) return found;
  for (let dot = tail.indexOf('.'); dot >= 0; dot = tail.indexOf('.', dot + 1)) {
    const listed = BY_HOST.get(tail.slice(dot + 1));
    if (listed !== undefined) return listed;
  }
  const brand = NATIONAL.exec(tail)?.[1];
  return brand === undefined ? undefined : BY_BRAND.get(brand);
}

/** The kind that the parts of a host left of its registered domain name. */
function categoryOfLabels(host: string): HostCategory | undefined {
  const domain = registeredDomain(host);
  if (domain.length >= host.length) return undefined;
  const labels = host.slice(0, -domain.length - 1).split('.');
  if (labels[0] === 'www') labels.shift();
  return LABELS.find(({ label, only_first }) =>
    only_first ? labels[0] !== undefined && label.test(labels[0]) : labels.some((one) => label.test(one)),
  )?.category;
}

/** Country domains below which names are registered: co.uk, com.au, or.jp. */
const NATIONAL_ENDING = /\.(?:com?|net|org|or|ne|ac|edu|gov|go|gob|nom|id|ltd|plc|sch|web|in)\.[a-z]{2}$/;

/** The domain that the owner of a host registered, found by its shape; the host itself when it has no more parts. */
function registeredDomain(host: string): string {
  return lastLabels(host, NATIONAL_ENDING.test(host) ? 3 : 2);
}

/** True if two hosts belong to one site: one is below the other, or both are below the same registered domain. */
export function isSameSite(a: string, b: string): boolean {
  if (isWithin(a, b) || isWithin(b, a)) return true;
  if (a.includes('://') || b.includes('://') || ADDRESS.test(a)) return false;
  const domain = registeredDomain(a);
  return domain.includes('.') && domain === registeredDomain(b) && !SHARED_DOMAINS.has(domain);
}

const ADDRESS = /^[\d.]+$|:/;

function lastLabels(host: string, count: number): string {
  let at = host.length;
  for (let label = 0; label < count; label++) {
    at = host.lastIndexOf('.', at - 1);
    if (at < 0) return host;
  }
  return host.slice(at + 1);
}

/** The kind of place that a `utm_source` (lower case) names, as a host or as a name; null when it is not known. */
export function categoryOfSource(source: string): HostCategory | null {
  const named = BY_SOURCE_NAME.get(source);
  if (named !== undefined) return named;
  return source.includes('.') ? categoryOfHost(source) : null;
}
