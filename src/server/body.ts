/** Request bodies: JSON as bytes with a limit, decoded with care, and never more of them in memory than fits. */
import { isAscii, isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { badRequest, TributaryError } from '../domain/errors.ts';
import { explainJson } from './json-place.ts';

/**
 * Takes application/json, and text/plain as JSON too: a browser's `sendBeacon` can send nothing else without a
 * preflight. `onProtoPoisoning` has no say here: readers take known fields only and never merge.
 */
export function parseBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(['application/json', 'text/plain'], { parseAs: 'buffer' }, (request, bytes, done) => {
    try {
      done(null, readJson(request, bytes as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
}

const CHARSET = /charset\s*=\s*"?([\w-]+)/i;

function readJson(request: FastifyRequest, bytes: Buffer): unknown {
  const content_type = request.headers['content-type']!;
  const charset = content_type.includes(';') ? CHARSET.exec(content_type)?.[1]?.toLowerCase() : undefined;
  if (charset !== undefined && !['utf-8', 'utf8', 'us-ascii'].includes(charset)) {
    throw new TributaryError(
      'unsupported_media_type',
      `content-type: the charset ${charset} is not read; encode the body as UTF-8`,
      { field: 'content-type' },
    );
  }
  if (bytes.length === 0) return undefined;
  let text: string;
  if (isAscii(bytes)) text = bytes.toString('latin1');
  else {
    request.invalid_utf8 = !isUtf8(bytes);
    text = bytes.toString('utf8');
    if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest('body', explainJson(text));
  }
}

/** Bodies up to this size are not counted: the number of connections bounds them. */
const SMALL_BODY_BYTES = 64_000;

/** Bytes of larger bodies that may be in flight at once; a 503 above it costs nothing and tells when to come back. */
export class BodyBudget {
  private used = 0;

  constructor(
    private readonly max_bytes: number,
    private readonly max_body_bytes: number,
  ) {}

  /** Counts the request's body until its answer is out. @throws busy (503). */
  take(request: FastifyRequest, reply: FastifyReply): void {
    const announced = request.headers['content-length'];
    const bytes =
      announced === undefined
        ? request.headers['transfer-encoding'] === undefined
          ? 0
          : this.max_body_bytes
        : Number(announced);
    // A body over its limit is refused before any of it is read.
    if (!(bytes > SMALL_BODY_BYTES) || bytes > this.max_body_bytes) return;
    if (this.used > 0 && this.used + bytes > this.max_bytes) {
      throw new TributaryError(
        'busy',
        'too many large bodies are in flight; nothing was accepted, send again in a moment',
        { retry_after_s: 1 },
      );
    }
    this.used += bytes;
    reply.raw.once('close', () => {
      this.used -= bytes;
    });
  }
}
