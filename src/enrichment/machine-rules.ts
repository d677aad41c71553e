/**
 * The rules that tell machines from persons, with their weights, and what a configuration may change of them.
 * Sources: documents of email providers, and the tracking of Mautic, Dub and EmailEngine. The weights are a judgement. They were
 * not measured on real mail.
 */
import { badRequest } from '../domain/errors.ts';
import type { Verdict } from '../domain/touchpoint.ts';

/**
 * One row per reason. `open` is the verdict that the reason gives to an open, or null for none. `click` is the weight that it
 * adds for every other event.
 */
export const MACHINE_RULES = {
  esp_flag_machine: { open: 'machine', click: 100 },
  esp_flag_proxied: { open: 'proxied', click: 0 },
  inferred_from_click: { open: 'human', click: 0 },
  method_head: { open: 'bot', click: 100 },
  prefetch_header: { open: 'machine', click: 100 },
  honeypot_link: { open: null, click: 100 },
  gmail_image_proxy: { open: 'proxied', click: 100 },
  yahoo_image_proxy: { open: 'proxied', click: 100 },
  outlook_image_proxy: { open: 'proxied', click: 100 },
  apple_mpp_bare_ua: { open: 'machine', click: 100 },
  security_scanner_ua: { open: 'bot', click: 100 },
  http_library_ua: { open: 'bot', click: 100 },
  isbot_ua: { open: 'bot', click: 100 },
  // The reason of an event has the name of the network behind it: `scanner_network:NAME`.
  scanner_network: { open: 'bot', click: 100 },
  instant_after_delivery: { open: 'machine', click: 60 },
  fast_after_delivery: { open: null, click: 30 },
  no_sec_fetch: { open: null, click: 30 },
  user_activation: { open: null, click: -40 },
  js_pageview_confirmed: { open: null, click: -80 },
  // The next four compare the clicks of one message.
  honeypot_same_burst: { open: null, click: 100 },
  multi_link_burst: { open: null, click: 60 },
  all_links_clicked: { open: null, click: 60 },
  same_link_two_clients: { open: null, click: 20 },
  browser_ua: { open: 'human', click: 0 },
  mail_client_ua: { open: 'human', click: 0 },
  native_app_ua: { open: null, click: 0 },
  ua_unrecognised: { open: null, click: 0 },
  // An event that a server sends without a user agent is unknown, not suspect.
  ua_empty: { open: null, click: 0 },
} as const satisfies Record<string, { open: Verdict | null; click: number }>;
export type RuleName = keyof typeof MACHINE_RULES;
/** A rule, or the network by which `scanner_network` holds. */
export type ReasonCode = RuleName | `scanner_network:${string}`;

export function ruleOf(reason: ReasonCode): RuleName {
  return reason.startsWith('scanner_network:') ? 'scanner_network' : (reason as RuleName);
}

/** Reasons for a person. A click without one of them is unknown. */
export const HUMAN_REASONS: ReadonlySet<ReasonCode> = new Set([
  'user_activation',
  'js_pageview_confirmed',
  'browser_ua',
  'mail_client_ua',
]);

export const NETWORK_SCOPES = ['opens', 'clicks', 'both'] as const;
export type NetworkScope = (typeof NETWORK_SCOPES)[number];

/** The weights and thresholds of a configuration. */
export interface MachineRules {
  /** The weight of each reason for every event that is no open. */
  weights: Readonly<Record<RuleName, number>>;
  /** A score of at least this is suspect. */
  suspect: number;
  /** A score of at least this is a bot. */
  bot: number;
  /** What the networks of the operator are judged for, by name. */
  scopes: ReadonlyMap<string, NetworkScope>;
}

const DEFAULT_WEIGHTS = Object.fromEntries(
  Object.entries(MACHINE_RULES).map(([name, { click }]) => [name, click]),
) as Record<RuleName, number>;

export const DEFAULT_MACHINE_RULES: MachineRules = {
  weights: DEFAULT_WEIGHTS,
  suspect: 60,
  bot: 100,
  scopes: new Map(),
};

/** What a configuration may say about the rules. */
export interface MachineRulesSettings {
  weights?: Readonly<Record<string, number>>;
  suspect?: number;
  bot?: number;
  networks?: readonly { name: string; scope: NetworkScope }[];
}

/** The rules of a configuration. @throws bad_request with the setting at fault. */
export function machineRules({ weights = {}, suspect, bot, networks = [] }: MachineRulesSettings): MachineRules {
  for (const [name, weight] of Object.entries(weights)) checkWeight(name, weight);
  const rules = {
    weights: { ...DEFAULT_WEIGHTS, ...weights },
    suspect: suspect ?? DEFAULT_MACHINE_RULES.suspect,
    bot: bot ?? DEFAULT_MACHINE_RULES.bot,
    scopes: new Map(networks.map(({ name, scope }) => [name, scope])),
  };
  if (rules.suspect > rules.bot)
    throw badRequest(
      'config.machine_traffic.suspect',
      `is ${rules.suspect}, which is more than bot (${rules.bot}); lower it, or raise bot`,
    );
  return rules;
}

/** A sign of a person never makes a machine, and the other way round. */
function checkWeight(name: string, weight: number): void {
  const where = `config.machine_traffic.weights.${name}`;
  if (!Object.hasOwn(MACHINE_RULES, name))
    throw badRequest(where, `is no rule; the rules are ${Object.keys(MACHINE_RULES).join(', ')}`);
  const is_human = HUMAN_REASONS.has(name as RuleName);
  if (is_human ? weight > 0 : weight < 0)
    throw badRequest(
      where,
      `is ${weight}; ${name} is a sign of ${is_human ? 'a person, so its weight is 0 or less' : 'a machine, so its weight is 0 or more'}`,
    );
}
