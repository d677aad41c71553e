/** The families of worlds. They differ in form, so no model is right in all of them. docs/worlds.md describes each. */
import type { ChannelName, Range } from './catalogue.ts';
import type { AfterOrder, Family, Form } from './setup.ts';

/** A {@link Setup} before a seed has drawn its numbers. */
export interface Blueprint {
  form: Form;
  after_order: (draw: (range: Range) => number) => AfterOrder;
  organic_per_30_days: Range;
  /** Expected share of orders that would not have come without touches. [0, 0]: touches do nothing. */
  incremental: Range;
  intent_sigma: number;
  segment_noise: number;
  market?: { per_30_days: number; mean_days: number; order_lift: number };
  core: readonly ChannelName[];
  /** Up to three of these join by seed, as long as there are at most eight channels. */
  extra: readonly ChannelName[];
  /** One of these channels, if the world has it, has no effect. */
  idle: readonly ChannelName[];
  /** Factors on the rate of touches and on half-lives. */
  volume?: Partial<Record<ChannelName | 'all', number>>;
  half_life?: number;
  /** Rise of the effect as a share of the half-life. */
  rise?: number;
  /** Factors on effects. */
  effect?: Partial<Record<ChannelName, number>>;
  primes?: readonly ChannelName[];
  /** Factor on the exponents with which touches follow intent. */
  pull?: number;
  followers?: readonly {
    after: ChannelName;
    channel: ChannelName;
    mean: Range;
    mean_delay_days: number;
    persuaded: boolean;
  }[];
  closers?: readonly { channel: ChannelName; campaign: string; share: Range }[];
}

const goesOn = (): AfterOrder => ({ person: 'goes_on' });
const leaves = (): AfterOrder => ({ person: 'leaves' });
const rests =
  (range: Range) =>
  (draw: (range: Range) => number): AfterOrder => ({ person: 'rests', mean_days: draw(range) });

const usual = {
  organic_per_30_days: [0.05, 0.09],
  incremental: [0.22, 0.38],
  intent_sigma: 0.5,
  segment_noise: 0.4,
  core: ['display', 'email', 'organic_search', 'paid_search', 'paid_social'],
  extra: ['affiliate', 'direct', 'push', 'referral', 'sms'],
  idle: ['affiliate', 'direct', 'display', 'organic_search', 'paid_social', 'push', 'referral'],
} as const;

export const BLUEPRINTS: Record<Family, Blueprint> = {
  additive: { ...usual, form: 'additive', after_order: goesOn },
  multiplicative: { ...usual, form: 'multiplicative', after_order: rests([4, 9]), intent_sigma: 0.7 },
  saturating: {
    ...usual,
    form: 'saturating',
    after_order: goesOn,
    volume: { all: 1.8 },
    core: ['email', 'organic_search', 'paid_search', 'paid_social', 'sms'],
    extra: ['affiliate', 'direct', 'display', 'push', 'referral'],
  },
  short_paths: {
    ...usual,
    form: 'additive',
    after_order: rests([2, 5]),
    volume: { all: 0.35, display: 0.12, email: 0.35 },
    half_life: 0.25,
    organic_per_30_days: [0.04, 0.07],
  },
  long_paths: {
    ...usual,
    form: 'primed',
    after_order: leaves,
    incremental: [0.3, 0.44],
    core: ['display', 'email', 'organic_search', 'organic_social', 'paid_social'],
    extra: ['affiliate', 'direct', 'paid_search', 'referral', 'sms'],
    idle: ['affiliate', 'direct', 'referral'],
    volume: { all: 2, display: 2.5 },
    half_life: 1.4,
    rise: 0.3,
    primes: ['organic_social', 'paid_social'],
    followers: [
      { after: 'organic_search', channel: 'display', mean: [1, 2], mean_delay_days: 1.5, persuaded: false },
      { after: 'paid_search', channel: 'display', mean: [1, 2], mean_delay_days: 1.5, persuaded: false },
    ],
  },
  confounded: {
    ...usual,
    form: 'additive',
    after_order: rests([5, 10]),
    incremental: [0.15, 0.26],
    intent_sigma: 0.8,
    segment_noise: 0.7,
    market: { per_30_days: 0.5, mean_days: 4, order_lift: 8 },
    core: ['direct', 'display', 'email', 'organic_search', 'paid_search', 'paid_social'],
    extra: ['affiliate', 'push', 'referral', 'sms'],
    idle: ['direct', 'organic_search'],
    followers: [{ after: 'paid_search', channel: 'display', mean: [0.8, 1.5], mean_delay_days: 1, persuaded: false }],
  },
  poacher: {
    ...usual,
    form: 'multiplicative',
    after_order: goesOn,
    core: ['affiliate', 'display', 'email', 'organic_search', 'paid_search', 'paid_social'],
    extra: ['direct', 'push', 'referral', 'sms'],
    idle: ['affiliate'],
    closers: [
      { channel: 'affiliate', campaign: 'partner_coupons', share: [0.35, 0.6] },
      { channel: 'paid_search', campaign: 'search_brand', share: [0.1, 0.2] },
    ],
  },
  funnel: {
    ...usual,
    form: 'additive',
    after_order: goesOn,
    core: ['direct', 'display', 'email', 'organic_search', 'paid_search', 'paid_social'],
    extra: ['affiliate', 'push', 'referral', 'sms'],
    idle: ['affiliate', 'display', 'push', 'referral'],
    volume: { paid_social: 1.6, organic_search: 0.4, paid_search: 0.5, direct: 0.4 },
    effect: { paid_social: 0.15, email: 0.7, direct: 2 },
    followers: [
      { after: 'paid_social', channel: 'organic_search', mean: [0.2, 0.45], mean_delay_days: 1, persuaded: true },
      { after: 'paid_social', channel: 'paid_search', mean: [0.15, 0.35], mean_delay_days: 1.5, persuaded: true },
      { after: 'email', channel: 'direct', mean: [0.05, 0.12], mean_delay_days: 0.5, persuaded: true },
    ],
  },
  small_email: {
    ...usual,
    form: 'saturating',
    after_order: rests([3, 8]),
    incremental: [0.16, 0.28],
    intent_sigma: 0.8,
    volume: { email: 2 },
    effect: { email: 0.06 },
    pull: 1.5,
  },
  lasting: {
    ...usual,
    form: 'additive',
    after_order: goesOn,
    incremental: [0.3, 0.44],
    half_life: 6,
  },
  placebo: {
    ...usual,
    form: 'additive',
    after_order: rests([5, 10]),
    organic_per_30_days: [0.08, 0.12],
    incremental: [0, 0],
    intent_sigma: 0.8,
    segment_noise: 0.6,
    market: { per_30_days: 0.4, mean_days: 4, order_lift: 6 },
    followers: [{ after: 'paid_search', channel: 'display', mean: [0.8, 1.5], mean_delay_days: 1, persuaded: false }],
  },
};
