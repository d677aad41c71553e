/** Fitted models: fit one, list them, read their cards. */
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import { badRequest } from '../domain/errors.ts';
import { cardText } from '../present/model-card.ts';
import { FitParameters } from '../reports/fit-parameters.ts';
import { fitModel } from '../reports/fitting.ts';
import { listModels, modelCard } from '../reports/models.ts';
import { parameterReader } from './parameters.ts';
import { sendReport } from './report-routes.ts';
import type { Route, Services } from './route.ts';

const FormatParameter = Type.Object(
  {
    format: Type.Optional(
      Type.Unsafe<'json' | 'text'>({ type: 'string', enum: ['json', 'text'], description: 'json when left out' }),
    ),
  },
  { additionalProperties: false },
);

export function modelRoutes({ tributary }: Services): Route[] {
  const context = tributary.reports;
  const readParameters = parameterReader(FitParameters);
  const reader = (request: FastifyRequest) => ({ key_brand_id: request.key!.brand_id });
  return [
    {
      method: 'POST',
      path: '/v1/models',
      tag: 'models',
      scope: 'admin',
      summary: 'Fit a model',
      description:
        'Learns from the log as it stands and keeps the result as an artifact, which reports use when it passed its gate. It takes seconds to minutes; the server goes on answering. The same fit of the same log is the same artifact.',
      body: {
        required: true,
        schema: FitParameters,
        examples: {
          markov: { model: 'markov', order: '1' },
          algorithmic: { model: 'algorithmic', family: 'logistic', seed: 1 },
        },
      },
      answers: {
        201: {
          description: 'The card of the artifact, with what the model says of each channel',
          schema: { type: 'object' },
        },
      },
      handle: async (request, reply) => {
        const { body } = request;
        if (typeof body !== 'object' || body === null || Array.isArray(body))
          throw badRequest('body', 'must be an object such as {"model": "markov"}');
        const card = await fitModel(context, readParameters(body), reader(request));
        reply.code(201);
        return sendReport(request, reply, card, 'json');
      },
    },
    {
      method: 'GET',
      path: '/v1/models',
      tag: 'models',
      scope: 'read',
      summary: 'Fitted models, newest first',
      description:
        'Which passed their gate, which reports use, and what the others lack. One of several brands is listed for keys of all brands only.',
      answers: { 200: { description: 'The list', schema: { type: 'object' } } },
      handle: async (request, reply) =>
        sendReport(request, reply, await listModels(context, reader(request)), undefined),
    },
    {
      method: 'GET',
      path: '/v1/models/:artifact_id',
      tag: 'models',
      scope: 'read',
      summary: 'The card of a fitted model',
      description:
        'Data, settings, metrics with calibration, intervals, gate, limits. `format=text` answers it as a page of text.',
      path_parameters: { artifact_id: '`artifact_id` of the list' },
      parameters: FormatParameter,
      answers: { 200: { description: 'The card', schema: { type: 'object' } } },
      handle: async (request, reply) => {
        const { format } = request.query as { format?: 'json' | 'text' };
        const { artifact_id } = request.params as { artifact_id: string };
        const card = await modelCard(context, artifact_id, reader(request));
        if (format !== 'text') return sendReport(request, reply, card, 'json');
        reply.header('cache-control', 'no-store').header('content-type', 'text/plain; charset=utf-8');
        return cardText(card);
      },
    },
  ];
}
