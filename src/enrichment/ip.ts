/** Reads IP addresses, and cuts them as configured before they are stored. */
import ipaddr from 'ipaddr.js';

export type IpStorage = 'truncated' | 'full' | 'none';

const PART = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const USUAL_IPV4 = new RegExp(`^${PART}(?:\\.${PART}){3}$`);
const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?::\d{1,5})?$/;
const MAPPED = /^::ffff:(?=\d+\.)/i;

/**
 * An address in its usual spelling, or null for text that is no address. An IPv4-mapped address (`::ffff:81.2.69.142`) becomes
 * IPv4, because geo databases do not find the mapped form. A port after an IPv4 address is dropped.
 */
export function normalIp(text: string): string | null {
  if (USUAL_IPV4.test(text)) return text;
  const trimmed = text.trim().replace(MAPPED, '');
  const m = IPV4.exec(trimmed);
  if (m) {
    const parts = [Number(m[1]), Number(m[2]), Number(m[3]), Number(m[4])];
    return parts.every((part) => part <= 255) ? parts.join('.') : null;
  }
  if (!trimmed.includes(':') || trimmed.length > 60) return null;
  try {
    const address = ipaddr.IPv6.parse(trimmed.replace(/%.*$/, ''));
    return address.isIPv4MappedAddress() ? address.toIPv4Address().toString() : address.toString();
  } catch {
    return null;
  }
}

/**
 * The stored form of an address in its usual spelling: IPv4 to /24, IPv6 to /48 (one site), unless configured otherwise. A 6to4
 * address has a whole IPv4 address in its first 48 bits (RFC 3056), so that one is cut to its /24 too. The other forms with an
 * IPv4 address (Teredo, NAT64, IPv4-compatible and -translated) have it in bits that are cut anyway.
 */
export function storedIp(ip: string, storage: IpStorage): string | null {
  if (storage === 'none') return null;
  if (storage === 'full') return ip;
  if (!ip.includes(':')) return `${ip.slice(0, ip.lastIndexOf('.'))}.0`;
  const parts = ipaddr.IPv6.parse(ip).parts.map((part, index) => (index < 3 ? part : 0));
  if (parts[0] === SIX_TO_FOUR) parts[2]! &= 0xff00;
  return new ipaddr.IPv6(parts).toString();
}

const SIX_TO_FOUR = 0x2002;
