/** Failures as callers see them: one format, a sentence with the fix, and no internal details. */
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import type { FastifyBaseLogger, FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorCode, TributaryError } from '../domain/errors.ts';
import { Unproven } from '../sources/unproven.ts';
import type { Role } from '../tributary.ts';
import type { Answering, Asked } from './exchange.ts';
import { logFailure } from './log.ts';
import type { DescribedRoute } from './route.ts';

export function errorBody(
  error: Pick<TributaryError, 'field' | 'message'> & { code: ErrorCode | 'internal' },
  request_id: string,
): string {
  const { code, field, message } = error;
  return JSON.stringify({ error: { code, ...(field === undefined ? {} : { field }), message }, request_id });
}

/** The rest of a refused body is read up to this size. Above it the connection is closed. */
const MAX_DISCARDED_BYTES = 100_000_000;

export function answerFailures(app: FastifyInstance): void {
  app.setErrorHandler((cause: FastifyError, request, reply) =>
    reply.send(failureText(app.log, cause, request.routeOptions.url ?? null, request, reply)),
  );
}

/** Sets status and headers of the answer to a failure, and logs what is not the caller's. @returns the body of the answer. */
export function failureText(
  log: FastifyBaseLogger,
  cause: Error,
  route: string | null,
  request: Asked,
  reply: Answering,
): string {
  const { id: request_id, method } = request;
  const error = asTributaryError(cause);
  // For other failures the connection stays open and the rest of the body is dropped. So the caller sees the answer, not a
  // connection reset.
  const is_endless = Number(request.headers['content-length'] ?? 0) > MAX_DISCARDED_BYTES;
  if (error?.code === 'request_timeout' || (error?.code === 'too_large' && is_endless))
    reply.header('connection', 'close');
  if (error) return refusalText(reply, error, request_id);
  logFailure(log, cause, { request_id, method, route });
  reply.code(500).header('content-type', JSON_TYPE);
  const message = 'the server failed; its log has the details under this request_id';
  return errorBody({ code: 'internal', field: undefined, message }, request_id);
}

const JSON_TYPE = 'application/json; charset=utf-8';

function refusalText(reply: Answering, error: TributaryError, request_id: string): string {
  if (error.retry_after_s !== undefined) reply.header('retry-after', String(error.retry_after_s));
  if (error.code === 'unauthorized') reply.header('www-authenticate', challengeOf(error));
  reply.code(error.status).header('content-type', JSON_TYPE);
  return errorBody(error, request_id);
}

/** Amazon SNS sends the password of a URL only after an answer that asks for it and names a realm. */
const challengeOf = (error: TributaryError): string =>
  error instanceof Unproven ? 'Basic realm="webhooks"' : 'Bearer';

export function sendFailure(reply: FastifyReply, error: TributaryError, request_id: string): FastifyReply {
  return reply.send(refusalText(reply, error, request_id));
}

/** Turns a failure of Fastify that the caller caused into a `TributaryError`; undefined for failures of the server. */
function asTributaryError(
  cause: Error & Partial<Pick<FastifyError, 'code' | 'statusCode'>>,
): TributaryError | undefined {
  if (cause instanceof TributaryError) return cause;
  if (cause.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return new TributaryError(
      'unsupported_media_type',
      'content-type: is not supported; send JSON with the header Content-Type: application/json',
      { field: 'content-type' },
    );
  const status = cause.statusCode ?? 500;
  return status >= 400 && status < 500 ? new TributaryError('bad_request', cause.message) : undefined;
}

/** The parts of Tributary that a server runs. The message for an unknown path names missing parts. */
export interface Parts {
  role: Role;
  collects: boolean;
  reports: boolean;
}

function nothingHere({ role, collects, reports }: Parts): string {
  if (collects && reports) return 'there is nothing at this path; GET /docs lists all calls';
  if (collects)
    return `there is nothing at this path; this server only collects (--role ${role}), so ask a server that reports`;
  if (reports)
    return `there is nothing at this path; this server only reports (--role ${role}), so send events to a server that collects`;
  return `there is nothing at this path; this server (--role ${role}) neither collects nor reports`;
}

/** Answers requests without a route: 404, or 405 that names the methods of a path that exists. */
export function answerUnknown(
  app: FastifyInstance,
  routes: readonly DescribedRoute[],
  parts: Parts,
  answered: (request: FastifyRequest, reply: FastifyReply) => void,
): void {
  const paths = new Map<string, { pattern: RegExp; methods: string[] }>();
  for (const { path, method, cors } of routes) {
    const entry = paths.get(path) ?? {
      pattern: new RegExp(`^${path.replaceAll('.', '\\.').replace(/:\w+/g, '[^/]+')}/?$`),
      methods: [],
    };
    paths.set(path, entry);
    entry.methods.push(method, ...(method === 'GET' ? ['HEAD'] : []), ...(cors ? ['OPTIONS'] : []));
  }
  app.setNotFoundHandler((request, reply) => {
    headAnswer(request, reply);
    const path = request.url.split('?', 1)[0]!;
    const known = [...paths.values()].find(({ pattern }) => pattern.test(path));
    const allowed = known && !known.methods.includes(request.method) ? known.methods.join(', ') : undefined;
    if (allowed !== undefined) reply.header('allow', allowed);
    sendFailure(
      reply,
      allowed === undefined
        ? new TributaryError('not_found', nothingHere(parts))
        : new TributaryError('method_not_allowed', `${request.method} is not supported at this path; use ${allowed}`),
      request.id,
    );
    answered(request, reply);
    return reply;
  });
}

export const UNREADABLE_PATH = new TributaryError(
  'bad_request',
  'the path cannot be read; percent-encode it as UTF-8, and keep ids under 1,000 characters',
);

/** Status line and message for requests that Node's HTTP parser refuses, by its error code. */
const BROKEN: Record<string, [status: string, message: string]> = {
  HPE_HEADER_OVERFLOW: [
    '431 Request Header Fields Too Large',
    'the headers are too large; send fewer or shorter headers',
  ],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'the request did not arrive in time; send it again'],
};

/** Answers on a bare socket, in the usual format. */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return;
  const [status, message] = BROKEN[error.code ?? ''] ?? [
    '400 Bad Request',
    'the request is not valid HTTP; check the client',
  ];
  const body = errorBody({ code: 'bad_request', field: undefined, message }, randomUUID());
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

/** The headers of every answer: its request, and that no browser may take it for another type than it says. */
export function headAnswer(request: Asked, reply: Answering): void {
  reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff');
}
