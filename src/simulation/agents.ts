/** User agents and addresses of the simulated world. Addresses are from documentation ranges, except Google's mail proxy. */
import type { Random } from '../domain/random.ts';

export const PHONE_AGENTS = [
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36',
  'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36',
] as const;

export const DESKTOP_AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Safari/605.1.15',
  'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
] as const;

/** The user agent of Apple Mail Privacy Protection. */
export const APPLE_MPP_AGENT = 'Mozilla/5.0';
export const GMAIL_PROXY_AGENT =
  'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)';
export const OUTLOOK_AGENT =
  'Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; WOW64; Trident/7.0; Microsoft Outlook 16.0.17928; ms-office; MSOffice 16)';
export const THUNDERBIRD_AGENT =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Thunderbird/128.9.0';

/** Some gateways name themselves. Others look like a browser, and only their speed shows that they are machines. */
export const SCANNER_AGENTS = ['Barracuda Sentinel (EE)', 'python-requests/2.32.3', DESKTOP_AGENTS[0]] as const;

export function householdAddress(random: Random): string {
  return `203.0.113.${random.integer(1, 254)}`;
}
export function privateRelayAddress(random: Random): string {
  return `198.51.100.${random.integer(1, 254)}`;
}
export function googleProxyAddress(random: Random): string {
  return `66.249.${random.integer(80, 95)}.${random.integer(1, 254)}`;
}
export function gatewayAddress(random: Random): string {
  return `192.0.2.${random.integer(1, 254)}`;
}
