/** The setup of one causal world: its channels, the effects of touches, and the effect of an order. Drawn once per seed. */
import type { TouchpointType } from '../../domain/touchpoint.ts';

export const FAMILIES = [
  'additive',
  'multiplicative',
  'saturating',
  'short_paths',
  'long_paths',
  'confounded',
  'poacher',
  'funnel',
  'small_email',
  'lasting',
  'placebo',
] as const;
export type Family = (typeof FAMILIES)[number];

export interface CausalOptions {
  family: Family;
  customers: number;
  /** Length of the world; it ends at `end_ms`. */
  days: number;
  seed: number;
  /** UTC milliseconds; nothing happens at or after it. */
  end_ms: number;
  /** Per channel, the share of customers, drawn at random, who never get a touch of it. */
  holdouts?: Record<string, number>;
}

/** The way in which touches raise the hazard. The formulas are in hazard.ts. */
export type Form = 'additive' | 'multiplicative' | 'saturating' | 'primed';

/** After an order a person goes on as before, rests for an exponential time, or leaves for ever. */
export type AfterOrder = { person: 'goes_on' } | { person: 'rests'; mean_days: number } | { person: 'leaves' };

/** One sort of touch. Its effect starts at the touch and halves every `half_life_days` (with a rise, it peaks later). */
export interface Kind {
  touchpoint_type: TouchpointType;
  channel: number;
  /** Orders that one touch brings, in the additive form and for a person of average response, before `effect_scale`. */
  effect: number;
  half_life_days: number;
  /** 0: the effect is greatest at the touch. Otherwise, a number below the half-life: the effect is a difference of two decays. */
  rise_days: number;
  /** True if, in the primed form, it makes other touches effective. */
  primes: boolean;
}

export interface Campaign {
  campaign_id: string;
  channel: number;
  /** Scales the effect of its touches; 0 for a campaign without any. */
  strength: number;
  /** The part of the channel's touches that belong to it. */
  share: number;
}

/** Touches that happen by themselves, at a rate of their own. */
interface Arrivals {
  way: 'arrivals';
  per_30_days: number;
  kind: number;
}

/** Messages to many people at one time. Some people see them, and some of these click. */
interface Blasts {
  way: 'blasts';
  every_days: number;
  /** A seen message makes a touch (an open) only if there is a kind for it. */
  seen_kind: number | undefined;
  seen_rate: number;
  click_kind: number;
  click_rate: number;
}

export interface Channel {
  name: string;
  reach: Arrivals | Blasts;
  /** Indices into the setup's campaigns. */
  campaigns: readonly number[];
  /** Exponent with which touches follow a person's intent, which no record shows. */
  intent_pull: number;
  /** Factor on the rate of touches while a person is in the market. */
  market_pull: number;
  /** Factors by segment (low, medium, high), which records show. */
  segment_pull: readonly [number, number, number];
}

/** Touches that a touch brings about: a search after a post, a banner after a visit. */
export interface Follower {
  after_channel: number;
  channel: number;
  kind: number;
  /** Mean number per touch. */
  mean: number;
  mean_delay_days: number;
  /** True if only an effective touch brings them: a campaign without effect then brings none. */
  persuaded: boolean;
}

/** A visit without any effect, before an order that was coming anyway. */
export interface Closer {
  kind: number;
  campaign: number;
  /** The part of the orders that have it. */
  share: number;
}

export interface Blast {
  at_ms: number;
  channel: number;
  campaign: number;
  email_id: string;
}

export interface Setup {
  options: CausalOptions;
  start_ms: number;
  end_ms: number;
  form: Form;
  after_order: AfterOrder;
  /** Orders of an average person without any touch. */
  organic_per_day: number;
  /** Sigmas of the logarithms: of intent (mean 1), and of the noise through which a segment shows it. */
  intent_sigma: number;
  segment_noise: number;
  /** Spells in which a person is about to buy. No segment shows them; only the person's touches and orders do. */
  market?: { per_30_days: number; mean_days: number; order_lift: number };
  channels: readonly Channel[];
  kinds: readonly Kind[];
  /** At most 31, because sets of them are bits. */
  campaigns: readonly Campaign[];
  followers: readonly Follower[];
  closers: readonly Closer[];
  /** In order of time. */
  blasts: readonly Blast[];
  /** Multiplies every effect, so that the world has the incremental fraction that was drawn for it. */
  effect_scale: number;
}

export const SEGMENTS = ['low_engagement', 'medium_engagement', 'high_engagement'] as const;
