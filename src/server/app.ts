/** Makes the HTTP server: all routes with their gates, failures in one format, and a log line per answer. It does not listen yet. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
  type onRequestHookHandler,
} from 'fastify';
import { badRequest } from '../domain/errors.ts';
import type { Tributary } from '../tributary.ts';
import { Cors, type GateContext, gate, RateLimit } from './access.ts';
import { adminRoutes } from './admin-routes.ts';
import { parseBodies } from './body.ts';
import { collectRoutes } from './collect-routes.ts';
import { answerBrokenRequest, answerFailures, answerUnknown, sendFailure, UNREADABLE_PATH } from './failures.ts';
import { Guesses } from './guesses.ts';
import { keyRoutes } from './key-routes.ts';
import type { KeyRing } from './keys.ts';
import { type LogStream, logAnswer, logTo } from './log.ts';
import { Metrics } from './metrics.ts';
import { operationRoutes } from './operation-routes.ts';
import { Outgoing } from './outgoing.ts';
import { reportRoutes } from './report-routes.ts';
import type { Route, Services } from './route.ts';
import { Uploads, uploadLimits } from './uploads.ts';

export interface AppOptions {
  /** Target of log lines; standard output when left out. */
  log_stream?: LogStream;
  /** Log level; that of the configuration when left out. `silent` turns logging off. */
  log_level?: string;
}

/** Time in which a whole request must arrive, so that slow senders cannot hold connections. */
const REQUEST_TIMEOUT_MS = 60_000;
const MAX_CONNECTIONS = 10_000;
const MAX_PARAM_LENGTH = 1_000;

export function buildApp(tributary: Tributary, keys: KeyRing, options: AppOptions = {}): FastifyInstance {
  const { config } = tributary;
  const { max_body_bytes } = config.limits;
  const log = options.log_stream ?? logTo();
  const app = makeFastify(tributary, options, log);
  const metrics = new Metrics(() => log.lost_lines ?? 0);
  const guesses = new Guesses();
  const uploads = new Uploads(uploadLimits(max_body_bytes));
  const outgoing = new Outgoing();
  const services: Services = { tributary, keys, guesses, metrics, outgoing };
  const context: GateContext = {
    keys,
    cors: new Cors(config.cors_origins),
    guesses,
    rate_limit: config.rate_limit_per_minute === null ? null : new RateLimit(config.rate_limit_per_minute),
    uploads,
    outgoing,
  };
  app.decorateRequest('key', null);
  app.decorateRequest('invalid_utf8', false);
  app.decorateRequest('upload', null);
  app.server.maxConnections = MAX_CONNECTIONS;
  outgoing.watch(app);
  app.addHook('onRequest', refuseWithoutHost);
  // Node would answer 417 without a body. What a client expects beyond `100-continue` may be ignored (RFC 9110, 10.1.1).
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
  parseBodies(app, uploads);
  app.addHook('onClose', async () => {
    uploads.close();
    metrics.close();
  });
  answerFailures(app);
  const { collector, role } = tributary;
  const parts = { role, collects: collector !== null, reports: role === 'all' || role === 'report' };
  const routes = [
    ...(collector === null ? [] : collectRoutes(services, collector)),
    ...(parts.reports ? reportRoutes(services) : []),
    ...adminRoutes(services),
    ...keyRoutes(services),
  ];
  routes.push(...operationRoutes(services, routes));
  for (const route of routes) addRoute(app, route, services.metrics, context);
  const unknown = services.metrics.meter('', 'unknown');
  answerUnknown(app, routes, parts, (request, reply) => {
    unknown.observe(reply.statusCode, reply.elapsedTime);
    logAnswer(app.log, null, request, reply);
  });
  return app;
}

function addRoute(app: FastifyInstance, route: Route, metrics: Metrics, context: GateContext): void {
  const meter = metrics.meter(route.method, route.path);
  app.route({
    method: route.method,
    url: route.path,
    onRequest: gate(route, context),
    onResponse: (request, reply, done) => {
      meter.observe(reply.statusCode, reply.elapsedTime);
      logAnswer(app.log, route, request, reply);
      done();
    },
    handler: route.handle,
  });
  if (route.cors) app.options(route.path, context.cors.preflight);
}

/** Node refuses such a request without a body, so it leaves it to this hook. HTTP/1.0 has no Host. */
const refuseWithoutHost: onRequestHookHandler = (request, reply, done) => {
  const { headers, httpVersion } = request.raw;
  const is_missing = headers.host === undefined && httpVersion !== '1.0';
  if (is_missing) reply.header('x-request-id', request.id);
  done(is_missing ? badRequest('host', 'the header is required; send the name or address of this server') : undefined);
};

const SANE_REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

function requestId(raw: IncomingMessage): string {
  const sent = raw.headers['x-request-id'];
  return typeof sent === 'string' && SANE_REQUEST_ID.test(sent) ? sent : randomUUID();
}

function makeFastify(tributary: Tributary, options: AppOptions, stream: LogStream): FastifyInstance {
  const { config } = tributary;
  const level = options.log_level ?? config.log_level;
  return fastify({
    logger: level === 'silent' ? false : { level, base: null, stream },
    logController: new LogController({ disableRequestLogging: true }),
    // The log line of a request holds its id. A child logger per request would cost more than the request.
    childLoggerFactory: (logger) => logger,
    genReqId: requestId as (raw: unknown) => string,
    requestTimeout: REQUEST_TIMEOUT_MS,
    http: { requireHostHeader: false },
    // While the server closes, a request on an open connection still gets a normal answer.
    return503OnClosing: false,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    ...(config.trust_proxy.length > 0 ? { trustProxy: config.trust_proxy } : {}),
    frameworkErrors: (_error: unknown, request: FastifyRequest, reply: FastifyReply) =>
      sendFailure(reply, UNREADABLE_PATH, request.id),
    clientErrorHandler: answerBrokenRequest,
  }) as unknown as FastifyInstance;
}
