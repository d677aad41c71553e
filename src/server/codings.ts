/** Packed bodies: the codings that are read (`Content-Encoding`, RFC 9110, 8.4), and how a body is unpacked. */
import { addAbortSignal, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { TributaryError } from '../domain/errors.ts';
import { cancelled, Turns } from '../warehouse/turns.ts';

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

/** A packed body, and who waits for it. */
export interface Packed {
  coding: Coding;
  bytes: Buffer;
  owner: string;
  /** Aborted when nobody waits any more. */
  signal: AbortSignal;
  /** Counts the bytes of a part. @returns the refusal, if they are too many. */
  count: (bytes: number) => TributaryError | null;
}

/** Unpacks bodies in the threads of zlib, one at a time for each owner, so that many small bodies of one key hold up no other key. */
export class Unpacking {
  private readonly turns = new Map<string, Turns>();

  /** @returns what the body holds. @throws bad_request if it is not packed as named; the refusal of `count`; cancelled. */
  async unpack(packed: Packed): Promise<Buffer> {
    const turns = this.turns.get(packed.owner) ?? new Turns();
    this.turns.set(packed.owner, turns);
    try {
      return await turns.take(() => unpacked(packed));
    } finally {
      if (turns.waiting === 0) this.turns.delete(packed.owner);
    }
  }
}

async function unpacked({ coding, bytes, signal, count }: Packed): Promise<Buffer> {
  if (signal.aborted) throw cancelled();
  const stream = addAbortSignal(signal, unpacker(coding, bytes));
  const parts: Buffer[] = [];
  let refusal: TributaryError | null = null;
  stream.end(bytes);
  try {
    for await (const part of stream as AsyncIterable<Buffer>) {
      refusal = count(part.length);
      if (refusal !== null) break;
      parts.push(part);
    }
  } catch (error) {
    throw signal.aborted ? cancelled(error) : notPacked(coding);
  }
  if (refusal !== null) throw refusal;
  return Buffer.concat(parts);
}

/** A stream that unpacks a body. Some clients send deflate without its head (RFC 1950), so that is read, too. */
function unpacker(coding: Coding, bytes: Buffer): Transform {
  const options = { chunkSize: CHUNK_BYTES };
  if (coding === 'gzip') return createGunzip(options);
  if (coding === 'br') return createBrotliDecompress(options);
  const has_head = bytes.length > 1 && (bytes[0]! & 0x0f) === 8 && bytes.readUInt16BE(0) % 31 === 0;
  return has_head ? createInflate(options) : createInflateRaw(options);
}

/** The failure of a body that is not packed as its header says. */
function notPacked(coding: Coding): TributaryError {
  return new TributaryError(
    'bad_request',
    `body: is not valid ${coding}, or not complete; pack it as Content-Encoding says, or leave that header out`,
    { field: 'body' },
  );
}
