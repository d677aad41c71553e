/** One route for each declared report: JSON, its main table as CSV, or its terminal table as text. */

import type { FastifyReply, FastifyRequest } from 'fastify';
import { badRequest } from '../domain/errors.ts';
import { choice } from '../domain/parameter.ts';
import { Type } from '../domain/typebox.ts';
import { showReport } from '../present/tables.ts';
import type { ReportContext, ReportJson } from '../reports/context.ts';
import type { Report } from '../reports/declare.ts';
import { REPORTS } from '../reports/index.ts';
import { csvInTurns, jsonInTurns } from './answer-text.ts';
import { ownerOf } from './byte-shares.ts';
import { cancellationOf } from './hang-up.ts';
import type { Outgoing } from './outgoing.ts';
import { parameterReader } from './parameters.ts';
import type { Route, Services } from './route.ts';

/** Rows of each table of a page of text. It is made in one piece. */
const MAX_TEXT_ROWS = 100;

const FormatParameter = Type.Optional(
  choice(
    ['json', 'csv', 'text'],
    `Format of the answer; json when left out. csv gives the main table, as the header Accept: text/csv does; text gives a page for a terminal, of at most ${MAX_TEXT_ROWS} rows a table`,
  ),
);
type Format = 'json' | 'csv' | 'text';

export function reportRoutes({ tributary, outgoing }: Services): Route[] {
  return REPORTS.map((report) =>
    report.writes === null
      ? readRoute(report, tributary.reports, outgoing)
      : writeRoute(report, report.writes, tributary.reports),
  );
}

function readRoute(report: Report, context: ReportContext, outgoing: Outgoing): Route {
  const { properties, required } = report.parameters;
  return {
    ...describedBy(report),
    method: 'GET',
    scope: 'read',
    parameters: Type.Object(
      { ...properties, format: FormatParameter },
      { additionalProperties: false, ...(required ? { required } : {}) },
    ),
    answers: { 200: answerOf(report) },
    handle: async (request, reply) => {
      const { format, ...parameters } = request.query as { format?: Format };
      const asked = { ...parameters, ...(request.params as Record<string, string>) };
      const answer = await report.run(askedBy(request, reply, context), asked, { key_brand_id: request.key!.brand_id });
      return outgoing.write(request, () => send(request, reply, report, answer, format));
    },
  };
}

/** The route of a report that stores something. It needs an admin key, and its parameters are the body. */
function writeRoute(report: Report, writes: NonNullable<Report['writes']>, context: ReportContext): Route {
  const readParameters = parameterReader(report.parameters);
  return {
    ...describedBy(report),
    method: 'POST',
    scope: 'admin',
    body: { required: writes.body_required, schema: report.parameters, examples: writes.examples },
    answers: { 201: answerOf(report) },
    handle: async (request, reply) => {
      const asked = readParameters(bodyOf(request, writes));
      // The work of a client that is gone ends before it stores anything, or stores all.
      const answer = await report.run(askedBy(request, reply, context), asked, { key_brand_id: request.key!.brand_id });
      reply.code(201);
      return send(request, reply, report, answer, undefined);
    },
  };
}

/** The context of one request: its key, and the end of its work when the client hangs up. */
function askedBy(request: FastifyRequest, reply: FastifyReply, context: ReportContext): ReportContext {
  return { ...context, owner: ownerOf(request.key), cancellation: cancellationOf(reply) };
}

function bodyOf({ body }: FastifyRequest, { body_required, examples }: NonNullable<Report['writes']>): unknown {
  if (body === undefined && !body_required) return undefined;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    const [example] = Object.values(examples);
    throw badRequest('body', `must be an object with parameters of this call, such as ${JSON.stringify(example)}`);
  }
  return body;
}

function describedBy({ path, tag, summary, description, path_parameters }: Report) {
  return { path, tag, summary, description, path_parameters };
}

function answerOf({ result, example }: Report) {
  return {
    description: 'The report. Fields whose names end in `_micros` are strings of digits; amounts are decimal strings',
    schema: result,
    ...(example === undefined ? {} : { example }),
  };
}

/** Sends an answer in the format that was asked for. It is about people and money, so no HTTP cache may keep it. */
function send(
  request: FastifyRequest,
  reply: FastifyReply,
  report: Report,
  answer: ReportJson,
  asked: Format | undefined,
): string | Promise<string> {
  reply.header('cache-control', 'no-store');
  const format = asked ?? (/^text\/csv\b/i.test(request.headers.accept ?? '') ? 'csv' : 'json');
  switch (format) {
    case 'csv':
      reply.header('content-type', 'text/csv; charset=utf-8; header=present');
      return csvInTurns(answer, report.main_table);
    case 'text':
      reply.header('content-type', 'text/plain; charset=utf-8');
      return showReport(report, answer, MAX_TEXT_ROWS);
    default:
      reply.header('content-type', 'application/json; charset=utf-8');
      return jsonInTurns(answer);
  }
}
