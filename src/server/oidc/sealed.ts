/** Small values that a browser keeps for this server: it can neither read nor change them. AES-256-GCM, with a key from the state. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** @param key 32 bytes. */
export function seal(key: Buffer, value: object): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce);
  const content = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), content]).toString('base64url');
}

/** The value in a text that {@link seal} made with this key; undefined for any other text. */
export function unseal(key: Buffer, text: string): unknown {
  const bytes = Buffer.from(text, 'base64url');
  const start = NONCE_BYTES + TAG_BYTES;
  if (bytes.length <= start) return undefined;
  try {
    const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAuthTag(bytes.subarray(NONCE_BYTES, start));
    return JSON.parse(decipher.update(bytes.subarray(start), undefined, 'utf8') + decipher.final('utf8'));
  } catch {
    return undefined;
  }
}
