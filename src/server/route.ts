/** The declaration of a route: its handler, its protection and its description in the OpenAPI document. */

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RecordName } from '../domain/index.ts';
import type { TObject, TSchema } from '../domain/typebox.ts';
import type { Tributary } from '../tributary.ts';
import type { Answering, Asked } from './exchange.ts';
import type { Guesses } from './guesses.ts';
import type { Key, KeyRing } from './keys.ts';
import type { Metrics } from './metrics.ts';
import type { Outgoing } from './outgoing.ts';
import type { RateLimit } from './rate-limit.ts';
import type { Scope } from './stored-keys.ts';
import type { Upload } from './uploads.ts';
import type { VisitorIds } from './visitor-ids.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The key of the request; set on every route that has a scope. */
    key: Key | null;
    /** The brands of a person who may see some and named none; set on routes with `own_brands` only. `key` is for the first. */
    brand_ids?: readonly string[];
    /** True if the body held bytes that are not UTF-8. */
    invalid_utf8: boolean;
    /** The body while it arrives; null without one. */
    upload: Upload | null;
  }
}

/** The objects that handlers use. */
export interface Services {
  tributary: Tributary;
  keys: KeyRing;
  guesses: Guesses;
  /** Null where requests have no limit. */
  rate_limit: RateLimit | null;
  metrics: Metrics;
  outgoing: Outgoing;
  visitor_ids: VisitorIds;
}

export interface Answer {
  description: string;
  /** JSON when left out. */
  content_type?: string;
  schema?: TSchema | Record<string, unknown>;
  example?: unknown;
}

/** The sections of the documentation, in order. */
export const TAGS = [
  { name: 'collect', description: 'Send events and statements. A 202 means that they are on disk.' },
  {
    name: 'reports',
    description:
      'Reports are computed when they are asked for, so late events, refunds and merged people are right in the next answer.',
  },
  { name: 'models', description: 'Models that learn from the log, and what each learned.' },
  { name: 'administration', description: 'Loading, keys, conflicts and dead letters.' },
  { name: 'operation', description: 'Health, metrics and this document.' },
] as const;

export interface Route {
  method: 'GET' | 'POST' | 'DELETE';
  /** Fastify's notation: `/v1/keys/:key_id`. */
  path: string;
  tag: (typeof TAGS)[number]['name'];
  /** The scope that a key needs; null if the route needs no key. */
  scope: Scope | null;
  /** True if the call concerns every brand. Then a key of one brand is refused. */
  every_brand?: boolean;
  /** True if the route answers for all brands of a person who may see some. Without it, such a person names one of them. */
  own_brands?: boolean;
  /** Set if the route accepts records of this kind. Such routes are called very often. */
  collects?: RecordName;
  /** True if keys of scope page open the route, too. */
  pages?: boolean;
  /** True if viewers may call the route, and keys of scope view: its answer tells of no single person. */
  viewers?: boolean;
  /**
   * How the audit log holds the route, where `auditedAs` would say otherwise. A function says for each request if
   * its answer tells of persons.
   */
  audit?: 'read' | 'action' | 'revocation' | 'sign_in' | null | ((request: FastifyRequest) => boolean);
  /** True if keys of scope partner open the route: its answer has noise, or is about the key itself. */
  partners?: boolean;
  /** True for the calls of assistants: no session of a person opens them, and keys of scope persons do. */
  assistants?: boolean;
  /** True if pages of other sites may call the route (CORS). */
  cors?: boolean;
  summary: string;
  description?: string;
  /** Descriptions of the parameters in the path. */
  path_parameters?: Record<string, string>;
  /** Query parameters. Others are refused. */
  parameters?: TObject;
  /** False if query parameters are for the page that the route answers with, so any are taken. */
  reads_query?: false;
  body?: { schema: TSchema | Record<string, unknown>; required: boolean; examples: Record<string, unknown> };
  answers: Record<number, Answer>;
  handle: (request: FastifyRequest, reply: FastifyReply) => unknown;
}

/** A route as the documents describe it. Those of the link door (`link-door.ts`) have no handler of Fastify. */
export type DescribedRoute = Omit<Route, 'handle'>;

/** A route that accepts records. Fastify calls it, and so does the door (`door.ts`). */
export interface CollectRoute extends Route {
  collects: RecordName;
  /** @returns the text of the answer. */
  handle: (request: Asked, reply: Answering) => Promise<string>;
}
