/** The location of state: a file in the data folder, or `postgres://user@host:5432/database?sslmode=require`. */
import { badRequest } from '../domain/errors.ts';

export type StateLocation =
  /** `folder` is another data folder than the one that is opened, for processes that share its state. */
  | { engine: 'file'; folder?: string }
  | {
      engine: 'postgres';
      host: string;
      port: number;
      database: string;
      username: string;
      password: string;
      /** `require` encrypts; `verify-full` also checks the server's certificate. */
      tls: (typeof TLS_MODES)[number];
    };

const HELP = 'set postgres://user@host:5432/database, or leave the setting out for a file in the data folder';
const DEFAULT_PORT = 5432;
const TLS_MODES = ['disable', 'require', 'verify-full'] as const;

/**
 * Reads the URL of the store. The password is in the URL, or better in `password`, which comes from the environment.
 * @throws bad_request naming the setting; the message never repeats the URL, which may hold a password.
 */
export function parseStateUrl(text: string, password: string | undefined): StateLocation {
  const refuse = (reason: string) => badRequest('state', `${reason}; ${HELP}`);
  const url = URL.canParse(text) && !/%(?![0-9a-f]{2})/i.test(text) ? new URL(text) : undefined;
  if (!url || !['postgres:', 'postgresql:'].includes(url.protocol))
    throw refuse('is not the URL of a PostgreSQL database');
  if (url.hostname === '') throw refuse('has no host');
  const unknown = [...url.searchParams.keys()].find((key) => key !== 'sslmode');
  if (unknown !== undefined)
    throw refuse(`has the unknown parameter ${JSON.stringify(unknown)}; only sslmode is known`);
  const asked = url.searchParams.get('sslmode') ?? 'disable';
  const tls = TLS_MODES.find((mode) => mode === asked);
  if (tls === undefined) throw refuse(`has an sslmode that is not one of ${TLS_MODES.join(', ')}`);
  return {
    engine: 'postgres',
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || DEFAULT_PORT),
    database: decodeURIComponent(url.pathname.slice(1)) || 'tributary',
    username: decodeURIComponent(url.username) || 'tributary',
    password: decodeURIComponent(url.password) || (password ?? ''),
    tls,
  };
}

/** The place that the configuration names. The environment overrides it, so that one file serves a laptop and a cluster. */
export function stateLocation(named: string | undefined, env: NodeJS.ProcessEnv): StateLocation {
  const url = env['TRIBUTARY_STATE'] || named;
  return url === undefined ? { engine: 'file' } : parseStateUrl(url, env['TRIBUTARY_STATE_PASSWORD']);
}
