/** The ways in which people come to the site: URL and referrer of the landing page, and the cost of the visit. */
import type { EffectName } from './effects.ts';

/** One way to the site. The channel is known here but never sent: the product must derive it. */
export interface Entry {
  share: number;
  effect: EffectName;
  /** Channel and campaign under which the brand books the cost. */
  channel: string;
  campaign_id?: string;
  email_id?: string;
  utm_source?: string;
  utm_medium?: string;
  utm_content?: string;
  referrer?: string;
  click_id?: 'gclid' | 'fbclid';
  type: 'website_visit' | 'paid_ad_click';
  /** Mean cost of one click, in cents of USD. */
  click_cents: number;
}

const visit = { type: 'website_visit', click_cents: 0 } as const;
const ad = { type: 'paid_ad_click' } as const;
const google = {
  utm_source: 'google',
  utm_medium: 'cpc',
  referrer: 'https://www.google.com/',
  click_id: 'gclid',
} as const;
const meta = { utm_medium: 'paid_social', click_id: 'fbclid' } as const;

/** Visits that people make without meaning to buy at once. */
export const BROWSING: readonly Entry[] = [
  { ...visit, share: 0.24, effect: 'organic_search', channel: 'organic_search', referrer: 'https://www.google.com/' },
  { ...visit, share: 0.04, effect: 'organic_search', channel: 'organic_search', referrer: 'https://www.bing.com/' },
  { ...visit, share: 0.24, effect: 'direct', channel: 'direct' },
  {
    ...ad,
    ...google,
    share: 0.14,
    effect: 'paid_search',
    channel: 'paid_search',
    campaign_id: 'search_generic',
    click_cents: 95,
  },
  {
    ...ad,
    ...meta,
    share: 0.12,
    effect: 'paid_social',
    channel: 'paid_social',
    campaign_id: 'social_prospecting',
    utm_source: 'facebook',
    referrer: 'https://l.facebook.com/',
    click_cents: 60,
  },
  {
    ...ad,
    ...meta,
    share: 0.06,
    effect: 'paid_social',
    channel: 'paid_social',
    campaign_id: 'social_lookalike',
    utm_source: 'instagram',
    referrer: 'https://l.instagram.com/',
    click_cents: 45,
  },
  {
    ...visit,
    share: 0.07,
    effect: 'referral',
    channel: 'referral',
    referrer: 'https://blog.outdoorlife.example/best-of',
  },
  {
    ...visit,
    share: 0.04,
    effect: 'referral',
    channel: 'referral',
    referrer: 'https://forum.gearheads.example/t/4711',
  },
  {
    ...visit,
    share: 0.05,
    effect: 'affiliate',
    channel: 'affiliate',
    campaign_id: 'partner_reviews',
    utm_source: 'reviewsite',
    utm_medium: 'affiliate',
    click_cents: 25,
  },
];

/** Visits of people who come to buy. They cause nothing, and the last click before an order is one of them. */
export const CLOSING: readonly Entry[] = [
  { ...visit, share: 0.38, effect: 'direct', channel: 'direct' },
  { ...visit, share: 0.23, effect: 'organic_search', channel: 'organic_search', referrer: 'https://www.google.com/' },
  {
    ...ad,
    ...google,
    share: 0.21,
    effect: 'paid_search',
    channel: 'paid_search',
    campaign_id: 'search_brand',
    click_cents: 35,
  },
  {
    ...visit,
    share: 0.12,
    effect: 'affiliate',
    channel: 'affiliate',
    campaign_id: 'partner_coupons',
    utm_source: 'couponclub',
    utm_medium: 'affiliate',
    click_cents: 25,
  },
  { ...visit, share: 0.06, effect: 'referral', channel: 'referral', referrer: 'https://www.pricecompare.example/' },
];

export function emailEntry(campaign_id: string, email_id: string): Entry {
  const utm = { utm_source: 'lifecycle', utm_medium: 'email', utm_content: email_id };
  return { ...visit, ...utm, share: 1, effect: 'email_click', channel: 'email', campaign_id, email_id };
}

export function smsEntry(campaign_id: string): Entry {
  return { ...visit, share: 1, effect: 'sms', channel: 'sms', campaign_id, utm_source: 'texts', utm_medium: 'sms' };
}

export function pushEntry(campaign_id: string): Entry {
  return { ...visit, share: 1, effect: 'push', channel: 'push', campaign_id, utm_source: 'app', utm_medium: 'push' };
}

export const SITE = 'https://www.tributary-outfitters.example';

export const PAGES = [
  { path: '/', category: 'home' },
  { path: '/jackets/alpine-shell', category: 'jackets' },
  { path: '/jackets/down-light', category: 'jackets' },
  { path: '/boots/ridge-mid', category: 'boots' },
  { path: '/boots/trail-runner', category: 'boots' },
  { path: '/tents/basecamp-2', category: 'tents' },
  { path: '/packs/daypack-22', category: 'packs' },
  { path: '/packs/expedition-60', category: 'packs' },
  { path: '/accessories/wool-socks', category: 'accessories' },
] as const;
export type Page = (typeof PAGES)[number];

/** The landing URL as the browser shows it. */
export function landingUrl(entry: Entry, path: string, click_id: string): string {
  if (entry.utm_medium === undefined) return SITE + path;
  let query = `?utm_source=${entry.utm_source}&utm_medium=${entry.utm_medium}&utm_campaign=${entry.campaign_id}`;
  if (entry.utm_content !== undefined) query += `&utm_content=${entry.utm_content}`;
  if (entry.click_id !== undefined) query += `&${entry.click_id}=${click_id}`;
  return SITE + path + query;
}
