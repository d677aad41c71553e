/** A small client of Tributary for Node and browsers: `import { createClient } from 'tributary/client'`. docs/client.md. */
import { attempts } from './attempts.ts';
import type { DeleteCalls, GetCalls, PostCalls, Receipt } from './calls.ts';
import { failureOf, RecordRefused, TributaryError } from './errors.ts';
import {
  type Answer,
  type Arguments,
  addressOf,
  type CallOptions,
  type DeletePath,
  type GetPath,
  type Parts,
  type PostPath,
  type RecordKind,
  type RecordOf,
  type Request,
} from './request.ts';

export type { Answers } from './answers.d.ts';
export type { DeleteCalls, GetCalls, PostCalls, Receipt } from './calls.ts';
export { RecordRefused, type Refused, TributaryError } from './errors.ts';
export type { CallOptions, RecordKind, RecordOf } from './request.ts';

export interface ClientOptions {
  /** The address of the server, such as `https://tributary.example`. */
  url: string;
  /** A key. In a page that others open, only a page key: everybody can read it. */
  key?: string;
  /** How often a question or records are sent again, when the server is busy or away; 3 when left out. */
  retries?: number;
  /** The longest wait before a try, in milliseconds; 10,000 when left out. */
  max_wait_ms?: number;
  /** How long one try may take, in milliseconds; 60,000 when left out. */
  timeout_ms?: number;
  /** Used in place of the global `fetch`. */
  fetch?: typeof fetch;
}

export interface Client {
  /**
   * Sends one record or a list of records. They are on disk when the receipt comes. A list may be accepted in part: `rejected` of the
   * receipt names the others. It is tried again if the server is busy or away, and a record that arrives twice counts once.
   * @throws RecordRefused when a single record is refused; TributaryError when the request fails.
   */
  send<K extends RecordKind>(
    kind: K,
    records: RecordOf<K> | readonly RecordOf<K>[],
    options?: CallOptions,
  ): Promise<Receipt>;
  /** Asks a question. It is tried again if the server is busy or away. @throws TributaryError. */
  get<P extends GetPath, R extends Request<GetCalls[P]> = Request<GetCalls[P]>>(
    path: P,
    ...request: Arguments<GetCalls[P], R>
  ): Promise<Answer<GetCalls[P], R>>;
  /** Asks for an answer as text, such as `{ query: { format: 'csv' } }`. @throws TributaryError. */
  text<P extends GetPath>(path: P, ...request: Arguments<GetCalls[P]>): Promise<string>;
  /** Makes or does something. It is tried once, since a second try could do it twice. @throws TributaryError. */
  post<P extends PostPath>(path: P, ...request: Arguments<PostCalls[P]>): Promise<Answer<PostCalls[P], unknown>>;
  /** Removes something. It is tried once. @throws TributaryError. */
  delete<P extends DeletePath>(
    path: P,
    ...request: Arguments<DeleteCalls[P]>
  ): Promise<Answer<DeleteCalls[P], unknown>>;
}

/** A client of one server with one key. @throws TypeError when `url` is no address of HTTP. */
export function createClient(options: ClientOptions): Client {
  const { retries = 3, max_wait_ms = 10_000 } = options;
  const server = serverOf(options.url);
  const once = async (method: string, path: string, parts: Parts = {}): Promise<string> =>
    attempt(options, method, addressOf(server, path, parts), parts);
  const again = (method: string, path: string, parts: Parts = {}): Promise<string> =>
    attempts(() => once(method, path, parts), { retries, max_wait_ms }, parts.signal);
  const json = (text: Promise<string>): Promise<never> => text.then(jsonOf);
  return {
    send: async (kind, records, call_options = {}) => {
      const receipt: Receipt = await json(again('POST', `/v1/${kind}`, { body: records, ...call_options }));
      const [refused] = receipt.rejected;
      if (refused !== undefined && !Array.isArray(records)) throw new RecordRefused(refused);
      return receipt;
    },
    get: (path, ...[request]) => json(again('GET', path, request)),
    text: (path, ...[request]) => again('GET', path, request as Parts),
    post: (path, ...[request]) => json(once('POST', path, request as Parts)),
    delete: (path, ...[request]) => json(once('DELETE', path, request as Parts)),
  };
}

function serverOf(url: string): string {
  const { protocol, username, search, hash } = URL.canParse(url) ? new URL(url) : new URL('none:');
  // The message does not repeat the address, which may hold a password.
  if (!/^https?:$/.test(protocol) || username + search + hash !== '')
    throw new TypeError('url: is not the address of a server; give one such as https://tributary.example');
  return url.replace(/\/+$/, '');
}

function jsonOf(text: string): never {
  const body = parsed(text);
  if (body !== undefined) return body as never;
  throw new TributaryError(
    200,
    'not_json',
    'the answer is not JSON; is `url` the address of Tributary? For csv, ask with text()',
  );
}

/** One try. @returns the text of the answer. @throws TributaryError, or the reason of the caller's signal. */
async function attempt(options: ClientOptions, method: string, address: string, parts: Parts): Promise<string> {
  const { key, timeout_ms = 60_000 } = options;
  const send = options.fetch ?? fetch;
  const limit = AbortSignal.timeout(timeout_ms);
  const { body, signal } = parts;
  const headers: Record<string, string> = {};
  if (key !== undefined) headers['authorization'] = `Bearer ${key}`;
  if (body !== undefined) headers['content-type'] = 'application/json';
  try {
    const answer = await send(address, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: signal === undefined ? limit : AbortSignal.any([signal, limit]),
    });
    const text = await answer.text();
    if (answer.ok || isReceipt(answer, text)) return text;
    throw failureOf(answer, parsed(text));
  } catch (error) {
    if (error instanceof TributaryError) throw error;
    signal?.throwIfAborted();
    if (limit.aborted)
      throw new TributaryError(0, 'timeout', `no answer within ${timeout_ms} ms; set timeout_ms for longer questions`);
    throw new TributaryError(0, 'unreachable', `the server cannot be reached at ${new URL(address).origin}`, {
      cause: error,
    });
  }
}

/** The answer to records that were all refused: a receipt with status 422. */
function isReceipt(answer: Response, text: string): boolean {
  return answer.status === 422 && (parsed(text) as Partial<Receipt> | undefined)?.rejected !== undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
