/** SQL over the views: one statement, the list of views, and a whole view as a file. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { badRequest, TributaryError } from '../domain/errors.ts';
import { choice, flag } from '../domain/parameter.ts';
import { parameterReader } from '../domain/read-parameters.ts';
import { typeOf } from '../domain/refusals.ts';
import { textFault } from '../domain/text.ts';
import { Type } from '../domain/typebox.ts';
import { AttributionParameters } from '../reports/parameters.ts';
import type { SqlDesk, SqlQuestion } from '../views/desk.ts';
import { SQL_FORMATS, type SqlFormat, type SqlValue } from '../views/sandbox/messages.ts';
import { VIEWS } from '../views/views.ts';
import { ownerOf } from './byte-shares.ts';
import { cancellationOf } from './hang-up.ts';
import { allows } from './roles.ts';
import type { Answer, Route, Services } from './route.ts';

const MAX_SQL_LENGTH = 20_000;
const MAX_VALUES = 100;

const SHARED = {
  format: Type.Optional(choice(SQL_FORMATS, 'Format of the rows; json when left out')),
  persons: Type.Optional(
    flag('The views have the columns that name persons and orders; this needs a key of scope persons or admin'),
  ),
  ...AttributionParameters.properties,
};
const SharedParameters = Type.Object(SHARED, { additionalProperties: false });

/** What both calls share, as it was asked. */
type Asked = Omit<SqlQuestion, 'sql' | 'values' | 'format' | 'persons' | 'parameters'> & {
  format?: SqlFormat;
  persons?: 'true' | 'false';
} & SqlQuestion['parameters'];

const CONTENT_TYPES: Record<SqlFormat, string> = {
  json: 'application/json; charset=utf-8',
  csv: 'text/csv; charset=utf-8; header=present',
  parquet: 'application/vnd.apache.parquet',
};

const RESULT: Answer = {
  description:
    'The rows. With csv or parquet the body is the file. Decimals are strings; so are whole numbers beyond 2^53',
  example: {
    report_period: { start: '2026-03-01', end: '2026-04-01' },
    currency: 'USD',
    attribution_models: ['linear'],
    columns: [
      { name: 'channel', type: 'VARCHAR' },
      { name: 'revenue', type: 'DECIMAL(38,6)' },
    ],
    row_count: 1,
    rows: [{ channel: 'email', revenue: '60.000000' }],
  },
};

export function sqlRoutes(services: Services, desk: SqlDesk): Route[] {
  return [sqlRoute(services, desk), viewsRoute(), viewRoute(services, desk)];
}

function sqlRoute(services: Services, desk: SqlDesk): Route {
  const readBody = parameterReader(SharedParameters);
  return {
    method: 'POST',
    path: '/v1/sql',
    tag: 'reports',
    scope: 'sql',
    audit: ({ body }) => objectOf(body)['persons'] === 'true',
    summary: 'Ask the views in SQL',
    description:
      'One select in the SQL of DuckDB, over the views that `GET /v1/views` lists. It runs in a process of its own, which has these views and nothing else. `values` gives the values of `$name` in the statement. The other fields are those of the reports.',
    body: {
      required: true,
      schema: Type.Object(
        {
          sql: Type.String({
            maxLength: MAX_SQL_LENGTH,
            description: 'One select over the views, in the SQL of DuckDB',
          }),
          values: Type.Optional(
            Type.Record(Type.String(), Type.Unsafe<SqlValue>({}), {
              description: 'A value for each $name of the statement',
            }),
          ),
          ...SHARED,
        },
        { additionalProperties: false },
      ),
      examples: {
        'Revenue by channel': {
          sql: 'select channel, sum(attributed_revenue) as revenue from credits group by channel order by revenue desc',
          start: '2026-03-01',
          end: '2026-04-01',
          model: 'linear',
        },
      },
    },
    answers: { 200: RESULT },
    handle: async (request, reply) => {
      const { sql, values, ...rest } = objectOf(request.body);
      const question = { sql: readSql(sql), values: readValues(values), asked: readBody(rest) as Asked };
      return answer(services, desk, request, reply, question);
    },
  };
}

function viewsRoute(): Route {
  return {
    method: 'GET',
    path: '/v1/views',
    tag: 'reports',
    scope: 'sql',
    summary: 'The views for SQL, with their columns',
    answers: {
      200: {
        description: 'Columns with `persons` name persons or orders; they are there for keys of scope persons only',
      },
    },
    handle: async () => ({
      views: VIEWS.map(({ name, row, equals, columns }) => ({
        name,
        row,
        equals,
        columns: Object.entries(columns).map(([column, { type, meaning, persons = false }]) => ({
          name: column,
          type,
          meaning,
          persons,
        })),
      })),
    }),
  };
}

function viewRoute(services: Services, desk: SqlDesk): Route {
  return {
    method: 'GET',
    path: '/v1/views/:view',
    tag: 'reports',
    scope: 'sql',
    audit: ({ query }) => objectOf(query)['persons'] === 'true',
    summary: 'All rows of a view',
    description:
      'The same as `select * from VIEW` by `POST /v1/sql`. With `format=parquet` it is a file for other tools.',
    path_parameters: { view: VIEWS.map(({ name }) => name).join(', ') },
    parameters: SharedParameters,
    answers: { 200: RESULT },
    handle: async (request, reply) => {
      const { view } = request.params as { view: string };
      if (!VIEWS.some(({ name }) => name === view))
        throw new TributaryError('not_found', `view: there is no view of this name; GET /v1/views lists them`, {
          field: 'view',
        });
      return answer(services, desk, request, reply, {
        sql: `select * from ${view}`,
        values: {},
        asked: request.query as Asked,
      });
    },
  };
}

function objectOf(body: unknown): Record<string, unknown> {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw badRequest('body', 'must be an object such as {"sql": "select sum(net_revenue) from orders"}');
  return body as Record<string, unknown>;
}

/** A statement may have several lines, which other parameters may not. */
function readSql(sql: unknown): string {
  if (sql === undefined) throw badRequest('sql', 'is required');
  if (typeof sql !== 'string') throw badRequest('sql', `must be a text, not ${typeOf(sql)}`);
  if (sql.length > MAX_SQL_LENGTH)
    throw badRequest('sql', `has ${sql.length} characters; the limit is ${MAX_SQL_LENGTH}`);
  const fault = textFault(sql);
  if (fault) throw badRequest('sql', fault);
  return sql;
}

function readValues(values: unknown): Record<string, SqlValue> {
  if (values === undefined) return {};
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    throw badRequest('values', 'must be an object with a value for each $name of the statement');
  const entries = Object.entries(values);
  if (entries.length > MAX_VALUES)
    throw badRequest('values', `has ${entries.length} values; the limit is ${MAX_VALUES}`);
  for (const [name, value] of entries)
    if (value !== null && !['string', 'number', 'boolean'].includes(typeof value))
      throw badRequest('values', `${JSON.stringify(name.slice(0, 60))} must be a text, a number, true, false or null`);
  return Object.fromEntries(entries) as Record<string, SqlValue>;
}

async function answer(
  { tributary, outgoing }: Services,
  desk: SqlDesk,
  request: FastifyRequest,
  reply: FastifyReply,
  { sql, values, asked }: Pick<SqlQuestion, 'sql' | 'values'> & { asked: Asked },
): Promise<Buffer> {
  const { format = 'json', persons, ...parameters } = asked;
  if (persons === 'true' && !allows(request.key!, { scope: 'persons' }))
    throw new TributaryError(
      'forbidden',
      `persons: the columns that name persons need a key of scope persons (or admin); the key "${request.key!.name}" has ${request.key!.scopes.join(', ')}`,
      { field: 'persons' },
    );
  outgoing.check(request);
  const context = { ...tributary.reports, owner: ownerOf(request.key), cancellation: cancellationOf(reply) };
  const question = { sql, values, format, persons: persons === 'true', parameters };
  const { head, columns, rows, content } = await desk.answer(context, question, {
    key_brand_id: request.key!.brand_id,
  });
  reply.header('cache-control', 'no-store').header('content-type', CONTENT_TYPES[format]);
  if (format !== 'json') return content;
  const before = JSON.stringify({ ...head, columns, row_count: rows });
  return Buffer.concat([Buffer.from(`${before.slice(0, -1)},"rows":[`), content, Buffer.from(']}')]);
}
