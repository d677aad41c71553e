/** What loads the images of an email: readers, the proxies of mail services, and machines. */
import { APPLE_MPP_AGENT, GMAIL_PROXY_AGENT, OUTLOOK_AGENT, THUNDERBIRD_AGENT } from '../agents.ts';
import { automated, disguised, named, reader } from './clients.ts';
import type { MessageBuilder, TrafficKind } from './message.ts';

const YAHOO_PROXY = 'YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html';
const OUTLOOK_PROXY = 'Mozilla/5.0 (compatible; Outlook-ImageProxy)';
const APPLE_MAIL =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148';

/** Between a minute and two days after the delivery. */
const later = ({ random }: MessageBuilder): number => 60 + random.exponential(12_000);

/** A reader who opens the email with a program, or through a proxy that loads the images at that moment. */
const opensWith = (name: string, about: string, user_agent: string): TrafficKind => ({
  name,
  about,
  make: (message) => message.open('person', later(message), { user_agent }),
});

export const OPENERS: readonly TrafficKind[] = [
  {
    name: 'apple_mpp',
    about: 'Apple Mail loads all images at some time, whether or not the email is read',
    make: (message) => message.open('machine', message.random.between(20, 80_000), named(APPLE_MPP_AGENT)),
  },
  opensWith('gmail_proxy', 'a reader of Gmail; its proxy loads the images', GMAIL_PROXY_AGENT),
  {
    name: 'gmail_at_delivery',
    about: "Google's proxy loads the images as the email arrives",
    make: (message) => message.open('machine', message.random.between(0.1, 1.8), named(GMAIL_PROXY_AGENT)),
  },
  opensWith('yahoo_proxy', 'a reader of Yahoo; its proxy loads the images', YAHOO_PROXY),
  opensWith('outlook_proxy', 'a reader of Outlook.com; its proxy loads the images', OUTLOOK_PROXY),
  opensWith('outlook_desktop', 'a reader with Outlook on Windows', OUTLOOK_AGENT),
  opensWith('thunderbird', 'a reader with Thunderbird', THUNDERBIRD_AGENT),
  opensWith('apple_mail', 'a reader with Apple Mail, without privacy protection', APPLE_MAIL),
  {
    name: 'webmail',
    about: 'a reader in a browser',
    make: (message) => message.open('person', later(message), reader(message.random)),
  },
  {
    name: 'provider_flags_open',
    about: 'the email provider says that the open is automatic',
    make: (message) => message.open('machine', later(message), { user_agent: APPLE_MAIL }, { machine: true }),
  },
  {
    name: 'scanner_loads_images',
    about: 'a gateway that names itself loads the images',
    make: (message) => message.open('machine', message.random.between(1, 90), named('Barracuda Sentinel (EE)')),
  },
  {
    name: 'gateway_loads_images',
    about: 'a gateway that calls itself a browser loads the images at delivery',
    make: (message) => message.open('machine', message.random.between(-20, 1.9), disguised(message.random)),
  },
  {
    name: 'sandbox_loads_images',
    about: 'a sandbox with a real browser renders the email a minute later',
    make: (message) => message.open('machine', message.random.between(20, 120), automated(message.random)),
  },
];
