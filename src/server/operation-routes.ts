/** Routes for operation: health, metrics, and the description of all calls. */

import type { FastifyReply } from 'fastify';
import { MANY_CONFLICTS } from '../log/conflict-counts.ts';
import { MonitorList } from '../monitors/list.ts';
import type { Tributary } from '../tributary.ts';
import { DOCS_HEADERS, renderDocs } from './docs-page.ts';
import type { KeyRing } from './keys.ts';
import { openApiDocument } from './openapi.ts';
import { Readiness } from './readiness.ts';
import type { DescribedRoute, Route, Services } from './route.ts';

export function operationRoutes(services: Services, others: readonly DescribedRoute[]): Route[] {
  const readiness = new Readiness(services.tributary);
  const routes = [...healthRoutes(services, readiness), metricsRoute(services, readiness)];
  const described: DescribedRoute[] = [...others, ...routes];
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

function healthRoutes({ tributary, keys }: Services, readiness: Readiness): Route[] {
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
            collector: 'main',
            lag_records: 0,
            followers: [{ name: 'fits', lag_records: 0, lag_s: 0, failing: false }],
            problems: [],
            warnings: [],
          },
        },
      },
      handle: async () => {
        const { problems } = await readiness.state();
        return {
          status: problems.length === 0 ? 'ok' : 'degraded',
          live: true,
          ready: problems.length === 0,
          role: tributary.role,
          ...(tributary.collector
            ? { collector: tributary.collector.id, lag_records: tributary.collector.health().lag_records }
            : {}),
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
      description:
        'Events are accepted and kept also while this call answers 503, unless it says that the spool cannot be written. A warehouse that is busy with reports is ready.',
      answers: {
        200: { description: 'Ready', example: { ready: true, problems: [] } },
        503: {
          description: 'Not ready, with the reasons',
          example: { ready: false, problems: ['the last try to load failed; the log says why'] },
        },
      },
      handle: async (_request, reply: FastifyReply) => {
        const { problems } = await readiness.state();
        reply.code(problems.length === 0 ? 200 : 503);
        return { ready: problems.length === 0, problems };
      },
    },
  ];
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

function metricsRoute({ tributary, metrics, keys, guesses }: Services, readiness: Readiness): Route {
  return {
    method: 'GET',
    path: '/metrics',
    audit: null,
    tag: 'operation',
    scope: 'read',
    every_brand: true,
    summary: 'Metrics in the text format of Prometheus',
    answers: {
      200: { description: 'Counters and gauges', content_type: 'text/plain', example: 'tributary_lag_records 0' },
    },
    handle: async (_request, reply) => {
      const monitors = new MonitorList(tributary.config.monitors, tributary.state);
      const state = await readiness.state();
      reply.header('content-type', 'text/plain; version=0.0.4; charset=utf-8');
      const of_keys = { wrong: guesses.total, unstored_revocations: keys.unstored_revocations };
      const { collector, followers, histories, histories_check, role } = tributary;
      const { checks, differences } = histories_check;
      const of_histories = role === 'all' || role === 'report' ? { ...histories.status(), checks, differences } : null;
      return metrics.render(
        collector?.health() ?? null,
        followers.status(),
        of_keys,
        state,
        of_histories,
        await tributary.destinations.list(null),
        await tributary.pulls.list(null),
        { open: await monitors.openByBrand(), alerts: await monitors.alerts() },
        await tributary.schedules.list(null),
        { counts: await tributary.fit_log.counts(), failing: await tributary.fit_log.failing() },
      );
    },
  };
}
