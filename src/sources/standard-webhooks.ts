/**
 * The signatures of Standard Webhooks (standardwebhooks.com), which Svix sends with headers of its own name: HMAC-SHA256 in base64 over
 * the id, the timestamp and the bytes of the body. One header may hold several, one for each secret while it is changed.
 */
import { hmac, isSignature, refused, staleness } from './signing.ts';
import type { Delivery, Verified } from './source.ts';

const NAMES = ['webhook', 'svix'] as const;
const SECRET_PREFIX = /^whsec_/;
/** A key as base64. Of another text the decoder drops what it does not know, and a key of a byte or none is left, which can be guessed. */
const KEY = /^[A-Za-z0-9+/_-]{11,}={0,2}$/;

/** The name of the headers that are signed. Others in the same request are not proven. */
const signedName = ({ headers }: Delivery) => NAMES.find((name) => headers[`${name}-signature`] !== undefined);

/** The id of a delivery. A delivery that is sent again has the same. */
export function webhookId(delivery: Delivery): string | undefined {
  return delivery.headers[`${signedName(delivery)}-id`];
}

export function verifyStandardWebhook(
  delivery: Delivery,
  secrets: readonly string[],
  now_ms: number,
  title: string,
): Verified {
  const { body, headers } = delivery;
  const name = signedName(delivery);
  const [id, timestamp] = [headers[`${name}-id`], headers[`${name}-timestamp`]];
  if (name === undefined || id === undefined || timestamp === undefined)
    return refused(`the headers of the signature are missing; enter the URL at ${title}, which signs what it sends`);
  const keys = secrets.map((secret) => secret.replace(SECRET_PREFIX, '')).filter((key) => KEY.test(key));
  const expected = keys.map((key) => hmac('sha256', Buffer.from(key, 'base64'), `${id}.${timestamp}.`, body));
  if (!signaturesOf(headers[`${name}-signature`]!).some((given) => isSignature(given, 'base64', expected)))
    return refused(`the signature does not fit the secret; copy the signing secret of this webhook from ${title}`);
  const stale = staleness(/^\d+$/.test(timestamp) ? Number(timestamp) * 1_000 : Number.NaN, now_ms);
  return stale === undefined ? { ok: true } : refused(stale);
}

/** The signatures of version 1 in `v1,AAAA v1,BBBB v2,CCCC`. */
function signaturesOf(header: string): string[] {
  return header.split(' ').flatMap((one) => (one.startsWith('v1,') ? [one.slice('v1,'.length)] : []));
}
