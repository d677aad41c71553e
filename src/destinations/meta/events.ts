/** What an order is in Meta's Conversions API: one event, with identifiers of the person that are hashed before they leave. */
import { hash } from 'node:crypto';
import { formatInstant, MS_PER_DAY } from '../../domain/time.ts';
import { amount } from '../amounts.ts';
import type { DestinationOptions, Told } from '../destination.ts';
import { fitId, fitText } from '../fit.ts';
import type { ConversionMessage } from '../message.ts';
import { emailOf, entryOf, orderOf, placedMs, present } from '../order.ts';

/** Meta refuses a whole request with an event that is older. */
export const MAX_AGE_MS = 7 * MS_PER_DAY;
const MAX_ID = 100;
const MAX_TEXT = 400;
const MAX_PRODUCTS = 200;

/** Meta's standard events by conversion type. The others are custom events with the name of the type. */
const EVENTS: Readonly<Record<string, string>> = {
  purchase: 'Purchase',
  renewal: 'Purchase',
  subscription: 'Subscribe',
  trial_signup: 'StartTrial',
  lead_generation: 'Lead',
  demo_request: 'Contact',
  consultation_booking: 'Schedule',
  newsletter_signup: 'CompleteRegistration',
  webinar_registration: 'CompleteRegistration',
  content_engagement: 'ViewContent',
};

export interface MetaEvent {
  event_name: string;
  /** Seconds. */
  event_time: number;
  event_id: string;
  [field: string]: unknown;
}

/** @param now_ms when it is sent. */
export function eventTold(message: ConversionMessage, { options }: DestinationOptions, now_ms: number): Told {
  if (message.correction !== null) return { skipped: 'Meta takes an order once and has no way to change it' };
  const user_data = personOf(message);
  if (Object.keys(user_data).every((name) => name === 'client_user_agent'))
    return {
      refused:
        'identifiers: Meta needs a person; send customer_id, or email_sha256, phone_sha256, fbc or fbp in custom_properties',
    };
  const placed_ms = placedMs(message);
  if (now_ms - placed_ms > MAX_AGE_MS)
    return {
      refused: `occurred_at: ${formatInstant(placed_ms)} is more than 7 days ago, and Meta refuses older events; send conversions sooner`,
    };
  const event: MetaEvent = {
    event_name: entryOf(EVENTS, message.conversion_type) ?? message.conversion_type,
    event_time: Math.floor(Math.min(placed_ms, now_ms) / 1_000),
    event_id: fitId(orderOf(message), MAX_ID),
    ...placeOf(message, options['event_source_url']),
    user_data,
    custom_data: orderData(message),
  };
  return { items: [event] };
}

/** Meta wants the browser and the page of events on a website. Without both, the event is of another place. */
function placeOf({ identifiers, conversion_type }: ConversionMessage, url: string | undefined): Record<string, string> {
  if (identifiers.client_user_agent && url !== undefined) return { action_source: 'website', event_source_url: url };
  return { action_source: conversion_type === 'renewal' ? 'system_generated' : 'other' };
}

const HASHED = /^[0-9a-f]{64}$/;
const hashed = (text: string | undefined): string[] | null =>
  text !== undefined && HASHED.test(text.toLowerCase()) ? [text.toLowerCase()] : null;
const sha256 = (text: string): string => hash('sha256', text, 'hex');

function personOf({ customer_id, anonymous_id, identifiers }: ConversionMessage): Record<string, unknown> {
  const ids = [customer_id, anonymous_id].filter((id) => id !== null).map(sha256);
  return present<unknown>({
    em: hashed(identifiers.email_sha256),
    ph: hashed(identifiers.phone_sha256),
    external_id: ids.length === 0 ? null : ids,
    fbc: clickOf(identifiers.fbc),
    fbp: clickOf(identifiers.fbp),
    client_user_agent: identifiers.client_user_agent && fitText(identifiers.client_user_agent, MAX_TEXT),
  });
}

/** Meta's own ids of clicks and browsers, such as fb.1.1700000000000.AbC. */
const CLICK = /^fb\.\d\.\d{1,15}\.[\w-]{1,500}$/;
const clickOf = (id: string | undefined): string | null => (id !== undefined && CLICK.test(id) ? id : null);

function orderData(message: ConversionMessage): Record<string, unknown> {
  const { state, currency, product_ids } = message;
  const email = emailOf(message);
  return present<unknown>({
    value: amount(state.net_micros, currency),
    currency,
    order_id: fitId(orderOf(message), MAX_ID),
    content_ids: product_ids.length === 0 ? null : product_ids.slice(0, MAX_PRODUCTS).map((id) => fitText(id, MAX_ID)),
    content_type: product_ids.length === 0 ? null : 'product',
    num_items: message.quantity,
    email_campaign_id: email?.campaign_id == null ? null : fitText(email.campaign_id, MAX_ID),
    email_credit: amount(state.email_credit_micros, currency),
    attribution_model: fitText(message.attribution_model, MAX_ID),
    touchpoint_count: state.touchpoint_count,
  });
}
