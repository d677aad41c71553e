/**
 * Google Analytics 4 by the Measurement Protocol (developers.google.com/analytics/devguides/collection/protocol/ga4). Google answers 204
 * to every request and drops what it does not take, so all its rules are kept before anything is sent.
 */
import { excerpt, jsonOf } from '../../network/answers.ts';
import type { OutRequest } from '../../network/request.ts';
import { urlsProblem } from '../../network/urls.ts';
import type { Destination, DestinationOptions } from '../destination.ts';
import { formProblem, urlOf } from '../option-forms.ts';
import { byStatus } from '../status.ts';
import { type Ga4Item, orderTold } from './events.ts';

const VENDOR_URL = 'https://www.google-analytics.com';
const CONSENT = /^(?:GRANTED|DENIED)$/;

function bodyOf(items: readonly Ga4Item[], { options }: DestinationOptions): object {
  const { client_id, user_id } = items[0]!;
  const { ad_user_data, ad_personalization } = options;
  const consent = { ...(ad_user_data ? { ad_user_data } : {}), ...(ad_personalization ? { ad_personalization } : {}) };
  return {
    client_id,
    ...(user_id === undefined ? {} : { user_id }),
    ...(Object.keys(consent).length === 0 ? {} : { consent }),
    events: items.map(({ event }) => event),
  };
}

function post(path: string, settings: DestinationOptions, body: object): OutRequest {
  const query = new URLSearchParams({
    measurement_id: settings.options['measurement_id']!,
    api_secret: settings.secrets['api_secret']!,
  });
  return {
    method: 'POST',
    url: `${urlOf(settings, 'base_url', VENDOR_URL)}${path}?${query}`,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
}

/** Sent to where Google validates events and keeps none. */
const CHECKED: Ga4Item = {
  client_id: '1.1',
  event: {
    name: 'purchase',
    params: { transaction_id: 'check', value: 1, currency: 'USD', session_id: '1', engagement_time_msec: 1, items: [] },
  },
};

export const ga4: Destination = {
  kind: 'ga4',
  title: 'Google Analytics 4',
  options: {
    measurement_id: 'The id of the web data stream, such as G-ABC123',
    base_url: `Another address of Google, such as https://region1.google-analytics.com to keep data in the EU; ${VENDOR_URL} when left out`,
    ad_user_data: 'GRANTED or DENIED: whether Google may use the data for advertising',
    ad_personalization: 'GRANTED or DENIED: whether Google may use the data for personalised advertising',
  },
  needs: ['measurement_id'],
  secrets: { api_secret: 'A secret of the data stream (Measurement Protocol API secrets)' },
  needs_secrets: ['api_secret'],
  check: (settings) =>
    urlsProblem(settings, 'base_url') ??
    formProblem(settings, 'measurement_id', /^G-[A-Z0-9]+$/, 'must be the id of a web data stream, such as G-ABC123') ??
    formProblem(settings, 'ad_user_data', CONSENT, 'must be GRANTED or DENIED') ??
    formProblem(settings, 'ad_personalization', CONSENT, 'must be GRANTED or DENIED'),
  corrections: 'difference',
  limits: { items: 25, bytes: 130_000, parallel: 4 },
  translate: (message, _settings, now_ms) =>
    message.kind === 'profile' ? { skipped: 'GA4 takes events, not profiles' } : orderTold(message, now_ms),
  groupOf: (item) => JSON.stringify([(item as Ga4Item).client_id, (item as Ga4Item).user_id ?? null]),
  // Google counts a transaction once. It knows no other event again.
  repeatable: (item) => (item as Ga4Item).event.name === 'purchase',
  request: (items, settings) => post('/mp/collect', settings, bodyOf(items as readonly Ga4Item[], settings)),
  read: (answer, _items, now_ms) => byStatus(answer, now_ms),
  check_call: {
    shows:
      'Google takes the form of events. It does not say if measurement_id and api_secret are right: look at Realtime after the first order',
    request: (settings) =>
      post('/debug/mp/collect', settings, {
        validation_behavior: 'ENFORCE_RECOMMENDATIONS',
        ...bodyOf([CHECKED], settings),
      }),
    read: ({ status, body }) => {
      const answer = jsonOf(body) as { validationMessages?: Array<{ description?: unknown }> } | undefined;
      if (status !== 200 || !Array.isArray(answer?.validationMessages))
        return {
          field: 'options.base_url',
          problem: `the server answered ${status} without validationMessages, so it is not Google Analytics`,
          fix: 'correct base_url, or leave it out',
        };
      const [first] = answer.validationMessages;
      if (first === undefined) return null;
      const problem = `Google says: ${excerpt(String(first.description), 300)}`;
      return { field: 'options', problem, fix: 'correct the option that it names, or update Tributary' };
    },
  },
};
