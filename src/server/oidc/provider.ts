/** The identity provider: the authorization code flow of OpenID Connect with PKCE, state and nonce, by `openid-client`. */
import { hash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { Configuration } from 'openid-client';
import { MS_PER_HOUR } from '../../domain/time.ts';
import type { OidcSettings } from '../../sign-in-config.ts';
import type { Person } from '../sessions.ts';
import { groupsIn } from './claims.ts';

export const CALLBACK_PATH = '/v1/session/oidc/callback';
const TIMEOUT_S = 10;
/** What the provider says of itself is asked for again after this time. */
const METADATA_MS = MS_PER_HOUR;
const MAX_NAME_LENGTH = 100;

/** What has to be known again when the browser comes back. */
export interface Begun {
  state: string;
  nonce: string;
  verifier: string;
}

export class Provider {
  private found: { at_ms: number; configuration: Promise<Configuration> } | undefined;

  constructor(private readonly settings: OidcSettings) {}

  /** Begins a sign-in. @returns the address of the provider for the browser. @throws when the provider cannot be asked. */
  async begin(): Promise<{ address: string; begun: Begun }> {
    const oidc = await library();
    const configuration = await this.configuration();
    const begun = {
      state: oidc.randomState(),
      nonce: oidc.randomNonce(),
      verifier: oidc.randomPKCECodeVerifier(),
    };
    const { href } = oidc.buildAuthorizationUrl(configuration, {
      redirect_uri: this.settings.public_url + CALLBACK_PATH,
      scope: this.settings.scope,
      state: begun.state,
      nonce: begun.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(begun.verifier),
      code_challenge_method: 'S256',
    });
    return { address: href, begun };
  }

  /**
   * Ends a sign-in: takes the code of the address to which the browser came back to the provider, and reads who it is.
   * @throws when the answer of the provider does not fit what was begun, or cannot be had.
   */
  async end(came_back: string, { state, nonce, verifier }: Begun): Promise<Person> {
    const oidc = await library();
    const configuration = await this.configuration();
    const tokens = await oidc.authorizationCodeGrant(configuration, new URL(came_back, this.settings.public_url), {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    });
    const claims = tokens.claims()!;
    const { groups_claim, roles, issuer } = this.settings;
    let groups = groupsIn(claims, groups_claim);
    // Some providers put groups into the answer about the user only.
    if (groups === undefined && configuration.serverMetadata().userinfo_endpoint !== undefined)
      groups = groupsIn(await oidc.fetchUserInfo(configuration, tokens.access_token, claims.sub), groups_claim);
    return {
      id: `person_${hash('sha256', JSON.stringify([issuer.href, claims.sub]), 'hex').slice(0, 12)}`,
      name: nameIn(claims),
      issuer: issuer.href,
      groups: [...new Set(roles.map(({ group }) => group))].filter((group) => groups?.includes(group)),
    };
  }

  private configuration(): Promise<Configuration> {
    const now_ms = performance.now();
    if (this.found !== undefined && now_ms - this.found.at_ms < METADATA_MS) return this.found.configuration;
    const configuration = this.discover();
    const found = { at_ms: now_ms, configuration };
    this.found = found;
    configuration.catch(() => {
      if (this.found === found) this.found = undefined;
    });
    return configuration;
  }

  private async discover(): Promise<Configuration> {
    const oidc = await library();
    const { issuer, client_id, client_secret, client_auth } = this.settings;
    const authentication =
      client_secret === null
        ? oidc.None()
        : client_auth === 'post'
          ? oidc.ClientSecretPost(client_secret)
          : oidc.ClientSecretBasic(client_secret);
    // The settings allow http on this machine only.
    const execute = [oidc.enableNonRepudiationChecks];
    if (issuer.protocol === 'http:') execute.push(oidc.allowInsecureRequests);
    return oidc.discovery(issuer, client_id, undefined, authentication, { execute, timeout: TIMEOUT_S });
  }
}

/** It is loaded when the first person signs in. Most commands never need it. */
const library = () => import('openid-client');

/** The name of a person for the dashboard. */
function nameIn(claims: Readonly<Record<string, unknown>>): string {
  const texts = ['name', 'preferred_username', 'email', 'sub'].map((claim) => claims[claim]);
  const name = texts.find((text): text is string => typeof text === 'string' && text.trim() !== '') ?? 'somebody';
  return name
    .replace(/\p{C}+/gu, ' ')
    .trim()
    .slice(0, MAX_NAME_LENGTH);
}
