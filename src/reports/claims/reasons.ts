/** Why claims differ from revenue and credit: sentences, each with a code and its figures. Only what the data shows is said. */
import type { AttributionWindow } from '../../domain/attribution-window.ts';
import { money, moneyInWords } from '../../domain/money.ts';
import type { Windows } from '../../domain/settings.ts';
import { listed } from '../../domain/text.ts';
import type { ReportJson } from '../context.ts';
import type { ClaimantDays } from './days.ts';
import type { ClaimedOrders, OrderSum } from './facts.ts';
import type { ClaimantRules } from './windows.ts';

export const REASON_CODES = [
  'claims_above_revenue',
  'several_claimants',
  'counts_opens',
  'counts_views',
  'longer_window',
  'before_refunds',
  'shared_orders',
  'renewals',
  'day_of_touch',
  'other_time_zone',
  'unknown_campaigns',
  'not_in_log',
  'window_not_named',
] as const;

export interface Reason {
  code: (typeof REASON_CODES)[number];
  /** Null if it is about all claims together. */
  claimant: string | null;
  message: string;
  figures: ReportJson;
}

export interface ClaimantFacts {
  rules: ClaimantRules;
  claimed_micros: bigint;
  /** Campaigns that the log does not know, and what is claimed with them. */
  unknown: { campaigns: readonly string[]; micros: bigint };
  /** Null if the log has no order that it touched. */
  orders: ClaimedOrders | null;
  days: ClaimantDays;
  /** What the first model credits it with. */
  credited_micros: bigint;
}

export interface ReasonFacts {
  currency: string;
  windows: Windows;
  model: string;
  claimed_micros: bigint;
  net_micros: bigint;
  several: OrderSum;
  /** Most claimed first. */
  claimants: readonly ClaimantFacts[];
}

/** Claims lie on the days of touches rather than of orders if so much less of them would have to move. */
const TELLING_PART = 0.1;
const TELLING_DAYS = 3;
const SHOWN_CAMPAIGNS = 5;

export function reasonsOf(facts: ReasonFacts): Reason[] {
  return [...aboutAll(facts), ...facts.claimants.flatMap((one) => aboutClaimant(one, facts))];
}

const ordersText = (orders: number): string => `${orders} order${orders === 1 ? '' : 's'}`;
const daysText = (days: number): string => `${Number(days.toFixed(2))} day${days === 1 ? '' : 's'}`;
const percent = (part: number): string => `${(part * 100).toFixed(0)} %`;
const sumFigures = ({ orders, micros }: OrderSum): ReportJson => ({ orders, ...money('revenue', micros) });

function aboutAll({ currency, claimed_micros, net_micros, several, claimants }: ReasonFacts): Reason[] {
  const reasons: Reason[] = [];
  const over = claimed_micros - net_micros;
  // More refunds than sales are no claim.
  if (claimants.length > 0 && over > 0n)
    reasons.push({
      code: 'claims_above_revenue',
      claimant: null,
      message: `all claims together are ${moneyInWords(claimed_micros, currency)}, which is ${moneyInWords(over, currency)} more than the net revenue of the shop`,
      figures: {
        ...money('claimed_revenue', claimed_micros),
        ...money('net_revenue', net_micros),
        ...money('over_claim', over),
      },
    });
  if (several.orders > 0)
    reasons.push({
      code: 'several_claimants',
      claimant: null,
      message: `${ordersText(several.orders)} with a net value of ${moneyInWords(several.micros, currency)} had touches of more than one claimant, and each of them may claim the whole order`,
      figures: sumFigures(several),
    });
  return reasons;
}

function aboutClaimant(facts: ClaimantFacts, all: ReasonFacts): Reason[] {
  const { claimant } = facts.rules;
  const found = [
    ...(facts.orders === null ? [] : aboutOrders(facts, facts.orders, all)),
    ...aboutDays(facts, all),
    ...aboutLog(facts, all),
  ];
  return found.map((reason) => ({ ...reason, claimant }));
}

type Own = Omit<Reason, 'claimant'>;

function aboutOrders({ rules, credited_micros }: ClaimantFacts, orders: ClaimedOrders, all: ReasonFacts): Own[] {
  const { claimant, window } = rules;
  const amount = (micros: bigint): string => moneyInWords(micros, all.currency);
  const { refunded, shared, renewals } = orders;
  const reasons: Own[] = window === null ? [] : aboutWindow(claimant, window, orders, all);
  if (refunded.micros > 0n)
    reasons.push({
      code: 'before_refunds',
      message: `refunds took ${amount(refunded.micros)} from ${ordersText(refunded.orders)} that ${claimant} touched; most claimants count orders before refunds`,
      figures: sumFigures(refunded),
    });
  if (shared.orders > 0)
    reasons.push({
      code: 'shared_orders',
      message: `${claimant} shares ${ordersText(shared.orders)} worth ${amount(shared.micros)} with touches of others; a claimant counts whole orders, and ${all.model} credits it with ${amount(credited_micros)} of all its orders`,
      figures: { ...sumFigures(shared), model: all.model, ...money('attributed_revenue', credited_micros) },
    });
  if (renewals.orders > 0)
    reasons.push({
      code: 'renewals',
      message: `${claimant} touched ${ordersText(renewals.orders)} worth ${amount(renewals.micros)} of the type renewal, which a subscription makes without a new decision`,
      figures: sumFigures(renewals),
    });
  return reasons;
}

function aboutWindow(claimant: string, window: AttributionWindow, orders: ClaimedOrders, all: ReasonFacts): Own[] {
  const { click_days, view_days, view_word } = window;
  const { only_viewed, only_machine, beyond } = orders;
  const amount = (micros: bigint): string => moneyInWords(micros, all.currency);
  const by_machines =
    only_machine.orders === 0
      ? ''
      : `, and ${ordersText(only_machine.orders)} worth ${amount(only_machine.micros)} had touches of machines only`;
  const reasons: Own[] = [];
  if (view_word !== null && only_viewed.orders + only_machine.orders > 0)
    reasons.push({
      code: view_word === 'opens' ? 'counts_opens' : 'counts_views',
      message: `${claimant} counts ${view_word} up to ${daysText(view_days)} before an order: ${ordersText(only_viewed.orders)} worth ${amount(only_viewed.micros)} had such a touch and no click${by_machines}`,
      figures: {
        view_days,
        ...sumFigures(only_viewed),
        machine_orders: only_machine.orders,
        ...money('machine_revenue', only_machine.micros),
      },
    });
  if (beyond.orders > 0) {
    const { email_days, click_days: own_days } = all.windows;
    reasons.push({
      code: 'longer_window',
      message: `${claimant} claims orders up to ${daysText(click_days)} after a click, the report up to ${daysText(email_days)} after one in an email and ${daysText(own_days)} after another; only its window holds ${ordersText(beyond.orders)} worth ${amount(beyond.micros)}`,
      figures: { claimed_days: click_days, email_days, click_days: own_days, ...sumFigures(beyond) },
    });
  }
  return reasons;
}

function aboutDays({ rules: { claimant, counted_on }, days }: ClaimantFacts, { currency }: ReasonFacts): Own[] {
  const { beside_orders, beside_touches, moved } = days;
  const reasons: Own[] = [];
  if (beside_orders !== null && beside_touches !== null) {
    const is_closer = beside_touches <= beside_orders / 2 && beside_orders - beside_touches >= TELLING_PART;
    const is_said = counted_on.includes('touch');
    if (is_said || (counted_on.length === 0 && is_closer && days.days >= TELLING_DAYS))
      reasons.push({
        code: 'day_of_touch',
        message: `${claimant} ${is_said ? 'states' : 'seems to state'} a claim on the day of the click or view, not of the order: ${percent(beside_orders)} of its revenue lies on other days than the orders, and ${percent(beside_touches)} on other days than its touches`,
        figures: { beside_orders, beside_touches },
      });
  }
  if (moved !== null && moved.orders > 0)
    reasons.push({
      code: 'other_time_zone',
      message: `the days of ${claimant} are those of ${moved.time_zone}, ${moved.hours_apart} hours from the shop's; they put ${ordersText(moved.orders)} worth ${moneyInWords(moved.micros, currency)} on another day`,
      figures: { time_zone: moved.time_zone, hours_apart: moved.hours_apart, ...sumFigures(moved) },
    });
  return reasons;
}

function aboutLog({ rules, claimed_micros, unknown, orders }: ClaimantFacts, { currency }: ReasonFacts): Own[] {
  const { claimant, window } = rules;
  const amount = (micros: bigint): string => moneyInWords(micros, currency);
  const reasons: Own[] = [];
  const { campaigns } = unknown;
  if (campaigns.length > 0)
    reasons.push({
      code: 'unknown_campaigns',
      message: `${claimant} claims ${amount(unknown.micros)} with ${campaigns.length} campaign${campaigns.length === 1 ? '' : 's'} that no touchpoint and no email names: ${listed(campaigns, SHOWN_CAMPAIGNS)}; check the names in its links`,
      figures: {
        campaigns: campaigns.length,
        campaign_ids: campaigns.slice(0, SHOWN_CAMPAIGNS),
        ...money('claimed_revenue', unknown.micros),
      },
    });
  const touched = orders?.touched ?? { orders: 0, micros: 0n };
  const beyond = claimed_micros - touched.micros;
  if (beyond > 0n)
    reasons.push({
      code: 'not_in_log',
      message: `${claimant} claims ${amount(beyond)} more than all ${ordersText(touched.orders)} that the log shows with its touches, which are worth ${amount(touched.micros)} before refunds`,
      figures: { ...sumFigures(touched), ...money('beyond', beyond) },
    });
  if (window === null)
    reasons.push({
      code: 'window_not_named',
      message: `the claims of ${claimant} name no window that can be read, so its orders are found by the rules of the report; send attribution_window, such as "5-day click, 1-day open"`,
      figures: {},
    });
  return reasons;
}
