/** Signatures of webhooks that go out, as Standard Webhooks 1.0 says (standardwebhooks.com), so that the receiver can check them with a library. */
import { createHmac } from 'node:crypto';

/** The bytes of a key; null if its text is none. */
function keyOf(secret: string): Buffer | null {
  const text = secret.replace(/^whsec_/, '');
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return null;
  const key = Buffer.from(text, 'base64');
  return key.length >= 24 && key.length <= 64 ? key : null;
}

/** What is wrong with the text of a key; null if nothing is. */
export function signingKeyProblem(secret: string): string | null {
  return keyOf(secret) === null
    ? 'must be whsec_ and 24 to 64 random bytes in base64; make one with: echo whsec_$(openssl rand -base64 32)'
    : null;
}

/** The keys that sign, the newest first: while a receiver changes to a new key, both do. */
export function signingKeys(secrets: Readonly<Record<string, string>>): string[] {
  return ['signing_secret', 'previous_signing_secret'].flatMap((name) => secrets[name] ?? []);
}

/**
 * The headers that sign a body. @param id the same in each try of a message. The timestamp is that of the try, because receivers refuse
 * old ones.
 */
export function signedHeaders(
  keys: readonly string[],
  id: string,
  body: string,
  now_ms: number,
): { 'webhook-id': string; 'webhook-timestamp': string; 'webhook-signature': string } {
  const timestamp = String(Math.floor(now_ms / 1_000));
  const signatures = keys.map(
    (key) => `v1,${createHmac('sha256', keyOf(key)!).update(`${id}.${timestamp}.${body}`).digest('base64')}`,
  );
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
