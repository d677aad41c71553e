/** What fake servers of destinations share: a server on this machine that checks requests, answers them, and fails as it is told to. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout } from 'node:timers/promises';

export interface FakeRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: string;
}

export interface FakeReply {
  status: number;
  headers?: Record<string, string>;
  /** An object is sent as JSON. */
  body?: string | object;
}

/**
 * How the next requests fail. `reply`: they are not handled and get this answer. `cut`: the connection ends before a request is handled,
 * or after it, so that the sender does not learn that it was. `hang`: they get no answer.
 */
export type Fault = ({ reply: FakeReply } | { cut: 'before' | 'after' } | { hang: true }) & {
  /** How many requests; 1 when left out. */
  times?: number;
  /** Only requests with this path. */
  path?: string;
};

export interface FakeServer {
  url: string;
  /** Each request that came, also those that failed. */
  requests: FakeRequest[];
  fail(fault: Fault): void;
  /** Forgets all faults that are left. */
  mend(): void;
  /** What is called before and after each request is handled, before its answer goes out. */
  watch(watcher: (moment: 'came' | 'handled') => void): void;
  /** How long requests wait before they are handled; no time at first. */
  delay(of: () => number): void;
  /** Requests whose first byte came and whose answer did not leave. */
  inFlight(): number;
  close(): Promise<void>;
}

/** Starts a server on 127.0.0.1. @param handle answers the requests that do not fail. */
export async function startFake(handle: (request: FakeRequest) => FakeReply): Promise<FakeServer> {
  const requests: FakeRequest[] = [];
  let watched: (moment: 'came' | 'handled') => void = () => undefined;
  let delayOf = (): number => 0;
  let in_flight = 0;
  const faults: Array<Fault & { times: number }> = [];
  const answer = async (response: ServerResponse, request: FakeRequest): Promise<void> => {
    const delay_ms = delayOf();
    if (delay_ms > 0) await setTimeout(delay_ms);
    const reply = handle(request);
    watched('handled');
    send(response, reply);
  };
  const server = createServer((incoming, response) => {
    in_flight += 1;
    response.once('close', () => {
      in_flight -= 1;
    });
    readBody(incoming).then((body) => {
      const url = new URL(incoming.url ?? '/', 'http://fake');
      const { method = 'GET', headers } = incoming;
      const request = { method, path: url.pathname, query: url.searchParams, headers, body };
      requests.push(request);
      watched('came');
      const fault = faults.find(({ times, path }) => times > 0 && (path === undefined || path === request.path));
      if (fault === undefined) return answer(response, request);
      fault.times -= 1;
      if ('reply' in fault) return send(response, fault.reply);
      if ('hang' in fault) return undefined;
      if (fault.cut === 'after') handle(request);
      return incoming.socket.destroy();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    watch: (watcher) => {
      watched = watcher;
    },
    delay: (of) => {
      delayOf = of;
    },
    inFlight: () => in_flight,
    mend: () => {
      faults.length = 0;
    },
    fail: (fault) => void faults.push({ ...fault, times: fault.times ?? 1 }),
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function send(response: ServerResponse, { status, headers = {}, body = '' }: FakeReply): void {
  const is_text = typeof body === 'string';
  response.writeHead(status, { ...(is_text ? {} : { 'content-type': 'application/json' }), ...headers });
  response.end(is_text ? body : JSON.stringify(body));
}
