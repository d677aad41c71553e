/** How the order of a receipt was joined to a click, as its senders say. */
import { MATCH_CONFIDENCE, type MatchMethod } from '../domain/order-match.ts';
import type { ReportJson } from './context.ts';

/** What a conversion of the order says. */
interface SaidMatch {
  named_id: string;
  match_method: string | null;
  match_confidence: number | null;
  custom_properties: string | null;
}

const SENTENCES: Readonly<Record<MatchMethod, string>> = {
  click_id: 'the order has the id of the click',
  landing_url: 'the URL on which the visit began has the id of the click',
  visitor_id: 'the order has the id of the visitor',
  customer: 'the order has the customer or address of the recipient',
  coupon: 'the coupon belongs to one campaign; it says nothing about the person',
  utm: 'the visit names a campaign; it says nothing about the person',
};

/** The most trusted match of all conversions of an order, since several events tell of one order; null if none has one. */
export function bestMatch(conversions: readonly SaidMatch[]): ReportJson | null {
  const matches = conversions.flatMap(({ named_id, match_method, match_confidence, custom_properties }) => {
    if (match_method === null) return [];
    const method = match_method as MatchMethod;
    const confidence = match_confidence ?? MATCH_CONFIDENCE[method];
    return [{ method, confidence, conversion_id: named_id, campaign_id: campaignOf(custom_properties) }];
  });
  const [first, ...others] = matches;
  if (first === undefined) return null;
  const best = others.reduce((one, other) => (other.confidence > one.confidence ? other : one), first);
  return { ...best, because: SENTENCES[best.method] };
}

/** The campaign that a coupon or UTMs name. */
function campaignOf(custom_properties: string | null): string | null {
  if (custom_properties === null) return null;
  const { match_campaign_id } = JSON.parse(custom_properties) as { match_campaign_id?: unknown };
  return typeof match_campaign_id === 'string' ? match_campaign_id : null;
}
