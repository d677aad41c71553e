/** Routes for webhooks of configured sources. The body stays as its bytes, since signatures cover them. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { maySeeKey } from '../domain/brand-access.ts';
import { TributaryError } from '../domain/errors.ts';
import { Type } from '../domain/typebox.ts';
import type { Intake } from '../sources/intake.ts';
import type { Delivery } from '../sources/source.ts';
import type { Route, Services } from './route.ts';
import type { Uploads } from './uploads.ts';

const ID = 'The id of the source in the configuration';
const TOKEN = 'The `path_token` of the source';
const Outcome = Type.Object({
  accepted: Type.Integer({ description: 'Records that are on disk, repeats among them' }),
  ignored: Type.Integer({ description: 'Events that mean nothing here' }),
  unusable: Type.Integer({ description: 'Events that are kept with a reason' }),
});
const OUTCOME_EXAMPLE = { accepted: 3, ignored: 0, unusable: 0 };
const Status = Type.Object({
  source_id: Type.String(),
  provider: Type.String(),
  brand_id: Type.String({
    description: 'The brand of its events; with by_sender, of those whose sender no rule names',
  }),
  by_sender: Type.Boolean({ description: 'True if `brand_rules` find the brand by the domain of the sender' }),
  signed: Type.Boolean({ description: 'False if the provider does not sign: then the secret URL is the proof' }),
  deliveries: Type.Integer(),
  refused_deliveries: Type.Integer({ description: 'Requests without proof' }),
  accepted: Type.Integer(),
  ignored: Type.Integer(),
  unusable: Type.Integer(),
  last_delivery_at: Type.Union([Type.String(), Type.Null()]),
  last_refusal: Type.Union([Type.String(), Type.Null()]),
  letters: Type.Integer({ description: 'Events that are kept now and can be tried again' }),
  last_reason: Type.Union([Type.String(), Type.Null()]),
});

/** The body of a request of a source, as its bytes. */
export function parseSourceBodies(app: FastifyInstance, uploads: Uploads): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (request, payload, done) => {
    const { upload } = request;
    if (upload === null) {
      payload.resume();
      return done(null, undefined);
    }
    uploads.receive(upload, payload, Number(request.headers['content-length']), (error, bytes) => done(error, bytes));
  });
}

/** Webhooks. Providers call them without a key. */
export function webhookRoutes(services: Services, intake: Intake): Route[] {
  return ['/v1/sources/:source_id', '/v1/sources/:source_id/:token'].flatMap((path) => [
    webhookRoute(path, services, intake),
    probeRoute(path),
  ]);
}

function webhookRoute(path: string, { metrics }: Services, intake: Intake): Route {
  const path_parameters = { source_id: ID, ...(path.endsWith(':token') ? { token: TOKEN } : {}) };
  return {
    method: 'POST',
    path,
    tag: 'collect',
    scope: null,
    summary: path.endsWith(':token') ? 'A webhook of a source that does not sign' : 'A webhook of a source',
    description:
      'Takes what a provider sends. The signature is checked over the bytes of the body before anything is parsed; without proof nothing changes. Events that cannot be used are kept with their reason, and the answer is 200 nevertheless.',
    path_parameters,
    body: {
      required: true,
      schema: {},
      examples: { sendgrid: [{ event: 'click', email: 'anna@shop.example', timestamp: 1772442000 }] },
    },
    answers: { 200: { description: 'The delivery is on disk', schema: Outcome, example: OUTCOME_EXAMPLE } },
    handle: async (request) => {
      const { source_id, token } = request.params as { source_id: string; token?: string };
      try {
        const outcome = await intake.receive(source_id, token, deliveryOf(request));
        metrics.deliveries.count(source_id, 'taken');
        return outcome;
      } catch (error) {
        if (error instanceof TributaryError && error.code === 'unauthorized')
          metrics.deliveries.count(source_id, 'refused');
        throw error;
      }
    },
  };
}

/** Some providers call the URL before they take it. The answer is the same for every id, so nobody learns which sources exist. */
function probeRoute(path: string): Route {
  return {
    method: 'GET',
    path,
    tag: 'collect',
    scope: null,
    summary: 'Says that this server takes webhooks',
    path_parameters: { source_id: ID, ...(path.endsWith(':token') ? { token: TOKEN } : {}) },
    answers: {
      200: {
        description: 'Webhooks are taken here, whether or not there is a source of this id',
        schema: Type.Object({ source_id: Type.String() }),
      },
    },
    handle: async (request) => {
      const { source_id } = request.params as { source_id: string };
      return { source_id };
    },
  };
}

function deliveryOf(request: FastifyRequest): Delivery {
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
  return { body: (request.body as Buffer | undefined) ?? Buffer.alloc(0), headers };
}

/** What the sources brought, and the second try of what could not be used. */
export function sourceRoutes(intake: Intake): Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/sources',
      tag: 'administration',
      scope: 'admin',
      summary: 'List the sources with what each brought',
      answers: { 200: { description: 'The configured sources', schema: Type.Object({ sources: Type.Array(Status) }) } },
      handle: async (request) => {
        const sources = await intake.list((brand_id) => maySeeKey(request.key!.brand_id, brand_id));
        return {
          sources: sources.map(({ last_delivery_ms, ...status }) => ({
            ...status,
            last_delivery_at: last_delivery_ms === null ? null : new Date(last_delivery_ms).toISOString(),
          })),
        };
      },
    },
    {
      method: 'POST',
      path: '/v1/sources/:source_id/replay',
      tag: 'administration',
      scope: 'admin',
      summary: 'Try the kept events of a source again',
      description: 'Events that are accepted now are kept no longer. An event counts once, however often it is tried.',
      path_parameters: { source_id: ID },
      answers: { 200: { description: 'What became of them', schema: Outcome, example: OUTCOME_EXAMPLE } },
      handle: async (request) => {
        const { source_id } = request.params as { source_id: string };
        const brand_id = intake.brandOf(source_id);
        if (!maySeeKey(request.key!.brand_id, brand_id))
          throw new TributaryError(
            'forbidden',
            `source: belongs to ${brand_id === null ? 'all brands' : `brand ${brand_id}`}; the key is for brand ${request.key!.brand_id}`,
          );
        return intake.replay(source_id);
      },
    },
  ];
}
