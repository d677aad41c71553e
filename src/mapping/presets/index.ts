/** The list of presets. A file is asked of them in this order. */
import { badRequest } from '../../domain/errors.ts';
import { GOOGLE_ADS_COST, GOOGLE_ADS_WITHOUT_DAYS, META_ADS_COST, META_ADS_WITHOUT_DAYS } from './ads.ts';
import { GA4_EVENTS } from './ga4.ts';
import { HUBSPOT_CONTACTS, HUBSPOT_DEALS } from './hubspot.ts';
import { KLAVIYO_EVENTS, KLAVIYO_TABLE } from './klaviyo.ts';
import {
  MAILCHIMP_ACTIVITY,
  MAILCHIMP_ACTIVITY_ROWS,
  MAILCHIMP_CLICKS,
  MAILCHIMP_COUNTS,
  MAILCHIMP_OPENS,
  MAILCHIMP_UNSUBSCRIBES,
} from './mailchimp.ts';
import { MANDRILL_ACTIVITY, MANDRILL_MESSAGES } from './mandrill.ts';
import type { Preset, Unusable } from './preset.ts';
import { SEGMENT_EVENTS, SEGMENT_IDENTIFIES, SEGMENT_PAGES, SEGMENT_TRACKS } from './segment.ts';
import { SHOPIFY_ORDERS } from './shopify.ts';
import { SNOWPLOW_EVENTS } from './snowplow.ts';
import { STRIPE_BALANCE, STRIPE_PAYMENTS, STRIPE_WITHOUT_CHARGES } from './stripe.ts';
import { WOOCOMMERCE_ANALYTICS, WOOCOMMERCE_ORDERS } from './woocommerce.ts';

export const PRESETS: readonly Preset[] = [
  SHOPIFY_ORDERS,
  WOOCOMMERCE_ORDERS,
  WOOCOMMERCE_ANALYTICS,
  STRIPE_PAYMENTS,
  STRIPE_BALANCE,
  HUBSPOT_CONTACTS,
  HUBSPOT_DEALS,
  KLAVIYO_EVENTS,
  KLAVIYO_TABLE,
  MAILCHIMP_ACTIVITY,
  MAILCHIMP_ACTIVITY_ROWS,
  MAILCHIMP_UNSUBSCRIBES,
  MAILCHIMP_CLICKS,
  MAILCHIMP_OPENS,
  MANDRILL_ACTIVITY,
  MANDRILL_MESSAGES,
  GA4_EVENTS,
  GOOGLE_ADS_COST,
  META_ADS_COST,
  SEGMENT_PAGES,
  SEGMENT_EVENTS,
  SEGMENT_IDENTIFIES,
  SNOWPLOW_EVENTS,
];

/** Known exports that lack what every record needs. */
export const UNUSABLE: readonly Unusable[] = [
  MAILCHIMP_COUNTS,
  GOOGLE_ADS_WITHOUT_DAYS,
  META_ADS_WITHOUT_DAYS,
  SEGMENT_TRACKS,
  ...STRIPE_WITHOUT_CHARGES,
];

/** @throws bad_request if there is none of this name. */
export function presetNamed(name: string): Preset {
  const found = PRESETS.find((preset) => preset.name === name);
  if (found === undefined)
    throw badRequest('--preset', `${name} is not one of ${PRESETS.map((preset) => preset.name).join(', ')}`);
  return found;
}
