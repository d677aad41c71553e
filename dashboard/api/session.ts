/** Who is signed in. */
import { useQuery } from '@tanstack/react-query';
import { call, client, send } from './ask.ts';

export type Session = { signed_in: false } | SignedIn;
interface SignedIn {
  signed_in: true;
  name: string;
  scopes: readonly string[];
  brand_id: string | null;
}

const QUERY = { queryKey: ['session'], queryFn: () => call<Session>('/v1/session'), retry: false } as const;

export function useSession() {
  return useQuery<Session, Error>({ ...QUERY, staleTime: Number.POSITIVE_INFINITY });
}

/** @throws Refusal when the key is not taken. */
export async function signIn(key: string): Promise<void> {
  const session = await send<SignedIn>('POST', '/v1/session', { key });
  client.setQueryData(QUERY.queryKey, session);
}

export async function signOut(): Promise<void> {
  await send('DELETE', '/v1/session');
  client.clear();
  location.assign('/');
}
