/** Who is signed in. */
import { useQuery } from '@tanstack/react-query';
import { call, client, send } from './ask.ts';
import { LINK } from './shared.ts';

export type Session = SignedOut | SignedIn;
interface SignedOut {
  signed_in: false;
  /** True while the installation has no key. */
  needs_setup: boolean;
  /** The identity provider, and where signing in there begins. */
  provider: { name: string; path: string } | null;
}
export interface SignedIn {
  signed_in: true;
  by: 'key' | 'person';
  name: string;
  role: Role;
  /** Null is every brand. */
  brand_ids: readonly string[] | null;
}
export type Role = 'viewer' | 'analyst' | 'admin';
const ROLES: readonly Role[] = ['viewer', 'analyst', 'admin'];

/** True if a role includes another one. */
export function includes(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

const QUERY = { queryKey: ['session'], queryFn: () => call<Session>('/v1/session'), retry: false } as const;

export function useSession() {
  return useQuery<Session, Error>({ ...QUERY, staleTime: Number.POSITIVE_INFINITY, enabled: LINK === '' });
}

/** True if who is signed in may see single orders, note, save and share: an analyst, and no viewer. Nobody is with a link. */
export function useIsAnalyst(): boolean {
  const session = useSession().data;
  return LINK === '' && session?.signed_in === true && includes(session.role, 'analyst');
}

/** @throws Refusal when the key is not taken. */
export async function signIn(key: string): Promise<void> {
  const session = await send<SignedIn>('POST', '/v1/session', { key });
  client.setQueryData(QUERY.queryKey, session);
}

/** Makes the first key of an empty installation, and signs in. @returns the key. @throws Refusal when the token is not taken. */
export async function setUp(token: string): Promise<string> {
  const { key } = await send<{ key: string }>('POST', '/v1/setup', { token });
  return key;
}

/** Asks again who is signed in. */
export function lookAgain(): Promise<void> {
  return client.invalidateQueries({ queryKey: QUERY.queryKey });
}

export async function signOut(): Promise<void> {
  await send('DELETE', '/v1/session');
  client.clear();
  location.assign('/');
}
