/** Reads device, browser and system from a user agent. Names are slugs (`edge`, `ios`); unknown is null. */
import Bowser from 'bowser';
import { isbot } from 'isbot';
import { BoundedCache } from './bounded-cache.ts';
import { readKeptAgent } from './kept-agent.ts';
import { type Agent, HTTP_LIBRARY, mailAgent, NATIVE_APP, SECURITY_SCANNER } from './mail-clients.ts';

/** The time of a parser grows with the length (9 ms for 50 kB). Nothing useful comes after this many characters. */
const MAX_LENGTH = 512;

/** The kind of request. The same user agent means different software for an open and for a click. */
export type Fetch = 'open' | 'email_link' | 'page';

const caches: Record<Fetch, BoundedCache<Agent>> = {
  open: new BoundedCache(2_500),
  email_link: new BoundedCache(2_500),
  page: new BoundedCache(2_500),
};

/** The kind of request of a touchpoint. */
export function fetchOf(touchpoint_type: string | null): Fetch {
  if (touchpoint_type === 'email_open') return 'open';
  return touchpoint_type?.startsWith('email_') ? 'email_link' : 'page';
}

/** Reads a user agent (not blank). The answer is shared between callers: never change it. Never throws. */
export function parseUserAgent(user_agent: string, fetch: Fetch): Readonly<Agent> {
  const text = user_agent.length > MAX_LENGTH ? user_agent.slice(0, MAX_LENGTH) : user_agent;
  const cache = caches[fetch];
  let agent = cache.get(text);
  if (agent === undefined) {
    agent = parse(text.trim(), fetch);
    cache.set(text, agent);
  }
  return agent;
}

/**
 * The order matters. isbot takes mail proxies and many mail programs for bots, so they are recognised first. A browser inside
 * an app may carry the name of a telephone company, which isbot takes for a crawler.
 */
function parse(text: string, fetch: Fetch): Agent {
  const kept = readKeptAgent(text);
  if (kept !== null) return kept;
  const mail = mailAgent(text);
  if (mail !== null) {
    if (fetch === 'open') return mail;
    // A proxy that asks for more than an image is a bot. So is the bare user agent with which Apple loads images.
    if (mail.kind !== 'mail_client_ua') return machine(mail.kind === 'apple_mpp_bare_ua' ? 'isbot_ua' : mail.kind);
    // Outlook and similar programs open links themselves. On a page, the user agent of Apple Mail is that of any app's web view.
    if (mail.browser !== 'apple_mail') return mail;
  }
  if (SECURITY_SCANNER.test(text)) return machine('security_scanner_ua');
  if (fetch === 'page' && NATIVE_APP.test(text)) return nativeApp(text);
  if (HTTP_LIBRARY.test(text)) return machine('http_library_ua');
  const app = inAppBrowser(text);
  if (app === undefined && isbot(withoutModel(text))) return machine('isbot_ua');
  return browser(text, app);
}

/** The comment of a browser on Android or KaiOS: the system, then the model of the device and its build. */
const DEVICE =
  /^(Mozilla\/5\.0 \((?:Linux; (?:U; |arm_64; )?Android [\d.]*[^;)]*|Mobile|Android [\d.]*[^;)]*); )([^()]*)(\) (?:AppleWebKit\/|Gecko\/))/;
/** A bot names itself, mostly with its version and an address: `SomeBot/1.0; +https://…`. */
const NAMES_ITSELF = /https?:|@|\+|compatible|crawl|[a-z]{3}(?:bot|spider)\b|(?:bot|spider)\//i;
const CUBOT = /\bcubot/i;

/**
 * The user agent with K for the model of the device, as Chrome writes it. isbot looks for words such as bot, scan and monitor, and
 * phones are called `M BOT TAB 101`. What follows the model says what the program is.
 */
function withoutModel(text: string): string {
  const [whole, before, model, after] = DEVICE.exec(text) ?? [];
  if (whole === undefined || (NAMES_ITSELF.test(model!) && !CUBOT.test(model!))) return text;
  return `${before}K${after}${text.slice(whole.length)}`;
}

function machine(kind: Agent['kind']): Agent {
  return { kind, device_type: 'bot', browser: null, os: null, chrome_major: 0 };
}

function nativeApp(text: string): Agent {
  const os = /CFNetwork|Darwin/.test(text) ? 'ios' : /Android/.test(text) ? 'android' : null;
  return { kind: 'native_app_ua', device_type: null, browser: null, os, chrome_major: 0 };
}

/** Bowser reports these as Safari or Chrome. */
const IN_APP: ReadonlyArray<readonly [RegExp, string]> = [
  [/\bInstagram /, 'instagram'],
  [/\bFBA[NV]\//, 'facebook'],
  [/\bLine\//, 'line'],
  [/\bGSA\//, 'google_app'],
  [/musical_ly|BytedanceWebview|\bTikTok/i, 'tiktok'],
  [/\[Pinterest\//, 'pinterest'],
  [/\bLinkedInApp/, 'linkedin'],
  [/\bSnapchat\//, 'snapchat'],
  [/\bMicroMessenger\//, 'wechat'],
  [/\bTwitter for /, 'x'],
];

function inAppBrowser(text: string): string | undefined {
  if (!text.startsWith('Mozilla/5.0 (') || !text.includes('AppleWebKit/')) return undefined;
  return IN_APP.find(([pattern]) => pattern.test(text))?.[1];
}

function browser(text: string, app: string | undefined): Agent {
  const parsed = bowserParse(text);
  const name = app ?? slug(parsed?.browser.name);
  const os = slug(parsed?.os.name);
  const recognised = name !== null && /^(?:Mozilla|Opera)\//.test(text);
  return {
    kind: recognised ? 'browser_ua' : 'ua_unrecognised',
    device_type: deviceType(text, parsed?.platform.type, os),
    browser: name,
    os,
    chrome_major: Number(/\bChrom(?:e|ium)\/(\d{1,4})/.exec(text)?.[1] ?? 0),
  };
}

function bowserParse(text: string): Bowser.Parser.ParsedResult | null {
  // Bowser throws on an empty string.
  if (text === '') return null;
  try {
    return Bowser.parse(text);
  } catch {
    return null;
  }
}

function deviceType(text: string, platform: string | undefined, os: string | null): string | null {
  // Bowser calls Fire TV sticks tablets.
  if (/\bAFT[A-Z]|SMART-TV|SmartTV|GoogleTV|BRAVIA|AppleTV|CrKey|Roku|\bHbbTV/i.test(text)) return 'tv';
  if (
    platform === 'desktop' ||
    platform === 'mobile' ||
    platform === 'tablet' ||
    platform === 'tv' ||
    platform === 'bot'
  ) {
    return platform;
  }
  if (os === 'chrome_os' || os === 'linux' || os === 'windows' || os === 'macos') return 'desktop';
  return /PlayStation|Xbox|Nintendo|Watch/i.test(text) ? 'other' : null;
}

const SLUGS: Record<string, string> = {
  'Microsoft Edge': 'edge',
  'Samsung Internet for Android': 'samsung_internet',
  'Opera Touch': 'opera',
  'Opera Coast': 'opera',
  'Android Browser': 'android_browser',
  'UC Browser': 'uc_browser',
  'MIUI Browser': 'miui_browser',
};

function slug(name: string | undefined): string | null {
  if (!name) return null;
  return (
    SLUGS[name] ??
    (name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '_')
      .replace(/^_|_$/g, '')
      .slice(0, 100) ||
      null)
  );
}
