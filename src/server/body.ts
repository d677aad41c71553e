/** Request bodies: reads JSON and checks UTF-8. */

import { isAscii, isUtf8 } from 'node:buffer';
import type { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { TributaryError } from '../domain/errors.ts';
import type { Coding } from './codings.ts';
import type { Asked } from './exchange.ts';
import { readJsonText } from './json-body.ts';
import { listReader } from './list-body.ts';
import type { Upload, Uploads } from './uploads.ts';

/**
 * Reads application/json, and text/plain as JSON: `sendBeacon` of a browser can send only the latter without a preflight.
 * Fastify's `onProtoPoisoning` is not used: readers take known fields only and never merge objects.
 */
export function parseBodies(app: FastifyInstance, uploads: Uploads): void {
  app.removeAllContentTypeParsers();
  parseJsonAs(app, uploads, ['application/json', 'text/plain']);
}

/** Reads the bodies of Segment's clients. RudderStack's client calls its JSON a form. */
export function parseSegmentBodies(app: FastifyInstance, uploads: Uploads): void {
  app.removeAllContentTypeParsers();
  parseJsonAs(
    app,
    uploads,
    ['application/json', 'text/plain', 'application/x-www-form-urlencoded'],
    listReader('batch'),
  );
}

/** Reads send lists: an object with `people`. */
export function parseSendLists(app: FastifyInstance, uploads: Uploads): void {
  app.removeAllContentTypeParsers();
  parseJsonAs(app, uploads, ['application/json', 'text/plain'], listReader('people'));
}

type ReadText = (text: string) => Promise<unknown>;

function parseJsonAs(app: FastifyInstance, uploads: Uploads, content_types: string[], readText?: ReadText): void {
  app.addContentTypeParser(content_types, (request, payload, done) => {
    const { upload } = request;
    if (upload === null) {
      // The path is unknown, or the body is empty.
      payload.resume();
      return done(null, undefined);
    }
    readBody(request, upload, payload, uploads, readText).then((body) => done(null, body), done);
  });
}

/** Receives the body of a request, and reads its JSON. @throws the refusal of the body. */
export async function readBody(
  request: Asked,
  upload: Upload,
  payload: Readable,
  uploads: Uploads,
  readText: ReadText = readJsonText,
): Promise<unknown> {
  const announced = Number(request.headers['content-length']);
  const bytes = await new Promise<Buffer>((resolve, reject) => {
    uploads.receive(upload, payload, announced, (error, whole) => (error ? reject(error) : resolve(whole!)));
  });
  return readJson(request, bytes, readText);
}

/** The first bytes of gzip. No JSON begins with them. */
const GZIP_HEAD = [0x1f, 0x8b];

function isPacked(coding: Coding | null): TributaryError {
  const what =
    coding === null ? ', and no header says so; send the header Content-Encoding: gzip' : ' again; pack it once';
  return new TributaryError('unsupported_media_type', `body: is packed with gzip${what}`, { field: 'body' });
}

const CHARSET = /charset\s*=\s*"?([\w-]+)/i;

async function readJson(request: Asked, bytes: Buffer, readText: ReadText): Promise<unknown> {
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
  if (bytes[0] === GZIP_HEAD[0] && bytes[1] === GZIP_HEAD[1]) throw isPacked(request.upload!.coding);
  let text: string;
  if (isAscii(bytes)) text = bytes.toString('latin1');
  else {
    request.invalid_utf8 = !isUtf8(bytes);
    text = bytes.toString('utf8');
    if (text.charCodeAt(0) === 0xfeff) text = text.slice(1);
  }
  return readText(text);
}
