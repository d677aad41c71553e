/**
 * The certificate of an erasure: what was removed, where and when, and who was told. It names ids by their hashes only. Its signature is
 * Ed25519 over the canonical JSON of the certificate without the signature; the public key stands beside it, and who runs the server can
 * compare it with `tributary erasure key`.
 */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { canonicalJson } from '../../domain/canonical-json.ts';
import { TributaryError } from '../../domain/errors.ts';
import type { State } from '../../state/port.ts';
import { secretOf } from '../../state/secrets.ts';

const SECRET = 'erasure_signing';
/** What stands before the 32 bytes of a private key in its PKCS #8 form (RFC 8410). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');

export interface ToldDestination {
  destination_id: string;
  kind: string;
  told: boolean;
  /** Why it was not told, and what to do; null if it was. */
  reason: string | null;
}

export interface Certificate {
  version: 1;
  erasure_id: string;
  brand_id: string;
  requested_at: string;
  completed_at: string;
  /** The log position up to which the ids of the person were looked for. */
  as_of: string;
  policy: { orders: string; runs: string };
  /** Records of the person that happened up to then are dropped if they are sent again. */
  suppressed_until: string;
  /** SHA-256 of each id within its brand. */
  subjects: string[];
  /** Rows that were removed or made anonymous, by table. */
  rows: Record<string, number>;
  /** Entries of the state that were removed or changed, by collection. */
  state: Record<string, number>;
  /** Files and tables that were written anew or removed. */
  files: string[];
  destinations: ToldDestination[];
  /** What a person has to see to. */
  left_to_you: string[];
}

export type SignedCertificate = Certificate & { public_key: string; signature: string };

async function privateKey(state: State): Promise<KeyObject> {
  const seed = await secretOf(state, SECRET);
  return createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: 'der', type: 'pkcs8' });
}

const publicText = (key: KeyObject): string =>
  createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64');

export async function signCertificate(state: State, certificate: Certificate): Promise<SignedCertificate> {
  const key = await privateKey(state);
  const named = { ...certificate, public_key: publicText(key) };
  return { ...named, signature: sign(null, Buffer.from(canonicalJson(named)!), key).toString('base64') };
}

/** What stands before the 32 bytes of a public key in its SPKI form (RFC 8410). */
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');

/**
 * Checks a certificate. @returns it, and a short name of its key. @throws bad_request when it is no certificate, or its content is not what
 * was signed.
 */
export function verifyCertificate(text: string): { certificate: SignedCertificate; key_name: string } {
  const parsed = parse(text);
  const { signature, ...signed } = parsed;
  try {
    const bytes = Buffer.from(String(parsed.public_key), 'base64');
    const key = createPublicKey({ key: Buffer.concat([SPKI_HEAD, bytes]), format: 'der', type: 'spki' });
    if (verify(null, Buffer.from(canonicalJson(signed)!), key, Buffer.from(String(signature), 'base64')))
      return { certificate: parsed, key_name: keyName(parsed.public_key) };
  } catch {
    // A key or signature of another form is no better than a wrong one.
  }
  throw new TributaryError('bad_request', 'the signature does not fit: the certificate is not as it was signed');
}

function parse(text: string): SignedCertificate {
  try {
    const parsed: unknown = JSON.parse(text);
    const found = typeof parsed === 'object' && parsed !== null ? (parsed as { certificate?: unknown }) : {};
    const certificate = found.certificate ?? found;
    if (typeof certificate === 'object' && certificate !== null && 'signature' in certificate)
      return certificate as SignedCertificate;
  } catch {
    // The sentence below says what is wrong.
  }
  throw new TributaryError(
    'bad_request',
    'this is no certificate of an erasure; give the JSON of GET /v1/erasures/ID, or of: tributary erasure show ID --json',
  );
}

/** The first 16 hex digits of the SHA-256 of a public key, for people to compare. */
export function keyName(public_key: string): string {
  return createHash('sha256').update(public_key).digest('hex').slice(0, 16);
}
