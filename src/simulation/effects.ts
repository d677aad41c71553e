/**
 * The true causes of orders, which no product can see. Orders are a superposition of Poisson streams: one that runs by
 * itself, and a burst after every touch that has an effect. So each order has exactly one cause, and truth.json can say
 * how many each channel brought. A person's closing visit (often direct, a brand search, a coupon site) causes nothing,
 * because its order was coming anyway.
 */
export interface Effect {
  /** Orders that one touch brings on average, for a person of average responsiveness. */
  orders_per_touch: number;
  /** Share of these orders that happen in the visit that the touch leads to. */
  same_session_share: number;
  /** The rest follow with this half-life, in days. */
  half_life_days: number;
}

export const EFFECTS = {
  email_click: { orders_per_touch: 0.24, same_session_share: 0.3, half_life_days: 2.5 },
  /** A person reads the email. It does not matter whether an open is recorded. */
  email_read: { orders_per_touch: 0.012, same_session_share: 0, half_life_days: 1 },
  sms: { orders_per_touch: 0.15, same_session_share: 0.5, half_life_days: 1 },
  push: { orders_per_touch: 0.08, same_session_share: 0.5, half_life_days: 0.5 },
  organic_search: { orders_per_touch: 0.04, same_session_share: 0.3, half_life_days: 3 },
  paid_search: { orders_per_touch: 0.06, same_session_share: 0.4, half_life_days: 2 },
  paid_social: { orders_per_touch: 0.04, same_session_share: 0.15, half_life_days: 4 },
  referral: { orders_per_touch: 0.05, same_session_share: 0.3, half_life_days: 3 },
  display: { orders_per_touch: 0.003, same_session_share: 0, half_life_days: 2 },
  /** Visits by affiliate links and direct visits come with orders and cause none. Machines cause none either. */
  affiliate: { orders_per_touch: 0, same_session_share: 0, half_life_days: 1 },
  direct: { orders_per_touch: 0, same_session_share: 0, half_life_days: 1 },
  machine_open: { orders_per_touch: 0, same_session_share: 0, half_life_days: 1 },
  scanner_click: { orders_per_touch: 0, same_session_share: 0, half_life_days: 1 },
} as const satisfies Record<string, Effect>;

export type EffectName = keyof typeof EFFECTS;
/** `organic` is the stream that runs by itself. */
export type Cause = EffectName | 'organic';

/** Orders of an average customer per 30 days without any marketing. */
export const ORGANIC_ORDERS_PER_30_DAYS = 0.1;
