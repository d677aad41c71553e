/** Routes for administration: loading, conflicts and dead letters, maintenance. */
import { isAbsolute } from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Config, customerIds } from '../config.ts';
import { brandWithin } from '../domain/brand-access.ts';
import { badRequest, TributaryError } from '../domain/errors.ts';
import { choice } from '../domain/parameter.ts';
import { type Static, Type } from '../domain/typebox.ts';
import { openToOthers } from '../files/open-to-others.ts';
import type { Collector } from '../log/collector.ts';
import { conflictFindings } from '../log/conflict-counts.ts';
import { deadLetterProblems } from '../log/dead-letters.ts';
import { reclassifyAll } from '../log/reclassify.ts';
import { settleAgain } from '../log/settlement/settle.ts';
import { noteCopy } from '../privacy/erasure/copies.ts';
import { checkBrand } from '../reports/known-brand.ts';
import { listPins } from '../reports/pinning.ts';
import type { CollectingTributary } from '../tributary.ts';
import type { SimilarIds } from '../warehouse/port.ts';
import { currentPosition, formatPosition } from '../warehouse/position.ts';
import { ownerOf } from './byte-shares.ts';
import { cancellationOf } from './hang-up.ts';
import { type Page, parsePlace, readConflicts, readDeadLetters } from './letters.ts';
import type { Route, Services } from './route.ts';
import { SharedWork } from './shared-work.ts';

const FLUSH_TIMEOUT_MS = 30_000;

const PageParameters = {
  brand_id: Type.Optional(
    Type.String({ maxLength: 200, description: 'One brand; all brands that the key may see when left out' }),
  ),
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 1_000, description: 'Items in the answer; 100 when left out' }),
  ),
  after: Type.Optional(Type.String({ maxLength: 100, description: '`next` of the previous page' })),
};
const BackupRequest = Type.Object({ folder: Type.String({ description: 'Absolute path of a new or empty folder' }) });
const ConflictParameters = Type.Object(PageParameters, { additionalProperties: false });
const DeadLetterParameters = Type.Object(
  {
    ...PageParameters,
    state: Type.Optional(choice(['open', 'replayed'], 'The state of the dead letters; all when left out')),
  },
  { additionalProperties: false },
);

/**
 * The routes of a server. Without a collector, those that need one are left out.
 * @param flushLinks waits until the clicks and opens of emails that were answered before are accepted.
 */
export function adminRoutes(services: Services, flushLinks: () => Promise<void>): Route[] {
  const { collector } = services.tributary;
  const letters = letterRoutes(services);
  const doctor = doctorRoutes(services);
  if (collector === null) return [...letters, ...doctor];
  return [
    flushRoute(services, collector, flushLinks),
    ...letters,
    replayRoute(collector),
    reclassifyRoute({ ...services.tributary, collector }),
    ...doctor,
  ];
}

function flushRoute({ tributary }: Services, collector: Collector, flushLinks: () => Promise<void>): Route {
  const flushing = new SharedWork(async () => {
    await flushLinks();
    await collector.flush(FLUSH_TIMEOUT_MS);
    // The position is read from the warehouse, since other collectors (the rules, another server) have positions, too.
    const position = await tributary.warehouse.read(currentPosition, { for: 'loading' });
    return { flushed: true, as_of: formatPosition(position) };
  });
  return {
    method: 'POST',
    path: '/v1/flush',
    tag: 'administration',
    scope: 'write',
    summary: 'Wait until everything accepted so far is loaded',
    description:
      'Answers when reports include everything that was accepted before the call. Calls at the same time share their work. Answers 503 if loading takes longer than 30 seconds.',
    answers: {
      200: {
        description: 'Done',
        schema: Type.Object({ flushed: Type.Literal(true), as_of: Type.String() }),
        example: { flushed: true, as_of: 'main:42' },
      },
    },
    handle: () => flushing.run(),
  };
}

function letterRoutes({ tributary }: Services): Route[] {
  const { warehouse, reports } = tributary;
  const pageOf = (...asked: Parameters<typeof page>): Page => {
    const { brand_id, ...rest } = page(...asked);
    if (brand_id === null || brand_id === asked[0].key!.brand_id) return { brand_id, ...rest };
    return { brand_id, ...rest, checkEmpty: (snapshot) => checkBrand(snapshot, brand_id, reports.configured_brands) };
  };
  return [
    {
      method: 'GET',
      path: '/v1/conflicts',
      audit: 'read',
      tag: 'administration',
      scope: 'admin',
      summary: 'Records with a known id and other content',
      description: 'The first record of an id stays in its table. The others are kept here.',
      parameters: ConflictParameters,
      answers: { 200: { description: 'Oldest first', example: { conflicts: [], next: null } } },
      handle: (request, reply) =>
        readConflicts(warehouse, pageOf(request, reply, request.query as Static<typeof ConflictParameters>)),
    },
    {
      method: 'GET',
      path: '/v1/dead_letters',
      audit: 'read',
      tag: 'administration',
      scope: 'admin',
      summary: 'Records that were accepted and could not be loaded',
      parameters: DeadLetterParameters,
      answers: { 200: { description: 'Oldest first', example: { dead_letters: [], next: null } } },
      handle: (request, reply) => {
        const query = request.query as Static<typeof DeadLetterParameters>;
        return readDeadLetters(warehouse, { ...pageOf(request, reply, query), state: query.state });
      },
    },
  ];
}

function replayRoute(collector: Collector): Route {
  return {
    method: 'POST',
    path: '/v1/dead_letters/replay',
    tag: 'administration',
    scope: 'admin',
    every_brand: true,
    summary: 'Try the open dead letters again',
    answers: {
      200: { description: 'The number of records that were put into the spool again', example: { replayed: 0 } },
    },
    handle: async () => ({ replayed: await collector.replayDeadLetters() }),
  };
}

/** Warns of e-mail addresses that are written in several ways, in brands that keep them as they were sent. */
function similarWarnings(similar_ids: readonly SimilarIds[], config: Config): string[] {
  return similar_ids
    .filter(({ brand_id }) => customerIds(config, brand_id) === 'verbatim')
    .map(
      ({ brand_id, ids }) =>
        `brand ${brand_id}: ${ids} customer ids are e-mail addresses that differ from another only in case or spaces, and count as persons of their own; if each is one person, set customer_ids of the brand to "email" for what comes, and link the ids that are stored`,
    );
}

/** Reads the parameters of a page. @throws bad_request; forbidden for a brand that the key is not for. */
function page(request: FastifyRequest, reply: FastifyReply, query: Static<typeof ConflictParameters>): Page {
  const after = query.after === undefined ? undefined : parsePlace(query.after);
  if (after === null) throw badRequest('after', 'must be `next` of the previous page');
  return {
    brand_id: brandWithin(request.key!.brand_id, query.brand_id),
    limit: query.limit ?? 100,
    after,
    signal: cancellationOf(reply).signal,
    owner: ownerOf(request.key),
  };
}

function reclassifyRoute(tributary: CollectingTributary): Route {
  return {
    method: 'POST',
    path: '/v1/reclassify',
    tag: 'administration',
    scope: 'admin',
    every_brand: true,
    summary: 'Classify stored touchpoints again by the rules of this version',
    description:
      'Appends a reclassification for each touchpoint whose verdict or channel changed. Touchpoints themselves never change. It reads every touchpoint, so it may take a while. Afterwards the rules over several events of a message are applied again in the background.',
    answers: {
      200: {
        description: 'The number of touchpoints that were read, and the number that changed',
        example: { examined: 1200, changed: 3 },
      },
    },
    handle: async () => {
      const done = await reclassifyAll(tributary);
      // The rules over several events, or their weights, may have changed, too.
      await tributary.state.transaction(settleAgain);
      return done;
    },
  };
}

/** Warns of pins whose artifact cannot be used, and of scheduled fits that fail. */
async function modelWarnings({ reports, fit_log }: Services['tributary']): Promise<string[]> {
  const pins = await listPins(reports, { key_brand_id: null });
  const failing = await fit_log.failing();
  return [
    ...pins.flatMap(({ model, artifact_id, brand_id, problem }) =>
      problem === null
        ? []
        : [
            `model ${model} is pinned to ${artifact_id} for ${brand_id === null ? 'all brands' : `brand ${brand_id}`}, and ${problem}: reports that need it are refused; pin another one with \`tributary models pin\`, or run \`tributary models unpin ${artifact_id}${brand_id === null ? '' : ` --brand ${brand_id}`}\``,
          ],
    ),
    ...failing.map(
      ({ model, brand_id, runs, outcome, last_at }) =>
        `the scheduled fit of ${model} for ${brand_id === null ? 'all brands' : `brand ${brand_id}`} ${outcome === 'failed' ? 'failed' : 'did not pass its gate'} (runs since the last one that passed: ${runs}, the newest on ${last_at.slice(0, 10)}); \`tributary models fits\` says why`,
    ),
  ];
}

function doctorRoutes({ tributary }: Services): Route[] {
  const { warehouse, collector, state, reports } = tributary;
  const shared = { tag: 'administration', scope: 'admin', every_brand: true } as const;
  return [
    {
      ...shared,
      method: 'GET',
      path: '/v1/doctor',
      summary: 'Integrity, sizes and lag',
      description: 'Reads every table; it may take a while on a large log.',
      answers: {
        200: { description: '`problems` is empty if nothing is wrong; `warnings` are no faults of the data' },
      },
      handle: async () => {
        const { problems, similar_ids, ...rest } = await warehouse.diagnose();
        const conflicts = await conflictFindings(warehouse, reports.clock());
        const { problem } = await tributary.audit.verify();
        const all = [
          ...problems,
          ...(await deadLetterProblems(warehouse)),
          ...conflicts.problems,
          ...(problem === null ? [] : [`the audit log is broken: ${problem}`]),
        ];
        const open = openToOthers(tributary.folder);
        const similar = similarWarnings(similar_ids, tributary.config);
        return {
          problems: all,
          warnings: [
            ...(open === undefined ? [] : [open]),
            ...conflicts.warnings,
            ...similar,
            ...(await modelWarnings(tributary)),
          ],
          warehouse: rest,
          state: { engine: state.engine, where: state.where },
          collector: collector?.health() ?? null,
        };
      },
    },
    {
      ...shared,
      method: 'POST',
      path: '/v1/doctor/compact',
      summary: 'Free unused space',
      answers: { 200: { description: 'Done', example: { compacted: true } } },
      handle: async () => {
        await warehouse.compact();
        return { compacted: true };
      },
    },
    {
      ...shared,
      method: 'POST',
      path: '/v1/doctor/backup',
      summary: 'Write every table as Parquet into a folder on the machine of the server',
      description:
        'Needs the key of this run, which `tributary doctor --backup` finds on the machine of the server. No other key may name a folder there.',
      body: { required: true, schema: BackupRequest, examples: { nightly: { folder: '/var/backups/tributary' } } },
      answers: { 200: { description: 'Done', example: { folder: '/var/backups/tributary' } } },
      handle: async (request) => {
        if (request.key!.origin !== 'run')
          throw new TributaryError(
            'forbidden',
            'this call needs the key of this run; on the machine of the server, run: tributary doctor --backup FOLDER',
          );
        const { folder } = (request.body ?? {}) as { folder?: unknown };
        if (typeof folder !== 'string' || !isAbsolute(folder))
          throw badRequest('folder', 'must be the absolute path of a new or empty folder');
        await warehouse.backup(folder);
        await noteCopy(state, folder, reports.clock());
        return { folder };
      },
    },
  ];
}
