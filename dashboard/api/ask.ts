/** Questions to the server that sent the page, with the cookie of the session. */
import { keepPreviousData, QueryClient, useQuery } from '@tanstack/react-query';
import { call, Refusal, setNamedBrand, whenSessionOver } from './call.ts';
import { callWithProgress } from './progress.ts';

import { LINK } from './shared.ts';

/** Parameters of a question; a list is sent as one parameter for each value, and what is undefined or empty is left out. */
export type Parameters = Readonly<Record<string, string | readonly string[] | undefined>>;

export { call, Refusal };

const MINUTE_MS = 60_000;

export const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: MINUTE_MS,
      retry: (failures, error) => failures < 2 && !(error instanceof Refusal && error.status < 500),
    },
  },
});

// A session that is over shows the sign-in.
whenSessionOver(() => void client.invalidateQueries({ queryKey: ['session'] }));

/** Makes every call name a brand. Answers about another one are forgotten. */
export function nameBrand(brand_id: string | null): void {
  if (setNamedBrand(brand_id)) client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' });
}

/** The address of a question. */
export function addressOf(path: string, parameters: Parameters): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters))
    if (Array.isArray(value)) for (const one of value) search.append(name, one);
    else if (value !== undefined && value !== '') search.append(name, value as string);
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

export function send<T>(method: 'POST' | 'DELETE', path: string, body?: unknown): Promise<T> {
  const content =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  return call<T>(path, { method, ...content });
}

/** The answer to a question. While another one is fetched, the last answer stays. */
export function useAnswer<T>(path: string, parameters: Parameters = {}, enabled = true) {
  const address = LINK + addressOf(path, parameters);
  return useQuery<T, Error>({
    queryKey: [address],
    queryFn: ({ signal }) => callWithProgress<T>(address, signal),
    placeholderData: keepPreviousData,
    enabled,
  });
}
