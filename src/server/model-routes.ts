/** Routes that change what reports do with fitted models: pins, and trials that are adopted or deleted. */

import { words } from '../domain/parameter.ts';
import { bodyReader } from '../domain/read-parameters.ts';
import { type Static, Type } from '../domain/typebox.ts';
import { ArtifactPins, MAX_REASON_LENGTH } from '../models/artifacts/pins.ts';
import { adoptTrial, deleteTrial } from '../reports/adopting.ts';
import { pinArtifact, pinJson, unpinArtifact } from '../reports/pinning.ts';
import { CardResult, PIN_MEANINGS } from '../reports/results/models.ts';
import { callOf } from './asked-report.ts';
import type { Route, Services } from './route.ts';

const ID = { artifact_id: '`artifact_id` from the list' };
const BRAND = {
  brand_id: Type.Optional(
    words('The brand whose reports use it; all brands that the key is for when left out', {
      'x-flag': 'brand',
      'x-value': 'id',
    }),
  ),
};
const PinBody = Type.Object(
  {
    ...BRAND,
    reason: Type.String({
      maxLength: MAX_REASON_LENGTH,
      description: `Why, for those who wonder later, in at most ${MAX_REASON_LENGTH} characters. Name no person in it`,
    }),
  },
  { additionalProperties: false },
);
const Unpin = Type.Object(BRAND, { additionalProperties: false });

const ShownPin = Type.Object({
  artifact_id: Type.String(),
  attribution_model: Type.String(),
  brand_id: Type.Union([Type.String(), Type.Null()], { description: PIN_MEANINGS.brand_id }),
  reason: Type.String(),
  pinned_by: Type.String({ description: PIN_MEANINGS.pinned_by }),
  pinned_at: Type.String(),
});

const EXAMPLE = {
  artifact_id: 'logistic_0f1e2d3c4b5a6978',
  attribution_model: 'algorithmic',
  brand_id: null,
  reason: 'the fit that the board saw in March',
  pinned_by: 'marketing',
  pinned_at: '2026-03-31T08:00:00.000Z',
};

const idOf = (params: unknown): string => (params as { artifact_id: string }).artifact_id;

export function modelRoutes(services: Services): Route[] {
  const { state, noted_changes } = services.tributary;
  const pins = new ArtifactPins(state);
  return [...pinRoutes(services, pins, noted_changes), ...trialRoutes(services)];
}

function pinRoutes(
  services: Services,
  pins: ArtifactPins,
  noted_changes: Services['tributary']['noted_changes'],
): Route[] {
  const common = { path: '/v1/models/:artifact_id/pin', tag: 'models', scope: 'admin', path_parameters: ID } as const;
  const readBody = bodyReader(PinBody, { reason: EXAMPLE.reason });
  return [
    {
      ...common,
      method: 'POST',
      summary: 'Pin an artifact',
      description:
        'Reports use it for its model instead of the newest that passed its gate, until it is unpinned. A pin of one brand goes before a pin of all brands. If the artifact is damaged or gone, reports that need it are refused.',
      body: { required: true, schema: PinBody, examples: { march: { reason: EXAMPLE.reason } } },
      answers: { 201: { description: 'The pin', schema: ShownPin, example: EXAMPLE } },
      handle: async (request, reply) => {
        const { context, asker } = callOf(request, reply, services);
        const asked = { ...readBody(request.body), artifact_id: idOf(request.params), pinned_by: request.key!.name };
        const pin = await pinArtifact(context, pins, asked, asker);
        await noted_changes.notePin(pin, true);
        reply.code(201);
        return pinJson(pin);
      },
    },
    {
      ...common,
      method: 'DELETE',
      summary: 'Unpin an artifact',
      description: 'Reports use the newest artifact that passed its gate again.',
      parameters: Unpin,
      answers: { 200: { description: 'Unpinned', example: { unpinned: EXAMPLE.artifact_id } } },
      handle: async ({ params, query, key }) => {
        const asked = { artifact_id: idOf(params), ...(query as Static<typeof Unpin>) };
        const pin = await unpinArtifact(pins, asked, { key_brand_id: key!.brand_id });
        await noted_changes.notePin(pin, false);
        return { unpinned: pin.artifact_id };
      },
    },
  ];
}

function trialRoutes(services: Services): Route[] {
  const common = { tag: 'models', scope: 'admin', path_parameters: ID } as const;
  return [
    {
      ...common,
      method: 'POST',
      path: '/v1/models/:artifact_id/adopt',
      summary: 'Adopt a trial',
      description:
        'Stores the artifact that the same fit without `trial` would have stored, as the newest of its brands, so that reports use it unless another one is pinned. The trial has to have passed its gate, and stays.',
      answers: { 201: { description: 'The card of the new artifact', schema: CardResult } },
      handle: async (request, reply) => {
        const { context, asker } = callOf(request, reply, services);
        const card = await adoptTrial(context, idOf(request.params), asker);
        reply.code(201);
        return card;
      },
    },
    {
      ...common,
      method: 'DELETE',
      path: '/v1/models/:artifact_id',
      summary: 'Delete a trial',
      description: 'Only a trial that no frozen run names can be deleted: reports may have used every other artifact.',
      answers: { 200: { description: 'Deleted', example: { deleted: EXAMPLE.artifact_id } } },
      handle: async (request, reply) => {
        const { context, asker } = callOf(request, reply, services);
        await deleteTrial(context, idOf(request.params), asker);
        return { deleted: idOf(request.params) };
      },
    },
  ];
}
