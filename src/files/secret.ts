/** Secrets in the configuration: the name of an environment variable, a file, or the text itself. */
import { readFileSync } from 'node:fs';
import { badRequest } from '../domain/errors.ts';
import { type Static, Type } from '../domain/typebox.ts';

const closed = { additionalProperties: false } as const;

export const SecretSchema = Type.Union([
  Type.String({ minLength: 1 }),
  Type.Object({ env: Type.String({ minLength: 1 }) }, closed),
  Type.Object({ file: Type.String({ minLength: 1 }) }, closed),
]);
export type Secret = Static<typeof SecretSchema>;

/** The text of a secret. @throws bad_request that names the setting, never the secret. */
export function secretText(where: string, secret: Secret, env: NodeJS.ProcessEnv): string {
  if (typeof secret === 'string') return secret;
  if ('env' in secret) {
    const text = env[secret.env];
    if (!text) throw badRequest(where, `the environment variable ${secret.env} is not set; set it to the secret`);
    return text;
  }
  try {
    const text = readFileSync(secret.file, 'utf8').trim();
    if (text !== '') return text;
  } catch (error) {
    throw badRequest(
      where,
      `the file ${secret.file} cannot be read (${(error as NodeJS.ErrnoException).code}); correct the path`,
    );
  }
  throw badRequest(where, `the file ${secret.file} is empty; write the secret into it`);
}
