/** The configuration: one optional JSON file, which may hold comments, and a few environment variables. Every setting has a default. */
import { existsSync, readFileSync } from 'node:fs';
import stripJsonComments from 'strip-json-comments';
import { mergeSettings } from './brand-config.ts';
import { type ConfigFile, ConfigSchema } from './config-schema.ts';
import { type DestinationSettings, destinationSettings } from './destinations/settings.ts';
import { type BrandGroups, brandGroups } from './domain/brand-groups.ts';
import type { CustomerIds } from './domain/email-ids.ts';
import { badRequest } from './domain/errors.ts';
import { brandProblem } from './domain/record.ts';
import { type BrandSettings, DEFAULT_BRAND_SETTINGS } from './domain/settings.ts';
import { nameFault } from './domain/text.ts';
import { Compile } from './domain/typebox.ts';
import { type EmailSettings, emailSettings } from './email/settings.ts';
import { type BrandHosts, brandHostsOf, hostList } from './enrichment/brand-hosts.ts';
import type { EnrichSettings } from './enrichment/enrich-options.ts';
import type { IpStorage } from './enrichment/ip.ts';
import type { RequestStorage } from './enrichment/kept-request.ts';
import type { MachineRules } from './enrichment/machine-rules.ts';
import type { NetworkList } from './enrichment/networks.ts';
import { type BrandRules, brandRules } from './log/brand-rules.ts';
import { DEFAULT_LIMITS, type Limits } from './log/limits.ts';
import type { SettleSettings } from './log/settlement/settings.ts';
import { readMachineTraffic } from './machine-traffic-config.ts';
import { type MailSettings, mailSettings } from './mail/settings.ts';
import { type MonitorSettings, monitorSettings } from './monitors/settings.ts';
import { type Bounds, boundsOf } from './privacy/differential-privacy/bounds.ts';
import type { ErasurePolicy } from './privacy/erasure/policy.ts';
import { type DaysKept, daysKept, type RetentionPolicy } from './privacy/retention/policy.ts';
import { type BehaviouralSegments, behaviouralSegments } from './profiles/settings.ts';
import { peppersOf, requestStorage } from './pseudonym-config.ts';
import { type PullSettings, pullSettings } from './pulls/settings.ts';
import { type AdviceRules, adviceRulesOf } from './reports/advice/rule-settings.ts';
import type { ScheduledFit } from './reports/fit-log.ts';
import { type ScheduleSettings, scheduleSettings } from './schedules/settings.ts';
import { embedOrigins } from './sharing/embed-origins.ts';
import { type OidcSettings, oidcSettings, publicUrl } from './sign-in-config.ts';
import { segmentEvents } from './sources/segment/configured.ts';
import { type SourceSettings, sourceSettings } from './sources/settings.ts';
import { type StateLocation, stateLocation } from './state/location.ts';
import type { WarehouseLocation } from './warehouse/engine.ts';
import { warehouseLocation } from './warehouse/engines.ts';
import { SETTLED_COLLECTOR } from './warehouse/position.ts';

export interface Config {
  /** Null means `main` on DuckDB, and a name stored in the data folder on ClickHouse. */
  collector_id: string | null;
  /** Null means a DuckDB file in the data folder. */
  warehouse: WarehouseLocation | null;
  state: StateLocation;
  brands: Map<string, BrandSettings>;
  brand_groups: BrandGroups;
  /** Null without rules. */
  brand_rules: BrandRules | null;
  behavioural_segments: readonly BehaviouralSegments[];
  defaults: BrandSettings;
  /** Brands whose pages may send conversions, or not; the others do as `page_conversions_default` says. */
  page_conversions: Map<string, boolean>;
  page_conversions_default: boolean;
  /** How brands keep ids of persons; the others do as `customer_ids_default` says. */
  customer_ids: Map<string, CustomerIds>;
  customer_ids_default: CustomerIds;
  /** The keys of hashed ids of persons, the newest first; empty where none are hashed. */
  peppers: readonly Uint8Array[];
  /** What one person of a brand contributes at most to an answer with noise; the others have `bounds_default`. */
  bounds: Map<string, Bounds>;
  bounds_default: Bounds;
  /** The rules of a brand on what channels and emails must bring. */
  adviceRules: (brand_id: string) => AdviceRules;
  limits: Limits;
  rate_limit_per_minute: number | null;
  cors_origins: string[];
  embed_origins: string[];
  email: EmailSettings;
  trust_proxy: string[];
  /** True if the header `DNT: 1` of a browser denies measurement and sharing. */
  honor_dnt: boolean;
  geoip_db: string | null;
  ip_storage: IpStorage;
  /** How brands that say it keep addresses and user agents; the others have `request_storage_default`. */
  request_storage: ReadonlyMap<string, RequestStorage>;
  request_storage_default: RequestStorage;
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
  destinations: ReadonlyMap<string, DestinationSettings>;
  pulls: ReadonlyMap<string, PullSettings>;
  monitors: MonitorSettings;
  /** Where people reach this server, without a slash at its end; null if nobody says so. */
  public_url: string | null;
  schedules: ReadonlyMap<string, ScheduleSettings>;
  /** Null where no mail can be sent. */
  mail: MailSettings | null;
  /** Null where people sign in with keys only. */
  oidc: OidcSettings | null;
  erased_orders: ErasurePolicy['orders'];
  erased_runs: ErasurePolicy['runs'];
  retention: RetentionPolicy;
  /** Null keeps all entries of the audit log. */
  audit_days: number | null;
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
  request_storage,
  request_storage_default,
  peppers,
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
    request_storage,
    request_storage_default,
    peppers,
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
  const bounds_default = boundsOf('defaults.differential_privacy', content.defaults?.differential_privacy);
  const bounds = new Map<string, Bounds>();
  const kept_default = daysKept(content.defaults?.retention);
  const kept = new Map<string, DaysKept>();
  for (const [brand_id, own] of Object.entries(content.brands ?? {})) {
    const problem = brandProblem(brand_id);
    if (problem) throw badRequest(`config.brands.${brand_id}`, problem);
    brands.set(brand_id, mergeSettings(`brands.${brand_id}`, defaults, own));
    hosts.set(brand_id, brandHostsOf(`brands.${brand_id}`, own as Partial<BrandHosts>, default_hosts));
    if (own.page_conversions !== undefined) page_conversions.set(brand_id, own.page_conversions);
    if (own.differential_privacy !== undefined)
      bounds.set(
        brand_id,
        boundsOf(`brands.${brand_id}.differential_privacy`, own.differential_privacy, bounds_default),
      );
    if (own.retention !== undefined) kept.set(brand_id, daysKept(own.retention, kept_default));
    if (own.customer_ids !== undefined) customer_ids.set(brand_id, own.customer_ids);
  }
  if (content.collector_id === SETTLED_COLLECTOR)
    throw badRequest('config.collector_id', `${SETTLED_COLLECTOR} is a name of the program; choose another one`);
  const public_url = publicUrl(content, env);
  const rules = content.brand_rules === undefined ? null : brandRules(content.brand_rules);
  return {
    collector_id: content.collector_id ?? null,
    warehouse: warehouseLocation(content.warehouse, env),
    state: stateLocation(content.state, env),
    brands,
    brand_groups: brandGroups(content.shared_orders, content.cross_brand_people),
    brand_rules: rules,
    behavioural_segments: behaviouralSegments(content.behavioural_segments ?? {}),
    defaults,
    page_conversions,
    page_conversions_default: content.defaults?.page_conversions ?? false,
    customer_ids,
    customer_ids_default: content.defaults?.customer_ids ?? 'verbatim',
    peppers: peppersOf(content, env),
    bounds,
    bounds_default,
    adviceRules: adviceRulesOf(content),
    limits: { ...DEFAULT_LIMITS, ...(content.limits as Partial<Limits> | undefined) },
    rate_limit_per_minute: content.rate_limit_per_minute ?? null,
    cors_origins: content.cors_origins ?? ['*'],
    embed_origins: embedOrigins(content.embed_origins ?? []),
    email: emailSettings(content.email ?? {}, 'config.email'),
    trust_proxy: content.trust_proxy ?? [],
    honor_dnt: content.honor_dnt ?? false,
    geoip_db: content.geoip_db ?? env['GEOIP_DB'] ?? null,
    ip_storage: content.ip_storage ?? 'truncated',
    ...requestStorage(content),
    strict_ga4_channels: content.strict_ga4_channels ?? false,
    ...readMachineTraffic(content.machine_traffic ?? {}),
    own_domains: hostList('own_domains', content.own_domains ?? []),
    hosts,
    default_hosts,
    fits: (content.fits ?? []).map(({ every_hours, ...parameters }) => ({ every_hours, parameters })),
    segment_events: segmentEvents(content.segment_events ?? {}),
    sources: sourceSettings(content.sources ?? {}, env, rules !== null && rules.sender_domains.size > 0),
    destinations: destinationSettings(content.destinations ?? {}, env),
    pulls: pullSettings(content.pulls ?? {}, env),
    monitors: monitorSettings(content.monitors ?? {}, env, content.mail !== undefined),
    public_url,
    schedules: scheduleSettings(content.schedules ?? {}, env, { mail: content.mail !== undefined, public_url }),
    mail: content.mail === undefined ? null : mailSettings(content.mail, env),
    oidc: content.oidc === undefined ? null : oidcSettings(content.oidc, env),
    erased_orders: content.erased_orders ?? 'remove',
    erased_runs: content.erased_runs ?? 'tombstone',
    retention: { defaults: kept_default, brands: kept },
    audit_days: content.audit_days ?? null,
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
