/** What a route is: one entry gives the handler, its protection and its page in the OpenAPI document. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TObject, TSchema } from 'typebox';
import type { RecordName } from '../domain/index.ts';
import type { Tributary } from '../tributary.ts';
import type { Key, KeyRing, Scope } from './keys.ts';
import type { Metrics } from './metrics.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on every route that has a scope. */
    key: Key | null;
    /** The body held bytes that are not UTF-8. */
    invalid_utf8: boolean;
  }
}

/** What handlers work with. */
export interface Services {
  tributary: Tributary;
  keys: KeyRing;
  metrics: Metrics;
}

export interface Answer {
  description: string;
  /** JSON unless said otherwise. */
  content_type?: string;
  schema?: TSchema | Record<string, unknown>;
  example?: unknown;
}

/** The chapters of the documentation, in order. */
export const TAGS = [
  { name: 'collect', description: 'Events and facts come in. A 202 means that they are on disk.' },
  {
    name: 'reports',
    description: 'Computed on read: late events, refunds and merged people are right in the next answer.',
  },
  { name: 'models', description: 'Models that learn from the log, and what each learned.' },
  { name: 'administration', description: 'Loading, keys, and what was set aside.' },
  { name: 'operation', description: 'Health, metrics and this document.' },
] as const;

export interface Route {
  method: 'GET' | 'POST' | 'DELETE';
  /** Fastify's notation: `/v1/keys/:key_id`. */
  path: string;
  tag: (typeof TAGS)[number]['name'];
  /** Null is open to everyone. */
  scope: Scope | null;
  /** Concerns every brand, so a key of one brand is refused. */
  every_brand?: boolean;
  /** Set where records of this kind are taken: open to browsers (CORS, text/plain), and called very often. */
  collects?: RecordName;
  summary: string;
  description?: string;
  /** Descriptions of the parameters in the path. */
  path_parameters?: Record<string, string>;
  /** Query parameters; any other is refused. */
  parameters?: TObject;
  body?: { schema: TSchema | Record<string, unknown>; required: boolean; examples: Record<string, unknown> };
  answers: Record<number, Answer>;
  handle: (request: FastifyRequest, reply: FastifyReply) => unknown;
}
