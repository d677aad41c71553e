/** Access to Google's APIs: by the key of a service account (RFC 7523), or by a refresh token of a person. */
import { createPrivateKey, sign } from 'node:crypto';
import { jsonOf } from '../../network/answers.ts';
import { readToken, tokenRequest } from '../../network/oauth.ts';
import type { Destination, DestinationOptions } from '../destination.ts';
import { urlOf } from '../option-forms.ts';

const TOKEN_URL = 'https://oauth2.googleapis.com/token';
const SCOPE = 'https://www.googleapis.com/auth/datamanager';
const LIFETIME_S = 3_600;

interface ServiceAccount {
  client_email: string;
  private_key: string;
}

/** The service account of the secret; undefined when the text is no key file of Google. */
function accountOf(text: string): ServiceAccount | undefined {
  const { client_email, private_key } = (jsonOf(text) ?? {}) as Partial<ServiceAccount>;
  if (typeof client_email !== 'string' || typeof private_key !== 'string') return undefined;
  try {
    createPrivateKey(private_key);
    return { client_email, private_key };
  } catch {
    return undefined;
  }
}

/** Why the secrets give no access, or null. */
export function credentialsProblem({ secrets }: DestinationOptions): { option: string; problem: string } | null {
  const { service_account, client_id, client_secret, refresh_token } = secrets;
  if (service_account !== undefined)
    return accountOf(service_account)
      ? null
      : { option: 'secrets.service_account', problem: 'must be the whole key file (JSON) of a service account' };
  if (client_id && client_secret && refresh_token) return null;
  return {
    option: 'secrets.service_account',
    problem: 'is needed, or all of client_id, client_secret and refresh_token',
  };
}

const base64 = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** The assertion of a service account: a JWT that its key signs. The signature of the same claims is always the same. */
function assertionOf({ client_email, private_key }: ServiceAccount, token_url: string, now_ms: number): string {
  const iat = Math.floor(now_ms / 1_000);
  const claims = { iss: client_email, scope: SCOPE, aud: token_url, iat, exp: iat + LIFETIME_S };
  const text = `${base64({ alg: 'RS256', typ: 'JWT' })}.${base64(claims)}`;
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), private_key).toString('base64url')}`;
}

export const googleToken: NonNullable<Destination['token']> = (settings, [answer], now_ms) => {
  if (answer !== undefined)
    return readToken(answer, 'check the secrets, and that the Data Manager API is enabled in the project', now_ms);
  const url = urlOf(settings, 'token_url', TOKEN_URL);
  const { service_account, client_id = '', client_secret = '', refresh_token = '' } = settings.secrets;
  if (service_account === undefined)
    return { request: tokenRequest(url, { grant_type: 'refresh_token', client_id, client_secret, refresh_token }) };
  const account = accountOf(service_account);
  if (account === undefined)
    return { failed: { outcome: 'disabled', reason: 'secrets.service_account: is no key file of a service account' } };
  const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
  return { request: tokenRequest(url, { grant_type, assertion: assertionOf(account, url, now_ms) }) };
};
