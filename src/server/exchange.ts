/**
 * One request and its answer, as the gate, the bodies, the receipts and the log use them. Fastify's requests and replies have this
 * form, and so have those of the door (`door.ts`), so that every rule is written once.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyRequest } from 'fastify';

export type Asked = Pick<
  FastifyRequest,
  | 'id'
  | 'method'
  | 'url'
  | 'headers'
  | 'params'
  | 'query'
  | 'raw'
  | 'body'
  | 'key'
  | 'brand_ids'
  | 'upload'
  | 'invalid_utf8'
>;

export interface Answering {
  readonly raw: ServerResponse;
  readonly statusCode: number;
  /** Milliseconds since the request arrived, or until it was answered. */
  readonly elapsedTime: number;
  code(status: number): Answering;
  header(name: string, value: string): Answering;
  removeHeader(name: string): unknown;
}

const SANE_REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** The id of a request: the one that its sender chose, if it is sane, or a new one. */
export function requestId(raw: IncomingMessage): string {
  const sent = raw.headers['x-request-id'];
  return typeof sent === 'string' && SANE_REQUEST_ID.test(sent) ? sent : randomUUID();
}

/** True if a request announces a body. */
export function hasBody(headers: IncomingHttpHeaders): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;
}
