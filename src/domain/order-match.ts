/** How an order was joined to the click that led to it, in the order of trust. */

/**
 * `click_id` stands in the order itself; `landing_url` had it; `visitor_id` is that of our script; `customer` is the customer_id or
 * address; `coupon` belongs to one campaign; `utm` names a campaign and no person.
 */
export const MATCH_METHODS = ['click_id', 'landing_url', 'visitor_id', 'customer', 'coupon', 'utm'] as const;
export type MatchMethod = (typeof MATCH_METHODS)[number];

/** How far each method can be trusted, from 0 to 1. The values are judgement, and no report weighs by them. */
export const MATCH_CONFIDENCE: Readonly<Record<MatchMethod, number>> = {
  click_id: 0.99,
  landing_url: 0.95,
  visitor_id: 0.9,
  customer: 0.85,
  coupon: 0.6,
  utm: 0.4,
};
