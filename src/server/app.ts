/** Makes the HTTP server: all routes with their gates, failures in one format, and a log line per answer. It does not listen yet. */
import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
  type onRequestHookHandler,
} from 'fastify';
import { badRequest } from '../domain/errors.ts';
import { MonitorList } from '../monitors/list.ts';
import type { AuditLog } from '../privacy/audit/audit-log.ts';
import { SavedViews } from '../sharing/views.ts';
import { grantsOf } from '../sign-in-config.ts';
import type { Tributary } from '../tributary.ts';
import { SqlDesk, type SqlLimits } from '../views/desk.ts';
import { Cors, type GateContext, gateHook, gateOf } from './access.ts';
import { adminRoutes } from './admin-routes.ts';
import { annotationRoutes } from './annotation-routes.ts';
import { assignRoute } from './assign-route.ts';
import { assistantRoutes } from './assistant-routes.ts';
import { withAudit } from './audit.ts';
import { auditRoutes } from './audit-routes.ts';
import { parseBodies, parseSegmentBodies, parseSendLists } from './body.ts';
import { collectRoutes } from './collect-routes.ts';
import { DASHBOARD_PAGES, DashboardPage, dashboardRoutes } from './dashboard-routes.ts';
import { destinationRoutes } from './destination-routes.ts';
import { Door, type Entrance } from './door.ts';
import { EmailKeys } from './email-keys.ts';
import { erasureRoutes } from './erasure-routes.ts';
import { requestId } from './exchange.ts';
import { experimentRoutes } from './experiment-routes.ts';
import { experimentSizeRoute } from './experiment-size-route.ts';
import { answerBrokenRequest, answerFailures, answerUnknown, sendFailure, UNREADABLE_PATH } from './failures.ts';
import { gpcRoute } from './gpc-route.ts';
import { Guesses } from './guesses.ts';
import { identityRoutes } from './identity-routes.ts';
import { keyRoutes } from './key-routes.ts';
import type { KeyRing } from './keys.ts';
import { lineageRoute } from './lineage-routes.ts';
import { openLinks } from './link-door.ts';
import { emailKeyRoutes, instrumentRoute, LINK_ROUTE, PIXEL_ROUTE } from './link-routes.ts';
import { liveRoute } from './live/route.ts';
import { type LogStream, logAnswer, logTo } from './log.ts';
import { Metrics } from './metrics.ts';
import { modelRoutes } from './model-routes.ts';
import { monitorRoutes } from './monitor-routes.ts';
import { noiseRoutes } from './noise-routes.ts';
import { oidcRoutes } from './oidc/routes.ts';
import { SignIn } from './oidc/sign-in.ts';
import { operationRoutes } from './operation-routes.ts';
import { Outgoing } from './outgoing.ts';
import { pullRoutes } from './pull-routes.ts';
import { RateLimit } from './rate-limit.ts';
import { reportRoutes } from './report-routes.ts';
import { retentionRoutes } from './retention-routes.ts';
import type { DescribedRoute, Route, Services } from './route.ts';
import { savedViewRoutes } from './saved-view-routes.ts';
import { scheduleRoutes } from './schedule-routes.ts';
import { scriptRoute } from './script-route.ts';
import { segmentRoutes } from './segment-routes.ts';
import { sendOrderRoute } from './send-order-route.ts';
import { sessionRoutes } from './session-routes.ts';
import { Sessions } from './sessions.ts';
import { settingsRoutes } from './settings-routes.ts';
import { Setup } from './setup.ts';
import { setupRoute } from './setup-route.ts';
import { shareRoutes } from './share-routes.ts';
import { SharedAnswers } from './shared-answers.ts';
import { SharedRoutes } from './shared-routes.ts';
import { parseSourceBodies, sourceRoutes, webhookRoutes } from './source-routes.ts';
import { sqlRoutes } from './sql-routes.ts';
import { unsubscribeRoutes } from './unsubscribe-routes.ts';
import { Uploads, uploadLimits } from './uploads.ts';
import { VisitorIds } from './visitor-ids.ts';

export interface AppOptions {
  /** Target of log lines; standard output when left out. */
  log_stream?: LogStream;
  /** Log level; that of the configuration when left out. `silent` turns logging off. */
  log_level?: string;
  /** Limits of SQL over the views; the usual ones when left out. */
  sql_limits?: Partial<SqlLimits>;
  /** False if the routes are called within this process only, so that no link leads to the dashboard; true when left out. */
  has_dashboard?: boolean;
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
  const rate_limit = config.rate_limit_per_minute === null ? null : new RateLimit(config.rate_limit_per_minute);
  const visitor_ids = new VisitorIds(tributary.state, config.trust_proxy, tributary.reports.clock, config.honor_dnt);
  const services: Services = { tributary, keys, guesses, rate_limit, metrics, outgoing, visitor_ids };
  const grantOf = grantsOf(config.oidc);
  const sessions = new Sessions(tributary.state, keys, tributary.reports.clock, grantOf);
  const setup = new Setup(tributary.state, keys, tributary.reports.clock);
  const context: RouteContext = {
    audit: tributary.audit,
    keys,
    sessions,
    cors: new Cors(config.cors_origins),
    guesses,
    rate_limit,
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
  const email_keys = new EmailKeys(tributary.state, tributary.folder, tributary.reports.clock);
  const collecting = collector === null ? [] : collectRoutes(services, collector);
  const links = collector === null ? null : openLinks(app, services, collector, email_keys);
  const live = parts.reports ? liveRoute(services, sessions) : null;
  // The server waits for its connections to end, and these have no end.
  app.addHook('preClose', async () => live?.close());
  const shared_answers = new SharedAnswers(services);
  const page = new DashboardPage();
  const others: Route[] = [
    ...(parts.collects ? [scriptRoute(), gpcRoute()] : []),
    ...(parts.reports ? readingRoutes(services, shared_answers) : []),
    ...(parts.reports ? sqlRoutes(services, new SqlDesk(tributary.folder, options.sql_limits)) : []),
    ...(parts.reports ? assistantRoutes(services, options.has_dashboard ?? true) : []),
    ...(live === null ? [] : [live.route]),
    ...adminRoutes(services, async () => links?.flush()),
    ...(parts.reports ? erasureRoutes(services) : []),
    ...(parts.reports ? retentionRoutes(services) : []),
    ...keyRoutes(services),
    ...identityRoutes(services),
    ...noiseRoutes(services),
    ...settingsRoutes(services),
    ...sessionRoutes(services, sessions, setup),
    setupRoute(services, sessions, setup),
    ...(config.oidc === null
      ? []
      : oidcRoutes(new SignIn(config.oidc, tributary.state, sessions, grantOf, tributary.reports.clock), sessions)),
    ...(tributary.intake === null ? [] : sourceRoutes(tributary.intake)),
    ...destinationRoutes(tributary.destinations),
    ...pullRoutes(tributary.pulls),
    ...experimentRoutes(services),
    experimentSizeRoute,
    ...scheduleRoutes(tributary.schedules),
    ...auditRoutes(tributary.audit),
    ...emailKeyRoutes(email_keys),
    ...(parts.collects ? [instrumentRoute(services, email_keys)] : []),
  ];
  const segment = collector === null ? [] : segmentRoutes(services, collector);
  const send_lists = collector === null ? [] : [assignRoute(services), sendOrderRoute(services)];
  const webhooks = tributary.intake === null ? [] : webhookRoutes(services, tributary.intake);
  const of_links: DescribedRoute[] = links === null ? [] : [LINK_ROUTE, PIXEL_ROUTE];
  const described = [...collecting, ...segment, ...send_lists, ...webhooks, ...of_links];
  others.push(...operationRoutes(services, [...described, ...others]));
  const routes = [...described, ...others];
  const entrances = collecting.map((route) => ({ route, ...addRoute(app, route, metrics, context) }));
  for (const route of others) addRoute(app, route, metrics, context);
  const pages = [...dashboardRoutes(page), ...new SharedRoutes(services, shared_answers, page).routes()];
  if (parts.reports) for (const route of pages) addRoute(app, route, metrics, context);
  app.register(async (scope) => {
    parseSegmentBodies(scope, uploads);
    for (const route of segment) addRoute(scope, route, metrics, context);
  });
  app.register(async (scope) => {
    parseSendLists(scope, uploads);
    for (const route of send_lists) addRoute(scope, route, metrics, context);
  });
  app.register(async (scope) => {
    parseSourceBodies(scope, uploads);
    const of_recipients = unsubscribeRoutes(tributary.schedules.recipients, guesses);
    for (const route of [...webhooks, ...of_recipients]) addRoute(scope, route, metrics, context);
  });
  new Door(app, uploads, outgoing, entrances, links).open();
  const unknown = services.metrics.meter('', 'unknown');
  answerUnknown(app, routes, parts, (request, reply) => {
    unknown.observe(reply.statusCode, reply.elapsedTime);
    logAnswer(app.log, null, request, reply);
  });
  return app;
}

/** Reports, and what people keep and share beside them. */
function readingRoutes(services: Services, shared_answers: SharedAnswers): Route[] {
  const { annotations, config, state } = services.tributary;
  return [
    ...reportRoutes(services),
    ...modelRoutes(services),
    lineageRoute(services),
    ...annotationRoutes(annotations),
    ...shareRoutes(services, shared_answers),
    ...savedViewRoutes(new SavedViews(state, DASHBOARD_PAGES)),
    ...monitorRoutes(new MonitorList(config.monitors, state), state),
  ];
}

interface RouteContext extends GateContext {
  audit: AuditLog;
}

/** Adds a route to Fastify. @returns its gate, and what notes its answers. */
function addRoute(
  app: FastifyInstance,
  route: Route,
  metrics: Metrics,
  context: RouteContext,
): Pick<Entrance, 'pass' | 'answered'> {
  const meter = metrics.meter(route.method, route.path);
  const pass = gateOf(route, context);
  const answered: Entrance['answered'] = (request, reply) => {
    meter.observe(reply.statusCode, reply.elapsedTime);
    logAnswer(app.log, route, request, reply);
  };
  app.route({
    method: route.method,
    url: route.path,
    onRequest: gateHook(pass, context),
    onResponse: (request, reply, done) => {
      answered(request, reply);
      done();
    },
    handler: withAudit(route, context.audit),
  });
  if (route.cors) app.options(route.path, context.cors.preflight);
  return { pass, answered };
}

/** Node refuses such a request without a body, so it leaves it to this hook. HTTP/1.0 has no Host. */
const refuseWithoutHost: onRequestHookHandler = (request, reply, done) => {
  const { headers, httpVersion } = request.raw;
  const is_missing = headers.host === undefined && httpVersion !== '1.0';
  if (is_missing) reply.header('x-request-id', request.id);
  done(is_missing ? badRequest('host', 'the header is required; send the name or address of this server') : undefined);
};

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
