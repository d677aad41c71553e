/**
 * Decides from one event alone whether a person made it.
 * A touchpoint is never dropped: it keeps its verdict with the reasons, and the report decides which verdicts count.
 * Sources: documents of email providers, and the tracking of Mautic, Dub and EmailEngine. The weights are a judgement. They were
 * not measured on real mail.
 */
import { parseInstant } from '../domain/time.ts';
import type { Verdict } from '../domain/touchpoint.ts';
import type { Agent } from './mail-clients.ts';

/**
 * One row per reason. `open` is the verdict that the reason gives to an open, or null for none. `click` is the weight that it
 * adds for every other event: from 100 the verdict is bot, from 60 it is suspect.
 */
export const MACHINE_RULES = {
  esp_flag_machine: { open: 'machine', click: 100 },
  esp_flag_proxied: { open: 'proxied', click: 0 },
  inferred_from_click: { open: 'human', click: 0 },
  method_head: { open: 'bot', click: 100 },
  prefetch_header: { open: 'machine', click: 100 },
  gmail_image_proxy: { open: 'proxied', click: 100 },
  yahoo_image_proxy: { open: 'proxied', click: 100 },
  outlook_image_proxy: { open: 'proxied', click: 100 },
  apple_mpp_bare_ua: { open: 'machine', click: 100 },
  security_scanner_ua: { open: 'bot', click: 100 },
  http_library_ua: { open: 'bot', click: 100 },
  isbot_ua: { open: 'bot', click: 100 },
  instant_after_delivery: { open: 'machine', click: 60 },
  fast_after_delivery: { open: null, click: 30 },
  no_sec_fetch: { open: null, click: 30 },
  user_activation: { open: null, click: -40 },
  js_pageview_confirmed: { open: null, click: -80 },
  browser_ua: { open: 'human', click: 0 },
  mail_client_ua: { open: 'human', click: 0 },
  native_app_ua: { open: null, click: 0 },
  ua_unrecognised: { open: null, click: 0 },
  // An event that a server sends without a user agent is unknown, not suspect.
  ua_empty: { open: null, click: 0 },
} as const satisfies Record<string, { open: Verdict | null; click: number }>;
export type ReasonCode = keyof typeof MACHINE_RULES;

export const BOT_SCORE = 100;
export const SUSPECT_SCORE = 60;
/** A person needs at least this long to open an email after its delivery. */
export const INSTANT_MS = 2_000;
export const FAST_MS = 10_000;
/** An event this long before its delivery is the sign of a wrong clock, not of a machine. */
const CLOCK_ERROR_MS = 3_600_000;

/** Reasons for a person. A click without one of them is unknown. */
const HUMAN_REASONS: ReadonlySet<ReasonCode> = new Set([
  'user_activation',
  'js_pageview_confirmed',
  'browser_ua',
  'mail_client_ua',
]);
const SEVERITY: Record<Verdict, number> = { unknown: 0, human: 1, proxied: 2, suspect: 3, machine: 4, bot: 5 };

export interface Judgement {
  verdict: Verdict;
  reasons: ReasonCode[];
}

/**
 * Judges one event. `agent` is null when there is no user agent. `evidence` is what the sender reports about the request. A
 * rule about a header runs only when the sender saw the headers.
 */
export function judge(
  touchpoint_type: string,
  agent: Readonly<Agent> | null,
  evidence: Readonly<Record<string, unknown>>,
  occurred_at_ms: number | null,
): Judgement {
  const is_open = touchpoint_type === 'email_open';
  const reasons: ReasonCode[] = [];
  if (evidence['machine'] === true) reasons.push('esp_flag_machine');
  if (evidence['proxied'] === true) reasons.push('esp_flag_proxied');
  if (evidence['synthetic'] === true) reasons.push('inferred_from_click');
  if (isText(evidence['method'], /^head$/i)) reasons.push('method_head');
  if (isText(evidence['purpose'], /prefetch|prerender/i)) reasons.push('prefetch_header');
  reasons.push(agent === null ? 'ua_empty' : agent.kind);
  const timing = afterDelivery(evidence['delivered_at'], occurred_at_ms);
  if (timing !== null) reasons.push(timing);
  if (is_open) return { verdict: openVerdict(reasons), reasons };
  // Only a collector that saw the request knows that the header was missing.
  if (
    agent !== null &&
    agent.chrome_major >= 80 &&
    typeof evidence['method'] === 'string' &&
    !evidence['sec_fetch_mode']
  ) {
    reasons.push('no_sec_fetch');
  }
  if (evidence['sec_fetch_user'] === '?1') reasons.push('user_activation');
  if (evidence['js_confirmed'] === true) reasons.push('js_pageview_confirmed');
  return { verdict: clickVerdict(reasons), reasons };
}

/** The most serious verdict of the reasons. A proxy that fetches right after the delivery does so without a reader. */
function openVerdict(reasons: readonly ReasonCode[]): Verdict {
  let verdict: Verdict = 'unknown';
  for (const reason of reasons) {
    const meant = MACHINE_RULES[reason].open;
    if (meant !== null && SEVERITY[meant] > SEVERITY[verdict]) verdict = meant;
  }
  return verdict;
}

function clickVerdict(reasons: readonly ReasonCode[]): Verdict {
  let score = 0;
  let is_human = false;
  for (const reason of reasons) {
    score += MACHINE_RULES[reason].click;
    if (HUMAN_REASONS.has(reason)) is_human = true;
  }
  if (score >= BOT_SCORE) return 'bot';
  if (score >= SUSPECT_SCORE) return 'suspect';
  return is_human ? 'human' : 'unknown';
}

function afterDelivery(delivered_at: unknown, occurred_at_ms: number | null): ReasonCode | null {
  if (typeof delivered_at !== 'string' || occurred_at_ms === null) return null;
  const delivered_ms = parseInstant(delivered_at);
  if (typeof delivered_ms !== 'number') return null;
  const elapsed_ms = occurred_at_ms - delivered_ms;
  // Gateways follow links before they report the delivery, so a short time before the delivery counts too.
  if (elapsed_ms < -CLOCK_ERROR_MS || elapsed_ms >= FAST_MS) return null;
  return elapsed_ms < INSTANT_MS ? 'instant_after_delivery' : 'fast_after_delivery';
}

function isText(value: unknown, pattern: RegExp): boolean {
  return typeof value === 'string' && value.length <= 200 && pattern.test(value);
}
