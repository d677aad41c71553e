/** The list of engines. A new engine is a folder beside `duckdb/` and `clickhouse/`, and a line in the list below. */
import { join } from 'node:path';
import { assert, badRequest } from '../domain/errors.ts';
import { CLICKHOUSE } from './clickhouse/engine.ts';
import { DUCKDB } from './duckdb/engine.ts';
import type { Engine, EngineOptions, WarehouseLocation } from './engine.ts';
import type { Warehouse } from './port.ts';

// biome-ignore lint/suspicious/noExplicitAny: each engine gets only the locations that it parsed itself
const ENGINES: ReadonlyArray<Engine<any>> = [DUCKDB, CLICKHOUSE];

/** The warehouse in a data folder, for a configuration that names no other. */
export function embeddedLocation(folder: string): WarehouseLocation {
  return DUCKDB.at(join(folder, 'warehouse.duckdb'));
}

/**
 * Reads the URL of a warehouse. The password is in the URL, or better in `password`, which comes from the environment.
 * @throws bad_request naming the setting; the message never repeats the URL, which may hold a password.
 */
export function parseWarehouseUrl(url: string, password: string | undefined): WarehouseLocation {
  const scheme = url.slice(0, Math.max(0, url.indexOf(':')));
  const engine = ENGINES.find(({ schemes }) => schemes.includes(scheme));
  const location: WarehouseLocation | string = engine?.parse(url, password) ?? 'is not the URL of a warehouse';
  if (typeof location !== 'string') return location;
  throw badRequest('warehouse', `${location}; send ${ENGINES.map(({ form }) => form).join(' or ')}`);
}

/** True if several processes may open the warehouse at the same time. */
export function isShared(location: WarehouseLocation): boolean {
  return engineOf(location).shared;
}

/** @throws warehouse_unavailable when the warehouse cannot be opened now. */
export function openLocation(location: WarehouseLocation, options: EngineOptions): Promise<Warehouse> {
  return engineOf(location).open(location, options);
}

function engineOf({ engine: name }: WarehouseLocation): Engine<WarehouseLocation> {
  const engine = ENGINES.find((one) => one.name === name);
  assert(engine, `no engine has the name ${name}`);
  return engine;
}

/** The place that the configuration names; null if it names none. The environment overrides it, so that one file serves a laptop and a cluster. */
export function warehouseLocation(named: string | undefined, env: NodeJS.ProcessEnv): WarehouseLocation | null {
  const url = env['TRIBUTARY_WAREHOUSE'] || named;
  return url === undefined ? null : parseWarehouseUrl(url, env['TRIBUTARY_CLICKHOUSE_PASSWORD']);
}
