/** The settings of an export: which views go where. */
import { isAbsolute } from 'node:path';
import { badRequest } from '../../domain/errors.ts';
import { type Static, Type } from '../../domain/typebox.ts';
import { SecretSchema, secretText } from '../../files/secret.ts';
import { urlProblem, withoutSlash } from '../../network/urls.ts';
import { VIEWS } from '../../views/views.ts';

const closed = { additionalProperties: false } as const;

export const ExportSchema = Type.Object(
  {
    /** Names of views; `tributary views` lists them. */
    views: Type.Array(Type.String(), { minItems: 1, maxItems: 20, uniqueItems: true }),
    /** True for the columns that name persons and orders. */
    persons: Type.Optional(Type.Boolean()),
    /** A folder of this machine, by its whole path. */
    folder: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })),
    /** A bucket of Amazon S3, or of a storage that speaks its protocol. */
    s3: Type.Optional(
      Type.Object(
        {
          /** Such as `https://s3.eu-central-1.amazonaws.com`. The bucket is a part of the path. */
          endpoint: Type.String(),
          region: Type.Optional(Type.String({ pattern: '^[a-z0-9-]{1,40}$' })),
          bucket: Type.String({ pattern: '^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$' }),
          /** What names of files begin with, such as `tributary/`. */
          prefix: Type.Optional(Type.String({ pattern: "^[A-Za-z0-9!_.*'()/-]{0,200}$" })),
          access_key_id: SecretSchema,
          secret_access_key: SecretSchema,
        },
        closed,
      ),
    ),
  },
  closed,
);

export interface S3Settings {
  /** Without a slash at its end. */
  endpoint: string;
  region: string;
  bucket: string;
  prefix: string;
  access_key_id: string;
  secret_access_key: string;
}

export interface ExportPlan {
  kind: 'export';
  views: readonly string[];
  persons: boolean;
  place: { folder: string } | { s3: S3Settings };
}

/** @throws bad_request with the setting at fault. */
export function exportPlan(
  where: string,
  file: Static<typeof ExportSchema>,
  env: NodeJS.ProcessEnv,
  private_network: boolean,
): ExportPlan {
  const known = VIEWS.map(({ name }) => name);
  for (const name of file.views)
    if (!known.includes(name))
      throw badRequest(`${where}.views`, `${JSON.stringify(name.slice(0, 60))} is not one of ${known.join(', ')}`);
  return {
    kind: 'export',
    views: file.views,
    persons: file.persons ?? false,
    place: placeOf(where, file, env, private_network),
  };
}

function placeOf(
  where: string,
  { folder, s3 }: Static<typeof ExportSchema>,
  env: NodeJS.ProcessEnv,
  private_network: boolean,
): ExportPlan['place'] {
  if ((folder === undefined) === (s3 === undefined)) throw badRequest(where, 'needs either folder or s3');
  if (folder !== undefined) {
    if (!isAbsolute(folder)) throw badRequest(`${where}.folder`, 'must be a whole path, such as /var/exports');
    return { folder };
  }
  const { endpoint, region = 'us-east-1', bucket, prefix = '', access_key_id, secret_access_key } = s3!;
  const problem = urlProblem(endpoint, private_network);
  if (problem !== null) throw badRequest(`${where}.s3.endpoint`, problem);
  if (new URL(endpoint).search !== '') throw badRequest(`${where}.s3.endpoint`, 'has a part after ?; remove it');
  if (prefix.startsWith('/') || prefix.split('/').some((part) => part === '.' || part === '..'))
    throw badRequest(`${where}.s3.prefix`, 'must be the beginning of a name, such as tributary/');
  return {
    s3: {
      endpoint: withoutSlash(endpoint),
      region,
      bucket,
      prefix,
      access_key_id: secretText(`${where}.s3.access_key_id`, access_key_id, env),
      secret_access_key: secretText(`${where}.s3.secret_access_key`, secret_access_key, env),
    },
  };
}
