/** Makes the OpenAPI 3.1 document from the routes and from the schemas that also validate requests. */

import { RECORD_NAMES, recordKind } from '../domain/index.ts';
import type { TObject, TSchema } from '../domain/typebox.ts';
import { FAILURES } from './failure-examples.ts';
import { scopesFor } from './roles.ts';
import { type Answer, type DescribedRoute, TAGS } from './route.ts';

export type Json = Record<string, unknown>;

export function openApiDocument(routes: readonly DescribedRoute[]): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  const records = RECORD_NAMES.map((name) => recordKind(name).schema as TObject & { $id: string });
  return {
    openapi: '3.1.0',
    info: {
      title: 'Tributary',
      version: '1',
      description:
        'Conversion tracking and multi-touch attribution. Requests give amounts as decimals in units of the currency. In answers, `*_micros` are millionths of that unit as strings of digits.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: TAGS,
    paths,
    components: {
      schemas: {
        ...Object.fromEntries(records.map((schema) => [schema.$id, plain(schema)])),
        Receipt: RECEIPT,
        Error: ERROR,
      },
      responses: Object.fromEntries(
        Object.entries(FAILURES).map(([status, failure]) => [failure.name, failureResponse(Number(status))]),
      ),
      securitySchemes: {
        key: {
          type: 'http',
          scheme: 'bearer',
          description:
            'A key of the scope that the call needs: page, write, view, read, or admin, which includes the others. A view key reads what tells of no single person. A page key may stand in a page, where anyone can read it; it may only send touchpoints, and conversions of brands whose setting `page_conversions` is true',
        },
      },
    },
  };
}

/** The format of every failure. */
const ERROR: Json = {
  type: 'object',
  required: ['error', 'request_id'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message'],
      properties: {
        code: { type: 'string', description: 'A stable code that programs may rely on' },
        field: { type: 'string', description: 'The wrong parameter or field, if there is one' },
        message: { type: 'string', description: 'What is wrong, and the fix' },
      },
    },
    request_id: { type: 'string', description: 'The id of the request, as in the header X-Request-Id and in the log' },
  },
};

const RECEIPT: Json = {
  type: 'object',
  required: ['accepted', 'ids', 'rejected'],
  properties: {
    accepted: { type: 'integer', description: 'Items that are on disk now' },
    ids: {
      type: 'array',
      items: { type: 'string' },
      description: 'Ids of the accepted items, in order, including ids that were made from the content',
    },
    conflicts: {
      type: 'array',
      description:
        'Accepted items whose id was accepted lately with other content: they do not count. Left out when there are none. Older ids are compared when items are loaded; then conflicts show in `/v1/conflicts`, `/health` and `/metrics`. A key of scope page is not told',
      items: aboutOne({ id: { type: 'string' }, reason: { type: 'string' } }),
    },
    rejected: {
      type: 'array',
      items: aboutOne({
        field: { type: 'string', description: 'The wrong field; empty if the whole item is wrong' },
        reason: { type: 'string', description: 'What is wrong, and the fix' },
      }),
    },
    counted: {
      type: 'integer',
      description:
        'Valid items whose person denied measurement with them. The settings of the brand (`consent.denied`) keep only a count of such items, so they are not stored and have no id here. Left out when there are none',
    },
    warnings: {
      type: 'array',
      description:
        'Values of accepted items that were not taken as they were sent, such as a URL that was cut; at most 100. Left out when there are none',
      items: aboutOne({
        field: { type: 'string', description: 'The field' },
        reason: { type: 'string', description: 'What was done, why, and the fix' },
      }),
    },
    warnings_left_out: {
      type: 'integer',
      description: 'How many warnings more there were. Left out when there were none',
    },
  },
};

/** The schema of what is told about one item of a request. */
function aboutOne(properties: Record<string, Json>): Json {
  const index = { type: 'integer', description: 'Index in the array that was sent, from 0' };
  return { type: 'object', required: ['index', ...Object.keys(properties)], properties: { index, ...properties } };
}

export function reference(name: string): Json {
  return { $ref: `#/components/schemas/${name}` };
}

/** The scopes that open a route. Admin, which includes the others, is not named with them. */
function openedBy(route: DescribedRoute): readonly string[] {
  return scopesFor(route).filter((scope) => scope === route.scope || scope !== 'admin');
}

function operation(route: DescribedRoute): Json {
  const parameters = [...pathParameters(route), ...(route.parameters ? queryParameters(route.parameters) : [])];
  return {
    operationId: operationId(route),
    tags: [route.tag],
    summary: route.summary,
    ...(route.description ? { description: route.description } : {}),
    security: route.scope === null ? [] : [{ key: [] }],
    ...(route.scope === null ? {} : { 'x-scope': openedBy(route).join(', ') }),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(route.body
      ? {
          requestBody: {
            required: route.body.required,
            content: {
              'application/json': { schema: plain(route.body.schema), examples: wrapped(route.body.examples) },
            },
          },
        }
      : {}),
    responses: responses(route),
  };
}

function operationId({ method, path }: DescribedRoute): string {
  const words = path
    .replace(/^\/v1\//, '')
    .replace(/:\w+/g, 'one')
    .split(/[^a-z0-9]+/i)
    .filter((word) => word !== '');
  return [method.toLowerCase(), ...words].join('_');
}

function wrapped(examples: Record<string, unknown>): Json {
  return Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }]));
}

function pathParameters({ path, path_parameters }: DescribedRoute): Json[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
    description: path_parameters?.[name!] ?? `The ${name!.replace(/_?id$/, '')}`,
  }));
}

function queryParameters(schema: TObject): Json[] {
  const required = (schema.required ?? []) as readonly string[];
  return Object.entries(schema.properties as unknown as Record<string, Json>).map(([name, property]) => {
    const { description, ...rest } = plain(property);
    return {
      name,
      in: 'query',
      required: required.includes(name),
      schema: rest,
      ...(description === undefined ? {} : { description }),
    };
  });
}

function responses(route: DescribedRoute): Json {
  const answers: Record<string, Json> = {};
  for (const [status, answer] of Object.entries(route.answers)) answers[status] = response(answer);
  for (const status of failuresOf(route))
    answers[status] ??= { $ref: `#/components/responses/${FAILURES[status]!.name}` };
  return answers;
}

function failuresOf(route: DescribedRoute): number[] {
  const statuses = [500];
  if (route.parameters || route.body) statuses.push(400);
  if (route.scope !== null) statuses.push(401, 403, 429);
  if (route.body) statuses.push(413, 415);
  const of_brand = route.parameters !== undefined && 'brand_id' in route.parameters.properties;
  if (route.path.includes(':') || of_brand) statuses.push(404);
  if (route.tag === 'reports') statuses.push(409, 422);
  if (route.tag !== 'operation') statuses.push(503);
  return statuses;
}

function response({ description, content_type = 'application/json', schema, example }: Answer): Json {
  const fallback = content_type === 'application/json' ? { type: 'object' } : { type: 'string' };
  const content = { schema: schema ? plain(schema) : fallback, ...(example === undefined ? {} : { example }) };
  return { description, headers: REQUEST_ID_HEADER, content: { [content_type]: content } };
}

const REQUEST_ID_HEADER = {
  'X-Request-Id': { description: 'The id that the request had, or a new one', schema: { type: 'string' } },
};

function failureResponse(status: number): Json {
  const { description, code, message } = FAILURES[status]!;
  const [, field] = /^([a-z_-]+): /.exec(message) ?? [];
  const example = {
    error: { code, ...(field ? { field } : {}), message },
    request_id: '3f0c8f5e-6d0b-4f3c-9a57-2d6c1c0f7f11',
  };
  const retry =
    status === 429 || status === 503 ? { 'Retry-After': { description: 'Seconds', schema: { type: 'integer' } } } : {};
  return {
    description,
    headers: { ...REQUEST_ID_HEADER, ...retry },
    content: { 'application/json': { schema: reference('Error'), example } },
  };
}

/** A TypeBox schema as plain JSON Schema, without its name and without the keywords that only Tributary uses. */
export function plain(schema: TSchema | Json): Json {
  return JSON.parse(JSON.stringify(schema), (key, value) =>
    key === '$id' || key.startsWith('x-') ? undefined : value,
  ) as Json;
}
