/** The place of an IP address, from a database that the operator provides. An unknown place is null, never a guess. */
import { open, type Response } from 'maxmind';
import { readAddress } from '../domain/address.ts';
import { objectOf, oneLine } from './labels.ts';

export interface GeoPlace {
  /** ISO 3166-1 alpha-2, upper case. */
  country: string | null;
  region: string | null;
  city: string | null;
}
export type GeoLookup = (ip: string) => GeoPlace | null;

/**
 * Opens a MaxMind-format database (GeoLite2, GeoIP2, DB-IP, ip-location-db; country or city). A replaced file is read
 * again without a restart.
 * @throws when the file is missing or is not such a database.
 */
export async function openGeo(path: string): Promise<GeoLookup> {
  const reader = await open<Response>(path, {
    cache: { max: 10_000 },
    watchForUpdates: true,
    watchForUpdatesNonPersistent: true,
  });
  return (ip) => {
    const address = readAddress(ip);
    if (address === null) return null;
    // A database of IPv4 ranges throws on an IPv6 address. Here it means the same as no entry: the place is not known.
    try {
      return placeOf(reader.get(address));
    } catch {
      return null;
    }
  };
}

/**
 * The place in a database record. Three shapes are in use: MaxMind's nested one (`country.iso_code`), the flat country
 * one of ip-location-db (`country_code`), and its flat city one (`country_code`, `state1`, `city`).
 */
export function placeOf(record: unknown): GeoPlace | null {
  if (!isObject(record)) return null;
  const subdivisions = record['subdivisions'];
  const first = Array.isArray(subdivisions) ? subdivisions[0] : undefined;
  const country = countryCode(field(record['country'], 'iso_code') ?? record['country_code'] ?? record['country']);
  const region = name(
    field(first, 'iso_code') ?? field(field(first, 'names'), 'en') ?? record['state1'] ?? record['region'],
  );
  const city = name(field(field(record['city'], 'names'), 'en') ?? record['city']);
  return country === null && region === null && city === null ? null : { country, region, city };
}

/** The country that a `geo_location` names, or null when it names none by its code. */
export function countryOf(geo_location: string | null): string | null {
  if (geo_location === null) return null;
  const place = objectOf(geo_location);
  return countryCode(place['country'] ?? place['country_code']);
}

/** Canonical JSON of what is known of a place, keys sorted; null when nothing is known. */
export function geoJson(place: GeoPlace): string | null {
  let text = '';
  if (place.city) text = `"city":${JSON.stringify(place.city)}`;
  if (place.country) text += `${text && ','}"country":${JSON.stringify(place.country)}`;
  if (place.region) text += `${text && ','}"region":${JSON.stringify(place.region)}`;
  return text === '' ? null : `{${text}}`;
}

/** `UK` means `GB`. A country is not guessed from its name. */
export function countryCode(value: unknown): string | null {
  if (typeof value !== 'string' || !/^[a-z]{2}$/i.test(value)) return null;
  const code = value.toUpperCase();
  if (code === 'UK') return 'GB';
  // ZZ and XX are what databases and proxies say when they do not know.
  return code === 'ZZ' || code === 'XX' ? null : code;
}

function name(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  return oneLine(value, 100) || null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function field(value: unknown, key: string): unknown {
  return isObject(value) ? value[key] : undefined;
}
