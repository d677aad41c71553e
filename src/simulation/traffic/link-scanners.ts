/** What follows the links of an email without a reader: gateways, scanners, crawlers, prefetchers. */
import { automated, disguised, named, reader } from './clients.ts';
import type { TrafficKind } from './message.ts';

const HEADLESS =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/138.0.0.0 Safari/537.36';
const GOOGLE = 'Mozilla/5.0 (compatible; Google-Safety; +http://www.google.com/bot.html)';

export const LINK_SCANNERS: readonly TrafficKind[] = [
  {
    name: 'barracuda',
    about: 'names itself, follows every link',
    make: (m) => m.clickEach('machine', m.all, m.random.between(1, 40), 0.4, named('Barracuda Sentinel (EE)')),
  },
  {
    name: 'http_library',
    about: 'a program that follows a link',
    make: (m) => m.click('machine', 1, m.random.between(1, 600), named('python-requests/2.32.3')),
  },
  {
    name: 'defender_safe_links',
    about: 'calls itself a browser, follows links before the delivery is told',
    make: (m) => m.clickEach('machine', m.all.slice(0, 2), m.random.between(-20, 1), 0.3, disguised(m.random)),
  },
  {
    name: 'defender_at_click',
    about: 'looks at the link again while a reader follows it',
    make: (m) => {
      const seconds = m.random.between(120, 40_000);
      m.click('person', 2, seconds, reader(m.random), { lands: m.random.chance(0.6) });
      m.click('machine', 2, seconds + m.random.between(1, 8), disguised(m.random));
    },
  },
  {
    name: 'proofpoint',
    about: 'asks for the head of each link, then follows some, as a browser',
    make: (m) => {
      const begin = m.random.between(2, 30);
      m.clickEach('machine', m.all, begin, 0.2, disguised(m.random), { method: 'HEAD' });
      m.clickEach('machine', m.all.slice(0, 4), begin + 3, 0.5, disguised(m.random));
    },
  },
  {
    name: 'mimecast',
    about: 'follows every link as a browser, minutes after the delivery',
    make: (m) => m.clickEach('machine', m.all, m.random.between(30, 900), 0.7, disguised(m.random)),
  },
  {
    name: 'gateway_in_two_seconds',
    about: 'follows every link in two seconds; the reader comes hours later',
    make: (m) => {
      m.clickEach('machine', m.all, m.random.between(3, 60), 2 / m.links, disguised(m.random));
      if (m.random.chance(0.4)) m.click('person', 1, m.random.between(900, 60_000), reader(m.random), { lands: true });
    },
  },
  {
    name: 'sandbox',
    about: 'a real browser opens every link, and runs the scripts of the pages',
    make: (m) => m.clickEach('machine', m.all, m.random.between(4, 50), 1.2, automated(m.random), { lands: true }),
  },
  {
    name: 'honeypot',
    about: 'follows a few links slowly, among them the one that no reader sees',
    make: (m) => {
      const begin = m.random.between(60, 900);
      m.click('machine', 1, begin, disguised(m.random));
      m.click('machine', m.links + 1, begin + 4, disguised(m.random), { evidence: { honeypot: true } });
    },
  },
  {
    name: 'headless_browser',
    about: 'a headless browser that names itself',
    make: (m) => m.click('machine', 1, m.random.between(5, 5_000), named(HEADLESS)),
  },
  {
    name: 'crawler',
    about: 'a crawler that names itself',
    make: (m) => m.click('machine', 1, m.random.between(5, 5_000), named(GOOGLE)),
  },
  {
    name: 'prefetch',
    about: 'a browser or proxy fetches the link ahead, and says so',
    make: (m) => {
      const evidence = { purpose: m.random.pick(['prefetch', 'prefetch;prerender']) };
      m.click('machine', 1, m.random.between(60, 5_000), automated(m.random), { evidence });
    },
  },
  {
    name: 'provider_flags_click',
    about: 'the email provider says that the click is automatic',
    make: (m) =>
      m.click('machine', 1, m.random.between(5, 5_000), disguised(m.random), { evidence: { machine: true } }),
  },
  {
    name: 'slow_scanner',
    about: 'calls itself a browser, follows one link in two minutes: nothing shows it',
    make: (m) => m.clickEach('machine', m.all.slice(0, 4), m.random.between(60, 900), 120, automated(m.random)),
  },
  {
    name: 'exported_gateway',
    about: 'a gateway of which an export tells only times and links',
    untracked: true,
    make: (m) => m.clickEach('machine', m.all, m.random.between(3, 60), 0.5, { user_agent: null }),
  },
];
