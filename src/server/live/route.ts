/** `GET /v1/live`: events as they are loaded, as server-sent events. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { TributaryError } from '../../domain/errors.ts';
import { Type } from '../../domain/typebox.ts';
import { stillAllowed } from '../access.ts';
import type { Key } from '../keys.ts';
import { allows } from '../roles.ts';
import type { Route, Services } from '../route.ts';
import type { Sessions } from '../sessions.ts';
import { LiveFeed } from './feed.ts';
import { LiveStream } from './stream.ts';

/** Open streams of the server, and of one key. A browser opens one for each tab. */
const MOST_STREAMS = 200;
const MOST_OF_KEY = 20;
/** The key or session of a stream is checked this often, so that it ends with sign-out and revocation. */
const CHECK_MS = 2_000;
const RETRY_AFTER_S = 30;

const EXAMPLE = `retry: 3000
id: main:1043
event: events
data: {"events":[{"record":"touchpoints","kind":"email_open","brand_id":"default","by":"machine","verdict":"machine","channel":"email","campaign_id":"spring","email_id":"teaser","conversion_id":null,"amount":null,"currency":null,"occurred_at":"2026-03-01T08:00:00.000Z","received_at":"2026-03-01T08:00:01.000Z"}],"counts":[{"kind":"email_open","by":"machine","n":1}],"left_out":0,"untold":0}
`;

export interface Live {
  route: Route;
  /** Ends all streams. Call it before the server waits for its connections to end. */
  close(): void;
}

export function liveRoute(
  { tributary, keys }: Pick<Services, 'tributary' | 'keys'>,
  sessions: Sessions,
  tick_ms?: number,
): Live {
  const feed = new LiveFeed(tributary.reports.warehouse, tick_ms);
  const open = new Map<LiveStream, string>();
  let is_closing = false;
  const route: Route = {
    method: 'GET',
    path: '/v1/live',
    tag: 'operation',
    scope: 'read',
    viewers: true,
    parameters: Type.Object(
      { brand_id: Type.Optional(Type.String({ description: 'One brand; all that the key may see when left out' })) },
      { additionalProperties: false },
    ),
    summary: 'Events as they arrive, as server-sent events',
    description:
      'Each second has at most 20 events and counts all: `left_out` are those that are counted only, `untold` those that came while the client took nothing. No person is named. A key of one brand sees its brand, and viewers no order. `Last-Event-ID` continues where an earlier stream ended, unless that is too long ago; the message `start` says which. The stream ends with the message `end` when the session ends or the key is revoked. Filters of proxies that keep answers back must be off (the header `x-accel-buffering` does so for nginx).',
    answers: {
      200: { description: 'A stream without an end', content_type: 'text/event-stream', example: EXAMPLE },
    },
    handle: async (request, reply) => {
      const key = request.key!;
      const { brand_id = null } = request.query as { brand_id?: string };
      if (key.brand_id !== null && brand_id !== null && brand_id !== key.brand_id)
        throw new TributaryError('forbidden', `brand_id: the key is for brand ${key.brand_id} only`, {
          field: 'brand_id',
        });
      if (is_closing) throw new TributaryError('shutting_down', 'the server stops; come back in a moment');
      refuseMore(open, key);
      if (request.method === 'HEAD') return reply.header('content-type', 'text/event-stream').send();
      return follow(request, reply, key, key.brand_id ?? brand_id);
    },
  };
  const follow = async (
    request: FastifyRequest,
    reply: FastifyReply,
    key: Key,
    brand_id: string | null,
  ): Promise<FastifyReply> => {
    const kept = reply.getHeaders() as Record<string, string>;
    reply.hijack();
    const stream = new LiveStream(reply.raw, { brand_id, with_orders: allows(key, { scope: 'read' }) }, kept);
    open.set(stream, key.key_id);
    const listener = stream.tell.bind(stream);
    const check = setInterval(async () => {
      if (await stillAllowed(request, route, { keys, sessions })) return;
      stream.end('signed_out');
    }, CHECK_MS).unref();
    reply.raw.once('close', () => {
      clearInterval(check);
      open.delete(stream);
      feed.remove(listener);
    });
    try {
      const { position, missed } = await feed.add(listener, lastEventId(request), brand_id);
      stream.start(position, missed !== null);
      if (missed !== null) stream.tell(missed);
      if (reply.raw.destroyed) feed.remove(listener);
    } catch {
      // The client comes back by itself.
      reply.raw.destroy();
    }
    return reply;
  };
  return {
    route,
    close: () => {
      is_closing = true;
      feed.stop();
      for (const stream of open.keys()) stream.end('closing');
    },
  };
}

/** @throws busy. */
function refuseMore(open: ReadonlyMap<LiveStream, string>, { key_id }: Key): void {
  const own = [...open.values()].filter((one) => one === key_id).length;
  if (open.size < MOST_STREAMS && own < MOST_OF_KEY) return;
  throw new TributaryError('busy', 'too many watch events arrive; close a stream, and open another one later', {
    retry_after_s: RETRY_AFTER_S,
  });
}

const LONGEST_ID = 1_000;

function lastEventId({ headers }: FastifyRequest): string | undefined {
  const id = headers['last-event-id'];
  return typeof id === 'string' && id !== '' && id.length <= LONGEST_ID ? id : undefined;
}
