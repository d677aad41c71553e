/** `POST /mcp`: the Model Context Protocol over streamable HTTP, without sessions and streams. docs/assistants.md. */
import type { FastifyRequest } from 'fastify';
import { answerPosted, MAX_BATCH, PROTOCOL_VERSIONS, UNNAMED_VERSION } from '../assistants/protocol.ts';
import { badRequest, TributaryError } from '../domain/errors.ts';
import { flag } from '../domain/parameter.ts';
import { Type } from '../domain/typebox.ts';
import { AssistantDesk, AssistantRules } from './assistant-desk.ts';
import { allows } from './roles.ts';
import type { Route, Services } from './route.ts';

const SAFE_HOST = /^[A-Za-z0-9._:[\]-]{1,255}$/;

const Parameters = Type.Object(
  {
    persons: Type.Optional(flag('An admin key may read single persons and orders; a key of scope persons may always')),
  },
  { additionalProperties: false },
);

/** @param has_dashboard false where no browser can reach this server. */
export function assistantRoutes(services: Services, has_dashboard: boolean): Route[] {
  const { public_url } = services.tributary.config;
  const baseOf = (request: FastifyRequest): string => {
    if (!has_dashboard) return '';
    if (public_url !== null) return public_url;
    const { protocol, host } = request;
    return SAFE_HOST.test(host ?? '') ? `${protocol}://${host}` : '';
  };
  const rules = new AssistantRules(services, baseOf);
  return [
    {
      method: 'POST',
      path: '/mcp',
      tag: 'reports',
      scope: 'read',
      viewers: true,
      assistants: true,
      // Each call of a tool is written down by itself.
      audit: null,
      summary: 'Tools for assistants (Model Context Protocol)',
      description: `Streamable HTTP without sessions and streams: one message of JSON-RPC, or a batch of at most ${MAX_BATCH}, and its answer as JSON. Versions ${PROTOCOL_VERSIONS.join(', ')}. The tools only read, and ask the reports of this API with the key of the request. Requests with a header Origin come from web pages and are refused. See docs/assistants.md.`,
      parameters: Parameters,
      body: {
        required: true,
        schema: { type: ['object', 'array'] },
        examples: {
          'The tools': { jsonrpc: '2.0', id: 1, method: 'tools/list' },
          'A call': {
            jsonrpc: '2.0',
            id: 2,
            method: 'tools/call',
            params: { name: 'report', arguments: { report: 'attribution', group_by: 'channel' } },
          },
        },
      },
      answers: {
        200: { description: 'The answer of JSON-RPC' },
        202: { description: 'Taken; there is nothing to answer' },
      },
      handle: async (request, reply) => {
        refuseWebPages(request);
        checkVersion(request);
        if (request.body === undefined || request.body === null)
          throw badRequest(
            'body',
            'is required; send a message of JSON-RPC, such as {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}',
          );
        const desk = new AssistantDesk(rules, request, reply, mayTellOfPersons(request));
        const answer = await answerPosted(request.body, desk);
        reply.header('cache-control', 'no-store');
        if (answer === null) return reply.code(202).send();
        return answer;
      },
    },
  ];
}

/**
 * Programs send no Origin. A page that does may be one of an attacker whose name leads to this server (DNS rebinding); the specification
 * asks servers to check. @throws forbidden.
 */
function refuseWebPages({ headers }: FastifyRequest): void {
  if (headers.origin === undefined) return;
  throw new TributaryError(
    'forbidden',
    'origin: assistants in web pages are not served; ask from a program, which sends no header Origin',
    { field: 'origin' },
  );
}

/** @throws bad_request for a version that this server does not speak. */
function checkVersion({ headers }: FastifyRequest): void {
  const { 'mcp-protocol-version': version = UNNAMED_VERSION } = headers;
  if (!(PROTOCOL_VERSIONS as readonly unknown[]).includes(version))
    throw badRequest('mcp-protocol-version', `must be one of ${PROTOCOL_VERSIONS.join(', ')}`);
}

/**
 * Single persons take a key of scope `persons`. An admin key may do everything, so it must ask for them: who gives an assistant an admin key
 * by mistake gives it no persons. @throws forbidden.
 */
function mayTellOfPersons(request: FastifyRequest): boolean {
  const key = request.key!;
  if (key.scopes.includes('persons')) return true;
  if ((request.query as { persons?: 'true' | 'false' }).persons !== 'true') return false;
  if (allows(key, { scope: 'persons' })) return true;
  throw new TributaryError(
    'forbidden',
    `persons: single persons and orders need a key of scope persons (or admin); the key "${key.name}" has ${key.scopes.join(', ')}`,
    { field: 'persons' },
  );
}
