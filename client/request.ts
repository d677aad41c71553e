/** What a caller says of one call, typed by its path. */
import type { DeleteCalls, GetCalls, PostCalls } from './calls.ts';

/** Flags may be booleans and texts may be numbers; a list is one parameter for each value; undefined is left out. */
type Sent<V> = [V] extends ['true' | 'false' | undefined]
  ? V | boolean
  : string extends V
    ? V | number
    : V extends readonly (infer E)[]
      ? readonly E[]
      : V;
type SentQuery<Q> = { [K in keyof Q]: Sent<Q[K]> | (undefined extends Q[K] ? undefined : never) };

export interface CallOptions {
  /** Ends the call. */
  signal?: AbortSignal;
}

type PathPart<C> = C extends { path: infer P } ? { path: P } : unknown;
type QueryPart<C> = C extends { query: infer Q }
  ? { query: SentQuery<Q> }
  : C extends { query?: infer Q }
    ? { query?: SentQuery<NonNullable<Q>> }
    : unknown;
type BodyPart<C> = C extends { body: infer B } ? { body: B } : C extends { body?: infer B } ? { body?: B } : unknown;

/** All that a call takes: values for the braces of its path, parameters, a body. */
export type Request<C> = CallOptions & PathPart<C> & QueryPart<C> & BodyPart<C>;

/** A call that needs nothing may be made without the second argument. */
export type Arguments<C, R extends Request<C> = Request<C>> = Partial<R> extends R ? [request?: R] : [request: R];

/** What a question answers: with `dp_epsilon`, figures with noise, where the report has them. */
export type Answer<C, R> = C extends { noisy: infer N; answer: infer A }
  ? R extends { query: { dp_epsilon: string | number } }
    ? N
    : A
  : C extends { answer: infer A }
    ? A
    : never;

export type GetPath = keyof GetCalls;
export type PostPath = keyof PostCalls;
export type DeletePath = keyof DeleteCalls;
/** The kinds of records that `send` takes: the calls that answer with a receipt. */
export type RecordKind = {
  [P in PostPath]: PostCalls[P] extends { answer: { accepted: number; ids: string[] } }
    ? P extends `/v1/${infer K}`
      ? K
      : never
    : never;
}[PostPath];
export type RecordOf<K extends RecordKind> = PostCalls[`/v1/${K}`] extends { body: infer B }
  ? Exclude<B, readonly unknown[]>
  : never;

/** The parts of a call, as the client reads them. */
export interface Parts {
  path?: Readonly<Record<string, string>>;
  query?: Readonly<Record<string, string | number | boolean | readonly (string | number)[] | undefined>>;
  body?: unknown;
  signal?: AbortSignal;
}

/** The address of a call. @throws TypeError when a value for the braces of the path is missing. */
export function addressOf(server: string, path: string, { path: values = {}, query = {} }: Parts): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    // A browser resolves "." and ".." within a path, also when they are escaped.
    if (value === undefined || /^\.{0,2}$/.test(value))
      throw new TypeError(`path.${name}: ${JSON.stringify(value)} cannot stand in ${path}; give the id`);
    return encodeURIComponent(value);
  });
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) search.append(name, String(one));
  const text = search.toString();
  return `${server}${filled}${text === '' ? '' : `?${text}`}`;
}
