/** The form of the configuration file. */
import { BrandSchema, HostList } from './brand-config.ts';
import { DestinationsSchema } from './destinations/settings.ts';
import { CrossBrandPeopleSchema, SharedOrdersSchema } from './domain/brand-groups.ts';
import { type Static, Type } from './domain/typebox.ts';
import { EmailSettingsSchema } from './email/settings.ts';
import { IP_STORAGES, type IpStorage } from './enrichment/ip.ts';
import { SecretSchema } from './files/secret.ts';
import { BrandRulesSchema } from './log/brand-rules.ts';
import { MachineTraffic } from './machine-traffic-config.ts';
import { MailSchema } from './mail/settings.ts';
import { MonitorsSchema } from './monitors/settings.ts';
import { ErasedOrders, ErasedRuns } from './privacy/erasure/policy.ts';
import { BehaviouralSegmentsSchema } from './profiles/settings.ts';
import { PullsSchema } from './pulls/settings.ts';
import { FitParameters } from './reports/fit-parameters.ts';
import { SchedulesSchema } from './schedules/settings.ts';
import { OidcSchema } from './sign-in-config.ts';
import { SourcesSchema } from './sources/settings.ts';

const closed = { additionalProperties: false } as const;

/** The parameters of a fit that is repeated. A trial is made by hand. */
const { trial: _trial, ...SCHEDULED_FIT } = FitParameters.properties;

export const ConfigSchema = Type.Object(
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
    /** The brand of events that name none and come with a key for all brands. */
    brand_rules: Type.Optional(BrandRulesSchema),
    /** Brands in which an order with the same id is one order: it counts once in the consolidated report. */
    shared_orders: Type.Optional(SharedOrdersSchema),
    /** Brands whose customers with the same id are one person in the consolidated report. Their journeys stay apart. */
    cross_brand_people: Type.Optional(CrossBrandPeopleSchema),
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
    /** Sites whose pages may show an embedded page of the dashboard; none when left out. */
    embed_origins: Type.Optional(Type.Array(Type.String(), { maxItems: 50 })),
    /** Links of emails and the open pixel. */
    email: Type.Optional(EmailSettingsSchema),
    /** Addresses or networks of the proxies whose X-Forwarded-For header is used. */
    trust_proxy: Type.Optional(Type.Array(Type.String())),
    honor_dnt: Type.Optional(Type.Boolean()),
    geoip_db: Type.Optional(Type.String()),
    ip_storage: Type.Optional(Type.Unsafe<IpStorage>({ type: 'string', enum: [...IP_STORAGES] })),
    strict_ga4_channels: Type.Optional(Type.Boolean()),
    /** How machines are told from persons. */
    machine_traffic: Type.Optional(MachineTraffic),
    /** Domains of all brands. */
    own_domains: Type.Optional(HostList),
    /** Models to fit at an interval. The artifact of a fit that fails its gate is stored, but reports do not use it. */
    fits: Type.Optional(
      Type.Array(
        Type.Object({ every_hours: Type.Number({ minimum: 0.1, maximum: 8_760 }), ...SCHEDULED_FIT }, closed),
        { maxItems: 100 },
      ),
    ),
    /** What Segment's events with names of your own are: `touchpoint:TYPE` or `conversion:TYPE`. Others are custom touchpoints. */
    segment_events: Type.Optional(Type.Record(Type.String(), Type.String())),
    /** Providers whose webhooks this server takes, by an id of your choice: the URL is /v1/sources/ID. */
    sources: Type.Optional(SourcesSchema),
    /** Segments that follow from what people do, by brand; none when left out. */
    behavioural_segments: Type.Optional(BehaviouralSegmentsSchema),
    /** Programs that are told about orders and their credit, by an id of your choice. */
    destinations: Type.Optional(DestinationsSchema),
    /** Programs that spend is read from, by an id of your choice. */
    pulls: Type.Optional(PullsSchema),
    /** What is watched, and who is told; without alerts, incidents only stand in the dashboard. */
    monitors: Type.Optional(MonitorsSchema),
    /** The address under which people reach this server, such as `https://tributary.shop.example`: links in mails begin with it. */
    public_url: Type.Optional(Type.String({ maxLength: 200 })),
    /** Reports that are sent, and views that are exported, once a period, by an id of your choice. */
    schedules: Type.Optional(SchedulesSchema),
    /** The server that mail is sent with: scheduled reports and alerts. */
    mail: Type.Optional(MailSchema),
    /** The identity provider where people sign in to the dashboard; with keys only when left out. */
    oidc: Type.Optional(OidcSchema),
    /** What becomes of the orders of a person who is erased; they are removed when left out. */
    erased_orders: Type.Optional(ErasedOrders),
    /** What becomes of frozen runs that hold credit of such a person; they lose the ids and keep the amounts when left out. */
    erased_runs: Type.Optional(ErasedRuns),
    /** The keys of hashed ids of persons, the newest first; needed where a brand has `customer_ids: "hashed"`. */
    customer_id_peppers: Type.Optional(Type.Array(SecretSchema, { minItems: 1, maxItems: 5 })),
    /** Days that the audit log keeps its entries; it keeps all when left out. */
    audit_days: Type.Optional(Type.Integer({ minimum: 30, maximum: 36_500 })),
    query_timeout_ms: Type.Optional(Type.Integer({ minimum: 100 })),
    memory_limit_bytes: Type.Optional(Type.Integer({ minimum: 100_000_000 })),
    /** The most memory for histories, in bytes; 0 keeps none. A quarter of the machine when left out. */
    histories_memory_bytes: Type.Optional(Type.Integer({ minimum: 0 })),
    threads: Type.Optional(Type.Integer({ minimum: 1, maximum: 256 })),
    log_level: Type.Optional(Type.String({ pattern: '^(fatal|error|warn|info|debug|trace|silent)$' })),
  },
  closed,
);
export type ConfigFile = Static<typeof ConfigSchema>;
