/**
 * Messages of Amazon SNS: an envelope of JSON, signed with a key whose certificate SNS publishes.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
 */
import { createPublicKey, type KeyObject, verify, X509Certificate } from 'node:crypto';
import { TributaryError } from '../../domain/errors.ts';
import { BoundedCache } from '../../enrichment/bounded-cache.ts';
import { entryOf, type Fields, text } from '../fields.ts';
import { refused } from '../signing.ts';
import type { Surroundings, Verified } from '../source.ts';

type FetchText = Surroundings['fetchText'];

const HOST = /^sns\.[a-z0-9-]{3,}\.amazonaws\.com(\.cn)?$/;

/** True for the URL of a server of SNS. */
export function isOfSns(url: unknown, ending = ''): url is string {
  if (typeof url !== 'string' || !URL.canParse(url)) return false;
  const { protocol, host, pathname, username, password } = new URL(url);
  // `host` has the port, unless it is the usual one.
  return protocol === 'https:' && HOST.test(host) && pathname.endsWith(ending) && username === '' && password === '';
}

/** Types of envelopes, and the fields that the signature of each covers, in order. A field that is missing is left out. */
const SIGNED_FIELDS: Readonly<Record<string, readonly string[]>> = {
  Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  SubscriptionConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
  UnsubscribeConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
};

export const isEnvelope = (body: Fields): boolean =>
  Object.hasOwn(SIGNED_FIELDS, String(body['Type'])) && typeof body['Message'] === 'string';

const HASHES: Readonly<Record<string, string>> = { '1': 'sha1', '2': 'sha256' };

/** @throws busy when the certificate cannot be had, so that SNS tries again. */
export async function verifyEnvelope(
  envelope: Fields,
  topics: readonly string[],
  fetchText: FetchText,
): Promise<Verified> {
  if (!topics.includes(String(envelope['TopicArn'])))
    return refused('the message is of a topic that options.topic_arns does not name');
  const hash = entryOf(HASHES, text(envelope['SignatureVersion']));
  if (hash === undefined) return refused('SignatureVersion is neither 1 nor 2');
  const url = envelope['SigningCertURL'];
  if (!isOfSns(url, '.pem') || /[?#]/.test(url)) return refused('SigningCertURL is no certificate of Amazon SNS');
  const signed = SIGNED_FIELDS[String(envelope['Type'])]!.filter((field) => typeof envelope[field] === 'string')
    .map((field) => `${field}\n${envelope[field]}\n`)
    .join('');
  const signature = Buffer.from(String(envelope['Signature']), 'base64');
  const is_signed = verify(hash, Buffer.from(signed), await publicKey(url, fetchText), signature);
  return is_signed ? { ok: true } : refused('the signature does not fit the certificate of Amazon SNS');
}

/** Amazon SNS has one certificate a region, and changes it now and then. */
const certificates = new BoundedCache<KeyObject>(50);

async function publicKey(url: string, fetchText: FetchText): Promise<KeyObject> {
  const known = certificates.get(url);
  if (known !== undefined) return known;
  const key = await asked('the certificate of Amazon SNS', async () => keyOf(await fetchText(url)));
  certificates.set(url, key);
  return key;
}

function keyOf(pem: string): KeyObject {
  const key = pem.includes('BEGIN CERTIFICATE') ? new X509Certificate(pem).publicKey : createPublicKey(pem);
  if (key.asymmetricKeyType !== 'rsa') throw new Error('the key is no RSA key');
  return key;
}

/** @throws busy when SNS cannot be asked. */
export async function asked<T>(what: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    const message = `source: ${what} cannot be had; let this server make requests to sns.*.amazonaws.com, then Amazon SNS tries again`;
    throw new TributaryError('busy', message, { cause, retry_after_s: 60 });
  }
}
