/** The channels of the worlds, with the ranges from which a seed draws. */
import type { TouchpointType } from '../../domain/touchpoint.ts';

export type Range = readonly [low: number, high: number];

interface KindTemplate {
  touchpoint_type: TouchpointType;
  /** Orders per touch, relative to the other kinds of the world. */
  effect: number;
  /** Well within the report's window of the type (views 1 day, email 7, the rest 30), so that reports can see the effect. */
  half_life_days: Range;
}

export interface ChannelTemplate {
  reach:
    | { way: 'arrivals'; per_30_days: Range; kind: KindTemplate }
    | {
        way: 'blasts';
        every_days: Range;
        seen: KindTemplate | undefined;
        seen_rate: Range;
        click: KindTemplate;
        click_rate: Range;
      };
  campaigns: readonly string[];
  intent_pull: number;
  market_pull: number;
  segment_pull: readonly [number, number, number];
}

const everyone = [1, 1, 1] as const;

function visits(touchpoint_type: TouchpointType, per_30_days: Range, effect: number, half_life_days: Range) {
  return { way: 'arrivals', per_30_days, kind: { touchpoint_type, effect, half_life_days } } as const;
}

export const CATALOGUE = {
  affiliate: {
    reach: visits('website_visit', [0.1, 0.25], 0.03, [1, 3]),
    campaigns: ['partner_coupons', 'partner_reviews'],
    intent_pull: 0.3,
    market_pull: 2,
    segment_pull: everyone,
  },
  direct: {
    reach: visits('direct_visit', [0.3, 0.6], 0.02, [0.5, 2]),
    campaigns: [],
    intent_pull: 0.8,
    market_pull: 5,
    segment_pull: everyone,
  },
  display: {
    reach: visits('ad_impression', [1.5, 4], 0.004, [0.15, 0.35]),
    campaigns: ['display_prospecting', 'display_lookalike', 'display_retargeting'],
    intent_pull: 0.2,
    market_pull: 1.5,
    segment_pull: [0.8, 1, 1.4],
  },
  email: {
    reach: {
      way: 'blasts',
      every_days: [3, 6],
      seen: { touchpoint_type: 'email_open', effect: 0.006, half_life_days: [0.15, 0.35] },
      seen_rate: [0.2, 0.35],
      click: { touchpoint_type: 'email_click', effect: 0.07, half_life_days: [0.8, 2.2] },
      click_rate: [0.1, 0.18],
    },
    campaigns: ['newsletter', 'promotion', 'win_back'],
    intent_pull: 0.35,
    market_pull: 1.3,
    segment_pull: [0.6, 0.85, 1],
  },
  organic_search: {
    reach: visits('website_visit', [0.3, 0.7], 0.03, [1, 3]),
    campaigns: [],
    intent_pull: 0.6,
    market_pull: 5,
    segment_pull: everyone,
  },
  organic_social: {
    reach: visits('social_interaction', [0.2, 0.5], 0.02, [1.5, 4]),
    campaigns: [],
    intent_pull: 0.2,
    market_pull: 1,
    segment_pull: everyone,
  },
  paid_search: {
    reach: visits('website_visit', [0.3, 0.6], 0.05, [1, 3]),
    campaigns: ['search_brand', 'search_category', 'search_generic'],
    intent_pull: 0.6,
    market_pull: 4,
    segment_pull: everyone,
  },
  paid_social: {
    reach: visits('paid_ad_click', [0.25, 0.5], 0.035, [1.5, 4]),
    campaigns: ['social_lookalike', 'social_prospecting', 'social_video'],
    intent_pull: 0.3,
    market_pull: 1.5,
    segment_pull: [0.8, 1, 1.3],
  },
  push: {
    reach: {
      way: 'blasts',
      every_days: [6, 9],
      seen: undefined,
      seen_rate: [0.15, 0.25],
      click: { touchpoint_type: 'push_click', effect: 0.05, half_life_days: [0.3, 1] },
      click_rate: [0.15, 0.25],
    },
    campaigns: ['push_news', 'push_weekly'],
    intent_pull: 0.3,
    market_pull: 1.3,
    segment_pull: [0.6, 0.9, 1],
  },
  referral: {
    reach: visits('website_visit', [0.1, 0.25], 0.05, [1.5, 4]),
    campaigns: [],
    intent_pull: 0.3,
    market_pull: 2,
    segment_pull: everyone,
  },
  sms: {
    reach: {
      way: 'blasts',
      every_days: [9, 14],
      seen: undefined,
      seen_rate: [0.25, 0.4],
      click: { touchpoint_type: 'sms_click', effect: 0.08, half_life_days: [0.4, 1.2] },
      click_rate: [0.15, 0.25],
    },
    campaigns: ['sms_offers', 'sms_reminders'],
    intent_pull: 0.3,
    market_pull: 1.3,
    segment_pull: [0.5, 0.8, 1],
  },
} as const satisfies Record<string, ChannelTemplate>;

export type ChannelName = keyof typeof CATALOGUE;
