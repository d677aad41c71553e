/** Finds a smaller request, or fewer bytes, that still show a problem: pieces are left out as long as they do. */
import type { Request } from './requests.ts';

const MAX_TRIES = 150;
const MAX_TRIES_OF_BYTES = 300;
/** Characters of an input that are shown. */
const SHOWN = 2_000;

/** Smaller versions of a request, the boldest first. */
function* smaller(request: Request): Generator<Request> {
  const { body, target, headers } = request;
  for (let i = headers.length - 1; i >= 0; i--)
    yield { ...request, headers: headers.filter((_, place) => place !== i) };
  const [path = '', query] = target.split('?', 2);
  if (query !== undefined) {
    yield { ...request, target: path };
    const pairs = query.split('&');
    if (pairs.length > 1)
      for (let i = 0; i < pairs.length; i++)
        yield { ...request, target: `${path}?${pairs.filter((_, place) => place !== i).join('&')}` };
  }
  if (body === null) return;
  yield { ...request, body: null };
  yield* ofJson(request, body);
  for (let size = body.length >> 1; size >= 1; size >>= 1)
    for (let at = 0; at < body.length && at / size < 16; at += size)
      yield { ...request, body: body.slice(0, at) + body.slice(at + size) };
}

function* ofJson(request: Request, body: string): Generator<Request> {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body, 'latin1').toString('utf8'));
  } catch {
    return;
  }
  const as = (smaller_value: unknown): Request => ({
    ...request,
    body: Buffer.from(JSON.stringify(smaller_value)).toString('latin1'),
  });
  if (Array.isArray(value)) {
    if (value.length > 1) yield as(value.slice(0, value.length >> 1));
    if (value.length > 1) yield as(value.slice(value.length >> 1));
    if (value.length > 0) yield as(value[0]);
  } else if (typeof value === 'object' && value !== null) {
    for (const name of Object.keys(value)) {
      const { [name]: _left_out, ...rest } = value as Record<string, unknown>;
      yield as(rest);
    }
  }
}

/** @param shows true if a request still shows the problem */
export async function shrink(
  request: Request,
  shows: (smaller: Request) => Promise<boolean>,
  most = MAX_TRIES,
): Promise<Request> {
  let best = request;
  let tries = 0;
  for (let found = true; found && tries < most; ) {
    found = false;
    for (const candidate of smaller(best)) {
      if (tries++ >= most) break;
      if (!(await shows(candidate))) continue;
      best = candidate;
      found = true;
      break;
    }
  }
  return best;
}

/** Shorter bytes that still show a problem. */
export async function shrinkBytes(bytes: Buffer, shows: (shorter: Buffer) => Promise<boolean>): Promise<Buffer> {
  let best = bytes;
  let tries = 0;
  for (let size = best.length >> 1; size >= 1 && tries < MAX_TRIES_OF_BYTES; size >>= 1)
    for (let at = 0; at < best.length && tries < MAX_TRIES_OF_BYTES; ) {
      const shorter = Buffer.concat([best.subarray(0, at), best.subarray(at + size)]);
      tries += 1;
      if (await shows(shorter)) best = shorter;
      else at += size;
    }
  return best;
}

/** Bytes as text, one character each. */
export function shownBytes(bytes: Buffer): string {
  const text = JSON.stringify(bytes.toString('latin1'));
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}… (${bytes.length} bytes)` : text;
}
