/**
 * From campaign tags to a channel: ordered rows, the first that fits decides. GA4's table is Google's "default channel
 * group" (support.google.com/analytics/answer/9756891); ours is the same table with three corrections:
 * - email comes first; otherwise a shop's own newsletter with the campaign `winter-shop` counts as organic shopping;
 * - a medium that names its channel (affiliate, audio, sms, push) comes before what source and campaign suggest;
 * - `mobile-web` is a website, not a push message.
 */
import type { HostCategory } from './hosts.ts';

/** Lower case and trimmed; empty when missing. */
export interface Tags {
  source: string;
  medium: string;
  campaign: string;
  /** What kind of place the source is. */
  category: HostCategory | null;
}

export interface ChannelDecision {
  channel: string;
  /** Which rule decided: `utm_medium:email`, `click_id:gclid`, `referrer:google.com` … */
  reason: string;
}

interface Row {
  channel: string;
  by: 'source' | 'medium' | 'campaign';
  fits: (tags: Tags) => boolean;
}

const PAID = /^(?:.*cp.*|ppc|retargeting|paid.*)$/;
const SHOPPING_CAMPAIGN = /^(?:.*(?:(?:[^a-df-z]|^)shop|shopping).*)$/;
const EMAIL = /^(?:email|e-mail|e_mail|e mail)$/;
/** `emailing`, `e-mail-flow`, `spring newsletter`: Google leaves these unassigned. */
const OUR_EMAIL_MEDIUM = /^e[-_ ]?mail|newsletter|^edm$|^mailing$/;
const oneOf = (names: string): ((text: string) => boolean) => {
  const set = new Set(names.split('|'));
  return (text) => set.has(text);
};
const isDisplay = oneOf('display|banner|expandable|interstitial|cpm');
const isSocialMedium = oneOf('social|social-network|social-media|sm|social network|social media');
const isNothing = oneOf('(not set)|(none)');
const isReferral = oneOf('referral|app|link');

export function isPaidMedium(medium: string): boolean {
  return medium !== '' && PAID.test(medium);
}

const DIRECT: Row = { channel: 'direct', by: 'source', fits: (t) => t.source === '(direct)' && isNothing(t.medium) };
const CROSS_NETWORK: Row = {
  channel: 'cross_network',
  by: 'campaign',
  fits: (t) => t.campaign.includes('cross-network'),
};
const PAID_ROWS: readonly Row[] = [
  { channel: 'paid_shopping', by: 'source', fits: (t) => t.category === 'shopping' && isPaidMedium(t.medium) },
  {
    channel: 'paid_shopping',
    by: 'campaign',
    fits: (t) => SHOPPING_CAMPAIGN.test(t.campaign) && isPaidMedium(t.medium),
  },
  { channel: 'paid_search', by: 'source', fits: (t) => t.category === 'search' && isPaidMedium(t.medium) },
  { channel: 'paid_social', by: 'source', fits: (t) => t.category === 'social' && isPaidMedium(t.medium) },
  { channel: 'paid_video', by: 'source', fits: (t) => t.category === 'video' && isPaidMedium(t.medium) },
  { channel: 'display', by: 'medium', fits: (t) => isDisplay(t.medium) },
];
const PAID_OTHER: Row = { channel: 'paid_other', by: 'medium', fits: (t) => isPaidMedium(t.medium) };
const ORGANIC_ROWS: readonly Row[] = [
  { channel: 'organic_shopping', by: 'source', fits: (t) => t.category === 'shopping' },
  { channel: 'organic_shopping', by: 'campaign', fits: (t) => SHOPPING_CAMPAIGN.test(t.campaign) },
  { channel: 'organic_social', by: 'source', fits: (t) => t.category === 'social' },
  { channel: 'organic_social', by: 'medium', fits: (t) => isSocialMedium(t.medium) },
  { channel: 'organic_video', by: 'source', fits: (t) => t.category === 'video' },
  { channel: 'organic_video', by: 'medium', fits: (t) => t.medium.includes('video') },
  { channel: 'organic_search', by: 'source', fits: (t) => t.category === 'search' },
  { channel: 'organic_search', by: 'medium', fits: (t) => t.medium === 'organic' },
];
const REFERRAL: Row = { channel: 'referral', by: 'medium', fits: (t) => isReferral(t.medium) };
const EMAIL_ROWS: readonly Row[] = [
  { channel: 'email', by: 'medium', fits: (t) => EMAIL.test(t.medium) },
  { channel: 'email', by: 'source', fits: (t) => EMAIL.test(t.source) },
];
const OUR_EMAIL_ROWS: readonly Row[] = [
  { channel: 'email', by: 'medium', fits: (t) => OUR_EMAIL_MEDIUM.test(t.medium) },
  {
    channel: 'email',
    by: 'source',
    fits: (t) =>
      (EMAIL.test(t.source) || t.source.includes('newsletter')) && !isPaidMedium(t.medium) && !isMessageMedium(t),
  },
  // Mailbox and email tools: with a medium they may have sent anything (Klaviyo sends text messages too).
  { channel: 'email', by: 'source', fits: (t) => t.category === 'webmail' && t.medium === '' },
];
const AI_MEDIUM: Row = { channel: 'ai_assistant', by: 'medium', fits: (t) => t.medium === 'ai-assistant' };
const AI_SOURCE: Row = { channel: 'ai_assistant', by: 'source', fits: (t) => t.category === 'ai' };
const AFFILIATE: Row = { channel: 'affiliate', by: 'medium', fits: (t) => t.medium === 'affiliate' };
const AFFILIATES: Row = { channel: 'affiliate', by: 'medium', fits: (t) => t.medium === 'affiliates' };
const AUDIO: Row = { channel: 'audio', by: 'medium', fits: (t) => t.medium === 'audio' };
const SMS_ROWS: readonly Row[] = [
  { channel: 'sms', by: 'medium', fits: (t) => t.medium === 'sms' },
  { channel: 'sms', by: 'source', fits: (t) => t.source === 'sms' },
];
const PUSH: Row = { channel: 'push', by: 'medium', fits: (t) => isPush(t.medium) };
const PUSH_GA4: Row = { channel: 'push', by: 'medium', fits: (t) => isPush(t.medium) || t.medium.includes('mobile') };
const FIREBASE: Row = { channel: 'push', by: 'source', fits: (t) => t.source === 'firebase' };

function isPush(medium: string): boolean {
  return medium.endsWith('push') || medium.includes('notification');
}

/** True when the medium says that the link came by text or push message, whatever else it carries. */
export function isMessageMedium(tags: Tags): boolean {
  return isPush(tags.medium) || tags.medium === 'sms' || tags.source === 'sms';
}

/** Google's order, to the letter. */
const GA4_ROWS: readonly Row[] = [
  DIRECT,
  CROSS_NETWORK,
  ...PAID_ROWS,
  PAID_OTHER,
  AI_MEDIUM,
  ...ORGANIC_ROWS,
  REFERRAL,
  ...EMAIL_ROWS,
  AFFILIATE,
  AUDIO,
  ...SMS_ROWS,
  PUSH_GA4,
  FIREBASE,
];
/** Our table, in two parts. The rule on ad networks' click ids comes between them. */
const OUR_FIRST_ROWS: readonly Row[] = [...OUR_EMAIL_ROWS, DIRECT, CROSS_NETWORK, ...PAID_ROWS];
const OUR_LAST_ROWS: readonly Row[] = [
  PAID_OTHER,
  AI_MEDIUM,
  AI_SOURCE,
  AFFILIATE,
  AFFILIATES,
  AUDIO,
  ...SMS_ROWS,
  PUSH,
  FIREBASE,
  ...ORGANIC_ROWS,
  REFERRAL,
];

export const ga4Channel = (tags: Tags): ChannelDecision | null => firstFit(GA4_ROWS, tags);
export const ownFirstChannel = (tags: Tags): ChannelDecision | null => firstFit(OUR_FIRST_ROWS, tags);
export const ownLastChannel = (tags: Tags): ChannelDecision | null => firstFit(OUR_LAST_ROWS, tags);

function firstFit(rows: readonly Row[], tags: Tags): ChannelDecision | null {
  for (const row of rows) {
    if (row.fits(tags)) return { channel: row.channel, reason: tagReason(row.by, tags) };
  }
  return null;
}

/** If a row matched by source while `utm_source` is empty, the category came from the referrer: then name the medium. */
export function tagReason(by: 'source' | 'medium' | 'campaign', tags: Tags): string {
  const named = tags[by] === '' ? 'medium' : by;
  return `utm_${named}:${tags[named].slice(0, 80)}`;
}
