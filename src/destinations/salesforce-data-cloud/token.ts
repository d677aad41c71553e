/**
 * The token of Data Cloud, in two steps: a signed assertion (RFC 7523) becomes a token of Salesforce, and that one a token of Data Cloud
 * with the address of its server.
 */
import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { jsonOf } from '../../network/answers.ts';
import { readToken, tokenRequest } from '../../network/oauth.ts';
import type { OutAnswer } from '../../network/request.ts';
import { withoutSlash } from '../../network/urls.ts';
import type { Destination, DestinationOptions } from '../destination.ts';
import { urlOf } from '../option-forms.ts';

/** Salesforce takes assertions that end within three minutes. */
const LIFETIME_S = 120;
const MIN_KEY_BITS = 2_048;
export const LOGIN_URL = 'https://login.salesforce.com';

/** The steps to a token. */
export function dataCloudToken(
  settings: DestinationOptions,
  answers: readonly OutAnswer[],
  now_ms: number,
): ReturnType<NonNullable<Destination['token']>> {
  const [login, exchange] = answers;
  if (login === undefined)
    return {
      request: tokenRequest(`${urlOf(settings, 'base_url', audienceOf(settings))}/services/oauth2/token`, {
        grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
        assertion: assertion(settings, now_ms),
      }),
    };
  if (exchange === undefined) {
    const step = readToken(login, 'check client_id, username, audience and the private key', now_ms);
    if (!('value' in step)) return step;
    const instance_url = instanceUrl(login);
    if (instance_url === null) return NO_INSTANCE;
    return {
      request: tokenRequest(`${instance_url}/services/a360/token`, {
        grant_type: 'urn:salesforce:grant-type:external:cdp',
        subject_token: step.value,
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      }),
    };
  }
  const step = readToken(exchange, 'check that the connected app has the scope cdp_ingest_api', now_ms);
  if (!('value' in step)) return step;
  const base_url = instanceUrl(exchange);
  return base_url === null ? NO_INSTANCE : { ...step, base_url };
}

const NO_INSTANCE = {
  failed: { outcome: 'disabled', reason: 'no token: Salesforce named no instance_url; check base_url' },
} as const;

const audienceOf = ({ options }: DestinationOptions): string => options['audience'] ?? LOGIN_URL;

/** The server that an answer names. Data Cloud leaves out the scheme. */
function instanceUrl(answer: OutAnswer): string | null {
  const named = (jsonOf(answer.body) as { instance_url?: unknown } | undefined)?.instance_url;
  if (typeof named !== 'string' || named === '') return null;
  const url = /^https?:\/\//.test(named) ? named : `https://${named}`;
  return URL.canParse(url) ? withoutSlash(url) : null;
}

/** A JSON Web Token, signed with RS256. */
function assertion(settings: DestinationOptions, now_ms: number): string {
  const { client_id, username } = settings.options;
  const claims = {
    iss: client_id,
    sub: username,
    aud: audienceOf(settings),
    exp: Math.floor(now_ms / 1_000) + LIFETIME_S,
  };
  const content = [{ alg: 'RS256', typ: 'JWT' }, claims].map((part) => base64url(JSON.stringify(part))).join('.');
  return `${content}.${base64url(sign('RSA-SHA256', Buffer.from(content), settings.secrets['private_key']!))}`;
}

const base64url = (content: string | Buffer): string => Buffer.from(content).toString('base64url');

/** What is wrong with the private key, or null. */
export function keyProblem(pem: string): string | null {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    return 'is no private key; give the PEM file that begins with -----BEGIN PRIVATE KEY-----, without a passphrase';
  }
  const is_rsa = key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= MIN_KEY_BITS;
  return is_rsa ? null : `must be an RSA key of at least ${MIN_KEY_BITS} bits`;
}
