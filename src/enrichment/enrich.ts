/**
 * Derives columns of a touchpoint from its own content: campaign labels, click ids, channel, device, place and verdict. Pure.
 * The loader runs it on every touchpoint. A value that the caller sent is never overwritten.
 */
import { DEFAULT_BRAND, type FlatRecord, type Value } from '../domain/record.ts';
import { touchpointTraits, type Verdict } from '../domain/touchpoint.ts';
import type { BrandHosts } from './brand-hosts.ts';
import { type ChannelEvidence, type ChannelOptions, deriveChannel, hasOwnReferrer } from './channel.ts';
import { type ChannelDecision, isEmail } from './channel-rules.ts';
import { addClickId, clickIdsJson, ownClickOnly } from './click-ids.ts';
import { type Columns, columnsOf } from './columns.ts';
import { fetchOf, parseUserAgent } from './device.ts';
import { countryOf } from './geo.ts';
import { isKeptAgent } from './kept-agent.ts';
import { keptAddress } from './kept-request.ts';
import { labelOf, objectOf } from './labels.ts';
import type { MachineRules } from './machine-rules.ts';
import { type Judgement, judge, type MessageFacts } from './machine-traffic.ts';
import type { Agent } from './mail-clients.ts';
import { AGENT_EVIDENCE, type PrivacyOptions, storageOf } from './private.ts';
import { forEachParameter } from './url.ts';
import { fillUtm, labelField, sentUtm, type Utm, type UtmField } from './utm.ts';

/** Increase it when a rule or table of this folder changes. `tributary reclassify` then judges stored touchpoints again. */
export const RULES_VERSION = 3;

export interface EnrichOptions extends PrivacyOptions {
  /** Use Google's channel table without our corrections. */
  strict_ga4: boolean;
  /** Domains of all brands. A referrer from them does not count. */
  own_domains?: string[];
  /** The hosts that a brand's settings name. */
  hosts_of?: (brand_id: string) => BrandHosts;
  /** The default ones when left out. */
  machine_rules?: MachineRules;
}

/** Everything that enrichment adds to a touchpoint record; each is the column of the same name. */
export type Enriched = Utm & {
  channel: string;
  channel_reason: string;
  /** Canonical JSON. */
  click_ids: string | null;
  device_type: string | null;
  browser: string | null;
  os: string | null;
  ip_address: string | null;
  /** Canonical JSON. */
  geo_location: string | null;
  country: string | null;
  verdict: Verdict;
  /** Canonical JSON array of reason codes. */
  verdict_reasons: string;
  rules_version: number;
  /** See `TRAITS`. */
  traits: number;
};

export type Reclassified = Pick<
  Enriched,
  'channel' | 'channel_reason' | 'verdict' | 'verdict_reasons' | 'rules_version' | 'traits'
>;

/** The `channel_reason`, and the only verdict reason, where the caller sent the channel or verdict. */
const SENT = 'sent';
const SENT_REASONS = '["sent"]';

/**
 * The columns that enrichment adds to a touchpoint. Clean the touchpoint first (`withoutPrivate`), which also looks up the
 * place of its address. Never throws, for any text.
 */
export function enrichTouchpoint(record: FlatRecord, options: EnrichOptions): Enriched {
  const columns = columnsOf(record);
  const labels = labelsOf(columns);
  const found = channelOf(columns, labels, options, columns.channel);
  const evidence = objectOf(columns.evidence);
  const agent = agentOf(columns, evidence);
  const sent_verdict = columns.verdict as Verdict | null;
  // Where the verdict was sent, an own one is only needed to tell if the place of the address is that of a reader.
  const needs_reader = columns.geo_location === null && columns.address_place !== null;
  const judgement = sent_verdict === null || needs_reader ? judgementOf(columns, agent, evidence, options) : null;
  const verdict = sent_verdict ?? judgement!.verdict;
  const device = deviceOf(columns, agent, evidence);
  const ip = columns.ip_address;
  // The address of a proxy or scanner is not where the reader is.
  const is_reader = judgement !== null && LOCATED.has(verdict) && LOCATED.has(judgement.verdict);
  const geo_location = columns.geo_location ?? (is_reader ? columns.address_place : null);
  return {
    channel: found.channel,
    channel_reason: found.reason,
    utm_source: labels.utm.utm_source,
    utm_medium: labels.utm.utm_medium,
    utm_campaign: labels.utm.utm_campaign,
    utm_content: labels.utm.utm_content,
    utm_term: labels.utm.utm_term,
    utm_id: labels.utm.utm_id,
    click_ids: labels.click_ids,
    device_type: device.device_type,
    browser: device.browser,
    os: device.os,
    ip_address: ip === null ? null : keptAddress(ip, storageOf(columns.brand_id, options).ip, options.request_key),
    geo_location,
    country: countryOf(geo_location),
    verdict,
    verdict_reasons: sent_verdict === null ? reasonsJson(judgement!) : SENT_REASONS,
    rules_version: RULES_VERSION,
    traits: touchpointTraits(columns.touchpoint_type ?? '', found.label, verdict, found.has_own_referrer),
  };
}

/**
 * Judges a stored touchpoint again with today's rules. Its columns are those of the record, plus `channel_reason` and
 * `verdict_reasons`. These show which values the caller sent; such values are kept.
 */
export function reclassify(stored: Record<string, Value>, options: EnrichOptions): Reclassified {
  const columns = columnsOf(stored);
  const sent_channel = columns.channel_reason === SENT ? columns.channel : null;
  const found = channelOf(columns, labelsOf(columns), options, sent_channel);
  const keeps_verdict = columns.verdict_reasons === SENT_REASONS && columns.verdict !== null;
  const evidence = objectOf(columns.evidence);
  const judgement = keeps_verdict ? null : judgementOf(columns, agentOf(columns, evidence), evidence, options);
  const verdict = judgement?.verdict ?? (columns.verdict as Verdict);
  return {
    channel: found.channel,
    channel_reason: found.reason,
    verdict,
    verdict_reasons: judgement === null ? SENT_REASONS : reasonsJson(judgement),
    rules_version: RULES_VERSION,
    traits: touchpointTraits(columns.touchpoint_type ?? '', found.label, verdict, found.has_own_referrer),
  };
}

export type Settled = Pick<Enriched, 'verdict' | 'verdict_reasons'>;

/** Judges a stored open or click by its own evidence and by the other events of its message. A verdict that was sent is kept. */
export function settle(stored: Record<string, Value>, message: MessageFacts, options: EnrichOptions): Settled {
  const columns = columnsOf(stored);
  if (columns.verdict_reasons === SENT_REASONS && columns.verdict !== null)
    return { verdict: columns.verdict as Verdict, verdict_reasons: SENT_REASONS };
  const evidence = objectOf(columns.evidence);
  const judgement = judgementOf(columns, agentOf(columns, evidence), evidence, options, message);
  return { verdict: judgement.verdict, verdict_reasons: reasonsJson(judgement) };
}

interface Labels {
  utm: Utm;
  click_ids: string | null;
  click_id_names: readonly string[];
}
const NO_NAMES: readonly string[] = [];

/**
 * Campaign labels and click ids: the sent ones, and from the URL those that were not sent. One pass over the URL. Of several
 * parameters for one label, `utm_` comes before Matomo's names, and then the first one with a value wins.
 */
function labelsOf(columns: Columns): Labels {
  const utm = sentUtm(columns);
  const sent_ids = objectOf(columns.click_ids);
  let ids = ownClickOnly(sent_ids);
  const reads_ids = columns.click_ids === null || ids !== null;
  const url = columns.url;
  const of_matomo: Array<[UtmField, string]> = [];
  if (url !== null) {
    forEachParameter(url, (name, raw) => {
      const field = labelField(name);
      if (field === name) fillUtm(utm, field, raw);
      else if (field !== undefined) of_matomo.push([field, raw]);
      else if (reads_ids) ids = addClickId(ids, name, raw);
    });
  }
  for (const [field, raw] of of_matomo) fillUtm(utm, field, raw);
  if (!reads_ids) return { utm, click_ids: columns.click_ids, click_id_names: Object.keys(sent_ids) };
  if (ids === null) return { utm, click_ids: null, click_id_names: NO_NAMES };
  return { utm, click_ids: clickIdsJson(ids), click_id_names: Object.keys(ids) };
}

/**
 * The channel that was sent, else the one that the evidence gives. A sender who calls a page view direct does not say that it
 * was an arrival: many trackers send `direct` for every page without campaign labels.
 */
function channelOf(
  columns: Columns,
  { utm, click_id_names }: Labels,
  options: EnrichOptions,
  sent_channel: string | null,
): ChannelDecision & { label: string; has_own_referrer: boolean } {
  const sent_label = sent_channel === null ? null : channelLabel(sent_channel);
  if (sent_channel !== null && sent_label !== null && sent_label !== 'direct')
    return { channel: sent_channel, reason: SENT, label: sent_label, has_own_referrer: false };
  const evidence: ChannelEvidence = {
    touchpoint_type: columns.touchpoint_type ?? '',
    utm_source: utm.utm_source,
    utm_medium: utm.utm_medium,
    utm_campaign: utm.utm_campaign,
    other_label: firstLabel(utm),
    click_ids: click_id_names,
    url: columns.url,
    referrer: columns.referrer,
    email_token: columns.message_id !== null ? 'message_id' : columns.email_id !== null ? 'email_id' : null,
  };
  const rules: ChannelOptions = options.hosts_of
    ? { ...options, hosts: options.hosts_of(columns.brand_id ?? DEFAULT_BRAND) }
    : options;
  const decision = sent_channel === null ? deriveChannel(evidence, rules) : { channel: sent_channel, reason: SENT };
  const { channel, reason } = decision;
  const label = sent_label ?? channel;
  return { channel, reason, label, has_own_referrer: label === 'direct' && hasOwnReferrer(evidence, rules) };
}

/** The name of a label that says only which campaign or link it was, or null. */
function firstLabel(utm: Utm): UtmField | null {
  return NAMING_LABELS.find((field) => utm[field] !== null) ?? null;
}

const NAMING_LABELS: readonly UtmField[] = ['utm_campaign', 'utm_id', 'utm_content', 'utm_term'];

/** What a sent channel is, in whatever way it is written: the channel `Email` is shown as it was sent, and is email. */
export function channelLabel(sent: string): string {
  const label = labelOf(sent) ?? '';
  return isEmail(label) ? 'email' : label;
}

/** What a user agent says. Where none is kept, the evidence has it in short. */
function agentOf(columns: Columns, evidence: Readonly<Record<string, unknown>>): Readonly<Agent> | null {
  const user_agent = columns.user_agent ?? evidence[AGENT_EVIDENCE];
  if (typeof user_agent !== 'string') return null;
  if (columns.user_agent === null && !isKeptAgent(user_agent)) return null;
  return parseUserAgent(user_agent, fetchOf(columns.touchpoint_type));
}

function judgementOf(
  columns: Columns,
  agent: Readonly<Agent> | null,
  evidence: Readonly<Record<string, unknown>>,
  { machine_rules }: EnrichOptions,
  message?: MessageFacts,
): Judgement {
  const touchpoint_type = columns.touchpoint_type ?? '';
  return judge({ touchpoint_type, agent, evidence, at_ms: columns.occurred_at }, machine_rules, message);
}

/** No code and no name of a network needs escaping, so this is canonical JSON. */
function reasonsJson(judgement: Judgement): string {
  return `["${judgement.reasons.join('","')}"]`;
}

type Device = Pick<Enriched, 'device_type' | 'browser' | 'os'>;

function deviceOf(
  columns: Columns,
  agent: Readonly<Agent> | null,
  evidence: Readonly<Record<string, unknown>>,
): Device {
  let device_type = agent?.device_type ?? null;
  let os = agent?.os ?? null;
  // An iPad that asks for desktop pages says Macintosh; only a script on the page can tell, by its touch points.
  const touch_points = evidence['max_touch_points'];
  if (os === 'macos' && device_type === 'desktop' && typeof touch_points === 'number' && touch_points > 1) {
    device_type = 'tablet';
    os = 'ios';
  }
  return {
    device_type: columns.device_type ?? device_type,
    browser: columns.browser ?? agent?.browser ?? null,
    os: columns.os ?? os,
  };
}

const LOCATED: ReadonlySet<Verdict> = new Set(['human', 'suspect', 'unknown'] as const);
