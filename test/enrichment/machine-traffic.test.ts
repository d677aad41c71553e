import { describe, expect, it } from 'vitest';
import { enrich, UA } from './options.ts';

const AT = Date.parse('2026-03-01T12:00:00Z');
const verdict = (touchpoint_type: string, user_agent: string, evidence: object = {}, more = {}) => {
  const e = enrich({ touchpoint_type, occurred_at: AT, user_agent, evidence: JSON.stringify(evidence), ...more });
  return `${e.verdict} ${e.verdict_reasons}`;
};
const delivered = (seconds_before: number) => ({ delivered_at: new Date(AT - seconds_before * 1000).toISOString() });

describe('an open', () => {
  it.each([
    ['human ["browser_ua"]', UA.chrome, {}],
    ['human ["mail_client_ua"]', UA.outlook, {}],
    ['human ["mail_client_ua"]', UA.apple_mail, {}],
    ['proxied ["gmail_image_proxy"]', UA.gmail_proxy, {}],
    ['proxied ["yahoo_image_proxy"]', UA.yahoo_proxy, {}],
    ['machine ["gmail_image_proxy","instant_after_delivery"]', UA.gmail_proxy, delivered(1)],
    ['proxied ["gmail_image_proxy"]', UA.gmail_proxy, delivered(60)],
    ['machine ["apple_mpp_bare_ua"]', UA.mpp, {}],
    ['machine ["esp_flag_machine","mail_client_ua"]', UA.apple_mail, { machine: true }],
    ['machine ["esp_flag_machine","ua_empty"]', '', { machine: true }],
    ['unknown ["ua_empty"]', '', { machine: false }],
    ['unknown ["ua_empty"]', '', {}],
    ['machine ["ua_empty","instant_after_delivery"]', '', delivered(0.5)],
    ['machine ["browser_ua","instant_after_delivery"]', UA.chrome, delivered(-1)],
    ['human ["browser_ua","fast_after_delivery"]', UA.chrome, delivered(5)],
    ['human ["browser_ua"]', UA.chrome, delivered(-86_400)],
    ['bot ["method_head","browser_ua"]', UA.chrome, { method: 'HEAD' }],
    ['machine ["prefetch_header","browser_ua"]', UA.chrome, { purpose: 'prefetch;prerender' }],
    ['bot ["security_scanner_ua"]', UA.barracuda, {}],
    ['bot ["http_library_ua"]', UA.requests, {}],
    ['bot ["isbot_ua"]', UA.googlebot, {}],
    ['proxied ["esp_flag_proxied","ua_empty"]', '', { proxied: true }],
    ['human ["inferred_from_click","ua_empty"]', '', { synthetic: true }],
  ])('is %s (%s %j)', (expected, user_agent, evidence) => {
    expect(verdict('email_open', user_agent, evidence)).toBe(expected);
  });
});

describe('a click', () => {
  it.each([
    ['human ["browser_ua"]', UA.chrome, {}],
    ['unknown ["ua_empty"]', '', {}],
    ['suspect ["ua_empty","instant_after_delivery"]', '', delivered(1)],
    ['suspect ["browser_ua","instant_after_delivery"]', UA.iphone, delivered(1)],
    ['human ["browser_ua","fast_after_delivery"]', UA.iphone, delivered(5)],
    ['suspect ["browser_ua","fast_after_delivery","no_sec_fetch"]', UA.chrome, { ...delivered(5), method: 'GET' }],
    ['human ["browser_ua","no_sec_fetch"]', UA.chrome, { method: 'GET' }],
    ['human ["browser_ua"]', UA.chrome, { method: 'GET', sec_fetch_mode: 'navigate' }],
    ['human ["browser_ua"]', UA.iphone, { method: 'GET' }],
    [
      'human ["browser_ua","instant_after_delivery","user_activation"]',
      UA.chrome,
      { ...delivered(1), method: 'GET', sec_fetch_mode: 'navigate', sec_fetch_user: '?1' },
    ],
    [
      'human ["browser_ua","instant_after_delivery","js_pageview_confirmed"]',
      UA.iphone,
      { ...delivered(1), js_confirmed: true },
    ],
    ['human ["ua_empty","js_pageview_confirmed"]', '', { js_confirmed: true }],
    ['bot ["esp_flag_machine","browser_ua"]', UA.chrome, { machine: true }],
    ['bot ["method_head","browser_ua"]', UA.iphone, { method: 'head' }],
    ['bot ["prefetch_header","browser_ua"]', UA.iphone, { purpose: 'prefetch' }],
    ['bot ["security_scanner_ua"]', UA.barracuda, {}],
    ['bot ["http_library_ua"]', UA.requests, {}],
    ['bot ["isbot_ua"]', UA.headless, {}],
    ['bot ["isbot_ua"]', UA.mpp, {}],
    ['bot ["gmail_image_proxy"]', UA.gmail_proxy, {}],
  ])('is %s (%s %j)', (expected, user_agent, evidence) => {
    expect(verdict('email_click', user_agent, evidence)).toBe(expected);
  });
});

describe('any other touchpoint', () => {
  it('is human with a browser, a bot with a crawler, unknown without a user agent', () => {
    expect(verdict('website_visit', UA.chrome)).toBe('human ["browser_ua"]');
    expect(verdict('website_visit', UA.facebook_app)).toBe('human ["browser_ua"]');
    expect(verdict('page_view', UA.googlebot)).toBe('bot ["isbot_ua"]');
    expect(verdict('form_submission', '')).toBe('unknown ["ua_empty"]');
  });

  it('does not call an app a bot for using its network library', () => {
    expect(verdict('page_view', 'okhttp/4.9.0')).toBe('unknown ["native_app_ua"]');
    expect(verdict('page_view', 'Shop/3.1 CFNetwork/1490.0.4 Darwin/23.2.0')).toBe('unknown ["native_app_ua"]');
    expect(verdict('email_click', 'okhttp/4.9.0')).toBe('bot ["http_library_ua"]');
  });
});

describe('a device whose model holds a word of crawlers', () => {
  const REST = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36';
  it.each([
    'Linux; Android 11; M BOT TAB 101',
    'Linux; Android 11; M BOT TAB 101 Build/RP1A.200720.011; wv',
    'Linux; U; Android 9; en-us; M BOT 60 Build/PPR1.180610.011',
    'Linux; Android 10; M-BOT_60',
    'Linux; Android 13; Moto BOT 5',
    'Linux; Android 12; iBOT 5',
    'Linux; Android 9; CUBOT NOTE S',
    'Linux; Android 13; Cubot_P40 Build/TP1A',
    'Linux; Android 12; Robot X1',
    'Linux; Android 12; SPIDER X5',
    'Linux; Android 12; Handheld Scanner 3',
    'Linux; Android 12; Smart Monitor 24',
  ])('(%s) is a person', (device) => {
    for (const type of ['page_view', 'email_click', 'email_open'])
      expect(verdict(type, `Mozilla/5.0 (${device}) ${REST}`), type).toMatch(/^human /);
    expect(enrich({ user_agent: `Mozilla/5.0 (${device}) ${REST}` }).device_type).toMatch(/^(?:mobile|tablet)$/);
  });
  it('may run Firefox on Android or KaiOS', () => {
    expect(verdict('page_view', 'Mozilla/5.0 (Android 13; M BOT 60; rv:121.0) Gecko/121.0 Firefox/121.0')).toMatch(
      /^human/,
    );
    expect(verdict('page_view', 'Mozilla/5.0 (Mobile; M BOT 51; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5')).toMatch(
      /^human/,
    );
  });
  it.each([
    `Linux; Android 6.0.1; Nexus 5X Build/MMB29P) ${REST} (compatible; Googlebot/2.1; +http://www.google.com/bot.html`,
    `Linux; Android 7.0;) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36 (compatible; PetalBot;+https://webmaster.petalsearch.com/site/petalbot`,
    'Linux; Android 5.0) AppleWebKit/537.36 (KHTML, like Gecko) Mobile Safari/537.36 (compatible; Bytespider; spider-feedback@bytedance.com',
    `Linux; Android 10; SomeBot) ${REST} (x`,
    `Linux; Android 10; SomeBot/1.0; +https://some.example/bot) ${REST} (x`,
    `Linux; Android 10; M BOT TAB 101) ${REST} (compatible; SemrushBot/7; +http://www.semrush.com/bot.html`,
    `Linux; Android 10; M BOT TAB 101) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.0.0 Safari/537.36 (x`,
  ])('is told from a bot (%s)', (bot) => expect(verdict('page_view', `Mozilla/5.0 (${bot})`)).toMatch(/^bot /));
});

it('keeps the verdict that the caller sent', () => {
  expect(verdict('email_open', UA.googlebot, { machine: true }, { verdict: 'human' })).toBe('human ["sent"]');
});

it('judges without failing when the evidence makes no sense', () => {
  const odd = {
    machine: 'yes',
    method: 7,
    purpose: [],
    delivered_at: 'soon',
    sec_fetch_user: {},
    max_touch_points: 'x',
  };
  expect(verdict('email_click', UA.chrome, odd)).toBe('human ["browser_ua"]');
  expect(enrich({ evidence: 'not json', user_agent: UA.chrome }).verdict).toBe('human');
  expect(enrich({ evidence: '[1]', user_agent: UA.chrome }).verdict).toBe('human');
});
