/** Request bodies: reads JSON up to a size limit, checks UTF-8, and limits the memory for all bodies together. */
import { isAscii, isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { badRequest, TributaryError } from '../domain/errors.ts';
import { explainJson } from './json-place.ts';

/**
 * Reads application/json, and text/plain as JSON: `sendBeacon` of a browser can send only the latter without a preflight.
 * Fastify's `onProtoPoisoning` is not used: readers take known fields only and never merge objects.
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
      `content-type: the charset ${charset} is not supported; encode the body as UTF-8`,
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

/** Bodies up to this size are not counted: the number of connections limits them. */
const SMALL_BODY_BYTES = 64_000;

/** Limits the bytes of larger bodies in memory. Above the limit a request gets 503 with `Retry-After`, before its body is read. */
export class BodyBudget {
  private used = 0;

  constructor(
    private readonly max_bytes: number,
    private readonly max_body_bytes: number,
  ) {}

  /** Counts the body of a request until its connection or answer ends. @throws busy (503). */
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
        'the server is receiving too many large bodies; nothing was accepted, send again later',
        { retry_after_s: 1 },
      );
    }
    this.used += bytes;
    reply.raw.once('close', () => {
      this.used -= bytes;
    });
  }
}
