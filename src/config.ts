/** The configuration: one optional JSON file, which may hold comments, and a few environment variables. Every setting has a default. */
import { existsSync, readFileSync } from 'node:fs';
import stripJsonComments from 'strip-json-comments';
import { BrandSchema, HostList, mergeSettings } from './brand-config.ts';
import type { CustomerIds } from './domain/email-ids.ts';
import { badRequest } from './domain/errors.ts';
import { brandProblem } from './domain/record.ts';
import { type BrandSettings, DEFAULT_BRAND_SETTINGS } from './domain/settings.ts';
import { nameFault } from './domain/text.ts';
import { Compile, type Static, Type } from './domain/typebox.ts';
import { type EmailSettings, EmailSettingsSchema, emailSettings } from './email/settings.ts';
import { type BrandHosts, brandHostsOf, hostList } from './enrichment/brand-hosts.ts';
import type { EnrichSettings } from './enrichment/enrich-options.ts';
import type { MachineRules } from './enrichment/machine-rules.ts';
import type { NetworkList } from './enrichment/networks.ts';
import { DEFAULT_LIMITS, type Limits } from './log/limits.ts';
import type { SettleSettings } from './log/settlement/settings.ts';
import { MachineTraffic, readMachineTraffic } from './machine-traffic-config.ts';
import { FitParameters } from './reports/fit-parameters.ts';
import type { ScheduledFit } from './reports/scheduled-fits.ts';
import { OidcSchema, type OidcSettings, oidcSettings } from './sign-in-config.ts';
import { segmentEvents } from './sources/segment/configured.ts';
import { type SourceSettings, SourcesSchema, sourceSettings } from './sources/settings.ts';
import { parseStateUrl, type StateLocation } from './state/location.ts';
import type { WarehouseLocation } from './warehouse/engine.ts';
import { parseWarehouseUrl } from './warehouse/engines.ts';
import { SETTLED_COLLECTOR } from './warehouse/position.ts';

const closed = { additionalProperties: false } as const;

const ConfigSchema = Type.Object(
  {
    /**
     * The name of this collector in log positions. Collectors that share a warehouse need different names. Chosen when left out.
     */
    collector_id: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{1,64}$' })),
    /** `duckdb:PATH` or `clickhouse://user@host:8123/database?cluster=NAME`; a DuckDB file in the data folder when left out. */
    warehouse: Type.Optional(Type.String()),
    /**
     * `postgres://user@host:5432/database?sslmode=require`, needed when several machines share keys and work; a file when left
     * out.
     */
    state: Type.Optional(Type.String()),
    /** Settings of every brand, unless `brands` says otherwise. */
    defaults: Type.Optional(BrandSchema),
    brands: Type.Optional(Type.Record(Type.String(), BrandSchema)),
    limits: Type.Optional(
      Type.Object(
        {
          max_body_bytes: Type.Optional(Type.Integer({ minimum: 1_000 })),
          max_items: Type.Optional(Type.Integer({ minimum: 1 })),
          max_spool_bytes: Type.Optional(Type.Integer({ minimum: 1 })),
          max_pending_bytes: Type.Optional(Type.Integer({ minimum: 1 })),
          segment_bytes: Type.Optional(Type.Integer({ minimum: 1 })),
          batch_records: Type.Optional(Type.Integer({ minimum: 1 })),
        },
        closed,
      ),
    ),
    /** Requests per minute and key; no limit when left out. */
    rate_limit_per_minute: Type.Optional(Type.Integer({ minimum: 1 })),
    cors_origins: Type.Optional(Type.Array(Type.String())),
    /** Links of emails and the open pixel. */
    email: Type.Optional(EmailSettingsSchema),
    /** Addresses or networks of the proxies whose X-Forwarded-For header is used. */
    trust_proxy: Type.Optional(Type.Array(Type.String())),
    geoip_db: Type.Optional(Type.String()),
    ip_storage: Type.Optional(
      Type.Unsafe<'truncated' | 'full' | 'none'>({ type: 'string', enum: ['truncated', 'full', 'none'] }),
    ),
    strict_ga4_channels: Type.Optional(Type.Boolean()),
    /** How machines are told from persons. */
    machine_traffic: Type.Optional(MachineTraffic),
    /** Domains of all brands. */
    own_domains: Type.Optional(HostList),
    /** Models to fit at an interval. The artifact of a fit that fails its gate is stored, but reports do not use it. */
    fits: Type.Optional(
      Type.Array(
        Type.Object(
          { every_hours: Type.Number({ minimum: 0.1, maximum: 8_760 }), ...FitParameters.properties },
          closed,
        ),
        { maxItems: 100 },
      ),
    ),
    /** What Segment's events with names of your own are: `touchpoint:TYPE` or `conversion:TYPE`. Others are custom touchpoints. */
    segment_events: Type.Optional(Type.Record(Type.String(), Type.String())),
    /** Providers whose webhooks this server takes, by an id of your choice: the URL is /v1/sources/ID. */
    sources: Type.Optional(SourcesSchema),
    /** The identity provider where people sign in to the dashboard; with keys only when left out. */
    oidc: Type.Optional(OidcSchema),
    query_timeout_ms: Type.Optional(Type.Integer({ minimum: 100 })),
    memory_limit_bytes: Type.Optional(Type.Integer({ minimum: 100_000_000 })),
    /** The most memory for histories, in bytes; 0 keeps none. A quarter of the machine when left out. */
    histories_memory_bytes: Type.Optional(Type.Integer({ minimum: 0 })),
    threads: Type.Optional(Type.Integer({ minimum: 1, maximum: 256 })),
    log_level: Type.Optional(Type.String({ pattern: '^(fatal|error|warn|info|debug|trace|silent)$' })),
  },
  closed,
);
type ConfigFile = Static<typeof ConfigSchema>;

export interface Config {
  /** Null means `main` on DuckDB, and a name stored in the data folder on ClickHouse. */
  collector_id: string | null;
  /** Null means a DuckDB file in the data folder. */
  warehouse: WarehouseLocation | null;
  state: StateLocation;
  brands: Map<string, BrandSettings>;
  defaults: BrandSettings;
  /** Brands whose pages may send conversions, or not; the others do as `page_conversions_default` says. */
  page_conversions: Map<string, boolean>;
  page_conversions_default: boolean;
  /** How brands keep ids of persons; the others do as `customer_ids_default` says. */
  customer_ids: Map<string, CustomerIds>;
  customer_ids_default: CustomerIds;
  limits: Limits;
  rate_limit_per_minute: number | null;
  cors_origins: string[];
  email: EmailSettings;
  trust_proxy: string[];
  geoip_db: string | null;
  ip_storage: 'truncated' | 'full' | 'none';
  strict_ga4_channels: boolean;
  machine_rules: MachineRules;
  networks: NetworkList[];
  settling: SettleSettings;
  /** Domains of all brands. */
  own_domains: string[];
  /** The hosts of brands that name some; the others have `default_hosts`. */
  hosts: Map<string, BrandHosts>;
  default_hosts: BrandHosts;
  fits: ScheduledFit[];
  segment_events: Readonly<Record<string, string>>;
  sources: ReadonlyMap<string, SourceSettings>;
  /** Null where people sign in with keys only. */
  oidc: OidcSettings | null;
  query_timeout_ms: number;
  memory_limit_bytes: number | null;
  /** Null means a quarter of the machine. */
  histories_memory_bytes: number | null;
  threads: number | null;
  log_level: string;
}

/** The settings of a brand, configured or not. */
export function brandSettings(config: Config, brand_id: string): BrandSettings {
  return config.brands.get(brand_id) ?? config.defaults;
}

/** True if keys of scope page may send conversions of a brand. */
export function takesPageConversions(config: Config, brand_id: string): boolean {
  return config.page_conversions.get(brand_id) ?? config.page_conversions_default;
}

/** How a brand keeps ids of persons. */
export function customerIds(config: Config, brand_id: string): CustomerIds {
  return config.customer_ids.get(brand_id) ?? config.customer_ids_default;
}

/** True if pages of any brand may send conversions. */
export function takesAnyPageConversions({ page_conversions, page_conversions_default }: Config): boolean {
  return page_conversions_default || [...page_conversions.values()].includes(true);
}

/** What another thread needs of the configuration to enrich records. */
export function enrichSettings({
  strict_ga4_channels,
  ip_storage,
  own_domains,
  hosts,
  default_hosts,
  geoip_db,
  machine_rules,
  networks,
}: Config): EnrichSettings {
  return {
    strict_ga4_channels,
    ip_storage,
    own_domains,
    hosts,
    default_hosts,
    geoip_db,
    machine_rules,
    networks,
  };
}

/** Reads and checks a configuration file. @throws bad_request with the name of the file or the setting at fault. */
export function loadConfig(path: string | undefined, env: NodeJS.ProcessEnv = process.env): Config {
  if (path === undefined) return makeConfig({}, env);
  if (!existsSync(path)) throw badRequest('--config', `the file ${path} does not exist; check the path`);
  let file: unknown;
  try {
    file = JSON.parse(stripJsonComments(readFileSync(path, 'utf8'), { trailingCommas: true }));
  } catch (error) {
    throw badRequest('--config', `the file ${path} is not JSON (${(error as Error).message}); correct it`);
  }
  return makeConfig(file, env);
}

const validator = Compile(ConfigSchema);

/** Checks the content of a configuration file and fills in the defaults. @throws bad_request with the setting at fault. */
export function makeConfig(file: unknown, env: NodeJS.ProcessEnv = {}): Config {
  checkText('config', file);
  if (!validator.Check(file)) {
    const errors = validator.Errors(file).map((error) => ({
      error,
      extra: (error.params as { additionalProperties?: string[] }).additionalProperties,
    }));
    // Within an object, an unknown setting is also told as one that fits no schema.
    const { error, extra } = errors.find(({ extra }) => extra !== undefined) ?? {
      error: errors[0]?.error,
      extra: undefined,
    };
    throw badRequest(
      `config${(error?.instancePath ?? '').replaceAll('/', '.')}`,
      extra
        ? `has unknown settings: ${extra.join(', ')}; remove them or correct their names`
        : (error?.message ?? 'is not valid'),
    );
  }
  const content = file as ConfigFile;
  const defaults = mergeSettings('defaults', DEFAULT_BRAND_SETTINGS, content.defaults ?? {});
  const brands = new Map<string, BrandSettings>();
  const page_conversions = new Map<string, boolean>();
  const default_hosts = brandHostsOf('defaults', (content.defaults ?? {}) as Partial<BrandHosts>);
  const hosts = new Map<string, BrandHosts>();
  const customer_ids = new Map<string, CustomerIds>();
  for (const [brand_id, own] of Object.entries(content.brands ?? {})) {
    const problem = brandProblem(brand_id);
    if (problem) throw badRequest(`config.brands.${brand_id}`, problem);
    brands.set(brand_id, mergeSettings(`brands.${brand_id}`, defaults, own));
    hosts.set(brand_id, brandHostsOf(`brands.${brand_id}`, own as Partial<BrandHosts>, default_hosts));
    if (own.page_conversions !== undefined) page_conversions.set(brand_id, own.page_conversions);
    if (own.customer_ids !== undefined) customer_ids.set(brand_id, own.customer_ids);
  }
  if (content.collector_id === SETTLED_COLLECTOR)
    throw badRequest('config.collector_id', `${SETTLED_COLLECTOR} is a name of the program; choose another one`);
  return {
    collector_id: content.collector_id ?? null,
    warehouse: warehouseOf(content.warehouse, env),
    state: stateOf(content.state, env),
    brands,
    defaults,
    page_conversions,
    page_conversions_default: content.defaults?.page_conversions ?? false,
    customer_ids,
    customer_ids_default: content.defaults?.customer_ids ?? 'verbatim',
    limits: { ...DEFAULT_LIMITS, ...(content.limits as Partial<Limits> | undefined) },
    rate_limit_per_minute: content.rate_limit_per_minute ?? null,
    cors_origins: content.cors_origins ?? ['*'],
    email: emailSettings(content.email ?? {}, 'config.email'),
    trust_proxy: content.trust_proxy ?? [],
    geoip_db: content.geoip_db ?? env['GEOIP_DB'] ?? null,
    ip_storage: content.ip_storage ?? 'truncated',
    strict_ga4_channels: content.strict_ga4_channels ?? false,
    ...readMachineTraffic(content.machine_traffic ?? {}),
    own_domains: hostList('own_domains', content.own_domains ?? []),
    hosts,
    default_hosts,
    fits: (content.fits ?? []).map(({ every_hours, ...parameters }) => ({ every_hours, parameters })),
    segment_events: segmentEvents(content.segment_events ?? {}),
    sources: sourceSettings(content.sources ?? {}, env),
    oidc: content.oidc === undefined ? null : oidcSettings(content.oidc, env),
    query_timeout_ms: content.query_timeout_ms ?? 120_000,
    memory_limit_bytes: content.memory_limit_bytes ?? null,
    histories_memory_bytes: content.histories_memory_bytes ?? null,
    threads: content.threads ?? null,
    log_level: content.log_level ?? env['TRIBUTARY_LOG_LEVEL'] ?? 'info',
  };
}

/** Checks every text and name of the file. Weight expressions may go over several lines. @throws bad_request. */
function checkText(where: string, value: unknown): void {
  if (typeof value === 'string') {
    const fault = nameFault(value.replace(/[\t\n\r]/g, ' '));
    if (fault) throw badRequest(where, fault);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, inner] of Object.entries(value)) {
      const fault = nameFault(name);
      if (fault) throw badRequest(where, `the name ${JSON.stringify(name.slice(0, 60))} ${fault}`);
      checkText(`${where}.${name}`, inner);
    }
  }
}

/** The environment variable overrides the file, so that one configuration file serves a laptop and a cluster. */
function warehouseOf(named: string | undefined, env: NodeJS.ProcessEnv): WarehouseLocation | null {
  const url = env['TRIBUTARY_WAREHOUSE'] || named;
  return url === undefined ? null : parseWarehouseUrl(url, env['TRIBUTARY_CLICKHOUSE_PASSWORD']);
}

function stateOf(named: string | undefined, env: NodeJS.ProcessEnv): StateLocation {
  const url = env['TRIBUTARY_STATE'] || named;
  return url === undefined ? { engine: 'file' } : parseStateUrl(url, env['TRIBUTARY_STATE_PASSWORD']);
}
