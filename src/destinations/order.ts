/** What several destinations read of an order in the same way. */
import { parseInstant } from '../domain/time.ts';
import { amount } from './amounts.ts';
import type { ConversionMessage, MessageCredit } from './message.ts';

/** Conversions that are sales. The other ones are goals that may have a value. */
const SALES: readonly string[] = ['purchase', 'renewal', 'subscription'];
export const isSale = ({ conversion_type }: ConversionMessage): boolean => SALES.includes(conversion_type);

/** The id by which a destination knows the order. */
export const orderOf = ({ order_id, conversion_id }: ConversionMessage): string => order_id ?? conversion_id;

/** The campaign or email with the most credit of all that are email. */
export const emailOf = ({ state }: ConversionMessage): MessageCredit | undefined =>
  state.credits.find(({ is_email }) => is_email);

/** What is left of an order, who earned it, and its journey, where a destination takes flat fields of these names. */
export function creditFields(message: ConversionMessage) {
  const { state, currency, attribution_model } = message;
  const email = emailOf(message);
  return {
    net: amount(state.net_micros, currency),
    email_credit: amount(state.email_credit_micros, currency),
    credited: amount(state.credited_micros, currency),
    unattributed_reason: state.unattributed_reason,
    email_campaign_id: email?.campaign_id ?? null,
    email_id: email?.email_id ?? null,
    attribution_model,
    first_touch_channel: state.first_touch?.channel ?? null,
    last_touch_channel: state.last_touch?.channel ?? null,
    journey_length_days: state.journey_length_days,
    touchpoint_count: state.touchpoint_count,
  };
}

/** When the order was placed. Messages hold instants that were read before. */
export const placedMs = ({ occurred_at }: ConversionMessage): number => parseInstant(occurred_at) as number;

/** An entry of a table that is read with a name from a message. */
export const entryOf = (table: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(table, name) ? table[name] : undefined;

/** A record without its entries that are undefined, null or empty. */
export function present<T>(fields: Readonly<Record<string, T | null | undefined>>): Record<string, T> {
  const kept = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null && value !== '');
  return Object.fromEntries(kept) as Record<string, T>;
}
