/** Routes for operation: health, metrics, and the description of all calls. */
import type { FastifyReply } from 'fastify';
import { MANY_CONFLICTS } from '../log/conflict-counts.ts';
import type { Tributary } from '../tributary.ts';
import { DOCS_HEADERS, renderDocs } from './docs-page.ts';
import type { KeyRing } from './keys.ts';
import { openApiDocument } from './openapi.ts';
import type { Route, Services } from './route.ts';

/** Above this share of its limit the spool counts as nearly full. */
const FULL_SPOOL = 0.9;
const LAGGING_RECORDS = 1_000_000;
/** A warehouse that does not answer for this long is busy with reports; it does not count as broken. */
const SLOW_READ_MS = 2_000;

export function operationRoutes(services: Services, others: readonly Route[]): Route[] {
  const routes = [...healthRoutes(services), metricsRoute(services)];
  const described = [...others, ...routes];
  // It is made at the first call and never changes while the process runs.
  let text: string | undefined;
  let page: string | undefined;
  const openapi: Route = {
    method: 'GET',
    path: '/openapi.json',
    tag: 'operation',
    scope: null,
    summary: 'The OpenAPI 3.1 document of all calls',
    answers: { 200: { description: 'The document' } },
    handle: (_request, reply) => {
      text ??= JSON.stringify(openApiDocument([...described, openapi, docs]));
      return reply.header('content-type', 'application/json; charset=utf-8').send(text);
    },
  };
  const docs: Route = {
    method: 'GET',
    path: '/docs',
    tag: 'operation',
    scope: null,
    summary: 'The document as a page for readers',
    answers: { 200: { description: 'A page that loads nothing from other sites', content_type: 'text/html' } },
    handle: (_request, reply) => {
      page ??= renderDocs(openApiDocument([...described, openapi, docs]));
      return reply.headers(DOCS_HEADERS).send(page);
    },
  };
  return [...routes, openapi, docs];
}

function healthRoutes({ tributary, keys }: Services): Route[] {
  const open = { method: 'GET', tag: 'operation', scope: null } as const;
  return [
    {
      ...open,
      path: '/health',
      summary: 'Check that the server runs, and if it is ready',
      description: '`warnings` name what a person should look at; they do not make the server unready.',
      answers: {
        200: {
          description: 'Sent whenever the process runs',
          example: {
            status: 'ok',
            live: true,
            ready: true,
            role: 'all',
            lag_records: 0,
            followers: [{ name: 'fits', lag_records: 0, lag_s: 0, failing: false }],
            problems: [],
            warnings: [],
          },
        },
      },
      handle: async () => {
        const problems = await readinessProblems(tributary);
        return {
          status: problems.length === 0 ? 'ok' : 'degraded',
          live: true,
          ready: problems.length === 0,
          role: tributary.role,
          ...(tributary.collector ? { lag_records: tributary.collector.health().lag_records } : {}),
          followers: tributary.followers.status().map(({ last_error, ...status }) => ({
            ...status,
            failing: last_error !== '',
          })),
          problems,
          warnings: warningsOf(tributary, keys),
        };
      },
    },
    {
      ...open,
      path: '/health/live',
      summary: 'Check that the process runs',
      answers: { 200: { description: 'The process runs', example: { live: true } } },
      handle: () => ({ live: true }),
    },
    {
      ...open,
      path: '/health/ready',
      summary: 'Check that reports can be read and events are loaded',
      description: 'Events are accepted and kept also while this call answers 503.',
      answers: {
        200: { description: 'Ready', example: { ready: true, problems: [] } },
        503: {
          description: 'Not ready, with the reasons',
          example: { ready: false, problems: ['the last try to load failed; the log says why'] },
        },
      },
      handle: async (_request, reply: FastifyReply) => {
        const problems = await readinessProblems(tributary);
        reply.code(problems.length === 0 ? 200 : 503);
        return { ready: problems.length === 0, problems };
      },
    },
  ];
}

function deadLettersProblem(open: number): string {
  const records =
    open === 1 ? '1 record could not be loaded and waits' : `${open} records could not be loaded and wait`;
  return `${records} in dead letters; \`tributary doctor\` shows them`;
}

/** What a person should look at while the server works. Anyone may read it, so it holds no ids. */
function warningsOf({ collector }: Tributary, keys: KeyRing): string[] {
  const warnings: string[] = [];
  const conflicts = collector?.health().conflicts.last_hour ?? 0;
  if (conflicts > MANY_CONFLICTS)
    warnings.push(
      `${conflicts} records of the last hour have a known id and other content, and do not count; \`tributary doctor\` shows their brands`,
    );
  const unstored = keys.unstored_revocations;
  if (unstored > 0)
    warnings.push(
      `${unstored === 1 ? '1 revoked key is' : `${unstored} revoked keys are`} refused by this server, and the revocation is not stored yet; it is tried again every second`,
    );
  return warnings;
}

/** Reasons why the server is not ready. Anyone may read them, so they hold no ids. */
async function readinessProblems({ collector, warehouse, config }: Tributary): Promise<string[]> {
  const problems: string[] = [];
  if (collector !== null) {
    const { loader, lag_records, spool_bytes } = collector.health();
    if (loader.last_error !== '') problems.push('the last try to load failed; the log says why');
    if (loader.open_dead_letters > 0) problems.push(deadLettersProblem(loader.open_dead_letters));
    if (lag_records > LAGGING_RECORDS) problems.push('loading lags far behind');
    if (spool_bytes > FULL_SPOOL * config.limits.max_spool_bytes) problems.push('the spool is nearly full');
  }
  let timer: NodeJS.Timeout | undefined;
  const slow = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, SLOW_READ_MS);
  });
  const read = warehouse.read((snapshot) => snapshot.query('select 1 as one'), { timeout_ms: SLOW_READ_MS * 5 });
  await Promise.race([read, slow]).catch(() => problems.push('the warehouse cannot be read; the log says why'));
  clearTimeout(timer);
  read.catch(() => undefined);
  return problems;
}

function metricsRoute({ tributary, metrics, keys, guesses }: Services): Route {
  return {
    method: 'GET',
    path: '/metrics',
    tag: 'operation',
    scope: 'read',
    every_brand: true,
    summary: 'Metrics in the text format of Prometheus',
    answers: {
      200: { description: 'Counters and gauges', content_type: 'text/plain', example: 'tributary_lag_records 0' },
    },
    handle: (_request, reply) =>
      reply.header('content-type', 'text/plain; version=0.0.4; charset=utf-8').send(
        metrics.render(tributary.collector?.health() ?? null, tributary.followers.status(), {
          wrong: guesses.total,
          unstored_revocations: keys.unstored_revocations,
        }),
      ),
  };
}
