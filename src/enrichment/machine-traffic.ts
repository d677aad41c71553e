/**
 * Decides whether a person made an event: from its own evidence, and from what the other events of its message say
 * ({@link ./message-rules.ts}). A touchpoint is never dropped: it keeps its verdict with the reasons, and the report decides which
 * verdicts count.
 */
import { parseInstant } from '../domain/time.ts';
import type { Verdict } from '../domain/touchpoint.ts';
import {
  DEFAULT_MACHINE_RULES,
  HUMAN_REASONS,
  MACHINE_RULES,
  type MachineRules,
  type ReasonCode,
  ruleOf,
} from './machine-rules.ts';
import type { Agent } from './mail-clients.ts';

/** A person needs at least this long to open an email after its delivery. */
const INSTANT_MS = 2_000;
const FAST_MS = 10_000;
/** An event this long before its delivery is the sign of a wrong clock, not of a machine. */
export const CLOCK_ERROR_MS = 3_600_000;
/** More networks than this are not read from the evidence of an event. */
const MAX_NETWORKS = 10;

const SEVERITY: Record<Verdict, number> = { unknown: 0, human: 1, proxied: 2, suspect: 3, machine: 4, bot: 5 };

export interface Judgement {
  verdict: Verdict;
  reasons: ReasonCode[];
}

/** One event with what its sender reports about the request. */
export interface JudgedEvent {
  touchpoint_type: string;
  /** Null when there is no user agent. */
  agent: Readonly<Agent> | null;
  evidence: Readonly<Record<string, unknown>>;
  at_ms: number | null;
}

/** What the other events of the message say about an event. */
export interface MessageFacts {
  /** The instant at which the message was delivered, else sent; null when no event says it. */
  delivered_ms: number | null;
  reasons: readonly ReasonCode[];
}

const NO_FACTS: MessageFacts = { delivered_ms: null, reasons: [] };

/** Judges one event. A rule about a header runs only when the sender saw the headers. */
export function judge(
  { touchpoint_type, agent, evidence, at_ms }: JudgedEvent,
  rules: MachineRules = DEFAULT_MACHINE_RULES,
  message: MessageFacts = NO_FACTS,
): Judgement {
  const is_open = touchpoint_type === 'email_open';
  const reasons: ReasonCode[] = [];
  if (evidence['machine'] === true) reasons.push('esp_flag_machine');
  if (evidence['proxied'] === true) reasons.push('esp_flag_proxied');
  if (evidence['synthetic'] === true) reasons.push('inferred_from_click');
  if (isText(evidence['method'], /^head$/i)) reasons.push('method_head');
  if (isText(evidence['purpose'], /prefetch|prerender/i)) reasons.push('prefetch_header');
  reasons.push(...networkReasons(evidence['network'], is_open, rules));
  reasons.push(agent === null ? 'ua_empty' : agent.kind);
  const timing = afterDelivery(deliveredMs(evidence['delivered_at']) ?? message.delivered_ms, at_ms);
  if (timing !== null) reasons.push(timing);
  if (is_open) return { verdict: openVerdict(reasons), reasons };
  if (evidence['honeypot'] === true) reasons.push('honeypot_link');
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
  const is_confirmed = evidence['js_confirmed'] === true;
  if (is_confirmed) reasons.push('js_pageview_confirmed');
  for (const reason of message.reasons) if (!(is_confirmed && reason === 'js_pageview_confirmed')) reasons.push(reason);
  return { verdict: clickVerdict(reasons, rules), reasons };
}

/** The most serious verdict of the reasons. A proxy that fetches right after the delivery does so without a reader. */
function openVerdict(reasons: readonly ReasonCode[]): Verdict {
  let verdict: Verdict = 'unknown';
  for (const reason of reasons) {
    const meant = MACHINE_RULES[ruleOf(reason)].open;
    if (meant !== null && SEVERITY[meant] > SEVERITY[verdict]) verdict = meant;
  }
  return verdict;
}

function clickVerdict(reasons: readonly ReasonCode[], { weights, suspect, bot }: MachineRules): Verdict {
  let score = 0;
  let is_human = false;
  for (const reason of reasons) {
    score += weights[ruleOf(reason)];
    if (HUMAN_REASONS.has(reason)) is_human = true;
  }
  if (score >= bot) return 'bot';
  if (score >= suspect) return 'suspect';
  return is_human ? 'human' : 'unknown';
}

/** A reason for each network of the operator from which the request came. A network of another name says nothing. */
function networkReasons(names: unknown, is_open: boolean, { scopes }: MachineRules): ReasonCode[] {
  if (scopes.size === 0 || !Array.isArray(names)) return [];
  const other = is_open ? 'clicks' : 'opens';
  return names.slice(0, MAX_NETWORKS).flatMap((name): ReasonCode[] => {
    const scope = scopes.get(name);
    return scope === undefined || scope === other ? [] : [`scanner_network:${name}`];
  });
}

function deliveredMs(delivered_at: unknown): number | null {
  if (typeof delivered_at !== 'string') return null;
  const delivered_ms = parseInstant(delivered_at);
  return typeof delivered_ms === 'number' ? delivered_ms : null;
}

function afterDelivery(delivered_ms: number | null, at_ms: number | null): ReasonCode | null {
  if (delivered_ms === null || at_ms === null) return null;
  const elapsed_ms = at_ms - delivered_ms;
  // Gateways follow links before they report the delivery, so a short time before the delivery counts too.
  if (elapsed_ms < -CLOCK_ERROR_MS || elapsed_ms >= FAST_MS) return null;
  return elapsed_ms < INSTANT_MS ? 'instant_after_delivery' : 'fast_after_delivery';
}

function isText(value: unknown, pattern: RegExp): boolean {
  return typeof value === 'string' && value.length <= 200 && pattern.test(value);
}
