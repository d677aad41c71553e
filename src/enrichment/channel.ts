/**
 * Derives the channel that brought a touchpoint, and names the rule that decided: first from the type of the touchpoint, then
 * from tags, click ids and the referrer. A channel that the caller sent is never replaced (see enrich.ts).
 */
import { ON_SITE_TYPES } from '../domain/touchpoint.ts';
import type { BrandHosts } from './brand-hosts.ts';
import {
  type ChannelDecision,
  ga4Channel,
  isMessageMedium,
  isPaidMedium,
  ownFirstChannel,
  ownLastChannel,
  type Tags,
  tagReason,
} from './channel-rules.ts';
import { isEmailClickId } from './click-ids.ts';
import type { HostCategory } from './host-lists.ts';
import { categoryOfHost, categoryOfSource, isSameSite } from './hosts.ts';
import { hostOf, isWithin, withoutWww } from './url.ts';

export interface ChannelEvidence {
  touchpoint_type: string;
  utm_source: string | null;
  utm_medium: string | null;
  utm_campaign: string | null;
  /** A label that names a campaign or a link, and no source and no medium. Null if there is none. */
  other_label: string | null;
  /** Names of the click ids, as stored. */
  click_ids: readonly string[];
  url: string | null;
  referrer: string | null;
  /** The link carried a click token of this product: `message_id` or `email_id` is known. */
  email_token: 'message_id' | 'email_id' | null;
}

export interface ChannelOptions {
  strict_ga4: boolean;
  /** Own domains of every brand. */
  own_domains?: readonly string[];
  hosts?: BrandHosts;
}

/** The site or app that the person came from, according to the referrer. */
interface Origin {
  host: string | null;
  category: HostCategory | null;
  /** The reason why a referrer does not count: it is the site itself, or a payment page that sent the buyer back. */
  ignored: string | null;
}

/** Derives a channel. It always returns one. */
export function deriveChannel(evidence: ChannelEvidence, options: ChannelOptions): ChannelDecision {
  const type = evidence.touchpoint_type;
  const by_type: ChannelDecision = { channel: '', reason: `touchpoint_type:${type}` };
  if (type.startsWith('email_')) return { ...by_type, channel: 'email' };
  switch (type) {
    case 'sms_click':
      return { ...by_type, channel: 'sms' };
    case 'push_click':
      return { ...by_type, channel: 'push' };
    case 'direct_visit':
      return { ...by_type, channel: 'direct' };
    case 'organic_search':
    case 'social_interaction': {
      const found = fromEvidence(evidence, options);
      if (found.channel.startsWith('paid_')) return found;
      return { ...by_type, channel: type === 'organic_search' ? 'organic_search' : 'organic_social' };
    }
    case 'paid_ad_click':
      return paid(evidence, options, { ...by_type, channel: 'paid_other' });
    case 'ad_impression':
      return paid(evidence, options, { ...by_type, channel: 'display' });
    default:
      return fromEvidence(evidence, options);
  }
}

const IS_ON_SITE: ReadonlySet<string> = new Set(ON_SITE_TYPES);

/**
 * True if a touchpoint on a page is no arrival: its referrer is the site itself or a payment page, and no label or id says that
 * another channel brought it.
 */
export function hasOwnReferrer(evidence: ChannelEvidence, options: ChannelOptions): boolean {
  if (!IS_ON_SITE.has(evidence.touchpoint_type) || evidence.referrer === null) return false;
  return OWN_REFERRER.test(fromEvidence(evidence, options).reason);
}

const OWN_REFERRER = /^(?:self_referral|payment_return):/;

const PAID_TWIN: Record<string, string> = {
  organic_search: 'paid_search',
  organic_social: 'paid_social',
  organic_video: 'paid_video',
  organic_shopping: 'paid_shopping',
};
const SAYS_NOTHING_OF_ADS = new Set(['direct', 'referral', 'unassigned', 'ai_assistant']);

/** The type says that the touchpoint was an ad. The evidence only decides which kind of ad. */
function paid(evidence: ChannelEvidence, options: ChannelOptions, otherwise: ChannelDecision): ChannelDecision {
  const found = fromEvidence(evidence, options);
  const twin = PAID_TWIN[found.channel];
  if (twin !== undefined) return { channel: twin, reason: found.reason };
  const is_mailbox = found.channel === 'email' && found.reason.startsWith('referrer:');
  return SAYS_NOTHING_OF_ADS.has(found.channel) || is_mailbox ? otherwise : found;
}

function fromEvidence(evidence: ChannelEvidence, options: ChannelOptions): ChannelDecision {
  const tags = tagsOf(evidence);
  if (options.strict_ga4) return strict(evidence, tags, originOf(evidence, options));
  if (evidence.email_token !== null && !isMessageMedium(tags))
    return { channel: 'email', reason: evidence.email_token };
  if (tags.source !== '' || tags.medium !== '') {
    // `utm_medium=cpc` without a source: the referrer names the network of the click.
    if (tags.source === '' && isPaidMedium(tags.medium)) tags.category = originOf(evidence, options).category;
    const found = ownFirstChannel(tags) ?? fromTaggedClickId(evidence.click_ids, tags) ?? ownLastChannel(tags);
    return found ?? { channel: 'unassigned', reason: tagReason('source', tags) };
  }
  if (tags.campaign.includes('cross-network')) return { channel: 'cross_network', reason: tagReason('campaign', tags) };
  const origin = originOf(evidence, options);
  const found = fromUntaggedClickId(evidence.click_ids, origin);
  return found ?? fromCampaign(evidence, tags, origin) ?? fromReferrer(origin);
}

/** A link with a campaign and without source and medium was made for some channel, and no one can say for which. */
function fromCampaign({ other_label }: ChannelEvidence, tags: Tags, { host }: Origin): ChannelDecision | null {
  if (other_label === null || host !== null) return null;
  return { channel: 'unassigned', reason: other_label === 'utm_campaign' ? tagReason('campaign', tags) : other_label };
}

interface ClickIdRule {
  channel: string;
  /** With tags, the id counts when the source names its network (or the medium is paid). */
  source: RegExp;
}
const GOOGLE: ClickIdRule = { channel: 'paid_search', source: /google|adwords|youtube/ };
const AFFILIATE: ClickIdRule = { channel: 'affiliate', source: /^$/ };
const NATIVE: ClickIdRule = { channel: 'paid_other', source: /outbrain|taboola/ };
/** Click ids that ad networks append to paid clicks only. */
const AD_IDS = new Map<string, ClickIdRule>(
  Object.entries({
    gclid: GOOGLE,
    gbraid: GOOGLE,
    wbraid: GOOGLE,
    gad_source: GOOGLE,
    gad_campaignid: GOOGLE,
    msclkid: { channel: 'paid_search', source: /bing|microsoft/ },
    yclid: { channel: 'paid_search', source: /yandex/ },
    dclid: { channel: 'display', source: /google|dv360|dbm|doubleclick/ },
    ttclid: { channel: 'paid_social', source: /tiktok/ },
    twclid: { channel: 'paid_social', source: /twitter|^x$|^t\.co$/ },
    li_fat_id: { channel: 'paid_social', source: /linkedin/ },
    rdt_cid: { channel: 'paid_social', source: /reddit/ },
    ScCid: { channel: 'paid_social', source: /snap/ },
    qclid: { channel: 'paid_social', source: /quora/ },
    dicbo: NATIVE,
    tblci: NATIVE,
    irclickid: AFFILIATE,
    irclid: AFFILIATE,
    cjevent: AFFILIATE,
    awc: AFFILIATE,
    ranSiteID: AFFILIATE,
  }),
);
/** Click ids that unpaid links carry too. They name the network and do not say that the click was paid. */
const UNPAID_IDS = new Map<string, string>(
  Object.entries({
    fbclid: 'organic_social',
    igshid: 'organic_social',
    epik: 'organic_social',
    srsltid: 'organic_search',
  }),
);

/** Beside tags, a click id counts when the source names its network, or the medium says that it was paid. */
function fromTaggedClickId(names: readonly string[], tags: Tags): ChannelDecision | null {
  if (names.length === 0) return null;
  const is_paid = isPaidMedium(tags.medium);
  const ad = adDecision(names, tags.category, (rule) => is_paid || rule.source.test(tags.source));
  if (ad !== null || !is_paid) return ad;
  const found = unpaidDecision(names);
  return found && { ...found, channel: PAID_TWIN[found.channel] ?? found.channel };
}

/** Without tags, the only evidence is the tool or network that appended the id. */
function fromUntaggedClickId(names: readonly string[], origin: Origin): ChannelDecision | null {
  if (names.length === 0) return null;
  const email = names.find(isEmailClickId);
  if (email !== undefined) return { channel: 'email', reason: `click_id:${email}` };
  return adDecision(names, origin.category, () => true) ?? unpaidDecision(names);
}

function adDecision(
  names: readonly string[],
  category: HostCategory | null,
  counts: (rule: ClickIdRule) => boolean,
): ChannelDecision | null {
  for (const name of names) {
    const rule = AD_IDS.get(name);
    if (rule === undefined || !counts(rule)) continue;
    // Google appends its ids to video ads too.
    const channel = rule === GOOGLE && category === 'video' ? 'paid_video' : rule.channel;
    return { channel, reason: `click_id:${name}` };
  }
  return null;
}

function unpaidDecision(names: readonly string[]): ChannelDecision | null {
  for (const name of names) {
    const channel = UNPAID_IDS.get(name);
    if (channel !== undefined) return { channel, reason: `click_id:${name}` };
  }
  return null;
}

const CHANNEL_OF_CATEGORY: Partial<Record<HostCategory, string>> = {
  ai: 'ai_assistant',
  webmail: 'email',
  search: 'organic_search',
  social: 'organic_social',
  video: 'organic_video',
  shopping: 'organic_shopping',
};

function fromReferrer(origin: Origin): ChannelDecision {
  if (origin.host === null) return { channel: 'direct', reason: origin.ignored ?? 'none' };
  const channel = (origin.category && CHANNEL_OF_CATEGORY[origin.category]) || 'referral';
  return { channel, reason: `referrer:${origin.host.slice(0, 80)}` };
}

function originOf(evidence: ChannelEvidence, options: ChannelOptions): Origin {
  const full_host = evidence.referrer === null ? null : hostOf(evidence.referrer);
  const page_host = evidence.url === null ? null : hostOf(evidence.url);
  if (full_host === null) {
    // A path alone is one of the site that the page is on.
    if (evidence.referrer?.startsWith('/') !== true) return NOWHERE;
    return { ...NOWHERE, ignored: `self_referral:${withoutWww(page_host ?? '/').slice(0, 80)}` };
  }
  const host = withoutWww(full_host);
  const is_own =
    (page_host !== null && isSameSite(host, withoutWww(page_host))) ||
    isListed(host, options.own_domains) ||
    isListed(host, options.hosts?.own_domains);
  if (is_own) return { host: null, category: null, ignored: `self_referral:${host.slice(0, 80)}` };
  const category = isListed(host, options.hosts?.payment_hosts) ? 'payment' : categoryOfHost(full_host);
  if (category === 'payment') return { host: null, category: null, ignored: `payment_return:${host.slice(0, 80)}` };
  return { host, category, ignored: null };
}

function isListed(host: string, domains: readonly string[] | undefined): boolean {
  return domains?.some((domain) => isWithin(host, withoutWww(domain.toLowerCase()))) ?? false;
}

const NOWHERE: Origin = { host: null, category: null, ignored: null };

function tagsOf(evidence: ChannelEvidence): Tags {
  const source = tag(evidence.utm_source);
  return {
    source,
    medium: tag(evidence.utm_medium),
    campaign: tag(evidence.utm_campaign),
    category: source === '' ? null : categoryOfSource(source),
  };
}

function tag(label: string | null): string {
  return label === null ? '' : label.trim().toLowerCase();
}

/** As in Google Analytics: without tags, the referrer becomes source and medium. */
function strict(evidence: ChannelEvidence, tags: Tags, origin: Origin): ChannelDecision {
  if (tags.source !== '' || tags.medium !== '') {
    return ga4Channel(tags) ?? { channel: 'unassigned', reason: tagReason('source', tags) };
  }
  const auto_tag = evidence.click_ids.find((name) => name === 'gclid' || name === 'gbraid' || name === 'wbraid');
  if (auto_tag !== undefined) return { channel: 'paid_search', reason: `click_id:${auto_tag}` };
  if (origin.host === null) return fromCampaign(evidence, tags, origin) ?? fromReferrer(origin);
  const medium = origin.category === 'search' ? 'organic' : 'referral';
  const found = ga4Channel({ ...tags, source: origin.host, medium, category: origin.category });
  return { channel: found?.channel ?? 'referral', reason: `referrer:${origin.host.slice(0, 80)}` };
}
