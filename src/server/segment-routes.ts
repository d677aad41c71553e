/**
 * Segment's tracking API: analytics.js, `@segment/analytics-node` and RudderStack's clients work by changing their host. A key stands
 * where Segment's write key stands: as the user of basic auth, or as `writeKey` in the body.
 */

import type { FastifyRequest } from 'fastify';
import { type BrowserConsent, browserConsent } from '../domain/consent/browser-signals.ts';
import { badRequest } from '../domain/errors.ts';
import { DEFAULT_BRAND, UnreadItem } from '../domain/record.ts';
import { Type } from '../domain/typebox.ts';
import { type BrandRules, ruledBrand } from '../log/brand-rules.ts';
import type { Collector } from '../log/collector.ts';
import type { Draft } from '../log/envelope.ts';
import { withoutAddresses } from '../sources/addresses.ts';
import { MESSAGE_TYPES, type MessageType } from '../sources/segment/message.ts';
import { type SegmentOptions, translateMessage } from '../sources/segment/translate.ts';
import { type People, Unusable } from '../sources/source.ts';
import { authorizeByBody } from './access.ts';
import { isPageKey, type Key } from './key.ts';
import type { Route, Services } from './route.ts';
import { addBrowserConsent } from './visitor-ids.ts';

const Taken = Type.Object({
  success: Type.Boolean(),
  accepted: Type.Integer({ description: 'Records that are on disk' }),
  ignored: Type.Integer({ description: 'Messages that mean nothing here' }),
  rejected: Type.Array(Type.Object({ index: Type.Integer(), reason: Type.String() }), {
    description: 'Messages that cannot be used, by their place',
  }),
});
const TAKEN = { success: true, accepted: 1, ignored: 0, rejected: [] };
const PAGE = {
  anonymousId: 'device-7',
  messageId: 'message-1',
  timestamp: '2026-03-01T10:00:00Z',
  properties: { url: 'https://shop.example/sale?utm_source=newsletter' },
};

/** The paths of Segment's HTTP API, and the short ones of analytics.js. */
const SINGLE: ReadonlyArray<readonly [path: string, type: MessageType]> = MESSAGE_TYPES.flatMap((type) => [
  [`/v1/${type}`, type] as const,
  [`/v1/${type[0]!}`, type] as const,
]);

export function segmentRoutes(services: Services, collector: Collector): Route[] {
  return [
    ...SINGLE.map(([path, type]) => segmentRoute(path, type, services, collector)),
    ...['/v1/batch', '/v1/import', '/v1/b'].map((path) => segmentRoute(path, null, services, collector)),
    settingsRoute(),
  ];
}

function segmentRoute(path: string, type: MessageType | null, services: Services, collector: Collector): Route {
  const what = type === null ? 'Send several messages in one go' : `Send a message of type ${type}`;
  return {
    method: 'POST',
    path,
    tag: 'collect',
    scope: null,
    cors: true,
    summary: `Segment: ${what.toLowerCase()}`,
    description:
      "Segment's body. The key is the user of basic auth (with an empty password), a bearer key, or `writeKey` in the body. Docs: docs/sources/segment.md.",
    body: {
      required: true,
      schema: { type: 'object' },
      examples: { one: type === null ? { batch: [{ type: 'page', ...PAGE }] } : PAGE },
    },
    answers: { 200: { description: 'Taken; messages that cannot be used are named', schema: Taken, example: TAKEN } },
    handle: async (request, reply) => {
      const body = request.body as Record<string, unknown> | undefined;
      if (body instanceof UnreadItem) throw badRequest('body', body.reason);
      if (typeof body !== 'object' || body === null || Array.isArray(body))
        throw badRequest('body', 'must be an object as the clients of Segment send it');
      const key = await authorizeByBody(request, reply, services, body['writeKey']);
      const messages = type === null ? body['batch'] : [body];
      if (!Array.isArray(messages)) throw badRequest('batch', 'must be an array of messages');
      return take(request, key, { messages, type, sent_at: textOf(body['sentAt']) }, services, collector);
    },
  };
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

async function take(
  request: FastifyRequest,
  key: Key,
  { messages, type, sent_at }: { messages: readonly unknown[]; type: MessageType | null; sent_at: string | undefined },
  { tributary, metrics }: Services,
  collector: Collector,
): Promise<Record<string, unknown>> {
  const from_page = isPageKey(key);
  const options: SegmentOptions = {
    events: tributary.config.segment_events,
    from_page,
    now_ms: tributary.reports.clock(),
  };
  const browser = from_page ? browserConsent(request.headers, tributary.config.honor_dnt) : null;
  const peopleOf = (page: string | undefined): People => {
    const brand_id = key.brand_id ?? brandOfPage(tributary.config.brand_rules, page) ?? DEFAULT_BRAND;
    return { idOf: (address) => tributary.reports.emailPersonOf?.(brand_id, address) ?? null };
  };
  const drafts: Draft[] = [];
  const owners: number[] = [];
  const rejected: Array<{ index: number; reason: string }> = [];
  let ignored = 0;
  for (const [index, message] of messages.entries()) {
    if (message instanceof UnreadItem) {
      rejected.push({ index, reason: message.reason });
      continue;
    }
    try {
      const result = translateMessage(message, type, sent_at, options);
      if ('ignored' in result) ignored += 1;
      else
        for (const draft of result.drafts) {
          drafts.push({
            ...withBrowserConsent(withoutAddresses(draft, peopleOf(result.page), true), browser),
            page: result.page,
          });
          owners.push(index);
        }
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      rejected.push({ index, reason: error.message });
    }
  }
  const caller = {
    key_brand_id: key.brand_id,
    from_page,
    is_admin: key.scopes.includes('admin'),
    invalid_utf8: request.invalid_utf8,
  };
  let accepted = 0;
  const { max_items } = tributary.config.limits;
  for (let from = 0; from < drafts.length; from += max_items) {
    const part = drafts.slice(from, from + max_items);
    const answer = await collector.accept({ source: 'segment', drafts: part }, caller);
    metrics.collected(part[0]!.record, answer);
    accepted += answer.accepted;
    for (const { index, field, reason } of answer.rejected)
      rejected.push({ index: owners[from + index]!, reason: `${field}: ${reason}` });
  }
  return { success: true, accepted, ignored, rejected };
}

/** A draft of a page with what its browser denies. */
function withBrowserConsent(draft: Draft, browser: BrowserConsent | null): Draft {
  if (browser === null || typeof draft.input !== 'object' || draft.input === null) return draft;
  const input = { ...draft.input };
  addBrowserConsent(draft.record, input, browser);
  return { ...draft, input };
}

const brandOfPage = (rules: BrandRules | null, page: string | undefined): string | undefined =>
  rules === null ? undefined : ruledBrand(rules, { page }).brand_id;

/** What analytics.js asks before its first message. With `cdnURL` set to this server, nothing else has to be configured. */
function settingsRoute(): Route {
  return {
    method: 'GET',
    path: '/v1/projects/:key/settings',
    tag: 'collect',
    scope: null,
    summary: 'Segment: the settings of analytics.js',
    path_parameters: { key: 'A key of scope page' },
    answers: { 200: { description: 'Settings that send every message to this server', schema: Type.Object({}) } },
    handle: async (request, reply) => {
      const { key } = request.params as { key: string };
      const { host } = request.headers;
      reply.header('access-control-allow-origin', '*').header('cache-control', 'no-store');
      const ours = {
        apiKey: key,
        apiHost: `${host}/v1`,
        protocol: request.protocol,
        unbundledIntegrations: [],
        addBundledMetadata: false,
      };
      return {
        integrations: { 'Segment.io': ours },
        plan: {},
        edgeFunction: {},
        analyticsNextEnabled: true,
        middlewareSettings: {},
        enabledMiddleware: {},
        metrics: { sampleRate: 0 },
        legacyVideoPluginsEnabled: false,
        remotePlugins: [],
      };
    },
  };
}
