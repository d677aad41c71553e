/**
 * The operator's own lists of networks, such as those of a mail gateway. An address is looked up before it is cut; only the names
 * of the networks are kept.
 */
import { readFileSync, statSync } from 'node:fs';
import ipaddr from 'ipaddr.js';
import { readAddress } from '../domain/address.ts';
import { badRequest } from '../domain/errors.ts';
import type { NetworkScope } from './machine-rules.ts';

/** A list of the configuration: its ranges, or the path of a file with one range in each line. */
export interface NetworkList {
  name: string;
  cidrs: readonly string[] | { file: string };
  scope: NetworkScope;
}

/** The names of the networks that an address is in, in order of the names. */
export type NetworkLookup = (address: string) => readonly string[];

const NETWORK_NAME = /^[a-z0-9][a-z0-9_-]{0,39}$/;
const MAX_FILE_BYTES = 50_000_000;
const MAX_RANGES = 1_000_000;
/** Some lists have further columns: `203.0.113.0/24,US,…`. A comment begins with `#`. */
const BEHIND_RANGE = /[\s,;#].*$/;

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Checks the lists of a configuration, without reading files. @throws bad_request with the setting at fault. */
export function checkNetworks(lists: readonly NetworkList[]): void {
  const names = new Set<string>();
  lists.forEach(({ name, cidrs }, i) => {
    const where = `config.machine_traffic.networks.${i}`;
    if (!NETWORK_NAME.test(name))
      throw badRequest(
        `${where}.name`,
        `${JSON.stringify(name)} is no name; use lower-case letters, digits, _ and -, at most 40`,
      );
    if (names.has(name)) throw badRequest(`${where}.name`, `${name} is there twice; give each list a name of its own`);
    names.add(name);
    if ('file' in cidrs) return;
    for (const [n, cidr] of cidrs.entries()) rangeOf(cidr, `${where}.cidrs.${n}`);
  });
}

/** Reads the lists, and the files that they name. @throws bad_request with the setting, or the file and line, at fault. */
export function openNetworks(lists: readonly NetworkList[]): NetworkLookup | null {
  if (lists.length === 0) return null;
  const index = new NetworkIndex();
  lists.forEach(({ name, cidrs }, i) => {
    if ('file' in cidrs) {
      for (const { text, where } of linesOf(cidrs.file, `config.machine_traffic.networks.${i}.cidrs.file`))
        index.add(rangeOf(text, where), name);
    } else {
      for (const cidr of cidrs) index.add(rangeOf(cidr, `config.machine_traffic.networks.${i}.cidrs`), name);
    }
  });
  return (address) => index.find(address);
}

function linesOf(path: string, where: string): Array<{ text: string; where: string }> {
  const content = contentOf(path, where);
  return content.split(/\r?\n/).flatMap((line, i) => {
    const text = line.trim().replace(BEHIND_RANGE, '');
    return text === '' ? [] : [{ text, where: `${path}, line ${i + 1}` }];
  });
}

function contentOf(path: string, where: string): string {
  try {
    // A file that is too large is refused before it is read.
    if (statSync(path).size <= MAX_FILE_BYTES) return readFileSync(path, 'utf8');
  } catch (error) {
    throw badRequest(where, `${path} cannot be read (${(error as Error).message}); check the path`);
  }
  throw badRequest(where, `${path} is larger than ${MAX_FILE_BYTES / 1_000_000} MB; split it into several lists`);
}

interface Range {
  /** The bytes of its first address. */
  bytes: readonly number[];
  bits: number;
}

/** A range such as `203.0.113.0/24` or `2001:db8::/32`, or one address. @throws bad_request. */
function rangeOf(text: string, where: string): Range {
  try {
    if (!text.includes('/')) {
      const address = plain(ipaddr.parse(text));
      return { bytes: address.toByteArray(), bits: address.kind() === 'ipv4' ? 32 : 128 };
    }
    const [address, bits] = ipaddr.parseCIDR(text);
    const usual = plain(address);
    return { bytes: usual.toByteArray(), bits: usual.kind() === address.kind() ? bits : Math.max(0, bits - 96) };
  } catch {
    throw badRequest(
      where,
      `${JSON.stringify(text.slice(0, 60))} is no network; write it as 203.0.113.0/24 or 2001:db8::/32`,
    );
  }
}

/** Addresses of IPv4 that are written as IPv6 are IPv4 here, as in `readAddress`. */
function plain(address: Address): Address {
  return address.kind() === 'ipv6' && (address as ipaddr.IPv6).isIPv4MappedAddress()
    ? (address as ipaddr.IPv6).toIPv4Address()
    : address;
}

/** Finds the ranges of an address by one look-up for each length that some range has. */
class NetworkIndex {
  /** By the number of bytes of an address, then the length of ranges: names by the first bits. */
  private readonly lengths: Record<number, Map<number, Map<string, string[]>>> = { 4: new Map(), 16: new Map() };
  private ranges = 0;

  add({ bytes, bits }: Range, name: string): void {
    this.ranges += 1;
    if (this.ranges > MAX_RANGES)
      throw badRequest('config.machine_traffic.networks', `there are more than ${MAX_RANGES} ranges; leave some out`);
    const lengths = this.lengths[bytes.length]!;
    const ranges = lengths.get(bits) ?? new Map<string, string[]>();
    lengths.set(bits, ranges);
    const key = firstBits(bytes, bits);
    const names = ranges.get(key) ?? [];
    ranges.set(key, names);
    if (!names.includes(name)) names.push(name);
  }

  find(text: string): readonly string[] {
    const address = readAddress(text);
    if (address === null) return [];
    const bytes = ipaddr.parse(address).toByteArray();
    const found = new Set<string>();
    for (const [bits, ranges] of this.lengths[bytes.length]!)
      for (const name of ranges.get(firstBits(bytes, bits)) ?? []) found.add(name);
    return [...found].sort();
  }
}

/** The first bits of an address, as a key. */
function firstBits(bytes: readonly number[], bits: number): string {
  const whole = bits >> 3;
  const rest = bits & 7;
  const key = String.fromCharCode(...bytes.slice(0, whole));
  return rest === 0 ? key : key + String.fromCharCode(bytes[whole]! & (0xff << (8 - rest)));
}
