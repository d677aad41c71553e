/** A server over a folder of its own, with a key of each scope, called in process. */
import type { FastifyInstance } from 'fastify';
import inject from 'light-my-request';
import { onTestFinished } from 'vitest';
import { makeConfig } from '../../src/config.ts';
import { buildApp } from '../../src/server/app.ts';
import { KeyRing } from '../../src/server/keys.ts';
import { type CollectingTributary, openTributary, type Role } from '../../src/tributary.ts';
import type { SqlLimits } from '../../src/views/desk.ts';
import { warehouseSetting } from '../support/engine.ts';
import { bearer } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { DEEP, ENGINE_THREADS } from '../support/tier.ts';

export const KEYS = {
  TRIBUTARY_WRITE_KEY: 'write-key-of-the-tests',
  TRIBUTARY_READ_KEY: 'read-key-of-the-tests',
  TRIBUTARY_ADMIN_KEY: 'admin-key-of-the-tests',
  TRIBUTARY_PAGE_KEY: 'page-key-of-the-tests',
};
export const WRITE = bearer(KEYS.TRIBUTARY_WRITE_KEY);
export const READ = bearer(KEYS.TRIBUTARY_READ_KEY);
export const PAGE = bearer(KEYS.TRIBUTARY_PAGE_KEY);
export const ADMIN = bearer(KEYS.TRIBUTARY_ADMIN_KEY);

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into by name
export type Body = any;

export interface Answer {
  status: number;
  body: Body;
  text: string;
  headers: Record<string, string | undefined>;
}

export interface TestServer {
  app: FastifyInstance;
  tributary: CollectingTributary;
  keys: KeyRing;
  folder: string;
  /** Lines of the log, as they were written. */
  log: string[];
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  call(
    method: string,
    path: string,
    options?: { headers?: Record<string, string>; payload?: string | Buffer },
  ): Promise<Answer>;
  /** Waits until everything is loaded. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

export interface TestOptions {
  /** A new one when left out. */
  folder?: string;
  role?: Role;
  config?: Record<string, unknown>;
  env?: Record<string, string>;
  /** `setup` makes no keys at the first start. */
  first?: 'keys' | 'setup';
  clock?: () => number;
  log_level?: string;
  /** Batches are prepared in this thread, as for a command. The quick tier does so: to start a thread costs more than its few events. */
  serves_nobody?: boolean;
  sql_limits?: Partial<SqlLimits>;
  /** Several tests use the server, and close it after the last one. Otherwise it is closed after its test. */
  shared?: boolean;
}

export async function startServer(options: TestOptions = {}): Promise<TestServer> {
  const folder = options.folder ?? temporaryFolder();
  const clock = options.clock ?? Date.now;
  const tributary = (await openTributary({
    folder,
    config: makeConfig(
      options.config?.['warehouse']
        ? options.config
        : { threads: ENGINE_THREADS, ...options.config, ...warehouseSetting(folder) },
    ),
    role: options.role ?? 'all',
    clock,
    serves_nobody: options.serves_nobody ?? !DEEP,
  })) as CollectingTributary;
  const keys = await KeyRing.open(tributary.state, folder, options.env ?? KEYS, clock, options.first);
  const log: string[] = [];
  const app = buildApp(tributary, keys, {
    log_level: options.log_level ?? 'silent',
    log_stream: { write: (line) => log.push(line) },
    sql_limits: options.sql_limits ?? {},
  });
  const close = async (): Promise<void> => {
    await app.close();
    await tributary.close(false);
  };
  if (!options.shared) onTestFinished(close);
  const call: TestServer['call'] = async (method, path, { headers = {}, payload } = {}) => {
    await app.ready();
    // As a connection calls it: first the door, then the routes of Fastify. `app.inject` would pass by the door.
    const response = await inject((raw, answer) => app.server.emit('request', raw, answer), {
      method: method as 'GET',
      url: path,
      headers,
      ...(payload === undefined ? {} : { payload }),
    });
    const json = String(response.headers['content-type'] ?? '').startsWith('application/json');
    return {
      status: response.statusCode,
      text: response.body,
      body: json ? JSON.parse(response.body) : undefined,
      headers: response.headers as Answer['headers'],
    };
  };
  const post: TestServer['post'] = (path, body, headers = WRITE) =>
    body === undefined
      ? call('POST', path, { headers })
      : call('POST', path, {
          headers: { 'content-type': 'application/json', ...headers },
          payload: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body),
        });
  const get: TestServer['get'] = (path, headers = READ) => call('GET', path, { headers });
  const flush = async (): Promise<void> => {
    const answer = await post('/v1/flush');
    if (answer.status !== 200) throw new Error(answer.text);
  };
  return { app, tributary, keys, folder, log, call, post, get, flush, close };
}
