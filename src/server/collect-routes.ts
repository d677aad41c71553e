/** Routes that accept records. A 202 means that the records are on disk. */
import { takesAnyPageConversions } from '../config.ts';
import { TributaryError } from '../domain/errors.ts';
import { RECORD_NAMES, type RecordName, recordKind } from '../domain/index.ts';
import { withArticle } from '../domain/record-kind.ts';
import { Type } from '../domain/typebox.ts';
import { isOfExperiment } from '../experiments/judge-records.ts';
import type { Collector } from '../log/collector.ts';
import { draftsOf } from '../log/envelope.ts';
import type { Answering, Asked } from './exchange.ts';
import { isPageKey } from './key.ts';
import { reference } from './openapi.ts';
import type { CollectRoute, Services } from './route.ts';

const PageParameters = Type.Object({
  key: Type.Optional(
    Type.String({
      maxLength: 200,
      description:
        'A key of scope page, for `sendBeacon`, which cannot set headers. Otherwise use the Authorization header',
    }),
  ),
  anonymous: Type.Optional(
    Type.Unsafe<'1'>({
      type: 'string',
      enum: ['1'],
      description:
        'With a key of scope page: the visitor asks not to be recognised, as with the header `Sec-GPC: 1`. No id is made from the address of the request, and the address is not kept',
    }),
  ),
});

const FROM_PAGES =
  ' With a key of scope page, address and user agent are those of the request where they are left out, and so is the person: without `customer_id` and `anonymous_id`, the server makes an `anonymous_id` that holds for one site and one day.';

export function collectRoutes(services: Services, collector: Collector): CollectRoute[] {
  return RECORD_NAMES.map((record) => collectRoute(record, services, collector));
}

function collectRoute(record: RecordName, services: Services, collector: Collector): CollectRoute {
  const { tributary, metrics, visitor_ids } = services;
  const kind = recordKind(record);
  const { max_items, max_body_bytes } = tributary.config.limits;
  const words = record.replaceAll('_', ' ');
  const item = reference((kind.schema as unknown as { $id: string }).$id);
  return {
    method: 'POST',
    path: `/v1/${record}`,
    tag: 'collect',
    scope: 'write',
    collects: record,
    pages: kind.pages !== undefined,
    cors: kind.pages === 'always' || (kind.pages === 'if_allowed' && takesAnyPageConversions(tributary.config)),
    summary: `Send ${words}`,
    description:
      `One object, or an array of at most ${max_items} objects, in at most ${max_body_bytes} bytes. Each item is accepted or refused by itself. Accepted items are on disk when the answer comes. ` +
      'A body may be packed (Content-Encoding gzip, deflate or br); the limit holds for what is unpacked. ' +
      'An id counts once, also if it is sent again. Every refusal names the field, the reason and the fix.' +
      (kind.pages === undefined ? '' : FROM_PAGES),
    parameters: PageParameters,
    body: {
      required: true,
      schema: { oneOf: [item, { type: 'array', minItems: 1, maxItems: max_items, items: item }] },
      examples: kind.examples,
    },
    answers: {
      202: {
        description: 'At least one item was accepted',
        schema: reference('Receipt'),
        example: { accepted: 1, ids: [`${kind.id_prefix}7c9e…`], rejected: [] },
      },
      422: {
        description: 'Every item was refused; the body has the same format',
        schema: reference('Receipt'),
        example: {
          accepted: 0,
          ids: [],
          rejected: [
            {
              index: 0,
              field: 'occurred_at',
              reason: '"2026-03-01T12:00:00" has no zone; add Z or an offset such as +02:00',
            },
          ],
        },
      },
    },
    handle: async (request: Asked, reply: Answering) => {
      const { body } = request;
      if (body === undefined)
        throw new TributaryError(
          'bad_request',
          `body: is empty; send ${withArticle(kind.singular)} as JSON, or an array of them`,
          { field: 'body' },
        );
      const key = request.key!;
      const from_page = isPageKey(key);
      const drafts = draftsOf(record, body);
      const caller = {
        key_brand_id: key.brand_id,
        from_page,
        is_admin: key.scopes.includes('admin'),
        invalid_utf8: request.invalid_utf8,
      };
      const answer = isOfExperiment(record)
        ? await tributary.experiments.accept('api', drafts, caller)
        : await collector.accept(
            { source: 'api', drafts: from_page ? await visitor_ids.fill(drafts, request) : drafts },
            caller,
          );
      metrics.collected(record, answer);
      reply
        .code(answer.accepted === 0 && answer.counted === undefined ? 422 : 202)
        .header('content-type', 'application/json; charset=utf-8');
      return JSON.stringify(answer);
    },
  };
}
