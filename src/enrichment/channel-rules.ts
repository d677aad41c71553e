/**
 * From campaign tags to a channel: ordered rules, of which the first that fits decides. GA4's table is Google's "default
 * channel group" (support.google.com/analytics/answer/9756891). Ours is the same table with three corrections:
 * - email comes first; otherwise a shop's own newsletter with the campaign `winter-shop` counts as organic shopping;
 * - a medium that names its channel (affiliate, audio, sms, push) comes before what source and campaign suggest;
 * - `mobile-web` is a website, not a push message.
 */
import type { HostCategory } from './host-lists.ts';

/** Campaign tags in lower case and trimmed. A missing tag is empty. */
export interface Tags {
  source: string;
  medium: string;
  campaign: string;
  /** The kind of host, app or tool that the source is. */
  category: HostCategory | null;
}

export interface ChannelDecision {
  channel: string;
  /** Names the rule that decided: `utm_medium:email`, `click_id:gclid`, `referrer:google.com` … */
  reason: string;
}

interface ChannelRule {
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

/** True for a label that says email, in one of the usual spellings. */
export function isEmail(label: string): boolean {
  return EMAIL.test(label);
}

export function isPaidMedium(medium: string): boolean {
  return medium !== '' && PAID.test(medium);
}

const DIRECT: ChannelRule = {
  channel: 'direct',
  by: 'source',
  fits: (t) => t.source === '(direct)' && isNothing(t.medium),
};
const CROSS_NETWORK: ChannelRule = {
  channel: 'cross_network',
  by: 'campaign',
  fits: (t) => t.campaign.includes('cross-network'),
};
const PAID_RULES: readonly ChannelRule[] = [
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
const PAID_OTHER: ChannelRule = { channel: 'paid_other', by: 'medium', fits: (t) => isPaidMedium(t.medium) };
const ORGANIC_RULES: readonly ChannelRule[] = [
  { channel: 'organic_shopping', by: 'source', fits: (t) => t.category === 'shopping' },
  { channel: 'organic_shopping', by: 'campaign', fits: (t) => SHOPPING_CAMPAIGN.test(t.campaign) },
  { channel: 'organic_social', by: 'source', fits: (t) => t.category === 'social' },
  { channel: 'organic_social', by: 'medium', fits: (t) => isSocialMedium(t.medium) },
  { channel: 'organic_video', by: 'source', fits: (t) => t.category === 'video' },
  { channel: 'organic_video', by: 'medium', fits: (t) => t.medium.includes('video') },
  { channel: 'organic_search', by: 'source', fits: (t) => t.category === 'search' },
  { channel: 'organic_search', by: 'medium', fits: (t) => t.medium === 'organic' },
];
const REFERRAL: ChannelRule = { channel: 'referral', by: 'medium', fits: (t) => isReferral(t.medium) };
const EMAIL_RULES: readonly ChannelRule[] = [
  { channel: 'email', by: 'medium', fits: (t) => isEmail(t.medium) },
  { channel: 'email', by: 'source', fits: (t) => isEmail(t.source) },
];
const OUR_EMAIL_RULES: readonly ChannelRule[] = [
  { channel: 'email', by: 'medium', fits: (t) => OUR_EMAIL_MEDIUM.test(t.medium) },
  {
    channel: 'email',
    by: 'source',
    fits: (t) =>
      (isEmail(t.source) || t.source.includes('newsletter')) && !isPaidMedium(t.medium) && !isMessageMedium(t),
  },
  // Mailboxes and email tools, only without a medium: such a tool may also send other messages (Klaviyo sends text messages).
  { channel: 'email', by: 'source', fits: (t) => t.category === 'webmail' && t.medium === '' },
];
const AI_MEDIUM: ChannelRule = { channel: 'ai_assistant', by: 'medium', fits: (t) => t.medium === 'ai-assistant' };
const AI_SOURCE: ChannelRule = { channel: 'ai_assistant', by: 'source', fits: (t) => t.category === 'ai' };
const AFFILIATE: ChannelRule = { channel: 'affiliate', by: 'medium', fits: (t) => t.medium === 'affiliate' };
const AFFILIATES: ChannelRule = { channel: 'affiliate', by: 'medium', fits: (t) => t.medium === 'affiliates' };
const AUDIO: ChannelRule = { channel: 'audio', by: 'medium', fits: (t) => t.medium === 'audio' };
const SMS_RULES: readonly ChannelRule[] = [
  { channel: 'sms', by: 'medium', fits: (t) => t.medium === 'sms' },
  { channel: 'sms', by: 'source', fits: (t) => t.source === 'sms' },
];
const PUSH: ChannelRule = { channel: 'push', by: 'medium', fits: (t) => isPush(t.medium) };
const PUSH_GA4: ChannelRule = {
  channel: 'push',
  by: 'medium',
  fits: (t) => isPush(t.medium) || t.medium.includes('mobile'),
};
const FIREBASE: ChannelRule = { channel: 'push', by: 'source', fits: (t) => t.source === 'firebase' };

function isPush(medium: string): boolean {
  return medium.endsWith('push') || medium.includes('notification');
}

/** True when the medium says that the link came by text or push message. Click ids on the link do not change that. */
export function isMessageMedium(tags: Tags): boolean {
  return isPush(tags.medium) || tags.medium === 'sms' || tags.source === 'sms';
}

/** Google's rules in Google's order. */
const GA4_RULES: readonly ChannelRule[] = [
  DIRECT,
  CROSS_NETWORK,
  ...PAID_RULES,
  PAID_OTHER,
  AI_MEDIUM,
  ...ORGANIC_RULES,
  REFERRAL,
  ...EMAIL_RULES,
  AFFILIATE,
  AUDIO,
  ...SMS_RULES,
  PUSH_GA4,
  FIREBASE,
];
/** Our table in two parts. The rule for click ids of ad networks applies between them. */
const OUR_FIRST_RULES: readonly ChannelRule[] = [...OUR_EMAIL_RULES, DIRECT, CROSS_NETWORK, ...PAID_RULES];
const OUR_LAST_RULES: readonly ChannelRule[] = [
  PAID_OTHER,
  AI_MEDIUM,
  AI_SOURCE,
  AFFILIATE,
  AFFILIATES,
  AUDIO,
  ...SMS_RULES,
  PUSH,
  FIREBASE,
  ...ORGANIC_RULES,
  REFERRAL,
];

/** Every channel that is derived from evidence. Senders may name others. */
export const KNOWN_CHANNELS: readonly string[] = [
  ...new Set([...OUR_FIRST_RULES, ...OUR_LAST_RULES, ...GA4_RULES].map(({ channel }) => channel)),
  'unassigned',
].sort();

export const ga4Channel = (tags: Tags): ChannelDecision | null => firstFit(GA4_RULES, tags);
export const ownFirstChannel = (tags: Tags): ChannelDecision | null => firstFit(OUR_FIRST_RULES, tags);
export const ownLastChannel = (tags: Tags): ChannelDecision | null => firstFit(OUR_LAST_RULES, tags);

function firstFit(rules: readonly ChannelRule[], tags: Tags): ChannelDecision | null {
  for (const rule of rules) {
    if (rule.fits(tags)) return { channel: rule.channel, reason: tagReason(rule.by, tags) };
  }
  return null;
}

/** If a rule matched by source while `utm_source` is empty, the category came from the referrer: then name the medium. */
export function tagReason(by: 'source' | 'medium' | 'campaign', tags: Tags): string {
  const named = tags[by] === '' ? 'medium' : by;
  return `utm_${named}:${tags[named].slice(0, 80)}`;
}
