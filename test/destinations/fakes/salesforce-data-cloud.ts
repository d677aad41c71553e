/**
 * A fake of Salesforce: sign-in by a signed assertion, the exchange of tokens, and the Ingestion API of Data Cloud with the schema that
 * docs/destinations has for it. A record takes the place of the one with its id, unless its Record Modified Field is older.
 */
import { createVerify, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SeenOrder } from './seen-order.ts';
import { type FakeReply, type FakeRequest, startFake } from './server.ts';

const SCHEMA_FILE = join(import.meta.dirname, '../../../docs/destinations/salesforce_data_cloud.yaml');
const MAX_BYTES = 200_000;
const MAX_ASSERTION_S = 180;

type Row = Record<string, unknown>;
type FieldType = 'text' | 'number' | 'datetime';

/** The objects of the schema file with the types of their fields. */
export function declaredFields(): Map<string, Map<string, FieldType>> {
  const objects = new Map<string, Map<string, FieldType>>();
  for (const line of readFileSync(SCHEMA_FILE, 'utf8').split('\n')) {
    const object = /^ {4}(\w+):$/.exec(line)?.[1];
    if (object !== undefined) objects.set(object, new Map());
    const [, field, type, format] = /^ {8}(\w+): \{ type: (\w+)(?:, format: ([\w-]+))? \}$/.exec(line) ?? [];
    if (field === undefined) continue;
    [...objects.values()].at(-1)!.set(field, format === 'date-time' ? 'datetime' : type === 'number' ? type : 'text');
  }
  return objects;
}

interface App {
  client_id: string;
  username: string;
  connector: string;
  public_key: KeyObject;
}

export async function startSalesforceDataCloud(app: App, clock: () => number) {
  const schema = declaredFields();
  const accepted = new Map<string, Map<string, Row>>([...schema.keys()].map((object) => [object, new Map()]));
  const tokens = { core: new Set<string>(), data_cloud: new Set<string>() };
  let issued = 0;
  const issue = (kind: keyof typeof tokens): string => {
    const token = `${kind}-${++issued}`;
    tokens[kind].add(token);
    return token;
  };
  const handle = (request: FakeRequest): FakeReply => {
    const { path, headers, body } = request;
    const form = Object.fromEntries(new URLSearchParams(body));
    if (path === '/services/oauth2/token') {
      const problem = assertionProblem(form, app, clock());
      if (problem !== null) return { status: 400, body: { error: 'invalid_grant', error_description: problem } };
      return {
        status: 200,
        body: { access_token: issue('core'), instance_url: `${server.url}/`, token_type: 'Bearer' },
      };
    }
    if (path === '/services/a360/token') {
      const is_known =
        form['grant_type'] === 'urn:salesforce:grant-type:external:cdp' &&
        form['subject_token_type'] === 'urn:ietf:params:oauth:token-type:access_token' &&
        tokens.core.has(form['subject_token'] ?? '');
      if (!is_known)
        return { status: 400, body: { error: 'invalid_request', error_description: 'invalid subject token' } };
      const token = {
        access_token: issue('data_cloud'),
        instance_url: server.url,
        token_type: 'Bearer',
        expires_in: 7191,
      };
      return { status: 200, body: { ...token, issued_token_type: 'urn:ietf:params:oauth:token-type:jwt' } };
    }
    if (!tokens.data_cloud.has(String(headers.authorization).replace(/^Bearer /, '')))
      return { status: 401, body: { error: 'Unauthorized', message: 'Bearer token is invalid' } };
    return ingest(request, app.connector, schema, accepted);
  };
  const server = await startFake(handle);
  return {
    ...server,
    accepted,
    /** No token that was given out is taken any more. */
    revoke: () => {
      tokens.core.clear();
      tokens.data_cloud.clear();
    },
    stateByOrder: () =>
      new Map(
        [...accepted.get('tributary_conversion')!.values()].map((row): [string, SeenOrder] => [
          row['conversion_id'] as string,
          {
            revision: row['revision'] as number,
            net: row['net'] as number,
            email_credit: row['email_credit'] as number,
          },
        ]),
      ),
  };
}

function assertionProblem(form: Record<string, string>, app: App, now_ms: number): string | null {
  if (form['grant_type'] !== 'urn:ietf:params:oauth:grant-type:jwt-bearer') return 'unsupported grant type';
  const [header = '', claims = '', signature = ''] = (form['assertion'] ?? '').split('.');
  const [head, said] = [header, claims].map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()));
  const is_signed = createVerify('RSA-SHA256')
    .update(`${header}.${claims}`)
    .verify(app.public_key, Buffer.from(signature, 'base64url'));
  if (head.alg !== 'RS256' || !is_signed) return 'invalid assertion';
  if (said.iss !== app.client_id) return 'client identifier invalid';
  if (said.sub !== app.username) return "user hasn't approved this consumer";
  if (said.aud !== 'https://login.salesforce.com') return 'audience is invalid';
  const left_s = said.exp - now_ms / 1_000;
  return Number.isInteger(said.exp) && left_s > 0 && left_s <= MAX_ASSERTION_S ? null : 'assertion has expired';
}

function ingest(
  { method, path, headers, body }: FakeRequest,
  connector: string,
  schema: ReturnType<typeof declaredFields>,
  accepted: ReadonlyMap<string, Map<string, Row>>,
): FakeReply {
  const [, named, object = '', test] =
    /^\/api\/v1\/ingest\/sources\/([^/]+)\/([^/]+)(\/actions\/test)?$/.exec(path) ?? [];
  const fields = schema.get(object);
  if (method !== 'POST' || named !== connector || fields === undefined)
    return { status: 404, body: { error: 'Not Found', message: 'Object not found' } };
  if (headers['content-type'] !== 'application/json' || Buffer.byteLength(body) >= MAX_BYTES)
    return badRequest(path, {});
  const { data } = JSON.parse(body) as { data: Row[] };
  const report = Object.fromEntries(
    data.flatMap((row, i) => {
      const problems = rowProblems(row, fields);
      return problems.length === 0 ? [] : [[`Record ${i}`, problems]];
    }),
  );
  if (data.length === 0 || Object.keys(report).length > 0) return badRequest(path, report);
  if (test !== undefined) return { status: 200, body: {} };
  const rows = accepted.get(object)!;
  for (const row of data) {
    const before = rows.get(row['id'] as string);
    if (before === undefined || String(before['revision_time']) <= String(row['revision_time']))
      rows.set(row['id'] as string, row);
  }
  return { status: 202, body: { accepted: true } };
}

function rowProblems(row: Row, fields: ReadonlyMap<string, FieldType>): string[] {
  const missing = [...fields.keys()].filter((name) => !(name in row)).map((name) => `${name} is missing`);
  const wrong = Object.entries(row)
    .filter(([name, value]) => !fits(value, fields.get(name)))
    .map(([name]) => `${name} does not fit`);
  return [...missing, ...wrong, ...(row['id'] ? [] : ['id is empty'])];
}

function fits(value: unknown, type: FieldType | undefined): boolean {
  if (value === null && type !== undefined) return true;
  if (type === 'number') return typeof value === 'number';
  if (type === 'datetime') return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(String(value));
  return type === 'text' && typeof value === 'string';
}

const badRequest = (path: string, validationReport: object): FakeReply => ({
  status: 400,
  body: {
    error: 'Bad Request',
    message: 'Bad Request: JSON is properly formatted but has a mismatch with Schema.',
    path: `uri=${path}`,
    internalErrorCode: 'COMMON_ERROR_GENERIC',
    validationReport,
  },
});
