/** Routes of the audit log: who did what, who read whom, and whether the log is whole. */
import { badRequest } from '../domain/errors.ts';
import { choice, words } from '../domain/parameter.ts';
import { type Static, Type } from '../domain/typebox.ts';
import type { AuditLog } from '../privacy/audit/audit-log.ts';
import { AUDIT_KINDS, type AuditHead } from '../privacy/audit/entry.ts';
import type { Route } from './route.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;

const Parameters = Type.Object(
  {
    person: Type.Optional(
      words(
        'Only entries that name this customer, anonymous id or order. The log holds a mark of the id, never the id',
      ),
    ),
    kind: Type.Optional(choice(AUDIT_KINDS, 'Only entries of this kind')),
    before: Type.Optional(
      Type.Integer({ minimum: 1, description: 'Only entries before this number: `next_before` of the last page' }),
    ),
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: MAX_LIMIT,
        description: `Entries of an answer; ${DEFAULT_LIMIT} when left out`,
      }),
    ),
  },
  { additionalProperties: false },
);
const VerifyParameters = Type.Object(
  { head: Type.Optional(words('A head that was noted before, as SEQ:HASH; the log must still hold it')) },
  { additionalProperties: false },
);

const Head = Type.Object({ seq: Type.Integer(), hash: Type.String() });
const Entry = Type.Object({
  seq: Type.Integer(),
  at: Type.String(),
  kind: choice(AUDIT_KINDS, '`outcome` is how the action of the number `of` ended'),
  call: Type.String({ description: 'The route' }),
  actor: Type.Union([Type.Object({ key_id: Type.String(), name: Type.String(), origin: Type.String() }), Type.Null()]),
  brand_id: Type.Union([Type.String(), Type.Null()]),
  target: Type.Record(Type.String(), Type.String()),
  persons: Type.Array(Type.String(), { description: 'Marks of the ids that were named' }),
  parameters: Type.Array(Type.String(), { description: 'Names of the parameters that were given' }),
  request_id: Type.String(),
  of: Type.Optional(Type.Integer()),
  result: Type.Optional(Type.String({ description: '`done`, or the code of the failure' })),
  before: Type.String({ description: 'The hash of the entry before' }),
  hash: Type.String({ description: 'SHA-256 of the entry without this field, as JSON with sorted keys' }),
});
const EXAMPLE_HEAD = { seq: 1842, hash: '4b1f…' };

export function auditRoutes(audit: AuditLog): Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/audit',
      tag: 'administration',
      scope: 'admin',
      summary: 'Who did what, and who read data of persons',
      description:
        'The newest entries first. A key of one brand sees the entries of that brand. At most 20,000 entries are looked at; `next_before` tells where the next page begins.',
      parameters: Parameters,
      answers: {
        200: {
          description: 'Entries',
          schema: Type.Object({
            entries: Type.Array(Entry),
            next_before: Type.Union([Type.Integer(), Type.Null()]),
          }),
          example: { entries: [], next_before: null },
        },
      },
      handle: async (request, reply) => {
        reply.header('cache-control', 'no-store');
        const { person, kind, before, limit = DEFAULT_LIMIT } = request.query as Static<typeof Parameters>;
        const mark = person === undefined ? undefined : await audit.markOf(person);
        return audit.list({ brand_id: request.key!.brand_id, mark, kind, before, limit });
      },
    },
    {
      method: 'GET',
      path: '/v1/audit/verification',
      tag: 'administration',
      scope: 'admin',
      every_brand: true,
      summary: 'Check the chain of the audit log',
      description:
        'Reads every entry. Note `head` at another place from time to time, and send it as `head` later: then also a log that was made anew as a whole is found out.',
      parameters: VerifyParameters,
      answers: {
        200: {
          description: 'What was found',
          schema: Type.Object({
            whole: Type.Boolean(),
            entries: Type.Integer(),
            head: Head,
            first_seq: Type.Integer({ description: 'The oldest entry; those before were removed by age' }),
            problem: Type.Union([Type.String(), Type.Null()]),
          }),
          example: { whole: true, entries: 1842, head: EXAMPLE_HEAD, first_seq: 1, problem: null },
        },
      },
      handle: ({ query }) => audit.verify(headOf((query as Static<typeof VerifyParameters>).head)),
    },
  ];
}

function headOf(text: string | undefined): AuditHead | undefined {
  if (text === undefined) return undefined;
  const [, seq, hash] = /^(\d{1,13}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (seq === undefined) throw badRequest('head', 'must be SEQ:HASH, as tributary audit verify prints it');
  return { seq: Number(seq), hash: hash! };
}
