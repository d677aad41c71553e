/** The client for commands on a data folder that a server has open: it calls the server. */
import { type ErrorCode, TributaryError } from '../domain/errors.ts';
import type { RecordName } from '../domain/index.ts';
import type { Acknowledgement } from '../log/acknowledgement.ts';
import type { Client, Json, Query } from './client.ts';
import type { Io } from './io.ts';
import { halves, joinAnswers, patiently, QUERY_WAIT_MS, withQuery } from './requests.ts';

export class HttpClient implements Client {
  readonly local = false;
  readonly lanes = 4;

  readonly where: string;

  constructor(
    private readonly server: { address: string; token: string; collects: boolean },
    private readonly io: Io,
  ) {
    this.where = server.address;
  }

  get(path: string, query: Query = {}): Promise<Json> {
    return this.request('GET', withQuery(path, query));
  }

  post(path: string, body?: unknown): Promise<Json> {
    return this.request('POST', path, body);
  }

  delete(path: string): Promise<Json> {
    return this.request('DELETE', path);
  }

  async send(record: RecordName, items: readonly unknown[]): Promise<Acknowledgement> {
    try {
      return await patiently(() => this.request('POST', `/v1/${record}`, items), this.io.stop);
    } catch (error) {
      if (!(error instanceof TributaryError) || error.code !== 'too_large' || items.length < 2) throw error;
      const [left, right] = halves(items);
      return joinAnswers(await this.send(record, left), await this.send(record, right), left.length);
    }
  }

  async flush(onWait: (lag_records: number | null) => void = () => {}): Promise<void> {
    // A server without a collector has no spool to flush. It shows what other servers collected as soon as they load it.
    if (!this.server.collects) return;
    onWait(null);
    await patiently(
      () => this.request('POST', '/v1/flush'),
      this.io.stop,
      () => onWait(null),
    );
  }

  /** Does nothing: the server loads records by itself. */
  async settle(): Promise<void> {}

  repeats(): number | null {
    return null;
  }

  conflicts(): number | null {
    return null;
  }

  async close(): Promise<void> {}

  async file(method: string, path: string, body?: unknown): Promise<Buffer> {
    const response = await this.fetch(method, path, body);
    const bytes = Buffer.from(await response.arrayBuffer());
    if (!response.ok) readAnswer(response.status, bytes.toString(), response.headers.get('retry-after'));
    return bytes;
  }

  private async request(method: string, path: string, body?: unknown): Promise<Json> {
    const response = await this.fetch(method, path, body);
    return readAnswer(response.status, await response.text(), response.headers.get('retry-after'));
  }

  private async fetch(method: string, path: string, body: unknown): Promise<Response> {
    const init: RequestInit = {
      method,
      headers: { authorization: `Bearer ${this.server.token}` },
      signal: AbortSignal.timeout(QUERY_WAIT_MS),
    };
    if (body !== undefined) {
      init.body = JSON.stringify(body);
      (init.headers as Record<string, string>)['content-type'] = 'application/json';
    }
    try {
      return await fetch(this.where + path, init);
    } catch (cause) {
      const why = (cause as { cause?: { code?: string } }).cause?.code ?? (cause as Error).message;
      throw new TributaryError(
        'warehouse_unavailable',
        `the server at ${this.where} does not answer (${why}); start it again, then repeat the command`,
        { cause },
      );
    }
  }
}

/** The JSON of an answer. A 422 that lists refused items also is an answer. @throws the failure that the server describes. */
export function readAnswer(status: number, text: string, retry_after: string | null): Json {
  let json: Json;
  try {
    json = text === '' ? null : JSON.parse(text);
  } catch {
    json = null;
  }
  if (status < 400 || (status === 422 && Array.isArray(json?.rejected))) return json;
  const { code = 'internal', message = `the server answered ${status}`, field } = json?.error ?? {};
  const request_id = status >= 500 && status !== 503 && json?.request_id ? ` (request ${json.request_id})` : '';
  throw new TributaryError(code as ErrorCode, message + request_id, {
    ...(retry_after === null ? {} : { retry_after_s: Number(retry_after) }),
    ...(field === undefined ? {} : { field }),
  });
}
