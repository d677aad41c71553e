/** A real identity provider on this machine, which signs in whom a test names without asking for a password. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
// @ts-expect-error: it has no types
import Provider from 'oidc-provider';

export const CLIENT_ID = 'tributary';
export const CLIENT_SECRET = 'secret-of-the-client-in-tests';

export interface Account {
  sub: string;
  name: string;
  groups: readonly string[];
}

export interface IdentityProvider {
  issuer: string;
  /** Who signs in next; nobody refuses to. */
  account: Account | null;
  /** Walks as a browser from an address of the provider to the first address elsewhere. */
  walk(address: string): Promise<URL>;
  close(): Promise<void>;
}

/** @param public_url where the provider sends browsers back to. */
export async function startIdentityProvider(public_url: string): Promise<IdentityProvider> {
  const accounts = new Map<string, Account>();
  let handle: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;
  const server = createServer((request, response) => handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, configuration(public_url, accounts));
  const answer = provider.callback();
  const own: IdentityProvider = {
    issuer,
    account: null,
    walk: (address) => walk(issuer, address),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  handle = (request, response) => {
    if (!request.url!.startsWith('/interaction/')) return answer(request, response);
    const { account } = own;
    if (account !== null) accounts.set(account.sub, account);
    const result =
      account === null
        ? { error: 'access_denied', error_description: 'the person does not want to' }
        : { login: { accountId: account.sub } };
    provider.interactionFinished(request, response, result).catch(() => response.destroy());
  };
  return own;
}

function configuration(public_url: string, accounts: ReadonlyMap<string, Account>): object {
  return {
    clients: [
      {
        client_id: CLIENT_ID,
        client_secret: CLIENT_SECRET,
        redirect_uris: [`${public_url}/v1/session/oidc/callback`],
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
    scopes: ['openid', 'profile', 'groups'],
    claims: { openid: ['sub'], profile: ['name'], groups: ['groups'] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    cookies: { keys: ['a key of the tests'] },
    ttl: { Interaction: 600, Grant: 600, Session: 600, AccessToken: 600, IdToken: 600 },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    findAccount: (_context: unknown, sub: string) => ({ accountId: sub, claims: () => accounts.get(sub) }),
    // biome-ignore lint/suspicious/noExplicitAny: the library has no types
    loadExistingGrant: async ({ oidc }: any) => {
      const grant = new oidc.provider.Grant({ clientId: CLIENT_ID, accountId: oidc.session.accountId });
      grant.addOIDCScope('openid profile groups');
      await grant.save();
      return grant;
    },
  };
}

async function walk(issuer: string, address: string): Promise<URL> {
  const cookies = new Map<string, string>();
  for (let url = new URL(address), steps = 0; steps < 10; steps++) {
    if (url.origin !== issuer) return url;
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url, { redirect: 'manual', headers: { cookie } });
    for (const set of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(set)!;
      cookies.set(name!, value!);
    }
    const next = answer.headers.get('location');
    if (next === null)
      throw new Error(`the provider answered ${answer.status}: ${(await answer.text()).slice(0, 2_000)}`);
    url = new URL(next, url);
  }
  throw new Error('the provider goes in a circle');
}
