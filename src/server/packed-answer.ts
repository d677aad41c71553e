/** Answers packed with gzip (RFC 9110, 8.4.1.3) for clients that take it. */
import type { IncomingHttpHeaders } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Answering, Asked } from './exchange.ts';

/** Shorter answers are sent as they are: they fit into two packets. */
const MIN_PACKED_CHARACTERS = 2_000;
/** Fast: answers are made for one client and sent once. It packs JSON of reports to about a tenth. */
const LEVEL = 3;

const GZIP = /(?:^|[\s,])gzip\s*(?:;\s*q=([\d.]+))?\s*(?:,|$)/i;
const pack = promisify(gzip);

/** True if a client takes gzip: it names it, and not with weight 0. */
export function takesGzip({ 'accept-encoding': accepted = '' }: IncomingHttpHeaders): boolean {
  const found = GZIP.exec(String(accepted));
  return found !== null && Number(found[1] ?? 1) > 0;
}

/**
 * The body of an answer that no cache may keep: packed in the threads of zlib, or as it is. Answers that hold a secret do not come this
 * way, so that the length of a body tells nothing about one.
 */
export async function packedFor({ raw }: Asked, reply: Answering, text: string): Promise<string | Buffer> {
  if (text.length < MIN_PACKED_CHARACTERS || !takesGzip(raw.headers)) return text;
  const packed = await pack(text, { level: LEVEL });
  reply.header('content-encoding', 'gzip');
  return packed;
}
