/** Questions to the server that sent the page, with the cookie of the session. */
import { keepPreviousData, QueryClient, useQuery } from '@tanstack/react-query';

/** Parameters of a question; a list is sent as one parameter for each value, and what is undefined or empty is left out. */
export type Parameters = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Why the server did not answer as asked. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    /** The parameter or field that is wrong. */
    readonly field: string | undefined,
    message: string,
  ) {
    super(message);
  }
}

const MINUTE_MS = 60_000;

export const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: MINUTE_MS,
      retry: (failures, error) => failures < 2 && !(error instanceof Refusal && error.status < 500),
    },
  },
});

/** The address of a question. */
export function addressOf(path: string, parameters: Parameters): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters))
    if (Array.isArray(value)) for (const one of value) search.append(name, one);
    else if (value !== undefined && value !== '') search.append(name, value as string);
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** Calls about who is signed in. */
const OF_SESSIONS = /^\/v1\/(session|setup)/;

/** The brand that every call names, for people who may see some brands; null for others. */
let named_brand: string | null = null;

/** Makes every call name a brand. Answers about another one are forgotten. */
export function nameBrand(brand_id: string | null): void {
  if (brand_id === named_brand) return;
  named_brand = brand_id;
  client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' });
}

function withBrand(address: string): string {
  if (named_brand === null || /[?&]brand_id=/.test(address) || OF_SESSIONS.test(address)) return address;
  return `${address}${address.includes('?') ? '&' : '?'}brand_id=${encodeURIComponent(named_brand)}`;
}

/** One call. A page that is left ends it. @throws Refusal. */
export async function call<T>(address: string, options: RequestInit = {}): Promise<T> {
  const answer = await fetch(withBrand(address), { credentials: 'same-origin', ...options });
  const body = (await answer.json().catch(() => ({}))) as { error?: { code: string; field?: string; message: string } };
  if (answer.ok) return body as T;
  // A session that is over shows the sign-in.
  if (answer.status === 401 && !OF_SESSIONS.test(address)) void client.invalidateQueries({ queryKey: ['session'] });
  const { code = 'failed', field, message = `the server answered ${answer.status}` } = body.error ?? {};
  throw new Refusal(answer.status, code, field, message);
}

export function send<T>(method: 'POST' | 'DELETE', path: string, body?: unknown): Promise<T> {
  const content =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  return call<T>(path, { method, ...content });
}

/** The answer to a question. While another one is fetched, the last answer stays. */
export function useAnswer<T>(path: string, parameters: Parameters = {}, enabled = true) {
  const address = addressOf(path, parameters);
  return useQuery<T, Error>({
    queryKey: [address],
    queryFn: ({ signal }) => call<T>(address, { signal }),
    placeholderData: keepPreviousData,
    enabled,
  });
}
