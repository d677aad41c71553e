/** The part of the configuration that is about the identity provider: where people sign in, and what each group may do. */
import { badRequest } from './domain/errors.ts';
import { brandProblem } from './domain/record.ts';
import { type Static, Type } from './domain/typebox.ts';
import { type Grant, USER_ROLES, type UserRole } from './domain/user-roles.ts';
import { baseUrl, type EmailSettingsSchema, emailSettings } from './email/settings.ts';
import { SecretSchema, secretText } from './files/secret.ts';

const closed = { additionalProperties: false } as const;
const Text = Type.String({ minLength: 1, maxLength: 500 });

export const OidcSchema = Type.Object(
  {
    /** The address of the provider, without `/.well-known/openid-configuration`. */
    issuer: Text,
    client_id: Text,
    /** Left out for a client without a secret. */
    client_secret: Type.Optional(SecretSchema),
    /** How the secret is sent; `basic` when left out. */
    client_auth: Type.Optional(Type.Unsafe<'basic' | 'post'>({ type: 'string', enum: ['basic', 'post'] })),
    /** The address of the dashboard as browsers see it. */
    public_url: Text,
    /** The name of the provider on the button. */
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 60 })),
    /** Scopes of OpenID Connect, divided by spaces. */
    scope: Type.Optional(Text),
    /** The claim that lists groups, such as `groups`, `roles`, `hd` or `realm_access.roles`. */
    groups_claim: Type.Optional(Text),
    /** What each group may do. The first entry that fits a person decides. */
    roles: Type.Array(
      Type.Object(
        {
          group: Text,
          role: Type.Unsafe<UserRole>({ type: 'string', enum: [...USER_ROLES] }),
          brands: Type.Optional(Type.Array(Type.String(), { minItems: 1, maxItems: 1_000 })),
        },
        closed,
      ),
      { minItems: 1, maxItems: 1_000 },
    ),
  },
  closed,
);
type OidcFile = Static<typeof OidcSchema>;

export interface OidcSettings {
  issuer: URL;
  client_id: string;
  /** Null for a client without a secret. */
  client_secret: string | null;
  client_auth: 'basic' | 'post';
  /** Without a slash at its end. */
  public_url: string;
  name: string;
  scope: string;
  groups_claim: string;
  roles: ReadonlyArray<Grant & { group: string }>;
}

/** @throws bad_request with the setting at fault. */
export function oidcSettings(file: OidcFile, env: NodeJS.ProcessEnv): OidcSettings {
  const issuer = addressOf('config.oidc.issuer', file.issuer);
  const { origin, pathname, search, hash } = addressOf('config.oidc.public_url', file.public_url);
  if (pathname !== '/' || search !== '' || hash !== '')
    throw badRequest('config.oidc.public_url', `must have no path; the dashboard is at the root, such as ${origin}`);
  const scope = file.scope ?? 'openid profile email';
  if (!scope.split(' ').includes('openid'))
    throw badRequest('config.oidc.scope', 'must hold openid; without it the provider does not say who signs in');
  return {
    issuer,
    client_id: file.client_id,
    client_secret:
      file.client_secret === undefined ? null : secretText('config.oidc.client_secret', file.client_secret, env),
    client_auth: file.client_auth ?? 'basic',
    public_url: origin,
    name: file.name ?? issuer.hostname,
    scope,
    groups_claim: file.groups_claim ?? 'groups',
    roles: file.roles.map(({ group, role, brands = null }, i) => {
      for (const brand_id of brands ?? []) {
        const problem = brandProblem(brand_id);
        if (problem) throw badRequest(`config.oidc.roles.${i}.brands`, problem);
      }
      return { group, role, brand_ids: brands === null ? null : [...new Set(brands)] };
    }),
  };
}

/** Tokens and cookies travel to these addresses, so others must not be able to listen. */
function addressOf(where: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  const is_local = url?.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url === null || url.username !== '' || !(url.protocol === 'https:' || is_local))
    throw badRequest(where, 'must be an address that begins with https:// (http:// only on this machine)');
  return url;
}

/** What the configuration gives to the groups of a person. Without a provider it gives nothing, so sessions of persons are over. */
export function grantsOf(settings: OidcSettings | null) {
  return ({ issuer, groups }: { issuer: string; groups: readonly string[] }): Grant | undefined =>
    settings === null || issuer !== settings.issuer.href
      ? undefined
      : settings.roles.find(({ group }) => groups.includes(group));
}

/** The parts of the configuration that name an address of this server. */
interface Addresses {
  public_url?: string;
  oidc?: OidcFile;
  email?: Static<typeof EmailSettingsSchema>;
}

/** The address of this server for people: its own setting, else that of the sign-in, else that of the links of emails. */
export function publicUrl({ public_url, oidc, email }: Addresses, env: NodeJS.ProcessEnv): string | null {
  if (public_url !== undefined) return baseUrl(public_url, 'config.public_url');
  if (oidc !== undefined) return oidcSettings(oidc, env).public_url;
  return emailSettings(email ?? {}, 'config.email').base_url;
}
