/** Routes of retention: what is kept for how long, what a run would remove now, and a run. */
import { maySee } from '../domain/brand-access.ts';
import { choice } from '../domain/parameter.ts';
import { formatInstant } from '../domain/time.ts';
import { type Static, Type } from '../domain/typebox.ts';
import type { RetentionRun } from '../privacy/retention/book.ts';
import { type Edges, edgesOf } from '../privacy/retention/edges.ts';
import { type DaysKept, RETAINED } from '../privacy/retention/policy.ts';
import type { Retention } from '../privacy/retention/retention.ts';
import type { Route, Services } from './route.ts';

const nullable = <S extends Parameters<typeof Type.Union>[0][number]>(schema: S) => Type.Union([schema, Type.Null()]);
const Rows = Type.Array(
  Type.Object({
    record: Type.String(),
    brand_id: Type.String({ description: 'Empty for sources of all brands' }),
    before: Type.String(),
    rows: Type.Integer(),
  }),
);
const Shown = Type.Object({
  policies: Type.Array(
    Type.Object({
      brand_id: nullable(Type.String({ description: 'Null: all brands that have no settings of their own' })),
      record: Type.String({ description: 'A kind of data; `orders` are conversions with their adjustments' }),
      days: nullable(Type.Integer({ description: 'Null keeps for ever' })),
      removes_before: nullable(Type.String({ description: 'What happened before this instant goes' })),
      removed_before: nullable(
        Type.String({ description: 'What happened before this instant went and is not taken any more' }),
      ),
    }),
  ),
  would_remove: nullable(Rows),
  running: Type.Boolean(),
  last_error: nullable(Type.String()),
  last_run: nullable(Type.Object({ began_at: Type.String(), completed_at: Type.String(), removed: Rows })),
});
const Parameters = Type.Object(
  {
    counts: Type.Optional(
      choice(['true', 'false'], '`false` counts nothing, and `would_remove` is null; true when left out'),
    ),
  },
  { additionalProperties: false },
);
const REMOVED = { record: 'touchpoints', brand_id: 'shop-eu', before: '2025-12-01T00:00:00.000Z', rows: 48_211 };
const EXAMPLE = {
  policies: [
    {
      ...{ brand_id: 'shop-eu', record: 'touchpoints', days: 365 },
      ...{ removes_before: '2025-12-01T00:00:00.000Z', removed_before: '2025-11-30T00:00:00.000Z' },
    },
  ],
  would_remove: [REMOVED],
  ...{ running: false, last_error: null, last_run: null },
};

export function retentionRoutes({ tributary }: Services): Route[] {
  const { retention, reports } = tributary;
  return [
    {
      method: 'GET',
      path: '/v1/retention',
      tag: 'administration',
      scope: 'admin',
      summary: 'How long records are kept, and what would go now',
      description:
        'A dry run: it counts the rows that a run would remove now, by kind of data and brand, and removes nothing. The setting `retention` of brands says how long records are kept.',
      parameters: Parameters,
      answers: { 200: { description: 'The policy and the dry run', schema: Shown, example: EXAMPLE } },
      handle: async (request) => {
        const sees = (brand_id: string | null): boolean =>
          request.key!.brand_id === null || (brand_id !== null && maySee(request.key!.brand_id, [brand_id]));
        const counts = (request.query as Static<typeof Parameters>).counts !== 'false';
        const rows = counts ? (await retention.dryRun()).rows : null;
        const last = await retention.book.lastRun();
        return {
          policies: policies(retention, retention.policyEdges(), await retention.book.edges(), [
            null,
            ...reports.configured_brands,
            ...(request.key!.brand_id === null ? [] : [request.key!.brand_id]),
          ]).filter(({ brand_id }) => sees(brand_id)),
          would_remove:
            rows
              ?.filter(({ brand_id }) => sees(brand_id))
              .map(({ name, ...rest }) => shown({ record: name, ...rest })) ?? null,
          ...(request.key!.brand_id === null
            ? retention.status
            : { running: retention.status.running, last_error: null }),
          last_run: last === null ? null : shownRun(last, sees),
        };
      },
    },
    {
      method: 'POST',
      path: '/v1/retention',
      tag: 'administration',
      scope: 'admin',
      every_brand: true,
      summary: 'Remove now what is older than the policy keeps',
      description:
        'The background work does it each hour as well. The answer comes at once; `GET /v1/retention` says how far it is. Each kind of data and brand has two entries in the audit log.',
      answers: {
        202: {
          description: 'It began',
          schema: Type.Object({ running: Type.Boolean() }),
          example: { running: true },
        },
      },
      handle: async (_request, reply) => {
        retention.begin();
        reply.code(202);
        return { running: true };
      },
    },
  ];
}

function policies(
  { policy }: Retention,
  edges: Edges,
  gone: Edges,
  brands: ReadonlyArray<string | null>,
): Array<{ brand_id: string | null; [name: string]: unknown }> {
  return [...new Set(brands)].flatMap((brand_id) => {
    const days: DaysKept = (brand_id === null ? undefined : policy.brands.get(brand_id)) ?? policy.defaults;
    const of = (all: Edges): Edges['defaults'] => (brand_id === null ? all.defaults : edgesOf(all, brand_id));
    return RETAINED.map((record) => ({
      ...{ brand_id, record, days: days[record] },
      removes_before: instant(of(edges)[record]),
      removed_before: instant(of(gone)[record]),
    }));
  });
}

const instant = (at_ms: number | null): string | null => (at_ms === null ? null : formatInstant(at_ms));

const shown = ({
  before_ms,
  ...rest
}: RetentionRun['removed'][number]): Omit<RetentionRun['removed'][number], 'before_ms'> & { before: string } => ({
  ...rest,
  before: formatInstant(before_ms),
});

const shownRun = ({ began_ms, completed_ms, removed }: RetentionRun, sees: (brand_id: string) => boolean): object => ({
  began_at: formatInstant(began_ms),
  completed_at: formatInstant(completed_ms),
  removed: removed.filter(({ brand_id }) => sees(brand_id)).map(shown),
});
