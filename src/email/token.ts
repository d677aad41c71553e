/**
 * Tokens: the text in a link or pixel that says which email, recipient and page it is about. A token is `kid.payload.mac`: the id of
 * its key, the encrypted payload after its nonce, and the mac, all but the first in base64url. AES-256-GCM encrypts and authenticates. So nobody reads a
 * recipient in a token, and nobody makes a token without the key (docs/decisions/0030-email-links.md).
 */
import { createCipheriv, createDecipheriv, createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { badRequest } from '../domain/errors.ts';

/** What a token is for. A token of one purpose is none of the other. The number is the version of the format. */
const PURPOSES = { click: 'click-v1', open: 'open-v1' } as const;
export type Purpose = keyof typeof PURPOSES;

const NONCE_BYTES = 12;
const MAC_BYTES = 16;
const SECRET_BYTES = 32;
/** Proxies take lines of 8 kB, with the path before it and what follows. */
export const MAX_TOKEN_LENGTH = 7_000;
/** Base64url of a mac: 22 characters. */
const TOKEN = /^([0-9a-f]{8})\.([A-Za-z0-9_-]{20,6960})\.([A-Za-z0-9_-]{22})$/;

/** A key that makes and opens tokens. */
export interface TokenKey {
  kid: string;
  encryption: KeyObject;
  nonces: KeyObject;
  /** What a token authenticates beside its content. */
  labels: Record<Purpose, Buffer>;
}

/** Makes the key of a secret of 32 random bytes. */
export function tokenKey(kid: string, secret: Buffer): TokenKey {
  const derived = (use: string): KeyObject =>
    createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', `tributary email token ${use}`, 32)));
  const label = (purpose: Purpose): Buffer => Buffer.from(`${PURPOSES[purpose]}\0${kid}`);
  const labels = { click: label('click'), open: label('open') };
  return { kid, encryption: derived('encryption'), nonces: derived('nonces'), labels };
}

const KEY_TEXT = /^trb_email_([0-9a-f]{8})_([A-Za-z0-9_-]{43})$/;

/** A key as a text, for a mail program that makes its links itself. */
export function keyText(kid: string, secret: Buffer): string {
  return `trb_email_${kid}_${secret.toString('base64url')}`;
}

/** The key of such a text. @throws bad_request. */
export function readKeyText(text: string): TokenKey {
  const [, kid, secret] = KEY_TEXT.exec(text.trim()) ?? [];
  if (kid === undefined)
    throw badRequest('key', 'is no key for links; make one with: tributary email-keys create --name NAME');
  return tokenKey(kid, Buffer.from(secret!, 'base64url').subarray(0, SECRET_BYTES));
}

/**
 * Makes a token. The nonce follows from the content, so the same content has the same token, and no source of randomness can fail: an
 * image that is made again keeps the URL under which mailbox providers cache it.
 */
export function seal(purpose: Purpose, payload: object, { kid, encryption, nonces, labels }: TokenKey): string {
  const plain = Buffer.from(JSON.stringify(payload));
  const label = labels[purpose];
  const nonce = createHmac('sha256', nonces).update(label).update(plain).digest().subarray(0, NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', encryption, nonce).setAAD(label);
  const sealed = Buffer.concat([nonce, cipher.update(plain), cipher.final()]);
  return `${kid}.${sealed.toString('base64url')}.${cipher.getAuthTag().toString('base64url')}`;
}

/** Characters at the end of base64url whose last bits are 0, by the length of the text modulo 4. A text of length 4n+1 is none. */
const LAST = [/./, /^$/, /[AQgw]/, /[AEIMQUYcgkosw048]/] as const;

/** True if no other text decodes to the same bytes. Decoding ignores bits of the last character, and only one text may be the token. */
function isExact(base64url: string): boolean {
  return LAST[(base64url.length % 4) as 0 | 1 | 2 | 3].test(base64url.slice(-1));
}

/** The id of a token's key; undefined if the text does not begin with one. */
export function kidOf(token: string): string | undefined {
  return /^([0-9a-f]{8})\./.exec(token)?.[1];
}

/** The payload of a token; undefined if the key did not make this text for this purpose. OpenSSL compares macs in constant time. */
export function unseal(purpose: Purpose, token: string, { kid, encryption, labels }: TokenKey): unknown {
  const [, named, payload, mac] = TOKEN.exec(token) ?? [];
  if (named !== kid || !isExact(payload!) || !isExact(mac!)) return undefined;
  const sealed = Buffer.from(payload!, 'base64url');
  const tag = Buffer.from(mac!, 'base64url');
  const options = { authTagLength: MAC_BYTES };
  const cipher = createDecipheriv('aes-256-gcm', encryption, sealed.subarray(0, NONCE_BYTES), options)
    .setAAD(labels[purpose])
    .setAuthTag(tag);
  try {
    const plain = cipher.update(sealed.subarray(NONCE_BYTES));
    cipher.final();
    return JSON.parse(plain.toString());
  } catch {
    return undefined;
  }
}
