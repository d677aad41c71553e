/** Which addresses requests may go to. */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** The addresses of IPv6 that are given out to the internet (RFC 4291). Outside are old forms that hold an address of IPv4. */
const GLOBAL_V6 = ipaddr.IPv6.parseCIDR('2000::/3');

/** True for an address that anybody on the internet can reach. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const own = ipaddr.process(address);
  if (own.range() !== 'unicast') return false;
  return own instanceof ipaddr.IPv4 || own.match(GLOBAL_V6);
}

/** Why requests may not go to a URL without `private_network`; null if they may. A name is looked up later. */
export function targetProblem({ protocol, hostname }: URL): string | null {
  if (protocol !== 'https:' && protocol !== 'http:') return 'must begin with https://';
  if (protocol === 'http:')
    return 'begins with http://, which others can read; use https://, or set private_network to true for a server of your own network';
  // The form of addresses in URLs is known: decimal, octal and hexadecimal ones were turned into four numbers.
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const is_own = isIP(host) === 0 ? host === 'localhost' || host.endsWith('.localhost') : !isPublicAddress(host);
  return is_own
    ? 'leads to an address that is not public; set private_network to true for a server of your own network'
    : null;
}
