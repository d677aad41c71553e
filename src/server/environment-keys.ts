/** Keys that environment variables give. Their operator chose them, so they may be easy to guess. */
import { badRequest } from '../domain/errors.ts';
import type { Scope } from './stored-keys.ts';

const VARIABLES: ReadonlyArray<[string, Scope]> = [
  ['TRIBUTARY_PAGE_KEY', 'page'],
  ['TRIBUTARY_WRITE_KEY', 'write'],
  ['TRIBUTARY_READ_KEY', 'read'],
  ['TRIBUTARY_ADMIN_KEY', 'admin'],
];
/** A shorter key can be guessed. Keys that Tributary makes are longer. */
export const SHORT_KEY = 20;

export interface EnvironmentKey {
  variable: string;
  scope: Scope;
  secret: string;
}

export function environmentKeys(env: NodeJS.ProcessEnv): EnvironmentKey[] {
  return VARIABLES.flatMap(([variable, scope]) => {
    const secret = env[variable];
    return secret ? [{ variable, scope, secret }] : [];
  });
}

/** The last characters of a secret, for lists: at most four, and never more than a third of it. */
export function endOf(secret: string): string {
  const shown = Math.min(4, Math.floor(secret.length / 3));
  return secret.slice(secret.length - shown);
}

/** What to say about short keys on a server that only programs of this machine can reach. */
export function shortKeyWarning(variable: string): string {
  return `${variable} is shorter than ${SHORT_KEY} characters, so it can be guessed; a server that listens outside of this machine refuses to start with it`;
}

/** @throws bad_request when a server would listen outside of this machine with keys that can be guessed. */
export function refuseShortKeys(variables: readonly string[], host: string): void {
  const [variable] = variables;
  if (variable === undefined || isLoopback(host)) return;
  throw badRequest(
    variable,
    `is shorter than ${SHORT_KEY} characters, and the server would listen on ${host}, where others can guess it; set a long random key, for example from: openssl rand -hex 32`,
  );
}

/** True if only programs of this machine reach an address. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/.test(host);
}
