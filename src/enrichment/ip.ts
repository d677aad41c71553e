/** Cuts IP addresses as configured before they are stored. */
import ipaddr from 'ipaddr.js';

export const IP_STORAGES = ['truncated', 'full', 'hashed', 'none'] as const;
export type IpStorage = (typeof IP_STORAGES)[number];

/**
 * The stored form of an address in its usual spelling: IPv4 to /24, IPv6 to /48 (one site), unless configured otherwise. A 6to4
 * address has a whole IPv4 address in its first 48 bits (RFC 3056), so that one is cut to its /24 too. The other forms with an
 * IPv4 address (Teredo, NAT64, IPv4-compatible and -translated) have it in bits that are cut anyway.
 */
export function storedIp(ip: string, storage: Exclude<IpStorage, 'hashed'>): string | null {
  if (storage === 'none') return null;
  if (storage === 'full') return ip;
  if (!ip.includes(':')) return `${ip.slice(0, ip.lastIndexOf('.'))}.0`;
  const parts = ipaddr.IPv6.parse(ip).parts.map((part, index) => (index < 3 ? part : 0));
  if (parts[0] === SIX_TO_FOUR) parts[2]! &= 0xff00;
  return new ipaddr.IPv6(parts).toString();
}

const SIX_TO_FOUR = 0x2002;
