/** The settings of a configured source, and its secrets. */
import { badRequest } from '../domain/errors.ts';
import { brandProblem, DEFAULT_BRAND } from '../domain/record.ts';
import { type Static, Type } from '../domain/typebox.ts';
import { type Secret, SecretSchema, secretText } from '../files/secret.ts';
import { providerNamed } from './index.ts';
import { type Proof, proofOf, type SourceOptions } from './source.ts';

const closed = { additionalProperties: false } as const;

export const SourceSchema = Type.Object(
  {
    provider: Type.String(),
    brand_id: Type.Optional(Type.String()),
    /** Two while a secret is changed: a delivery that fits one of them is taken. */
    secrets: Type.Optional(Type.Array(SecretSchema, { minItems: 1, maxItems: 5 })),
    public_key: Type.Optional(Type.Union([Type.String(), Type.Array(Type.String(), { minItems: 1, maxItems: 5 })])),
    /** The last part of the URL, for providers that do not sign. */
    path_token: Type.Optional(SecretSchema),
    basic_auth: Type.Optional(Type.Object({ user: Type.String({ minLength: 1 }), password: SecretSchema }, closed)),
    /** In place of a user and a password, where the provider sends a token. */
    bearer_token: Type.Optional(SecretSchema),
    /** What only some providers need, by name. */
    options: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Union([Type.String(), Type.Array(Type.String()), Type.Record(Type.String(), Type.String())]),
      ),
    ),
  },
  closed,
);
export const SourcesSchema = Type.Record(Type.String(), SourceSchema);
type SourceFile = Static<typeof SourceSchema>;

export interface SourceSettings extends SourceOptions {
  id: string;
  /** True if rules find the brand of each event by the domain of its sender; `brand_id` is that of the other events then. */
  by_sender: boolean;
  provider: string;
  path_token: string | null;
  basic_auth: { user: string; password: string } | null;
  bearer_token: string | null;
}

const SOURCE_ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
/** A shorter path could be guessed. */
const MIN_TOKEN_LENGTH = 20;

/**
 * The settings of all sources. @throws bad_request with the setting at fault.
 * @param has_sender_rules true if rules name the brands of domains of senders. A source that names its brand is never asked for them.
 */
export function sourceSettings(
  content: Readonly<Record<string, SourceFile>>,
  env: NodeJS.ProcessEnv,
  has_sender_rules: boolean,
): Map<string, SourceSettings> {
  return new Map(Object.entries(content).map(([id, file]) => [id, settingsOf(id, file, env, has_sender_rules)]));
}

function settingsOf(id: string, file: SourceFile, env: NodeJS.ProcessEnv, has_sender_rules: boolean): SourceSettings {
  const where = `config.sources.${id}`;
  if (!SOURCE_ID.test(id))
    throw badRequest(
      'config.sources',
      `${JSON.stringify(id.slice(0, 70))} is not the id of a source; use 1 to 64 letters, digits, dashes or underscores`,
    );
  const source = providerNamed(file.provider);
  if (typeof source === 'string') throw badRequest(`${where}.provider`, source);
  const brand_id = file.brand_id ?? DEFAULT_BRAND;
  const problem = brandProblem(brand_id);
  if (problem) throw badRequest(`${where}.brand_id`, problem);
  const text = (field: string, secret: Secret): string => secretText(`${where}.${field}`, secret, env);
  const settings: SourceSettings = {
    id,
    provider: file.provider,
    brand_id,
    by_sender: has_sender_rules && file.brand_id === undefined && source.senderOf !== undefined,
    secrets: (file.secrets ?? []).map((secret) => text('secrets', secret)),
    public_keys: [file.public_key ?? []].flat(),
    path_token: file.path_token === undefined ? null : text('path_token', file.path_token),
    basic_auth:
      file.basic_auth === undefined
        ? null
        : { user: file.basic_auth.user, password: text('basic_auth.password', file.basic_auth.password) },
    bearer_token: file.bearer_token === undefined ? null : text('bearer_token', file.bearer_token),
    options: (file.options ?? {}) as SourceOptions['options'],
  };
  for (const name of Object.keys(settings.options))
    if (!Object.hasOwn(source.options ?? {}, name))
      throw badRequest(`${where}.options.${name}`, `is no option of ${source.title}; ${known(source.options)}`);
  for (const name of source.needs ?? [])
    if ((settings.options[name] ?? '').length === 0)
      throw badRequest(`${where}.options.${name}`, `is needed: ${source.options?.[name]}`);
  checkProof(where, proofOf(source, settings), source.title, settings);
  return settings;
}

function known(options: Readonly<Record<string, string>> = {}): string {
  const names = Object.keys(options);
  return names.length === 0 ? 'remove it' : `it has ${names.join(', ')}`;
}

function checkProof(where: string, proof: Proof, title: string, settings: SourceSettings): void {
  const { secrets, public_keys, path_token, basic_auth, bearer_token } = settings;
  if (path_token !== null && path_token.length < MIN_TOKEN_LENGTH)
    throw badRequest(
      `${where}.path_token`,
      `has ${path_token.length} characters; use at least ${MIN_TOKEN_LENGTH} random ones, such as those of: openssl rand -hex 20`,
    );
  if (proof === 'signature' && secrets.length === 0 && public_keys.length === 0)
    throw badRequest(
      where,
      `${title} signs what it sends; give secrets or public_key, so that nobody else can send events`,
    );
  if (proof === 'none' && (path_token === null || (basic_auth === null && bearer_token === null)))
    throw badRequest(
      where,
      `${title} does not sign what it sends; give path_token and basic_auth, and enter both in the URL at the provider (or bearer_token, where the provider sends one)`,
    );
}
