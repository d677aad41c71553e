/** Reads IP addresses as servers, proxies and logs write them. */
import ipaddr from 'ipaddr.js';

const PART = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const USUAL_IPV4 = new RegExp(`^${PART}(?:\\.${PART}){3}$`);
const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?::\d{1,5})?$/;
const MAPPED = /^::ffff:(?=\d+\.)/i;
const IN_BRACKETS = /^\[([^\]]*)\](?::\d{1,5})?$/;
/** Behind an address: the zone of IPv6, also percent-encoded, or the length of a network. */
const BEHIND = /(?:%.*|\/\d{1,3})$/;
/** Quotes, also those of a list that was printed: `["203.0.113.9"`. */
const QUOTED = /^\[?["']|["']\]?$/g;
const LIST = /^\[|\]$/g;
/** The form of the header `Forwarded` (RFC 7239): `for="[2001:db8::1]:4711";proto=http`. */
const FORWARDED = /^for\s*=\s*/i;
/** A list is read up to this many of its items. */
const MAX_ITEMS = 20;

/**
 * The first address of a text in its usual spelling, or null when the text holds none. The text may be a list, as the header
 * X-Forwarded-For is: its first address is that of the client. A port, brackets, a zone and the length of a network are dropped. An
 * IPv4-mapped address (`::ffff:81.2.69.142`) becomes IPv4, because geo databases do not find the mapped form.
 */
export function readAddress(text: string): string | null {
  if (USUAL_IPV4.test(text)) return text;
  for (const item of text.split(/[,;|]/, MAX_ITEMS)) {
    const [first = ''] = item.trim().split(/\s/, 1);
    const address = oneAddress(first);
    if (address !== null) return address;
  }
  return null;
}

function oneAddress(item: string): string | null {
  const named = item.replace(FORWARDED, '').replace(QUOTED, '');
  const bare = named.replace(IN_BRACKETS, '$1').replace(LIST, '').replace(BEHIND, '').replace(MAPPED, '');
  const m = IPV4.exec(bare);
  if (m) {
    const parts = [Number(m[1]), Number(m[2]), Number(m[3]), Number(m[4])];
    return parts.every((part) => part <= 255) ? parts.join('.') : null;
  }
  if (!bare.includes(':') || bare.length > 60) return null;
  try {
    const address = ipaddr.IPv6.parse(bare);
    return address.isIPv4MappedAddress() ? address.toIPv4Address().toString() : address.toString();
  } catch {
    return null;
  }
}
