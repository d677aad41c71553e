/** Where the warehouse is, as one URL: `duckdb:PATH`, or `clickhouse://user@host:8123/database?cluster=NAME`. */
import { badRequest } from '../domain/errors.ts';

export type WarehouseLocation =
  | { engine: 'duckdb'; path: string }
  | {
      engine: 'clickhouse';
      /** Scheme, host and port of the HTTP interface. */
      url: string;
      username: string;
      password: string;
      database: string;
      cluster: string | null;
    };

const HELP = 'send duckdb:PATH or clickhouse://user@host:8123/database?cluster=NAME (clickhouses:// for TLS)';
const HTTP_PORT = '8123';
const HTTPS_PORT = '8443';
const NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;

/**
 * Reads the URL of a warehouse. The password stands in it, or better in `password`, which the environment gives.
 * @throws bad_request naming the setting; the message never repeats the URL, which may hold a password.
 */
export function parseWarehouseUrl(text: string, password: string | undefined): WarehouseLocation {
  const refuse = (reason: string) => badRequest('warehouse', `${reason}; ${HELP}`);
  if (text.startsWith('duckdb:')) {
    const path = text.slice('duckdb:'.length);
    if (path === '') throw refuse('has no path');
    return { engine: 'duckdb', path };
  }
  const url = URL.canParse(text) && !/%(?![0-9a-f]{2})/i.test(text) ? new URL(text) : undefined;
  if (!url || !['clickhouse:', 'clickhouses:'].includes(url.protocol)) throw refuse('is not the URL of a warehouse');
  if (url.hostname === '') throw refuse('has no host');
  const secure = url.protocol === 'clickhouses:';
  const database = decodeURIComponent(url.pathname.slice(1)) || 'tributary';
  const cluster = url.searchParams.get('cluster');
  const unknown = [...url.searchParams.keys()].find((key) => key !== 'cluster');
  if (unknown !== undefined) throw refuse(`does not know the parameter ${JSON.stringify(unknown)}`);
  for (const [what, name] of [
    ['database', database],
    ['cluster', cluster ?? 'none'],
  ] as const)
    if (!NAME.test(name)) throw refuse(`has a ${what} name of other characters than letters, digits, _ and -`);
  return {
    engine: 'clickhouse',
    url: `${secure ? 'https' : 'http'}://${url.hostname}:${url.port || (secure ? HTTPS_PORT : HTTP_PORT)}`,
    username: decodeURIComponent(url.username) || 'default',
    password: decodeURIComponent(url.password) || (password ?? ''),
    database,
    cluster,
  };
}
