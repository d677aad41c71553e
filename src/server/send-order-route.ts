/** The route that puts a send list into waves by chance. */
import { brandWithin } from '../domain/brand-access.ts';
import { badRequest } from '../domain/errors.ts';
import { words } from '../domain/parameter.ts';
import { bodyReader } from '../domain/read-parameters.ts';
import { DEFAULT_BRAND } from '../domain/record.ts';
import { Type } from '../domain/typebox.ts';
import { MAX_ASSIGNED } from '../experiments/experiments.ts';
import { orderSends, WAVES } from '../experiments/send-orders.ts';
import { peopleOf, Who } from './assign-route.ts';
import type { Route, Services } from './route.ts';

const PARAMETERS = {
  brand_id: Type.Optional(words('The brand; that of the key when left out')),
  campaign_id: Type.Optional(words('The campaign that will be sent; the first call needs it')),
  waves: Type.Optional(
    Type.Integer({
      minimum: WAVES.least,
      maximum: WAVES.most,
      description: `How many waves; ${WAVES.usual} when left out`,
    }),
  ),
  planned_people: Type.Optional(
    Type.Integer({
      minimum: 2,
      maximum: 1_000_000_000,
      description: 'The length of the whole list, where it is sent in several calls',
    }),
  ),
};

const Sent = Type.Object(
  {
    ...PARAMETERS,
    people: Type.Array(Type.Object(Who, { additionalProperties: false }), {
      minItems: 1,
      maxItems: MAX_ASSIGNED,
      description: 'The send list: each with customer_id or email',
    }),
  },
  { additionalProperties: false },
);

const Answer = Type.Object({
  experiment_id: Type.String(),
  people: Type.Array(
    Type.Object({
      wave: Type.Union([Type.Integer(), Type.Null()], {
        description:
          'The wave in which this person is sent; null if a global experiment holds the person out, or the person was refused',
      }),
      held_out_by: Type.Union([Type.String(), Type.Null()], {
        description: 'The global experiment that holds the person out: send nothing',
      }),
      refused: Type.Union([Type.Object({ field: Type.String(), reason: Type.String() }), Type.Null()], {
        description: 'Why this person has no wave',
      }),
    }),
    { description: 'In the order of `people`' },
  ),
});

export function sendOrderRoute({ tributary: { experiments, reports } }: Services): Route {
  const example = {
    campaign_id: 'spring-sale',
    waves: 4,
    people: [{ customer_id: 'customer-1' }, { customer_id: 'customer-2' }],
  };
  const readRest = bodyReader(Type.Object(PARAMETERS, { additionalProperties: false }), example);
  return {
    method: 'POST',
    path: '/v1/experiments/:experiment_id/order',
    tag: 'collect',
    scope: 'write',
    summary: 'Put a send list into waves by chance',
    description: `Divides at most ${MAX_ASSIGNED} \`people\` into equal waves by a hash, and records who is in which. Send the waves one after the other, at least a window apart: then \`GET /v1/reports/send_effects\` says what the email caused. The first call plans an experiment whose arms are the waves.`,
    path_parameters: { experiment_id: 'The id of the experiment' },
    body: { required: true, schema: Sent, examples: { list: example } },
    answers: {
      200: {
        description: 'The waves',
        schema: Answer,
        example: { experiment_id: 'spring-sale-order', people: [{ wave: 3, held_out_by: null, refused: null }] },
      },
    },
    handle: async (request) => {
      const { people, rest } = peopleOf(request.body);
      if (people === undefined)
        throw badRequest('people', 'is missing; send a list such as [{"customer_id": "customer-1"}]');
      const { brand_id, campaign_id, waves, planned_people } = readRest(rest);
      const { experiment_id } = request.params as { experiment_id: string };
      const key = request.key!;
      const caller = {
        key_brand_id: key.brand_id,
        is_admin: key.scopes.includes('admin'),
        invalid_utf8: request.invalid_utf8,
      };
      const asked = {
        ...{ experiment_id, people, campaign_id, waves, planned_people },
        brand_id: brandWithin(key.brand_id, brand_id) ?? DEFAULT_BRAND,
      };
      return {
        experiment_id,
        people: await orderSends(experiments, asked, { caller, now_ms: reports.clock() }),
      };
    },
  };
}
