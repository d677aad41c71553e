/** Readers of many kinds, also those who look like machines. */
import { DESKTOP_AGENTS, PHONE_AGENTS } from '../agents.ts';
import { reader } from './clients.ts';
import type { Client, TrafficKind } from './message.ts';

const OLD_BROWSERS = [
  'Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko',
  'Mozilla/5.0 (Windows NT 6.1; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/70.0.3538.77 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_6) AppleWebKit/601.7.7 (KHTML, like Gecko) Version/9.1.2 Safari/601.7.7',
];
const IN_APP =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/480.0]';
const HOME = '203.0.113.9';
const plain = (user_agent: string | null): Client => ({ user_agent, ip_address: HOME });

export const READERS: readonly TrafficKind[] = [
  {
    name: 'one_click',
    about: 'opens a link minutes or hours later',
    make: (m) => m.click('person', 1, m.random.between(60, 80_000), reader(m.random), { lands: m.random.chance(0.7) }),
  },
  {
    name: 'fast_clicker',
    about: 'waits for the email, and clicks within seconds',
    make: (m) => m.click('person', 1, m.random.between(3, 9), reader(m.random), { lands: m.random.chance(0.7) }),
  },
  {
    name: 'notification',
    about: 'clicks a moment after the provider tells the delivery, without script',
    make: (m) => m.click('person', 1, m.random.between(-5, 1.9), plain(PHONE_AGENTS[0])),
  },
  {
    name: 'several_links',
    about: 'opens two to four links, with half a minute between them',
    make: (m) => {
      const links = m.all.slice(0, m.random.integer(2, 4));
      m.clickEach('person', links, m.random.between(60, 9_000), m.random.between(15, 60), reader(m.random));
    },
  },
  {
    name: 'opens_tabs',
    about: 'opens three links of a long email in tabs within ten seconds',
    links: [8, 14],
    make: (m) => m.clickEach('person', [2, 4, 5], m.random.between(60, 9_000), 3, reader(m.random), { lands: true }),
  },
  {
    name: 'opens_tabs_without_script',
    about: 'the same, with a script blocker and an old browser',
    links: [8, 14],
    make: (m) => m.clickEach('person', [2, 4, 5], m.random.between(60, 9_000), 3, plain(m.random.pick(OLD_BROWSERS))),
  },
  {
    name: 'every_link_of_a_short_email',
    about: 'opens all three links of a short email within half a minute',
    links: [3, 3],
    make: (m) => m.clickEach('person', m.all, m.random.between(60, 9_000), 12, reader(m.random)),
  },
  {
    name: 'every_link_at_once',
    about: 'opens all three links of a short email in tabs within eight seconds, without script',
    links: [3, 3],
    make: (m) => m.clickEach('person', m.all, m.random.between(60, 9_000), 3, reader(m.random)),
  },
  {
    name: 'every_link_at_once_old_browser',
    about: 'the same with an old browser: it looks like a gateway',
    links: [3, 3],
    make: (m) => m.clickEach('person', m.all, m.random.between(60, 9_000), 3, plain(m.random.pick(OLD_BROWSERS))),
  },
  {
    name: 'two_devices',
    about: 'follows the same link on the phone, then on the computer',
    make: (m) => {
      const seconds = m.random.between(60, 9_000);
      m.click('person', 1, seconds, plain(PHONE_AGENTS[1]));
      m.click('person', 1, seconds + m.random.between(10, 50), plain(DESKTOP_AGENTS[3]));
    },
  },
  {
    name: 'old_browser',
    about: 'a browser from before the headers of navigation',
    make: (m) => m.click('person', 1, m.random.between(30, 9_000), plain(m.random.pick(OLD_BROWSERS))),
  },
  {
    name: 'headers_lost',
    about: 'today’s browser over http, or behind a proxy that drops headers',
    make: (m) => m.click('person', 1, m.random.between(12, 9_000), plain(DESKTOP_AGENTS[0])),
  },
  {
    name: 'in_app_browser',
    about: 'the browser of an app, without a referrer',
    make: (m) => m.click('person', 1, m.random.between(30, 9_000), plain(IN_APP)),
  },
  {
    name: 'outlook_opens_links',
    about: 'a mail program whose user agent comes with the click',
    make: (m) =>
      m.click('person', 1, m.random.between(30, 9_000), plain('Mozilla/4.0 (compatible; ms-office; MSOffice 16)')),
  },
  {
    name: 'told_by_a_server',
    about: 'a server tells the click without anything about the request',
    make: (m) => m.click('person', 1, m.random.between(30, 9_000), { user_agent: null }),
  },
  {
    name: 'exported_reader',
    about: 'a reader of whom an export tells only times and links',
    untracked: true,
    make: (m) => m.clickEach('person', m.all.slice(0, 2), m.random.between(60, 9_000), 25, { user_agent: null }),
  },
];
