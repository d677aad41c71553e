/**
 * As much of ClickHouse's HTTP interface as the official client speaks, over the engine in process: queries, inserts,
 * parameters of the address, sessions, errors with their code. It can be told to go wrong: `POST /fault`.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Engine, type Settings } from './chdb.ts';

/** What goes wrong with the next statements that match. */
export interface Fault {
  /** A regular expression over the statement, without its data. */
  matches: string;
  /**
   * `lost_answer`: done, and the connection drops instead of an answer. `lost_request`: it drops, and nothing was done.
   * `slow_answer`: done, and told later. `refused`: an error of the server's own code.
   */
  what: 'lost_answer' | 'lost_request' | 'slow_answer' | 'refused';
  /** How often; once unless said otherwise. */
  times?: number;
  slow_ms?: number;
  /** For `refused`. */
  code?: number;
}

/** Parameters of the address that are no settings of the engine. */
const NO_SETTINGS = new Set([
  'query',
  'query_id',
  'database',
  'default_format',
  'session_id',
  'session_timeout',
  'session_check',
  'close_session',
  'wait_end_of_query',
  'enable_http_compression',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
  'role',
]);

const STATUS: Record<string, number> = { 60: 404, 81: 404, 159: 408, 241: 500, 497: 403, 516: 403 };

export interface FrontOptions {
  folder: string;
  port: number;
  /** Asked of everybody, when it is set. */
  password?: string;
}

/** Listens; resolves with the server once it does. */
export async function listen(options: FrontOptions): Promise<{ server: Server; engine: Engine }> {
  const engine = new Engine(options.folder);
  const front = new Front(engine, options.password);
  const server = createServer((request, response) => void front.answer(request, response));
  await new Promise<void>((resolve) => server.listen(options.port, '127.0.0.1', resolve));
  return { server, engine };
}

class Front {
  private faults: Fault[] = [];

  constructor(
    private readonly engine: Engine,
    private readonly password: string | undefined,
  ) {}

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const address = new URL(request.url ?? '/', 'http://front');
    try {
      if (address.pathname === '/ping') return void response.end('Ok.\n');
      const body = await bodyOf(request);
      if (address.pathname === '/fault') {
        this.faults.push(JSON.parse(body.toString()) as Fault);
        return void response.end();
      }
      this.authenticate(request);
      await this.statement(address.searchParams, body, response);
    } catch (error) {
      refuse(response, error);
    }
  }

  private async statement(parameters: URLSearchParams, body: Buffer, response: ServerResponse): Promise<void> {
    const query = parameters.get('query') ?? body.toString('utf8');
    const data = parameters.has('query') ? body : undefined;
    const fault = this.faultFor(query);
    if (fault?.what === 'lost_request') return void response.destroy();
    if (fault?.what === 'refused') throw new Error(`Code: ${fault.code}. DB::Exception: Told to refuse. (INJECTED)`);
    const answer = await this.run(query, data, parameters);
    if (fault?.what === 'lost_answer') return void response.destroy();
    if (fault?.what === 'slow_answer') await sleep(fault.slow_ms ?? 1_000);
    response.setHeader('X-ClickHouse-Query-Id', parameters.get('query_id') ?? '');
    response.setHeader('X-ClickHouse-Summary', '{}');
    response.end(answer);
  }

  private async run(query: string, data: Buffer | undefined, parameters: URLSearchParams): Promise<Uint8Array> {
    const session_id = parameters.get('session_id') ?? undefined;
    const settings: Settings = {};
    for (const [name, value] of parameters)
      if (!NO_SETTINGS.has(name) && !name.startsWith('param_')) settings[name] = value;
    const options = { settings, session_id, format: parameters.get('default_format') ?? 'TabSeparated' };
    const bound = killByMark(bind(query, parameters));
    const marked = `${bound}\n${markOf(parameters.get('query_id') ?? '')}`;
    const answer = await (data === undefined ? this.engine.run(marked, options) : this.insert(bound, data, options));
    if (session_id !== undefined && parameters.get('close_session') === '1') await this.engine.endSession(session_id);
    return answer;
  }

  /** Texts go behind the statement; the engine takes bytes only from a file. */
  private async insert(
    query: string,
    data: Buffer,
    options: { settings: Settings; session_id: string | undefined; format: string },
  ): Promise<Uint8Array> {
    const binary = /^\s*(insert into .*?)\s+format\s+(Parquet|RowBinary|Native)\s*$/is.exec(query);
    if (!binary) return this.engine.run(`${query}\n${data.toString('utf8')}`, options);
    const folder = await mkdtemp(join(tmpdir(), 'front-'));
    try {
      await writeFile(join(folder, 'data'), data);
      const columns = /\(([^()]*)\)\s*$/.exec(binary[1]!)?.[1] ?? '*';
      return await this.engine.run(
        `${binary[1]} select ${columns} from file('${join(folder, 'data')}', ${binary[2]})`,
        options,
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  private faultFor(query: string): Fault | undefined {
    const fault = this.faults.find(({ matches }) => new RegExp(matches, 'i').test(query));
    if (!fault) return undefined;
    fault.times = (fault.times ?? 1) - 1;
    if (fault.times <= 0) this.faults = this.faults.filter((other) => other !== fault);
    return fault;
  }

  private authenticate(request: IncomingMessage): void {
    if (this.password === undefined) return;
    const [, encoded = ''] = (request.headers.authorization ?? '').split(' ');
    const [, password] = Buffer.from(encoded, 'base64').toString().split(':');
    if (password !== this.password)
      throw new Error('Code: 516. DB::Exception: default: Authentication failed. (AUTHENTICATION_FAILED)');
  }
}

/** The engine gives its statements ids of its own, so the id that the client gave stands at the end of the text. */
function markOf(query_id: string): string {
  return `/* query ${query_id} */`;
}

/** A statement that stops another one by its id finds it by its mark. */
function killByMark(query: string): string {
  return query.replace(
    /^(kill query\b.*) where query_id = '([^']*)'/i,
    (_, kill: string, query_id: string) => `${kill} where endsWith(query, '${markOf(query_id)}')`,
  );
}

/** Parameters `{name:Type}` as casts of quoted texts; their quotes and backslashes come escaped. */
function bind(query: string, parameters: URLSearchParams): string {
  return query.replaceAll(/\{(\w+)\s*:\s*([^{}]+)\}/g, (found, name: string, type: string) => {
    const value = parameters.get(`param_${name}`);
    return value === null ? found : `cast('${value}' as ${type})`;
  });
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function refuse(response: ServerResponse, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  const code = /Code: (\d+)/.exec(message)?.[1] ?? '1001';
  response.statusCode = STATUS[code] ?? 500;
  response.setHeader('X-ClickHouse-Exception-Code', code);
  response.end(`${message}\n`);
}
