/** Signatures of webhooks that this program sends, as Standard Webhooks 1.0 says (standardwebhooks.com). */
import { createHmac } from 'node:crypto';

export const KEY_PROBLEM =
  'must be whsec_ and 24 to 64 random bytes in base64; make one with: echo whsec_$(openssl rand -base64 32)';

export const isSigningKey = (secret: string): boolean => keyOf(secret) !== null;

/** The bytes of a key; null if its text is none. */
function keyOf(secret: string): Buffer | null {
  const text = secret.replace(/^whsec_/, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return null;
  const key = Buffer.from(text, 'base64');
  return key.length >= 24 && key.length <= 64 ? key : null;
}

/**
 * The headers of a message: its id, the time of this try, because receivers refuse old ones, and a signature with each key, the newest
 * first. @param secrets keys that {@link isSigningKey} takes; one may be left out.
 */
export function signedHeaders(
  { id, body, now_ms }: { id: string; body: string; now_ms: number },
  secrets: ReadonlyArray<string | undefined>,
): Record<string, string> {
  const timestamp = String(Math.floor(now_ms / 1_000));
  const content = `${id}.${timestamp}.${body}`;
  const signatures = secrets
    .flatMap((text) => (text === undefined ? [] : [keyOf(text)!]))
    .map((key) => `v1,${createHmac('sha256', key).update(content).digest('base64')}`);
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
