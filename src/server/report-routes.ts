/** One route for each declared report: JSON, its main table as CSV, or its terminal table as text. */

import type { FastifyReply, FastifyRequest } from 'fastify';
import { badRequest } from '../domain/errors.ts';
import { choice } from '../domain/parameter.ts';
import { parameterReader } from '../domain/read-parameters.ts';
import { Type } from '../domain/typebox.ts';
import { CSV_STYLE_NAMES, type CsvStyle } from '../present/csv.ts';
import { showReport } from '../present/tables.ts';
import type { ReportJson } from '../reports/context.ts';
import { mainTableOf, type Report } from '../reports/declare.ts';
import { REPORTS } from '../reports/index.ts';
import { NoisyResult } from '../reports/noisy/result.ts';
import { csvInTurns, jsonInTurns } from './answer-text.ts';
import { answerReport, callOf } from './asked-report.ts';
import { packedFor } from './packed-answer.ts';
import { ProgressBoard } from './progress-board.ts';
import type { Route, Services } from './route.ts';

/** Rows of each table of a page of text. It is made in one piece. */
const MAX_TEXT_ROWS = 100;

const FormatParameter = Type.Optional(
  choice(
    ['json', 'csv', 'text'],
    `Format of the answer; json when left out. csv gives the main table, as the header Accept: text/csv does; text gives a page for a terminal, of at most ${MAX_TEXT_ROWS} rows a table`,
  ),
);
const CsvParameter = Type.Optional(
  choice(
    CSV_STYLE_NAMES,
    'CSV for programs (plain), or for Excel: excel has semicolons and decimal commas, excel_us commas and decimal points, both with a byte order mark. It asks for csv',
  ),
);
type Format = 'json' | 'csv' | 'text';

export function reportRoutes(services: Services): Route[] {
  const board = new ProgressBoard();
  const routes = REPORTS.map((report) =>
    report.writes === null ? readRoute(report, services, board) : writeRoute(report, report.writes, services),
  );
  return [...routes, board.route()];
}

function readRoute(report: Report, services: Services, board: ProgressBoard): Route {
  const { properties, required } = report.parameters;
  return {
    ...describedBy(report),
    method: 'GET',
    scope: 'read',
    viewers: !report.persons,
    partners: report.noisy !== null,
    own_brands: report.own_brands,
    parameters: Type.Object(
      { ...properties, format: FormatParameter, csv: CsvParameter },
      {
        additionalProperties: false,
        ...(required ? { required } : {}),
        ...(report.noisy === null ? { 'x-refused': { dp_epsilon: withoutNoise(report) } } : {}),
      },
    ),
    answers: { 200: answerOf(report) },
    handle: async (request, reply) => {
      const { format, csv, ...parameters } = request.query as { format?: Format; csv?: CsvStyle };
      if (csv !== undefined && format !== undefined && format !== 'csv')
        throw badRequest('csv', `is for format=csv, and format is ${format}; leave one of them out`);
      const asked: Record<string, unknown> = { ...parameters, ...(request.params as Record<string, string>) };
      const progress = board.begin(request, reply);
      const { context, asker } = callOf(request, reply, services);
      const { brand_ids } = request;
      const call = {
        context: { ...context, ...(progress === undefined ? {} : { progress }) },
        asker: { ...asker, ...(brand_ids !== undefined && { brand_ids }) },
      };
      const answer = await answerReport({ request, reply, services }, call, report, asked);
      return services.outgoing.write(request, async () =>
        packedFor(request, reply, await send(request, reply, report, answer, csv === undefined ? format : 'csv', csv)),
      );
    },
  };
}

/** The route of a report that stores something. It needs an admin key, and its parameters are the body. */
function writeRoute(report: Report, writes: NonNullable<Report['writes']>, services: Services): Route {
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
      const { context, asker } = callOf(request, reply, services);
      const answer = await report.run(context, asked, asker);
      reply.code(201);
      return send(request, reply, report, answer, undefined);
    },
  };
}

/** Why a report has no answers with noise. */
function withoutNoise({ persons }: Report): string {
  const others = REPORTS.filter(({ noisy }) => noisy !== null).map(({ name }) => name);
  const why = persons
    ? 'this report tells of single persons or orders, whom no noise protects'
    : 'this report has figures in which what one person contributes has no bound, so it has no answers with noise';
  return `${why}; ask ${others.join(', ')} with it, or leave it out`;
}

function bodyOf({ body }: FastifyRequest, { body_required, examples }: NonNullable<Report['writes']>): unknown {
  if (body === undefined && !body_required) return undefined;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    const [example] = Object.values(examples);
    throw badRequest('body', `must be an object with parameters of this call, such as ${JSON.stringify(example)}`);
  }
  return body;
}

function describedBy({ path, tag, summary, description, path_parameters, noisy }: Report) {
  const with_noise = noisy === null ? '' : ` With noise (\`dp_epsilon\`): ${noisy.gives}.`;
  return { path, tag, summary, description: `${description}${with_noise}`, path_parameters };
}

function answerOf({ result, example, noisy }: Report) {
  return {
    description: 'The report. Fields whose names end in `_micros` are strings of digits; amounts are decimal strings',
    schema: noisy === null ? result : eitherOf(result),
    ...(example === undefined ? {} : { example }),
  };
}

/** The schema of an exact answer, or of one with noise. */
function eitherOf(exact: Report['result']) {
  const { anyOf = [exact] } = exact as { anyOf?: unknown[] };
  return { type: 'object', anyOf: [...anyOf, NoisyResult] };
}

/** Sends an answer in the format that was asked for. It is about people and money, so no HTTP cache may keep it. */
function send(
  request: FastifyRequest,
  reply: FastifyReply,
  report: Report,
  answer: ReportJson,
  asked: Format | undefined,
  style?: CsvStyle,
): string | Promise<string> {
  reply.header('cache-control', 'no-store');
  const format = asked ?? (/^text\/csv\b/i.test(request.headers.accept ?? '') ? 'csv' : 'json');
  switch (format) {
    case 'csv':
      reply.header('content-type', 'text/csv; charset=utf-8; header=present');
      return csvInTurns(answer, mainTableOf(report, answer), style);
    case 'text':
      reply.header('content-type', 'text/plain; charset=utf-8');
      return showReport(report, answer, MAX_TEXT_ROWS);
    default:
      reply.header('content-type', 'application/json; charset=utf-8');
      return jsonInTurns(answer);
  }
}
