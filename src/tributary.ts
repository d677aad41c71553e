/** One running Tributary: warehouse, collector and reports over one data folder. Opened by main.ts, and nowhere else. */
import { join, resolve } from 'node:path';
import { brandSettings, type Config } from './config.ts';
import type { RecordName } from './domain/index.ts';
import type { FlatRecord } from './domain/record.ts';
import { withoutPersonalClickIds } from './enrichment/click-ids.ts';
import { type EnrichOptions, enrichTouchpoint } from './enrichment/enrich.ts';
import { openGeo } from './enrichment/geo.ts';
import { PersonDirectory } from './identity/directory.ts';
import type { Enrich } from './ingest/batch.ts';
import { Collector } from './ingest/collector.ts';
import type { ReportContext } from './reports/parameters.ts';
import { ClickHouseWarehouse } from './warehouse/clickhouse/warehouse.ts';
import { DuckDBWarehouse } from './warehouse/duckdb/warehouse.ts';
import type { Warehouse } from './warehouse/port.ts';
import type { Cell } from './warehouse/schema.ts';

export interface Tributary {
  readonly folder: string;
  readonly config: Config;
  readonly warehouse: Warehouse;
  readonly collector: Collector;
  readonly reports: ReportContext;
  readonly enrich_options: EnrichOptions;
  close(drain?: boolean): Promise<void>;
}

export interface OpenOptions {
  folder: string;
  config: Config;
  clock?: () => number;
  /** Told of what goes wrong in the background; never given personal data. */
  onError?: (error: unknown, what: string) => void;
  onCommit?: (log_seq: number) => void;
}

/** Opens a data folder, creating and migrating it as needed. @throws warehouse_unavailable when another process has it. */
export async function openTributary(options: OpenOptions): Promise<Tributary> {
  const { folder, config, clock = Date.now } = options;
  const warehouse = await openWarehouse(folder, config);
  try {
    await warehouse.migrate();
    const enrich_options = await enrichOptions(config);
    const collector = await Collector.open({
      folder,
      warehouse,
      limits: config.limits,
      enrich: enrichWith(enrich_options),
      collector_id: config.collector_id,
      defaultCurrency: (brand_id) => brandSettings(config, brand_id).currency,
      clock,
      ...(options.onError ? { onError: options.onError } : {}),
      ...(options.onCommit ? { onCommit: options.onCommit } : {}),
    });
    const reports: ReportContext = {
      warehouse,
      directory: new PersonDirectory(),
      settings: (brand_id) => brandSettings(config, brand_id),
      configured_brands: [...config.brands.keys()],
      clock,
      timeout_ms: config.query_timeout_ms,
    };
    const close = async (drain = true): Promise<void> => {
      await collector.close(drain);
      await warehouse.close();
    };
    return { folder, config, warehouse, collector, reports, enrich_options, close };
  } catch (error) {
    await warehouse.close();
    throw error;
  }
}

/** The warehouse that the configuration names, else the one in the data folder; without a collector: for maintenance. */
export function openWarehouse(folder: string, config: Config): Promise<Warehouse> {
  const { warehouse, memory_limit_bytes, threads, query_timeout_ms: read_timeout_ms } = config;
  if (warehouse?.engine === 'clickhouse') {
    const { engine: _engine, ...server } = warehouse;
    return ClickHouseWarehouse.open({ ...server, memory_limit_bytes, threads, read_timeout_ms });
  }
  return DuckDBWarehouse.open({
    path: warehouse ? resolve(warehouse.path) : join(folder, 'warehouse.duckdb'),
    ...(memory_limit_bytes === null ? {} : { memory_limit_bytes }),
    ...(threads === null ? {} : { threads }),
    read_timeout_ms,
  });
}

async function enrichOptions(config: Config): Promise<EnrichOptions> {
  return {
    strict_ga4: config.strict_ga4_channels,
    ip_storage: config.ip_storage,
    own_domains: config.own_domains,
    geo: config.geoip_db === null ? null : await openGeo(config.geoip_db),
  };
}

function enrichWith(options: EnrichOptions): Enrich {
  return (record: RecordName, item: FlatRecord) => {
    if (record !== 'touchpoints') return {};
    const { url } = item;
    // Click ids that name a person are kept as hashes only, so they must not stay in the URL either.
    const enriched: Record<string, Cell> = { ...enrichTouchpoint(item, options) };
    if (typeof url === 'string') enriched['url'] = withoutPersonalClickIds(url);
    return enriched;
  };
}
