/** The codings in which a body may be packed (`Content-Encoding`, RFC 9110, 8.4). */
import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { TributaryError } from '../domain/errors.ts';

export type Coding = 'gzip' | 'deflate' | 'br';

const NAMES: Readonly<Record<string, Coding>> = { gzip: 'gzip', 'x-gzip': 'gzip', deflate: 'deflate', br: 'br' };
/** The value of `Accept-Encoding` in an answer: what a client may send (RFC 7694). */
export const ACCEPTED_CODINGS = 'gzip, deflate, br';
/** Bytes that are unpacked between two looks at the limits. */
const CHUNK_BYTES = 65_536;

/** The coding that a header names; null for a body as it is. @throws unsupported_media_type. */
export function codingOf(header: string | undefined): Coding | null {
  const named = (header ?? '').split(',').map((name) => name.trim().toLowerCase());
  const codings = named.filter((name) => name !== '' && name !== 'identity');
  if (codings.length === 0) return null;
  const coding = codings.length === 1 && Object.hasOwn(NAMES, codings[0]!) ? NAMES[codings[0]!] : undefined;
  if (coding !== undefined) return coding;
  throw new TributaryError(
    'unsupported_media_type',
    `content-encoding: ${JSON.stringify(header!.slice(0, 60))} is not supported; pack the body with one of ${ACCEPTED_CODINGS}, or send it as it is`,
    { field: 'content-encoding' },
  );
}

/** A stream that unpacks a body. Some clients send deflate without its head (RFC 1950), so that is read, too. */
export function unpacker(coding: Coding, bytes: Buffer): Transform {
  const options = { chunkSize: CHUNK_BYTES };
  if (coding === 'gzip') return createGunzip(options);
  if (coding === 'br') return createBrotliDecompress(options);
  const has_head = bytes.length > 1 && (bytes[0]! & 0x0f) === 8 && bytes.readUInt16BE(0) % 31 === 0;
  return has_head ? createInflate(options) : createInflateRaw(options);
}

/** The failure of a body that is not packed as its header says. */
export function notPacked(coding: Coding): TributaryError {
  return new TributaryError(
    'bad_request',
    `body: is not valid ${coding}, or not complete; pack it as Content-Encoding says, or leave that header out`,
    { field: 'body' },
  );
}
