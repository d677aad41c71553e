import { describe, expect, it } from 'vitest';
import { enrich, UA } from './options.ts';

const device = (user_agent: string, touchpoint_type = 'website_visit', more = {}) => {
  const e = enrich({ user_agent, touchpoint_type, ...more });
  return [e.device_type, e.browser, e.os];
};

describe('device, browser and system', () => {
  it.each([
    [UA.chrome, ['desktop', 'chrome', 'windows']],
    [UA.edge, ['desktop', 'edge', 'windows']],
    [UA.legacy_edge, ['desktop', 'edge', 'windows']],
    [UA.opera, ['desktop', 'opera', 'windows']],
    [UA.ipad, ['tablet', 'safari', 'ios']],
    [UA.iphone, ['mobile', 'safari', 'ios']],
    [UA.chrome_ios, ['mobile', 'chrome', 'ios']],
    [UA.firefox_ios, ['mobile', 'firefox', 'ios']],
    [UA.android_phone, ['mobile', 'chrome', 'android']],
    [UA.android_tablet, ['tablet', 'chrome', 'android']],
    [UA.firefox_tablet, ['tablet', 'firefox', 'android']],
    [UA.facebook_app, ['mobile', 'facebook', 'ios']],
    [UA.ipad_desktop, ['desktop', 'safari', 'macos']],
    [UA.googlebot, ['bot', null, null]],
    [UA.requests, ['bot', null, null]],
    [UA.outlook, ['desktop', 'outlook', 'windows']],
    [
      'Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36',
      ['desktop', 'chrome', 'chrome_os'],
    ],
    [
      'Mozilla/5.0 (Linux; Android 9; AFTMM) AppleWebKit/537.36 (KHTML, like Gecko) Silk/100 like Chrome/100 Safari/537.36',
      ['tv', 'amazon_silk', 'android'],
    ],
  ])('reads %s', (user_agent, expected) => expect(device(user_agent)).toEqual(expected));

  it.each([
    [UA.gmail_proxy, [null, 'gmail', null]],
    [UA.yahoo_proxy, [null, 'yahoo_mail', null]],
    [UA.mpp, [null, 'apple_mail', null]],
    [UA.apple_mail, ['mobile', 'apple_mail', 'ios']],
    [UA.outlook, ['desktop', 'outlook', 'windows']],
    [UA.thunderbird, ['desktop', 'thunderbird', 'linux']],
  ])('names the mail program of an open: %s', (user_agent, expected) => {
    expect(device(user_agent, 'email_open')).toEqual(expected);
  });

  it('does not take the web view of an app for Apple Mail on a page', () => {
    expect(device(UA.apple_mail)).toEqual(['mobile', 'safari', 'ios']);
  });

  it('keeps each of them when the caller sent it, and fills the others', () => {
    expect(device(UA.iphone, 'website_visit', { device_type: 'desktop' })).toEqual(['desktop', 'safari', 'ios']);
    expect(device(UA.iphone, 'website_visit', { browser: 'Mine' })).toEqual(['mobile', 'Mine', 'ios']);
    expect(device(UA.iphone, 'website_visit', { os: 'Mine' })).toEqual(['mobile', 'safari', 'Mine']);
  });

  it('knows an iPad that poses as a Mac by its touch points', () => {
    const evidence = '{"max_touch_points":5}';
    expect(device(UA.ipad_desktop, 'page_view', { evidence })).toEqual(['tablet', 'safari', 'ios']);
  });

  it('says nothing where nothing is known', () => {
    expect(device('')).toEqual([null, null, null]);
    expect(device('   ')).toEqual([null, null, null]);
  });

  it('is quick with long user agents', () => {
    const start = performance.now();
    device(`Mozilla/5.0 (${'x'.repeat(500_000)})`);
    // It takes some milliseconds; a pattern that goes back for every character takes minutes.
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
