/**
 * The body of a webhook: `type`, `version`, `timestamp` and `data`. New fields may come within a version; where a field changes its
 * meaning or goes, the version is higher. docs/destinations/webhook.md describes it.
 */
import { money } from '../../domain/money.ts';
import type { ConversionMessage, Message, OrderState, ProfileMessage } from '../message.ts';

const VERSION = 1;

export interface WebhookBody {
  type: 'conversion.created' | 'conversion.corrected' | 'profile.updated';
  version: typeof VERSION;
  /** Of the order, or of the newest order of the customer. */
  timestamp: string;
  data: { message_id: string } & Record<string, unknown>;
}

export function webhookBody(message: Message): WebhookBody {
  if (message.kind === 'profile')
    return { type: 'profile.updated', version: VERSION, timestamp: message.as_of, data: profileData(message) };
  return {
    type: message.correction === null ? 'conversion.created' : 'conversion.corrected',
    version: VERSION,
    timestamp: message.occurred_at,
    data: conversionData(message),
  };
}

function conversionData(message: ConversionMessage): WebhookBody['data'] {
  const { correction } = message;
  return {
    message_id: message.message_id,
    revision: message.revision,
    brand_id: message.brand_id,
    conversion_id: message.conversion_id,
    order_id: message.order_id,
    conversion_type: message.conversion_type,
    occurred_at: message.occurred_at,
    currency: message.currency,
    ...money('value', BigInt(message.value_micros)),
    customer_id: message.customer_id,
    anonymous_id: message.anonymous_id,
    session_id: message.session_id,
    product_ids: message.product_ids,
    quantity: message.quantity,
    category: message.category,
    identifiers: message.identifiers,
    segments: message.segments,
    attribution_model: message.attribution_model,
    state: stateData(message.state),
    correction:
      correction === null
        ? null
        : {
            before: stateData(correction.before),
            parts: correction.parts.map(({ cause, net_micros, email_credit_micros }) => ({
              cause,
              ...money('net', BigInt(net_micros)),
              ...money('email_credit', BigInt(email_credit_micros)),
            })),
          },
  };
}

function stateData(state: OrderState): Record<string, unknown> {
  return {
    ...money('net', BigInt(state.net_micros)),
    ...money('email_credit', BigInt(state.email_credit_micros)),
    ...money('credited', BigInt(state.credited_micros)),
    unattributed_reason: state.unattributed_reason,
    journey_length_days: state.journey_length_days,
    touchpoint_count: state.touchpoint_count,
    first_touch: state.first_touch,
    last_touch: state.last_touch,
    credits: state.credits.map(({ credit_micros, ...of }) => ({ ...of, ...money('credit', BigInt(credit_micros)) })),
  };
}

function profileData(message: ProfileMessage): WebhookBody['data'] {
  return {
    message_id: message.message_id,
    revision: message.revision,
    brand_id: message.brand_id,
    customer_id: message.customer_id,
    as_of: message.as_of,
    currency: message.currency,
    total_conversions: message.total_conversions,
    ...money('lifetime_value', BigInt(message.lifetime_value_micros)),
    first_conversion_at: message.first_conversion_at,
    last_conversion_at: message.last_conversion_at,
    last_email_conversion_campaign: message.last_email_conversion_campaign,
  };
}
