/** Makes the HTTP request of a number: a pure function of seed, number and the calls of the server. */
import { gzipSync } from 'node:zlib';
import type { Random } from '../../src/domain/random.ts';
import type { Call } from './calls.ts';
import { crafted, encodedPiece, hostileText, hostileValue, SALT } from './hostile.ts';
import { breakItem, fitting, fittingItem } from './shapes.ts';

/** Texts hold one byte per character (latin1), so that any bytes can be sent. */
export interface Request {
  method: string;
  target: string;
  headers: [name: string, value: string][];
  body: string | null;
  version: string;
  /** Sent on a connection of its own: it may break HTTP, and may end without an answer. */
  alone: boolean;
  /** The client goes before the answer comes. */
  hangs_up: boolean;
}

/** What requests may name: keys by scope, and ids that exist. */
export interface Known {
  calls: readonly Call[];
  keys: readonly string[];
  page_key: string;
  ids: Record<string, readonly string[]>;
}

const utf8 = (text: string): string => Buffer.from(text).toString('latin1');

export function requestOf(random: Random, known: Known, number: number): Request {
  const collects = known.calls.filter(({ tag }) => tag === 'collect');
  const call = random.pick(random.chance(0.75) ? collects : known.calls);
  // A sound question costs a thousand times more than a refused one, so most are broken in some place.
  const is_sound = random.chance(call.tag === 'collect' ? 0.3 : 0.02);
  const breaks = is_sound ? 0 : random.integer(1, 3);
  const request: Request = {
    method: call.method,
    target: call.path.replace(/\{(\w+)\}/g, (_, name: string) => pathPiece(random, known, name, number)),
    headers: [['host', 'fuzz']],
    body: call.body ? bodyOf(random, call, number) : null,
    version: 'HTTP/1.1',
    alone: false,
    hangs_up: false,
  };
  const query = queryOf(random, call, known, number);
  if (query !== '') request.target += `?${query}`;
  addKey(random, request, known, call, is_sound);
  if (request.body !== null) request.headers.push(['content-type', 'application/json']);
  for (let left = breaks; left > 0; left--) breakRequest(random, request, known);
  return request;
}

function pathPiece(random: Random, known: Known, name: string, number: number): string {
  const ids = known.ids[name] ?? [];
  if (ids.length > 0 && random.chance(0.3)) return encodeURIComponent(random.pick(ids));
  return encodedPiece(random, random.chance(0.7) ? hostileText(random) : String(fitting(random, name, {}, number)));
}

function queryOf(random: Random, call: Call, known: Known, number: number): string {
  const pieces: string[] = [];
  for (const { name, in: place, schema } of call.parameters) {
    if (place !== 'query' || !random.chance(0.2)) continue;
    const value = name === 'key' ? known.page_key : String(fitting(random, name, schema, number));
    pieces.push(`${name}=${encodeURIComponent(value)}`);
  }
  return pieces.join('&');
}

function addKey(random: Random, request: Request, known: Known, call: Call, is_sound: boolean): void {
  if (request.target.includes('key=')) return;
  // The first key opens everything. With it, a call that takes no input may be sound in spite of what is broken, and costs much.
  const key = is_sound || call.tag === 'collect' || random.chance(0.3) ? known.keys[0]! : random.pick(known.keys);
  if (call.scope !== undefined) request.headers.push(['authorization', `Bearer ${key}`]);
}

function bodyOf(random: Random, { body }: Call, number: number): string {
  const { schema, examples } = body!;
  const one = (): unknown => {
    let item = fittingItem(random, schema, examples, number);
    while (random.chance(0.35)) item = breakItem(random, item, schema);
    return item;
  };
  if (!random.chance(0.15)) return utf8(JSON.stringify(one()));
  const many = random.chance(0.02) ? random.pick([1_000, 1_001]) : random.integer(0, 12);
  const items = Array.from({ length: many }, one);
  // Repeats of one item, and other content under its id.
  if (many > 1 && random.chance(0.5))
    items[many - 1] = { ...(items[0] as object), ...(random.chance(0.5) ? { note: 1 } : {}) };
  return utf8(JSON.stringify(items));
}

/** Breaks a request in one place. */
function breakRequest(random: Random, request: Request, known: Known): void {
  const kind = random.unit();
  if (kind < 0.3) breakQuery(random, request, known);
  else if (kind < 0.55 && request.body !== null) breakBody(random, request);
  else if (kind < 0.75) breakHeaders(random, request, known);
  else if (kind < 0.85)
    request.method = random.pick(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'SEARCH', 'TRACE']);
  else if (kind < 0.97) breakPath(random, request);
  else breakHttp(random, request);
}

function breakQuery(random: Random, request: Request, known: Known): void {
  const names = known.calls.flatMap(({ parameters }) => parameters.map(({ name }) => name));
  const name = random.chance(0.8) ? random.pick(names) : encodedPiece(random, hostileText(random));
  const value = random.chance(0.1) ? random.pick(known.keys) : encodedPiece(random, hostileText(random));
  // Only page keys are for URLs; a key in another parameter would be repeated as the value that is wrong.
  const pair = known.keys.includes(value) ? `key=${value}` : `${name}=${value}`;
  const many = random.chance(0.1) ? random.pick([2, 50]) : 1;
  request.target += `${request.target.includes('?') ? '&' : '?'}${`${pair}&`.repeat(many).slice(0, -1)}`;
}

function breakBody(random: Random, request: Request): void {
  const body = request.body ?? '';
  const at = random.integer(0, body.length);
  const broken: (() => string)[] = [
    () => body.slice(0, at),
    () => body.slice(0, at) + utf8(hostileText(random)) + body.slice(at),
    () => `${body.slice(0, at)}\xff\xc0\x80${body.slice(at)}`,
    () => `\xef\xbb\xbf${body}`,
    () => Buffer.from(body, 'utf16le').toString('latin1'),
    () => '['.repeat(random.pick([100, 20_000])),
    () => `${'{"a":'.repeat(2_000)}1${'}'.repeat(2_000)}`,
    () => body.replace('{', '{"__proto__":{"polluted":1},'),
    () => body.replace('{', `{"customer_id":"${SALT}","customer_id":"b",`),
    () =>
      body.replace(/"(\d+)\.\d+"/, () =>
        random.pick(['1e999', '-1e-999', '9'.repeat(random.pick([20, 5_000])), '"1e5"', '-0.0']),
      ),
    () => utf8(JSON.stringify(hostileValue(random))),
    () => '',
    () => ' '.repeat(random.pick([1, 10_000])) + body,
    () =>
      `[${Array(random.pick([10, 1_000, 5_000]))
        .fill('{}')
        .join(',')}]`,
    () =>
      `{"custom_attributes":{${Array.from({ length: 2_000 }, (_, i) => `"k${i}":"${'v'.repeat(i % 9)}"`).join(',')}}}`,
    () => gzipSync(Buffer.from(body, 'latin1')).toString('latin1'),
    () => `[${body}${`,${body}`.repeat(random.integer(1, 5))}]`,
  ];
  request.body = random.pick(broken)();
}

function breakHeaders(random: Random, request: Request, known: Known): void {
  const set = (name: string, value: string): void => {
    request.headers = [...request.headers.filter(([other]) => other !== name), [name, value]];
  };
  const clean = (text: string): string =>
    Buffer.from(text)
      .toString('latin1')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: a parser refuses them in headers
      .replace(/[\u0000-\u0008\u000a-\u001f\u007f]/g, '?');
  const broken: (() => void)[] = [
    () => set('authorization', `Bearer ${random.pick(known.keys)}`),
    () => set('authorization', `Bearer ${clean(hostileText(random))}`),
    () => set('authorization', clean(hostileText(random))),
    () => set('authorization', `Basic ${random.pick(known.keys)}`),
    () => {
      request.headers = request.headers.filter(([name]) => name !== 'authorization');
    },
    () =>
      set(
        'content-type',
        random.pick([
          'text/plain',
          'text/html',
          'multipart/form-data; boundary=x',
          'application/json; charset=utf-16',
          'application/json;charset="',
          '*/*',
          ';',
          'application/json; charset=utf-8',
          `a/${'b'.repeat(3_000)}`,
        ]),
      ),
    () => set('content-encoding', random.pick(['gzip', 'br', 'identity', 'x', 'gzip, gzip'])),
    () => set('accept-encoding', random.pick(['gzip', '*;q=0', 'x'])),
    () => set('accept', clean(hostileText(random)).slice(0, 4_000)),
    () => set('x-request-id', clean(hostileText(random)).slice(0, 4_000)),
    () => set('origin', clean(hostileText(random)).slice(0, 4_000)),
    () => set('x-forwarded-for', clean(hostileText(random)).slice(0, 4_000)),
    () => set('user-agent', clean(crafted(random, true)).slice(0, 4_000)),
    () => set('referer', clean(crafted(random, false)).slice(0, 4_000)),
    () => set('access-control-request-method', 'POST'),
    () => set('if-none-match', '*'),
    () => set('range', 'bytes=0-1'),
    () => set('__proto__', 'x'),
    () => set('constructor', 'x'),
    () => set('accept-version', clean(hostileText(random)).slice(0, 4_000)),
    () => set('cookie', 'a=b;'.repeat(200)),
    () => {
      for (let i = 0; i < 150; i++) request.headers.push([`x-h${i}`, 'v']);
    },
  ];
  random.pick(broken)();
}

function breakPath(random: Random, request: Request): void {
  const [path = '', ...query] = request.target.split('?');
  const broken = [
    `${path}/`,
    `/${path}`,
    path.toUpperCase(),
    `${path}/${encodedPiece(random, hostileText(random))}`,
    path.replace(/[^/]*$/, () => encodedPiece(random, hostileText(random))),
    `${path}%`,
    `${path}%zz`,
    `/v1/../v1${path.slice(3)}`,
    `/%2e%2e${path}`,
    path.replaceAll('/', '%2f'),
    `http://other.example${path}`,
    `${path};a=b`,
    `${path}#f`,
    `/${encodedPiece(random, hostileText(random))}`,
    '*',
  ];
  request.target = [random.pick(broken) || '/', ...query].join('?');
}

/** What breaks HTTP itself: it is sent alone, since what follows it on the connection is lost. */
function breakHttp(random: Random, request: Request): void {
  request.alone = true;
  const broken: (() => void)[] = [
    () => {
      request.version = random.pick(['HTTP/1.0', 'HTTP/2.0', 'HTTP/9', '', 'http/1.1']);
    },
    () => {
      request.headers = request.headers.filter(([name]) => name !== 'host');
    },
    () =>
      request.headers.push(['content-length', random.pick(['-1', '1e9', '99999999999999999999', 'x', '5, 5', ' '])]),
    () => request.headers.push(['transfer-encoding', random.pick(['chunked', 'chunked, gzip', 'x', 'identity'])]),
    () => request.headers.push(['x-big', 'y'.repeat(random.pick([9_000, 20_000, 70_000]))]),
    () => request.headers.push(['bad name', 'v']),
    () => request.headers.push(['x-raw', random.pick(['a\rb', 'a\nb', 'a\0b', '\x7f'])]),
    () => request.headers.push(['expect', random.pick(['100-continue', 'nothing', '200-ok'])]),
    () => request.headers.push(['upgrade', 'websocket'], ['connection', 'upgrade']),
    () => request.headers.push(['connection', random.pick(['close', 'keep-alive, x', 'te'])]),
    () => {
      request.method = random.pick(['CONNECT', 'BREW', 'get', '', 'G E T']);
    },
    () => {
      request.target = random.pick(['', 'health', '/a b', `/${'x'.repeat(20_000)}`, '/\u0000', '//', 'http://', '/?']);
    },
    () => {
      request.hangs_up = true;
    },
  ];
  random.pick(broken)();
}

/** The bytes of a request. `salt` makes them differ from the bytes that another sending has. */
export function bytesOf(request: Request, salt: string): Buffer {
  const { method, target, headers, body, version } = request;
  const has_length = headers.some(([name]) => name === 'content-length' || name === 'transfer-encoding');
  const length: [string, string][] = body === null || has_length ? [] : [['content-length', String(body.length)]];
  const lines = [...headers, ...length].map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const text = `${method} ${target} ${version}\r\n${lines}\r\n${body ?? ''}`;
  return Buffer.from(text.replaceAll(SALT, salt), 'latin1');
}
