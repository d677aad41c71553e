/** Routes for the rights of a person: erasure with its certificate, and a copy of all that is stored. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { brandWithin, maySee } from '../domain/brand-access.ts';
import { TributaryError } from '../domain/errors.ts';
import { choice } from '../domain/parameter.ts';
import { DEFAULT_BRAND } from '../domain/record.ts';
import { ID_FIELDS } from '../domain/subject-fields.ts';
import { formatInstant } from '../domain/time.ts';
import { type Static, Type } from '../domain/typebox.ts';
import { toCsv } from '../present/csv.ts';
import type { StoredErasure } from '../privacy/erasure/book.ts';
import { exportSubject, type SubjectExport } from '../privacy/erasure/subject-export.ts';
import { idsOfPeople } from '../reports/people-ids.ts';
import { personAsked } from '../reports/person.ts';
import { currentPosition } from '../warehouse/position.ts';
import type { Route, Services } from './route.ts';

const CUSTOMER =
  'An id of the person: a customer id, an anonymous id, or an address where the brand keeps persons by it';
const BRAND = Type.Optional(
  Type.String({ maxLength: 200, description: 'The brand; needed where several brands have the id' }),
);
const EraseParameters = Type.Object({ brand_id: BRAND }, { additionalProperties: false });
const ExportParameters = Type.Object(
  { brand_id: BRAND, format: Type.Optional(choice(['json', 'csv'], 'json when left out')) },
  { additionalProperties: false },
);
const WaitParameters = Type.Object(
  {
    wait_s: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 60, description: 'Waits so long for it to be done; 0 when left out' }),
    ),
  },
  { additionalProperties: false },
);
const ID_COLUMNS = ID_FIELDS.map(({ record, field }) => [record, field] as const);
const MAX_LISTED = 100;

const Status = Type.Object({
  erasure_id: Type.String(),
  brand_id: Type.String(),
  status: Type.String({ description: '`waiting`, `working`, `cleaning` (the state is written anew), or `done`' }),
  requested_at: Type.String(),
  last_error: Type.Union([Type.String(), Type.Null()]),
  certificate: Type.Union([
    Type.Null(),
    Type.Object({}, { additionalProperties: true, description: 'Signed; null until it is done' }),
  ]),
});
const EXAMPLE = {
  erasure_id: 'era_0123456789abcdef',
  brand_id: 'default',
  status: 'working',
  requested_at: '2026-03-01T12:00:00.000Z',
  last_error: null,
  certificate: null,
};

export function erasureRoutes(services: Services): Route[] {
  return [eraseRoute(services), ...certificateRoutes(services), exportRoute(services)];
}

function eraseRoute({ tributary }: Services): Route {
  return {
    method: 'DELETE',
    path: '/v1/customers/:customer_id',
    tag: 'administration',
    scope: 'admin',
    summary: 'Erase a person',
    description:
      'Erases the person of an id within a brand: all ids that are surely theirs, in every table, file and list of this program. It is carried out in the background, also after a restart. An id without records can be erased, too: what is sent of it later and happened before is dropped.',
    path_parameters: { customer_id: CUSTOMER },
    parameters: EraseParameters,
    answers: {
      202: {
        description: 'It is noted and will be carried out',
        schema: Type.Object({ erasure_id: Type.String() }),
        example: { erasure_id: EXAMPLE.erasure_id },
      },
    },
    handle: async (request, reply) => {
      const { brand, id } = await personOf(
        tributary,
        request,
        (request.query as Static<typeof EraseParameters>).brand_id,
      );
      reply.code(202);
      // A retry may come under the hash of another pepper.
      const { customer_id } = request.params as { customer_id: string };
      return { erasure_id: await tributary.erasures.request(brand, id, hashesOf(tributary, brand, customer_id)) };
    },
  };
}

function certificateRoutes({ tributary }: Services): Route[] {
  const { erasures } = tributary;
  return [
    {
      method: 'GET',
      path: '/v1/erasures',
      tag: 'administration',
      scope: 'admin',
      summary: 'Erasures, newest first',
      answers: {
        200: {
          description: `At most ${MAX_LISTED}`,
          schema: Type.Object({ erasures: Type.Array(Status) }),
          example: { erasures: [EXAMPLE] },
        },
      },
      handle: async (request) => {
        const sees = (brand_id: string): boolean => maySee(request.key!.brand_id, [brand_id]);
        return { erasures: (await erasures.book.newest(sees, MAX_LISTED)).map(shown) };
      },
    },
    {
      method: 'GET',
      path: '/v1/erasures/:erasure_id',
      tag: 'administration',
      scope: 'admin',
      summary: 'An erasure and its certificate',
      description: 'The certificate names ids by their hashes. `tributary erasure verify FILE` checks its signature.',
      path_parameters: { erasure_id: 'The id that the request for erasure answered' },
      parameters: WaitParameters,
      answers: { 200: { description: 'How far it is', schema: Status, example: EXAMPLE } },
      handle: async (request) => {
        const { erasure_id } = request.params as { erasure_id: string };
        const { wait_s = 0 } = request.query as Static<typeof WaitParameters>;
        const found = await finished(tributary, erasure_id, wait_s);
        if (found === undefined || !maySee(request.key!.brand_id, [found.brand_id]))
          throw new TributaryError('not_found', 'erasure_id: there is no such erasure; list them first', {
            field: 'erasure_id',
          });
        return shown(found);
      },
    },
    {
      method: 'GET',
      path: '/v1/erasure-list',
      tag: 'administration',
      scope: 'admin',
      every_brand: true,
      summary: 'The list of everything that was erased, for restoring backups elsewhere',
      description: 'Keys of ids and limits, and no id. `tributary doctor --restore` takes it with `--erasures`.',
      answers: { 200: { description: 'The whole list', example: { erased_subjects: [] } } },
      handle: async () => ({ erased_subjects: await erasures.book.list() }),
    },
  ];
}

const LOOK_EVERY_MS = 100;

/** The erasure, after a while or when it is done. A command that opened the folder itself has no background work, so it does it here. */
async function finished(
  { erasures, followers }: Services['tributary'],
  erasure_id: string,
  wait_s: number,
): Promise<StoredErasure | undefined> {
  const until_ms = performance.now() + wait_s * 1_000;
  for (;;) {
    const found = await erasures.book.get(erasure_id);
    if (found === undefined || found.status === 'done' || performance.now() >= until_ms) return found;
    if (followers.running) await sleep(LOOK_EVERY_MS);
    else await erasures.work();
  }
}

const shown = ({ erasure_id, brand_id, status, requested_ms, last_error, certificate }: StoredErasure): object => ({
  erasure_id,
  brand_id,
  status,
  requested_at: formatInstant(requested_ms),
  last_error: last_error || null,
  certificate,
});

function exportRoute({ tributary }: Services): Route {
  return {
    method: 'GET',
    path: '/v1/customers/:customer_id/export',
    tag: 'administration',
    scope: 'admin',
    audit: 'read',
    summary: 'Everything that is stored of a person',
    description: 'All records that name the person, with what was derived from them, as JSON or as one CSV table.',
    path_parameters: { customer_id: CUSTOMER },
    parameters: ExportParameters,
    answers: {
      200: {
        description: 'Rows by table',
        example: { ids: ['customer-1'], tables: { touchpoints: [] }, truncated: [] },
      },
    },
    handle: async (request, reply) => {
      const { brand_id, format } = request.query as Static<typeof ExportParameters>;
      const { brand, id } = await personOf(tributary, request, brand_id);
      const { ids } = await idsOfPeople(tributary.reports, [{ brand_id: brand, id }]);
      const found = await exportSubject(tributary.warehouse, brand, ids[0]!);
      if (Object.values(found.tables).every((rows) => rows.length === 0))
        throw new TributaryError('not_found', `customer_id: nothing is stored of this id in brand ${brand}`, {
          field: 'customer_id',
        });
      return format === 'csv' ? asCsv(reply, found) : { brand_id: brand, ...found };
    },
  };
}

function asCsv(reply: FastifyReply, { tables }: SubjectExport): string {
  const rows = Object.entries(tables).flatMap(([table, own]) => own.map((row) => ({ table, ...row })));
  reply.header('content-type', 'text/csv; charset=utf-8');
  return toCsv({ rows }, { rows: 'rows' });
}

/** The brand of a person and the id by which its log knows them. An id without records is of the brand that is asked for. */
async function personOf(
  { reports, warehouse }: Services['tributary'],
  request: FastifyRequest,
  brand_id: string | undefined,
): Promise<{ brand: string; id: string }> {
  const { customer_id: id } = request.params as { customer_id: string };
  const key_brand_id = request.key!.brand_id;
  const asked = brandWithin(key_brand_id, brand_id);
  return warehouse.read(async (snapshot) => {
    const position = await currentPosition(snapshot);
    const sought = { field: 'customer_id', id, columns: ID_COLUMNS };
    try {
      return await personAsked(snapshot, reports, position, sought, { brand_id, key_brand_id });
    } catch (error) {
      if (!(error instanceof TributaryError) || error.code !== 'not_found') throw error;
      const brand = asked ?? DEFAULT_BRAND;
      return { brand, id: hashesOf({ reports }, brand, id)[0] ?? id };
    }
  });
}

/** The hashes of an id by all peppers, the newest first; none where the brand keeps ids in clear. */
function hashesOf(
  { reports: { customerIds, personHashes } }: Pick<Services['tributary'], 'reports'>,
  brand: string,
  id: string,
): readonly string[] {
  return customerIds?.(brand) === 'hashed' ? (personHashes?.ofAsked(id) ?? []) : [];
}
