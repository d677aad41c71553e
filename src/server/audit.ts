/** What the audit log holds of requests: reads of persons, before they are answered, and actions with their outcome. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { TributaryError } from '../domain/errors.ts';
import type { AuditLog } from '../privacy/audit/audit-log.ts';
import type { AuditEvent } from '../privacy/audit/entry.ts';
import { logFailure } from './log.ts';
import type { Route } from './route.ts';

/** How a route is audited; null if it is not. */
export type Audited = 'read' | 'action' | 'revocation' | 'sign_in' | null;

/**
 * How a route is audited: as it says, else every change that takes an admin key is an action, and everything that an analyst but no viewer may read
 * tells of persons.
 */
export function auditedAs({
  audit,
  method,
  scope,
  viewers = false,
}: Pick<Route, 'audit' | 'method' | 'scope' | 'viewers'>): Audited {
  if (audit !== undefined) return typeof audit === 'function' ? 'read' : audit;
  if (scope === 'admin' && method !== 'GET') return 'action';
  return scope === 'read' && method === 'GET' && !viewers ? 'read' : null;
}

/** Parameters whose values name persons or their orders. */
const NAMES_PERSONS = /^(?:customer_id|anonymous_id|person_id|conversion_id|message_id|person)$/;
const MAX_VALUE = 200;

/** The handler of a route, with its entries in the audit log. */
export function withAudit(route: Route, audit: AuditLog): Route['handle'] {
  const as = auditedAs(route);
  const { audit: said } = route;
  switch (as) {
    case null:
      return route.handle;
    case 'read':
      return async (request, reply) => {
        if (typeof said !== 'function' || said(request)) await audit.add(await eventOf('read', route, request, audit));
        return route.handle(request, reply);
      };
    case 'sign_in':
      return async (request, reply) => {
        const answer = await route.handle(request, reply);
        // The handler has set the key of who signed in.
        if (request.key) await audit.add(await eventOf('sign_in', route, request, audit));
        return answer;
      };
    case 'action':
    case 'revocation':
      return (request, reply) => audited(route, request, reply, audit);
  }
}

async function audited(route: Route, request: FastifyRequest, reply: FastifyReply, audit: AuditLog): Promise<unknown> {
  const event = await eventOf('action', route, request, audit);
  // A key is refused at once, also while the store cannot be written.
  const begun = route.audit === 'revocation' ? null : await audit.add(event);
  // The action happened, or not; its answer does not wait for a store that is away.
  const end = (result: string): Promise<unknown> =>
    Promise.resolve(begun ?? audit.add(event))
      .then((of) => audit.add({ ...event, kind: 'outcome', of, result }))
      .catch((cause) => logFailure(request.log, cause, { request_id: request.id, what: 'audit' }));
  try {
    const answer = await route.handle(request, reply);
    await end('done');
    return answer;
  } catch (error) {
    await end(error instanceof TributaryError ? error.code : 'failed');
    throw error;
  }
}

/** What the audit log holds of a request. What `query` names is a parameter, and what `params` names is what it is about. */
export async function eventOf(
  kind: AuditEvent['kind'],
  { method, path }: Pick<Route, 'method' | 'path'>,
  request: Pick<FastifyRequest, 'key' | 'query' | 'params' | 'body' | 'id'>,
  audit: AuditLog,
): Promise<AuditEvent> {
  const { key } = request;
  const query = fieldsOf(request.query);
  const named = { ...query, ...fieldsOf(request.params) };
  const persons: string[] = [];
  const target: Record<string, string> = {};
  for (const [name, value] of Object.entries(named)) {
    if (typeof value !== 'string') continue;
    if (NAMES_PERSONS.test(name)) persons.push(await audit.markOf(value));
    else if (!(name in query)) target[name] = value.slice(0, MAX_VALUE);
  }
  return {
    kind,
    call: `${method} ${path}`,
    actor: key ? { key_id: key.key_id, name: key.name, origin: key.origin } : null,
    brand_id: key?.brand_id ?? (typeof query['brand_id'] === 'string' ? query['brand_id'].slice(0, MAX_VALUE) : null),
    target,
    persons,
    parameters: [...new Set([...Object.keys(query), ...Object.keys(fieldsOf(request.body))])]
      .map((name) => name.slice(0, MAX_VALUE))
      .slice(0, 50)
      .sort(),
    request_id: request.id,
  };
}

/** The fields of a body or query; none of anything else. */
function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value)
    ? (value as Record<string, unknown>)
    : {};
}
