/**
 * Orders and customers as records of Data Cloud. docs/destinations/salesforce_data_cloud.yaml declares the same fields. A record takes the
 * place of the one before with its `id`, so a correction is the new record. Each field must be there, if only as null.
 */
import { amount } from '../amounts.ts';
import type { ConversionMessage, Message, ProfileMessage } from '../message.ts';
import { creditFields } from '../order.ts';

export type Value = string | number | null;
export interface RecordItem {
  object: 'tributary_conversion' | 'tributary_customer';
  record: Record<string, Value>;
}

export function recordItem(message: Message): RecordItem {
  return message.kind === 'profile'
    ? { object: 'tributary_customer', record: customer(message) }
    : { object: 'tributary_conversion', record: conversion(message) };
}

/** Instants as Data Cloud takes them: UTC with milliseconds. */
const instant = (text: string): string => new Date(text).toISOString();

const FIRST_REVISION_MS = Date.UTC(2000, 0, 1);

/**
 * A time that says nothing but which revision is newer: Data Cloud keeps the record with the latest time in its Record Modified Field,
 * whatever comes last.
 */
const revisionTime = (revision: number): string => new Date(FIRST_REVISION_MS + revision * 1_000).toISOString();

function conversion(message: ConversionMessage): Record<string, Value> {
  const { currency } = message;
  return {
    id: `${message.brand_id}:${message.conversion_id}`,
    revision: message.revision,
    revision_time: revisionTime(message.revision),
    brand_id: message.brand_id,
    conversion_id: message.conversion_id,
    order_id: message.order_id,
    conversion_type: message.conversion_type,
    occurred_at: instant(message.occurred_at),
    currency,
    conversion_value: amount(message.value_micros, currency),
    ...creditFields(message),
    customer_id: message.customer_id,
    anonymous_id: message.anonymous_id,
    customer_segment: message.segments[0] ?? null,
    category: message.category,
    quantity: message.quantity,
  };
}

function customer(message: ProfileMessage): Record<string, Value> {
  return {
    id: `${message.brand_id}:${message.customer_id}`,
    revision: message.revision,
    revision_time: revisionTime(message.revision),
    brand_id: message.brand_id,
    customer_id: message.customer_id,
    as_of: instant(message.as_of),
    currency: message.currency,
    total_conversions: message.total_conversions,
    lifetime_value: amount(message.lifetime_value_micros, message.currency),
    first_conversion_at: instant(message.first_conversion_at),
    last_conversion_at: instant(message.last_conversion_at),
    last_email_conversion_campaign: message.last_email_conversion_campaign,
  };
}
