/** Adobe Experience Platform by the Edge Network API (developer.adobe.com/data-collection-apis/docs/endpoints). */

import { readToken, tokenRequest } from '../../network/oauth.ts';
import { urlsProblem } from '../../network/urls.ts';
import type { Destination } from '../destination.ts';
import { formProblem, urlOf } from '../option-forms.ts';
import { readEdge } from './answers.ts';
import { eventTold } from './events.ts';

const VENDOR_URL = 'https://server.adobedc.net';
const TOKEN_URL = 'https://ims-na1.adobelogin.com/ims/token/v3';
const SCOPE = 'openid,AdobeID,read_organizations,additional_info.projectedProductContext,session';

export const adobeEdge: Destination = {
  kind: 'adobe_edge',
  title: 'Adobe Experience Platform Edge Network',
  options: {
    datastream_id: 'The id of the datastream',
    org_id: 'The id of the organisation, which ends with @AdobeOrg',
    client_id: 'The client id (API key) of the OAuth server-to-server credential',
    customer_namespace:
      'The identity namespace of your customer ids, such as CRMID; without it, only hashed identifiers are sent',
    tenant:
      'The name of your tenant with its underscore, such as _acme, if your schema has the field group; else the fields are in data.tributary',
    scope: `The scopes of the credential, with commas between; ${SCOPE} when left out`,
    base_url: `Another address of the Edge Network; ${VENDOR_URL} when left out`,
    token_url: `Another address for tokens; ${TOKEN_URL} when left out`,
  },
  needs: ['datastream_id', 'org_id', 'client_id'],
  secrets: { client_secret: 'The client secret of the credential' },
  needs_secrets: ['client_secret'],
  check: (settings) =>
    urlsProblem(settings, 'base_url', 'token_url') ??
    formProblem(
      settings,
      'org_id',
      /^[\w-]{1,60}@AdobeOrg$/,
      'must be the id of the organisation, such as 53A…@AdobeOrg',
    ) ??
    formProblem(settings, 'tenant', /^_[a-z][a-z0-9]{0,60}$/i, 'must begin with an underscore, such as _acme') ??
    formProblem(
      settings,
      'customer_namespace',
      /^\w{1,60}$/,
      'must be the symbol of an identity namespace, such as CRMID',
    ),
  // Each event counts: the first one is the order, and the others are its changes.
  corrections: 'difference',
  limits: { items: 100, bytes: 64_000, parallel: 4 },
  translate: (message, settings) =>
    message.kind === 'profile'
      ? { skipped: 'the Edge Network takes events, not profiles' }
      : eventTold(message, settings),
  request: (items, settings, { token }) => ({
    method: 'POST',
    url: `${urlOf(settings, 'base_url', VENDOR_URL)}/ee/v2/collect?datastreamId=${encodeURIComponent(settings.options['datastream_id']!)}`,
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${token.value}`,
      'x-api-key': settings.options['client_id']!,
      'x-gw-ims-org-id': settings.options['org_id']!,
    },
    body: JSON.stringify({ events: items }),
  }),
  read: readEdge,
  check_call: {
    url: (settings) => urlOf(settings, 'base_url', VENDOR_URL),
    none: 'Adobe gives a token for the credential. It has no call without an effect that shows if the datastream is right: look at it after the first order',
  },
  token: (settings, [answer], now_ms) =>
    answer === undefined
      ? {
          request: tokenRequest(urlOf(settings, 'token_url', TOKEN_URL), {
            grant_type: 'client_credentials',
            client_id: settings.options['client_id']!,
            client_secret: settings.secrets['client_secret']!,
            scope: settings.options['scope'] ?? SCOPE,
          }),
        }
      : readToken(answer, 'check options.client_id, options.scope and secrets.client_secret', now_ms),
};
