/**
 * Slows down the guessing of keys: it counts the wrong keys of each client address, and of all together. Over a limit, a wrong key
 * is answered with 429 until the minute is over. Valid keys go on working, also from the same address.
 */
import { performance } from 'node:perf_hooks';
import ipaddr from 'ipaddr.js';
import { readAddress } from '../domain/address.ts';
import { TributaryError } from '../domain/errors.ts';

const MINUTE_MS = 60_000;
/** Wrong keys in a minute. */
export const MAX_OF_ADDRESS = 20;
export const MAX_OF_ALL = 1_000;
/** Addresses in memory. Over this number the oldest is forgotten; the limit for all addresses remains. */
const MAX_ADDRESSES = 10_000;
/** Stands for the address of a client that is gone. */
const GONE = 'gone';

interface Count {
  ends_ms: number;
  failures: number;
}

export class Guesses {
  private readonly addresses = new Map<string, Count>();
  private all: Count = { ends_ms: 0, failures: 0 };
  /** Wrong keys since the start, for the metrics. */
  total = 0;

  /** @param clock in milliseconds; it must not go back. */
  constructor(private readonly clock: () => number = () => performance.now()) {}

  /**
   * Counts a wrong key. @param ip undefined if the client is gone: then nobody knows its address, and all such clients share one.
   * @returns the refusal if its address, or all addresses together, sent too many.
   */
  count(ip: string | undefined): TributaryError | undefined {
    this.total += 1;
    const now_ms = this.clock();
    const address = ip === undefined ? GONE : networkOf(ip);
    const own = one(this.addresses.get(address), now_ms);
    // The address moves to the end, so that the first entry is the one that was quiet for longest.
    this.addresses.delete(address);
    this.addresses.set(address, own);
    if (this.addresses.size > MAX_ADDRESSES) this.addresses.delete(this.addresses.keys().next().value!);
    this.all = one(this.all, now_ms);
    if (own.failures > MAX_OF_ADDRESS) return tooMany('this address sent', own.ends_ms - now_ms);
    if (this.all.failures > MAX_OF_ALL) return tooMany('this server got', this.all.ends_ms - now_ms);
    return undefined;
  }
}

/** The count of a minute with one more failure. A minute begins with its first failure. */
function one(count: Count | undefined, now_ms: number): Count {
  if (count === undefined || now_ms >= count.ends_ms) return { ends_ms: now_ms + MINUTE_MS, failures: 1 };
  return { ...count, failures: count.failures + 1 };
}

function tooMany(who: string, left_ms: number): TributaryError {
  const retry_after_s = Math.max(1, Math.ceil(left_ms / 1_000));
  return new TributaryError(
    'rate_limited',
    `${who} too many wrong keys in a minute; wait ${retry_after_s} s, and check the key. Valid keys go on working`,
    { retry_after_s },
  );
}

/** The part of an address that one client holds: all of an IPv4 address, the first 64 bits of an IPv6 address. */
export function networkOf(ip: string): string {
  const address = readAddress(ip);
  if (address === null || !address.includes(':')) return address ?? ip.slice(0, 60);
  return ipaddr.IPv6.parse(address).parts.slice(0, 4).join(':');
}
