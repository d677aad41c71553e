/**
 * The door: events come in on a raw listener of the server, before Fastify, because Fastify's way of a request costs more than
 * the event itself. The door takes requests of the plain form: a path that collects, at most a key in the query, and JSON. It
 * leaves every other form, and a key that nobody has, to Fastify's route, which has the same gate, bodies, handler and failures.
 * So a client sees no difference (`test/server/contract.test.ts`).
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { FastifyInstance } from 'fastify';
import { type Gate, WrongKey } from './access.ts';
import { readBody } from './body.ts';
import { type Answering, type Asked, hasBody, requestId } from './exchange.ts';
import { failureText } from './failures.ts';
import type { LinkDoor } from './link-door.ts';
import { logFailure } from './log.ts';
import type { Outgoing } from './outgoing.ts';
import type { CollectRoute } from './route.ts';
import type { Upload, Uploads } from './uploads.ts';

/** A route of the door. */
export interface Entrance {
  route: CollectRoute;
  pass: Gate;
  /** Called once the answer is sent. */
  answered: (request: Asked, reply: Answering) => void;
}

const PLAIN_QUERY = /^\?key=([\w.-]+)$/;
const PLAIN_TYPE = /^(?:application\/json|text\/plain)(?:; ?charset=[\w-]+)?$/i;

export class Door {
  private readonly entrances: ReadonlyMap<string, Entrance>;
  private is_closing = false;

  constructor(
    private readonly app: FastifyInstance,
    private readonly uploads: Uploads,
    private readonly outgoing: Outgoing,
    entrances: readonly Entrance[],
    /** Takes links and pixels of emails; null where nothing is collected. */
    private readonly links: LinkDoor | null,
  ) {
    this.entrances = new Map(entrances.map((entrance) => [entrance.route.path, entrance]));
  }

  /** Puts the door before the routes of Fastify. */
  open(): void {
    const { app } = this;
    app.addHook('preClose', async () => {
      this.is_closing = true;
    });
    app.server.removeAllListeners('request');
    app.server.on('request', (raw, response) => {
      if (!this.links?.takes(raw, response) && !this.takes(raw, response)) app.routing(raw, response);
    });
  }

  /** Takes a request of the plain form. @returns false for any other, which is untouched. */
  private takes(raw: IncomingMessage, response: ServerResponse): boolean {
    const { headers, method } = raw;
    const url = raw.url!;
    const mark = url.indexOf('?');
    const entrance = this.entrances.get(mark < 0 ? url : url.slice(0, mark));
    if (entrance === undefined || method !== 'POST' || this.is_closing) return false;
    if (headers.host === undefined || !PLAIN_TYPE.test(headers['content-type'] ?? '') || !hasBody(headers))
      return false;
    const key = mark < 0 ? null : PLAIN_QUERY.exec(url.slice(mark));
    if (mark >= 0 && key === null) return false;
    const request = new DoorRequest(raw, key === null ? {} : { key: key[1] });
    const reply = new DoorReply(response);
    const failure = entrance.pass(request, reply);
    if (failure instanceof WrongKey) return false;
    response.once('finish', () => {
      reply.end();
      entrance.answered(request, reply);
    });
    this.answer(entrance, request, reply, failure).catch((error) => {
      logFailure(this.app.log, error, { request_id: request.id, method, route: entrance.route.path });
      response.destroy();
    });
    return true;
  }

  private async answer(
    { route }: Entrance,
    request: DoorRequest,
    reply: DoorReply,
    failure: Error | undefined,
  ): Promise<void> {
    let text: string;
    try {
      if (failure !== undefined) throw failure;
      request.body = await this.body(request, reply);
      text = await route.handle(request, reply);
    } catch (cause) {
      text = failureText(this.app.log, cause as Error, route.path, request, reply);
    }
    const bytes = Buffer.byteLength(text);
    reply.send(text, bytes);
    // What the system has taken at once cannot fill the memory.
    if (reply.raw.writableLength > 0) this.outgoing.follow(request, reply, bytes);
  }

  private async body(request: DoorRequest, reply: DoorReply): Promise<unknown> {
    try {
      return await readBody(request, request.upload!, request.raw, this.uploads);
    } catch (error) {
      // As Fastify does after a body that it could not read: the client may go on sending.
      reply.header('connection', 'close');
      throw error;
    }
  }
}

class DoorRequest implements Asked {
  readonly id: string;
  readonly method = 'POST';
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly params = {};
  body: unknown = undefined;
  key: Asked['key'] = null;
  upload: Upload | null = null;
  invalid_utf8 = false;

  constructor(
    readonly raw: IncomingMessage,
    public query: unknown,
  ) {
    this.id = requestId(raw);
    this.url = raw.url!;
    this.headers = raw.headers;
  }
}

class DoorReply implements Answering {
  private readonly headers: Record<string, string> = {};
  private readonly began_ms = performance.now();
  private ended_ms: number | undefined;

  constructor(readonly raw: ServerResponse) {}

  get statusCode(): number {
    return this.raw.statusCode;
  }

  get elapsedTime(): number {
    return (this.ended_ms ?? performance.now()) - this.began_ms;
  }

  code(status: number): this {
    this.raw.statusCode = status;
    return this;
  }

  header(name: string, value: string): this {
    this.headers[name] = value;
    return this;
  }

  removeHeader(name: string): void {
    delete this.headers[name];
  }

  send(text: string, bytes: number): void {
    if (this.raw.destroyed) return;
    this.headers['content-length'] = String(bytes);
    this.raw.writeHead(this.raw.statusCode, this.headers);
    this.raw.end(text);
  }

  /** The answer is sent. */
  end(): void {
    this.ended_ms = performance.now();
  }
}
