/** Reports: JSON, or the main table as CSV. Each report reads its own parameters and knows which brands a key may see. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import Type, { type TObject } from 'typebox';
import { badRequest } from '../domain/errors.ts';
import { toCsv } from '../present/csv.ts';
import { AttributionReportParameters, attributionReport } from '../reports/attribution.ts';
import { CampaignReportParameters, campaignReport } from '../reports/campaign.ts';
import type { ReportContext, ReportJson } from '../reports/context.ts';
import { CustomerParameters, customerReport } from '../reports/customer.ts';
import { journeysReport } from '../reports/journeys.ts';
import { ModelComparisonParameters, modelComparison } from '../reports/model-comparison.ts';
import { AttributionParameters } from '../reports/parameters.ts';
import { ReceiptParameters, receiptReport } from '../reports/receipt.ts';
import { CompareParameters, compareRun } from '../reports/run-comparison.ts';
import { FreezeParameters, freezeRun, listRuns } from '../reports/runs.ts';
import { ATTRIBUTION_EXAMPLE } from './examples.ts';
import { parameterReader } from './parameters.ts';
import type { Route, Services } from './route.ts';

const FormatParameter = Type.Optional(
  Type.Unsafe<'json' | 'csv'>({
    type: 'string',
    enum: ['json', 'csv'],
    description: 'csv answers the main table; the same as the header Accept: text/csv',
  }),
);

type Parameters = Record<string, never>;
type Ask = (
  context: ReportContext,
  parameters: Parameters,
  request: FastifyRequest,
  options: { key_brand_id: string | null },
) => Promise<ReportJson>;

interface ReportDefinition {
  path: string;
  summary: string;
  description: string;
  path_parameters?: Record<string, string>;
  parameters: TObject;
  example?: unknown;
  ask: Ask;
}

export function reportRoutes({ tributary }: Services): Route[] {
  const context = tributary.reports;
  const reports = REPORTS.map(
    (report): Route => ({
      method: 'GET',
      path: report.path,
      tag: 'reports',
      scope: 'read',
      summary: report.summary,
      description: report.description,
      ...(report.path_parameters ? { path_parameters: report.path_parameters } : {}),
      parameters: Type.Object(
        { ...report.parameters.properties, format: FormatParameter },
        {
          additionalProperties: false,
          ...(report.parameters.required ? { required: report.parameters.required } : {}),
        },
      ),
      answers: {
        200: {
          description: 'The report. Fields ending in `_micros` are strings of digits; amounts are decimal strings',
          schema: { type: 'object' },
          ...(report.example === undefined ? {} : { example: report.example }),
        },
      },
      handle: async (request, reply) => {
        const { format, ...parameters } = request.query as { format?: 'json' | 'csv' };
        const answer = await report.ask(context, parameters as Parameters, request, {
          key_brand_id: request.key!.brand_id,
        });
        return sendReport(request, reply, answer, format);
      },
    }),
  );
  return [...reports, freezeRoute(context)];
}

/** An answer as JSON or CSV. It is about people and money, so no cache keeps it. */
export function sendReport(
  request: FastifyRequest,
  reply: FastifyReply,
  answer: ReportJson,
  format: 'json' | 'csv' | undefined,
): string {
  reply.header('cache-control', 'no-store');
  const csv = format === undefined ? /^text\/csv\b/i.test(request.headers.accept ?? '') : format === 'csv';
  reply.header('content-type', csv ? 'text/csv; charset=utf-8; header=present' : 'application/json; charset=utf-8');
  return csv ? toCsv(answer) : JSON.stringify(answer);
}

const REPORTS: readonly ReportDefinition[] = [
  {
    path: '/v1/reports/attribution',
    summary: 'What each channel, campaign and email earned',
    description:
      'Under one model, or under several side by side (`models`). Credits plus unattributed revenue equal net revenue exactly.',
    parameters: AttributionReportParameters,
    example: ATTRIBUTION_EXAMPLE,
    ask: (context, parameters, _request, options) => attributionReport(context, parameters, options),
  },
  {
    path: '/v1/reports/models',
    summary: 'Models side by side, with intervals and their largest disagreements explained',
    description:
      'By channel or campaign: what each model gives, how far that would move if other people had come (bootstrap over people, 90 %), and why the models differ most where they do.',
    parameters: ModelComparisonParameters,
    ask: (context, parameters, _request, options) => modelComparison(context, parameters, options),
  },
  {
    path: '/v1/reports/journeys',
    summary: 'How long journeys were, and what they were made of',
    description:
      'A journey is the events of a person without a long silence between them; it is reported when an order of the period lies in it.',
    parameters: AttributionParameters,
    ask: (context, parameters, _request, options) => journeysReport(context, parameters, options),
  },
  {
    path: '/v1/reports/campaigns/:campaign_id',
    summary: 'What a campaign sent, what people did with it, and what it earned and cost',
    description: 'Overall and by email. Every metric comes with its definition; a rate without a denominator is null.',
    path_parameters: { campaign_id: 'The campaign' },
    parameters: CampaignReportParameters,
    ask: (context, parameters, request, options) =>
      campaignReport(context, idOf(request, 'campaign_id'), parameters, options),
  },
  {
    path: '/v1/conversions/:conversion_id/receipt',
    summary: 'Why each touch of an order got what it got',
    description:
      'Every touch that was considered, why it was in or out, its weight, its share and its micros, under every rule model unless `model` or `models` says otherwise.',
    path_parameters: { conversion_id: 'Any conversion of the order' },
    parameters: ReceiptParameters,
    ask: (context, parameters, request, options) =>
      receiptReport(context, idOf(request, 'conversion_id'), parameters, options),
  },
  {
    path: '/v1/customers/:customer_id',
    summary: 'One person: their ids, events, orders and what earned them',
    description: 'Ids that are joined to this one are part of the answer.',
    path_parameters: { customer_id: 'Any id of the person' },
    parameters: CustomerParameters,
    ask: (context, parameters, request, options) =>
      customerReport(context, idOf(request, 'customer_id'), parameters, options),
  },
  {
    path: '/v1/runs',
    summary: 'Frozen runs, newest first',
    description: 'A run of several brands is listed for keys of all brands only.',
    parameters: Type.Object({}),
    ask: (context, _parameters, _request, options) => listRuns(context, options),
  },
  {
    path: '/v1/runs/:run_id/compare',
    summary: 'A frozen run beside today’s answer',
    description:
      'The difference is split by cause: settings, identity, conversions, refunds, touches. The parts add up to it exactly.',
    path_parameters: { run_id: '`run_id` of the list' },
    parameters: CompareParameters,
    ask: (context, parameters, request, options) => compareRun(context, idOf(request, 'run_id'), parameters, options),
  },
];

function idOf(request: FastifyRequest, name: string): string {
  return (request.params as Record<string, string>)[name]!;
}

/** The only report that leaves something behind, so a read key does not do. */
function freezeRoute(context: ReportContext): Route {
  const readParameters = parameterReader(FreezeParameters);
  return {
    method: 'POST',
    path: '/v1/runs',
    tag: 'reports',
    scope: 'admin',
    summary: 'Freeze a report',
    description:
      'Writes every credit down under a run id, to compare with later answers. The body holds the parameters of the attribution report.',
    body: {
      required: false,
      schema: FreezeParameters,
      examples: { march: { run_id: 'march', start: '2026-03-01', end: '2026-04-01', models: 'first_touch,linear' } },
    },
    answers: { 201: { description: 'The run', schema: { type: 'object' } } },
    handle: async (request, reply) => {
      const { body } = request;
      if (body !== undefined && (typeof body !== 'object' || body === null || Array.isArray(body))) {
        throw badRequest(
          'body',
          'must be an object with the parameters of the attribution report, such as {"start": "2026-03-01"}',
        );
      }
      const run = await freezeRun(context, readParameters(body), { key_brand_id: request.key!.brand_id });
      reply.code(201);
      return sendReport(request, reply, run, undefined);
    },
  };
}
