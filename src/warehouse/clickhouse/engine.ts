/** The engine ClickHouse: a server or a cluster that several processes can share. */
import type { Engine, WarehouseLocation } from '../engine.ts';

export interface ClickHouseLocation extends WarehouseLocation {
  engine: 'clickhouse';
  /** Scheme, host and port of the HTTP interface. */
  url: string;
  username: string;
  password: string;
  database: string;
  cluster: string | null;
}

const HTTP_PORT = '8123';
const HTTPS_PORT = '8443';
const NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;

export const CLICKHOUSE: Engine<ClickHouseLocation> = {
  name: 'clickhouse',
  schemes: ['clickhouse', 'clickhouses'],
  form: 'clickhouse://user@host:8123/database?cluster=NAME (clickhouses:// for TLS)',
  shared: true,
  parse,
  open: async ({ engine: _engine, ...server }, options) => {
    const { ClickHouseWarehouse } = await import('./warehouse.ts');
    return ClickHouseWarehouse.open({ ...server, ...options });
  },
};

function parse(text: string, password: string | undefined): ClickHouseLocation | string {
  if (!URL.canParse(text) || /%(?![0-9a-f]{2})/i.test(text)) return 'is not the URL of a warehouse';
  const url = new URL(text);
  if (url.hostname === '') return 'has no host';
  const secure = url.protocol === 'clickhouses:';
  const database = decodeURIComponent(url.pathname.slice(1)) || 'tributary';
  const cluster = url.searchParams.get('cluster');
  const unknown = [...url.searchParams.keys()].find((key) => key !== 'cluster');
  if (unknown !== undefined) return `has the unknown parameter ${JSON.stringify(unknown)}`;
  for (const [what, name] of [
    ['database', database],
    ['cluster', cluster ?? 'none'],
  ] as const)
    if (!NAME.test(name)) return `has a ${what} name with other characters than letters, digits, _ and -`;
  return {
    engine: 'clickhouse',
    url: `${secure ? 'https' : 'http'}://${url.hostname}:${url.port || (secure ? HTTPS_PORT : HTTP_PORT)}`,
    username: decodeURIComponent(url.username) || 'default',
    password: decodeURIComponent(url.password) || (password ?? ''),
    database,
    cluster,
  };
}
