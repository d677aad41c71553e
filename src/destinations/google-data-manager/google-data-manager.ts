/**
 * Google Ads by the Data Manager API (developers.google.com/data-manager/api). An event with a transaction id that Google knows takes the
 * place of the value before, so a correction is the order once more with its newest value.
 */

import { excerpt, jsonOf } from '../../network/answers.ts';
import type { OutRequest } from '../../network/request.ts';
import { urlsProblem } from '../../network/urls.ts';
import { amount, amountChange } from '../amounts.ts';
import type { Destination, DestinationOptions, OutItem, RequestContext, Told } from '../destination.ts';
import { fitId } from '../fit.ts';
import type { ConversionMessage, Identifiers } from '../message.ts';
import { formProblem, urlOf } from '../option-forms.ts';
import { orderOf } from '../order.ts';
import { readGoogle, violationsOf } from './answers.ts';
import { credentialsProblem, googleToken } from './credentials.ts';

const VENDOR_URL = 'https://datamanager.googleapis.com';
const DEFAULT_TYPES = 'purchase,renewal,subscription';
/** The longest transaction id that Google's tag takes. */
const MAX_TRANSACTION_ID = 64;
const ACCOUNT = /^\d{1,20}$/;
const CONSENT = /^(?:GRANTED|DENIED)$/;

function eventTold(message: ConversionMessage, { options }: DestinationOptions): Told {
  const { conversion_type, correction, currency, state, occurred_at } = message;
  const types = (options['conversion_types'] ?? DEFAULT_TYPES).split(',').map((type) => type.trim());
  if (!types.includes(conversion_type)) return { skipped: `options.conversion_types does not have ${conversion_type}` };
  if (correction !== null && amountChange(correction.before.net_micros, state.net_micros, currency) === 0)
    return { skipped: 'Google Ads keeps one value of an order, and it did not change' };
  const person = personOf(message.identifiers);
  if (person === null)
    return {
      refused: 'identifiers: Google Ads needs gclid, email_sha256 or phone_sha256; send one in custom_properties',
    };
  const event = {
    eventTimestamp: occurred_at,
    transactionId: fitId(orderOf(message), MAX_TRANSACTION_ID),
    eventSource: 'WEB',
    currency,
    conversionValue: amount(state.net_micros, currency),
    ...person,
  };
  return { items: [event] };
}

const HASHED = /^[0-9a-f]{64}$/i;
const CLICK = /^[\w.-]{1,500}$/;

/** What Google finds the click by; null when there is nothing. */
function personOf({ gclid, email_sha256, phone_sha256 }: Identifiers): object | null {
  const isHash = (text: string | undefined): text is string => text !== undefined && HASHED.test(text);
  const userIdentifiers = [
    ...(isHash(email_sha256) ? [{ emailAddress: email_sha256.toLowerCase() }] : []),
    ...(isHash(phone_sha256) ? [{ phoneNumber: phone_sha256.toLowerCase() }] : []),
  ];
  const by_click = gclid !== undefined && CLICK.test(gclid) ? { adIdentifiers: { gclid } } : null;
  if (by_click === null && userIdentifiers.length === 0) return null;
  return { ...by_click, ...(userIdentifiers.length === 0 ? {} : { userData: { userIdentifiers } }) };
}

function ingest(
  events: readonly OutItem[],
  settings: DestinationOptions,
  { token }: RequestContext,
  validateOnly: boolean,
): OutRequest {
  const { account_id, login_account_id, conversion_action_id, ad_user_data, ad_personalization } = settings.options;
  const accountOf = (accountId: string) => ({ accountType: 'GOOGLE_ADS', accountId });
  const consent = {
    ...(ad_user_data ? { adUserData: `CONSENT_${ad_user_data}` } : {}),
    ...(ad_personalization ? { adPersonalization: `CONSENT_${ad_personalization}` } : {}),
  };
  const body = {
    destinations: [
      {
        operatingAccount: accountOf(account_id!),
        ...(login_account_id ? { loginAccount: accountOf(login_account_id) } : {}),
        productDestinationId: conversion_action_id,
      },
    ],
    encoding: 'HEX',
    ...(Object.keys(consent).length === 0 ? {} : { consent }),
    validateOnly,
    events,
  };
  return {
    method: 'POST',
    url: `${urlOf(settings, 'base_url', VENDOR_URL)}/v1/events:ingest`,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token.value}` },
    body: JSON.stringify(body),
  };
}

const sampleEvent = (now_ms: number): OutItem => ({
  eventTimestamp: new Date(now_ms).toISOString(),
  transactionId: 'check',
  eventSource: 'WEB',
  currency: 'USD',
  conversionValue: 1,
  userData: { userIdentifiers: [{ emailAddress: '0'.repeat(64) }] },
});

export const googleDataManager: Destination = {
  kind: 'google_data_manager',
  title: 'Google Ads (Data Manager API)',
  options: {
    account_id: 'The customer id of the Google Ads account, digits only',
    conversion_action_id: 'The id of the conversion action (ctId in its URL)',
    login_account_id: 'The customer id of the manager account, if the access is by one',
    conversion_types: `The conversion types of the action, with commas between; ${DEFAULT_TYPES} when left out`,
    ad_user_data: 'GRANTED or DENIED: whether Google may use the data for advertising',
    ad_personalization: 'GRANTED or DENIED: whether Google may use the data for personalised advertising',
    base_url: `Another address of the API; ${VENDOR_URL} when left out`,
    token_url: 'Another address for tokens; https://oauth2.googleapis.com/token when left out',
  },
  needs: ['account_id', 'conversion_action_id'],
  secrets: {
    service_account: 'The key file (JSON) of a service account',
    client_id: 'Instead of a service account: the id of an OAuth client',
    client_secret: 'The secret of the OAuth client',
    refresh_token: 'A refresh token with the scope datamanager',
  },
  check: (settings) =>
    urlsProblem(settings, 'base_url', 'token_url') ??
    formProblem(settings, 'account_id', ACCOUNT, 'must be the customer id, digits only') ??
    formProblem(settings, 'login_account_id', ACCOUNT, 'must be the customer id, digits only') ??
    formProblem(settings, 'conversion_action_id', ACCOUNT, 'must be the number of the conversion action') ??
    formProblem(settings, 'ad_user_data', CONSENT, 'must be GRANTED or DENIED') ??
    formProblem(settings, 'ad_personalization', CONSENT, 'must be GRANTED or DENIED') ??
    credentialsProblem(settings),
  corrections: 'state',
  limits: { items: 2_000, bytes: 2_000_000, parallel: 2 },
  translate: (message, settings) =>
    message.kind === 'profile' ? { skipped: 'Google Ads takes events, not profiles' } : eventTold(message, settings),
  request: (items, settings, context) => ingest(items, settings, context, false),
  read: readGoogle,
  token: googleToken,
  check_call: {
    shows: 'Google takes a sample order for this account and conversion action, and stores nothing',
    request: (settings, context) => ingest([sampleEvent(context.now_ms)], settings, context, true),
    read: ({ status, body }) => {
      if (status === 200) return null;
      const [first] = violationsOf(body);
      const fix =
        'correct account_id, login_account_id and conversion_action_id, and give the account access to who signs in';
      if (first !== undefined)
        return { field: 'options', problem: `Google says: ${first.field}: ${first.description}`, fix };
      const { error } = (jsonOf(body) ?? {}) as { error?: { message?: unknown } };
      const problem = `Google says: ${excerpt(String(error?.message ?? `status ${status}`), 300)}`;
      return status === 401
        ? { field: 'secrets', problem, fix: 'make new credentials' }
        : { field: 'options', problem, fix };
    },
  },
};
