/**
 * Removes private data from a record: an IP address is cut, an id of one subscriber is hashed. Every record is cleaned before
 * it is written anywhere, so that no spool segment, conflict or dead letter holds more than the tables may.
 */
import { readAddress } from '../domain/address.ts';
import type { PrivateKind } from '../domain/fields.ts';
import { canonicalJson, DEFAULT_BRAND, type FlatRecord, type Value } from '../domain/record.ts';
import { hashed, MAX_PERSONAL_LENGTH, namesPerson } from './click-ids.ts';
import { fetchOf, parseUserAgent } from './device.ts';
import { type GeoLookup, geoJson } from './geo.ts';
import { type IpStorage, storedIp } from './ip.ts';
import { keptAgent } from './kept-agent.ts';
import { isHashedAddress, keptAddress, keptUserAgent, type RequestStorage } from './kept-request.ts';
import { objectOf, textOf } from './labels.ts';
import type { NetworkLookup } from './networks.ts';
import { decodeParameter } from './percent.ts';

export interface PrivacyOptions {
  /** What is kept of addresses where the brand says nothing. */
  ip_storage: IpStorage;
  /** How a brand keeps addresses and user agents; as `ip_storage` says, and user agents whole, when left out. */
  storage_of?: (brand_id: string) => RequestStorage;
  /** A name of what `storage_of` says, without brands that say nothing. */
  storage_rules?: string;
  /** The key of hashes of addresses and user agents. */
  request_key?: Uint8Array;
  /** Null when the operator has no geo database. */
  geo: GeoLookup | null;
  /** Finds the operator's networks of an address; null or left out when there are none. */
  networks?: NetworkLookup | null;
}

/** Increase it when this file or the list of personal click ids changes. Records in the spool are then cleaned again. */
const PRIVACY_VERSION = 2;

/** How the requests of a brand are kept. */
export function storageOf(brand_id: unknown, { ip_storage, storage_of }: PrivacyOptions): RequestStorage {
  return storage_of?.(typeof brand_id === 'string' ? brand_id : DEFAULT_BRAND) ?? { ip: ip_storage, agent: 'full' };
}

/** A name of the rules by which records are cleaned now. */
export function privacyRules({ ip_storage, storage_rules = '' }: PrivacyOptions): string {
  return `${ip_storage}/${PRIVACY_VERSION}${storage_rules}`;
}

/**
 * The place of a record's address, as canonical JSON. No sender can set it. The collector adds it to the record for the loader,
 * because the place must be looked up before the address is cut.
 */
export const ADDRESS_PLACE = 'address_place';

/** The record without private data; the same object when it has none. Cleaning it again changes nothing. */
export function withoutPrivate(
  record: FlatRecord,
  fields: Readonly<Record<string, PrivateKind>>,
  options: PrivacyOptions,
): FlatRecord {
  let clean = record;
  const set = (name: string, value: Value): void => {
    if (clean === record) clean = { ...record };
    clean[name] = value;
  };
  for (const name in fields) {
    const value = record[name];
    if (typeof value !== 'string') continue;
    if (fields[name] === 'address') {
      const storage = storageOf(record['brand_id'], options);
      if (isHashedAddress(value) && storage.ip !== 'none') continue;
      const address = readAddress(value);
      const place = address === null || record[ADDRESS_PLACE] !== undefined ? null : placeOf(record, address, options);
      if (place !== null) set(ADDRESS_PLACE, place);
      const evidence = address === null ? null : withNetworks(record, address, options);
      if (evidence !== null) set(EVIDENCE, evidence);
      const stored = keptAddress(value, storage.ip, options.request_key);
      if (storage.ip !== 'full' && stored !== value) {
        set(name, stored);
      }
    } else if (fields[name] === 'agent') {
      keepAgent(clean, name, value, options, set);
    } else {
      const kept = fields[name] === 'url' ? withoutPersonalIds(value) : withoutPersonalClickIds(value);
      if (kept !== value) set(name, kept);
    }
  }
  if (clean !== record) for (const name in fields) if (clean[name] === null) delete clean[name];
  return clean;
}

/** The key of the evidence of a touchpoint with a user agent in short, where no user agent is kept. */
export const AGENT_EVIDENCE = 'agent';

function keepAgent(
  record: FlatRecord,
  name: string,
  value: string,
  options: PrivacyOptions,
  set: (name: string, value: Value) => void,
): void {
  const storage = storageOf(record['brand_id'], options).agent;
  if (storage === 'full' || value.trim() === '') return;
  const agent = parseUserAgent(value, fetchOf(textOf(record['touchpoint_type'])));
  const kept = keptUserAgent(value, agent, storage, options.request_key);
  if (kept === value) return;
  set(name, kept);
  if (kept !== null) return;
  const evidence = objectOf(textOf(record[EVIDENCE]));
  const told = canonicalJson({ ...evidence, [AGENT_EVIDENCE]: keptAgent(value, agent, null) });
  if (told !== undefined) set(EVIDENCE, told);
}

/** The place of an address, or null. It is not looked up where the sender gave a place. */
function placeOf(record: FlatRecord, address: string, { geo }: PrivacyOptions): string | null {
  if (geo === null || textOf(record['geo_location']) !== null) return null;
  const place = geo(address);
  return place === null ? null : geoJson(place);
}

/** The field of a touchpoint that holds facts about its request. */
const EVIDENCE = 'evidence';

/**
 * The evidence with the names of the operator's networks in which the address lies, as canonical JSON; null if there are none. They
 * are looked up before the address is cut. An address that was cut already says nothing, so it is not looked up again.
 */
function withNetworks(record: FlatRecord, address: string, { networks }: PrivacyOptions): string | null {
  if (!networks || typeof record['touchpoint_type'] !== 'string') return null;
  if (storedIp(address, 'truncated') === address) return null;
  const network = networks(address);
  if (network.length === 0) return null;
  const evidence = objectOf(textOf(record[EVIDENCE]));
  return canonicalJson({ ...evidence, network }) ?? null;
}

/** URLs may be nested in parameters of other URLs, with one more level of encoding each time. */
const MAX_DEPTH = 4;

/** Matches an encoded letter, underscore, `=` or `%`. */
const ENCODED = /%(?:25|3d|5f|4[1-9a-f]|6[1-9a-f]|[57][0-9a])/i;
const ENCODED_EQUALS = /%(?:25)*3d/i;

/** True if a parameter names a person, or if encoded text could hide such a parameter. It is false for most texts. */
function isSuspect(text: string): boolean {
  if (text.includes('%') && ENCODED.test(text)) return true;
  for (let equals = text.indexOf('='); equals >= 0; equals = text.indexOf('=', equals + 1)) {
    let start = equals;
    while (start > 0 && equals - start <= MAX_PERSONAL_LENGTH && !isSeparator(text.charCodeAt(start - 1))) start -= 1;
    if (namesPerson(text.slice(start, equals).toLowerCase())) return true;
  }
  return false;
}

/** True for `/ ? & # ; +`, a space, and every character below it. A parameter's name holds none of these, unless encoded. */
function isSeparator(code: number): boolean {
  return code === 47 || code === 63 || code === 38 || code === 35 || code === 59 || code === 43 || code <= 32;
}

/**
 * A text, such as a URL, in which the values of parameters that name a person are hashed: in the query, in the fragment, and in
 * URLs that are nested in values or in the path. A value ends at `&` or `#`. After 100 such values, further ones are removed.
 */
export function withoutPersonalIds(text: string, depth = 0): string {
  if (!isSuspect(text)) return text;
  let clean = '';
  let copied = 0;
  let start = 0;
  let found = 0;
  const replace = (from: number, to: number, replacement: string): void => {
    clean += text.slice(copied, from) + replacement;
    copied = to;
  };
  for (let at = 0; at <= text.length; at++) {
    const code = at === text.length ? 0 : text.charCodeAt(at);
    if (code === EQUALS) {
      if (namesPerson(decodeParameter(text.slice(start, at)).toLowerCase())) {
        const end = valueEnd(text, at + 1);
        found += 1;
        if (end > at + 1)
          replace(at + 1, end, found > MAX_HASHED ? REMOVED : hashed(decodeParameter(text.slice(at + 1, end))));
        at = end;
      }
      start = at + 1;
    } else if (isSeparator(code)) {
      const part = text.slice(start, at);
      if (ENCODED_EQUALS.test(part)) {
        const nested = withoutNestedIds(part, depth);
        if (nested !== part) replace(start, at, nested);
      }
      start = at + 1;
    }
  }
  return clean + text.slice(copied);
}

const EQUALS = 61;
/** Of one text this many values are hashed. Nobody sends more, and hashing thousands per event would slow down all events. */
const MAX_HASHED = 100;
const REMOVED = 'removed';

function valueEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at++) if (text[at] === '&' || text[at] === '#') return at;
  return text.length;
}

/** The same for text that is encoded as a whole. Text with more than MAX_DEPTH levels of encoding is hashed whole. */
function withoutNestedIds(part: string, depth: number): string {
  if (depth === MAX_DEPTH) return hashed(part);
  const decoded = decodeParameter(part);
  const clean = withoutPersonalIds(decoded, depth + 1);
  return clean === decoded ? part : encodeURIComponent(clean.toWellFormed());
}

/** Sent click ids (canonical JSON) in which the values of those that name a person are hashed. */
function withoutPersonalClickIds(json: string): string {
  return canonicalJson(cleanValue(objectOf(json))) ?? '{}';
}

function cleanValue(value: unknown): unknown {
  if (typeof value === 'string') return withoutPersonalIds(value);
  if (Array.isArray(value)) return value.map(cleanValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      namesPerson(name.trim().toLowerCase()) ? hashedValue(inner) : cleanValue(inner),
    ]),
  );
}

/** The stored form of a value that names a person. An empty or boolean value names nobody and is kept. */
function hashedValue(value: unknown): unknown {
  if (value === null || value === '' || typeof value === 'boolean') return value;
  return hashed(typeof value === 'string' ? value : JSON.stringify(value));
}
