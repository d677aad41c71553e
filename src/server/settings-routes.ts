/** Routes about the installation itself: the brands that somebody may choose, and what is configured. They hold no secret. */
import { brandSettings, type Config, customerIds, takesPageConversions } from '../config.ts';
import { brandWithin, maySee } from '../domain/brand-access.ts';
import { MODEL_SETTING_VALUES } from '../domain/settings.ts';
import { Type } from '../domain/typebox.ts';
import { brandsInUse } from '../reports/known-brand.ts';
import { allows } from './roles.ts';
import type { Route, Services } from './route.ts';

const Brands = Type.Object({
  brands: Type.Array(
    Type.Object({
      brand_id: Type.String(),
      configured: Type.Boolean({ description: 'True if the configuration has settings of this brand' }),
    }),
  ),
});

const Settings = Type.Object({
  brands: Type.Array(
    Type.Object({
      brand_id: Type.String(),
      configured: Type.Boolean({ description: 'True if the configuration has settings of this brand' }),
      currency: Type.String(),
      time_zone: Type.String(),
      ...MODEL_SETTING_VALUES,
      journey_gap_days: Type.Number(),
      identity_min_probability: Type.Number(),
      custom_models: Type.Array(Type.String(), { description: 'Names of models of your own' }),
      by_conversion_type: Type.Array(Type.String(), { description: 'Conversion types with other model settings' }),
      page_conversions: Type.Boolean(),
      customer_ids: Type.String(),
      consent: Type.Optional(
        Type.Object(
          {
            measurement: Type.String(),
            countries: Type.Record(Type.String(), Type.String()),
            after_withdrawal: Type.String(),
            sharing: Type.Optional(Type.String()),
            denied: Type.Optional(Type.String()),
          },
          { description: 'Which touchpoints need consent to count; left out where none does' },
        ),
      ),
    }),
    { description: 'Brands with orders or settings, and what holds for each' },
  ),
  installation: Type.Union(
    [
      Type.Array(Type.Object({ setting: Type.String(), value: Type.String() }), {
        description: 'Settings of all brands, by their names in the configuration',
      }),
      Type.Null(),
    ],
    { description: 'Null for who is no admin of all brands' },
  ),
});

export function settingsRoutes({ tributary }: Services): Route[] {
  const { config } = tributary;
  const brandsFor = (key_brand_id: string | null): Promise<string[]> => brandsOfKey(tributary, key_brand_id);
  const configured = (brand_id: string): boolean => config.brands.has(brand_id);
  const shared = { method: 'GET', tag: 'administration' } as const;
  return [
    {
      ...shared,
      path: '/v1/brands',
      scope: 'read',
      viewers: true,
      own_brands: true,
      summary: 'List the brands that the key may see',
      answers: {
        200: {
          description: 'Brands with orders or settings',
          schema: Brands,
          example: { brands: [{ brand_id: 'shop-eu', configured: true }] },
        },
      },
      handle: async ({ key, brand_ids }) => ({
        brands: (brand_ids ?? (await brandsFor(key!.brand_id))).map((brand_id) => ({
          brand_id,
          configured: configured(brand_id),
        })),
      }),
    },
    {
      ...shared,
      path: '/v1/settings',
      scope: 'read',
      viewers: true,
      summary: 'Show what is configured',
      description:
        'Settings are changed in the configuration file. Secrets are not among them. Who is no admin sees the settings of brands only.',
      parameters: Type.Object(
        {
          brand_id: Type.Optional(
            Type.String({ maxLength: 200, description: 'One brand; all brands that the key may see when left out' }),
          ),
        },
        { additionalProperties: false },
      ),
      answers: { 200: { description: 'The settings that hold', schema: Settings } },
      handle: async ({ key, query }) => {
        const asked = brandWithin(key!.brand_id, (query as { brand_id?: string }).brand_id);
        const known = (await brandsFor(key!.brand_id)).filter((brand_id) => maySee(key!.brand_id, [brand_id]));
        const brands = asked === null ? known : known.filter((brand_id) => brand_id === asked);
        return {
          brands: brands.map((brand_id) => ({ ...ofBrand(config, brand_id), configured: configured(brand_id) })),
          installation: key!.brand_id === null && allows(key!, { scope: 'admin' }) ? ofInstallation(tributary) : null,
        };
      },
    },
  ];
}

/** The brands that a key may see: its own, or all with orders or settings. */
export async function brandsOfKey(
  { config, warehouse }: Services['tributary'],
  key_brand_id: string | null,
): Promise<string[]> {
  if (key_brand_id !== null) return [key_brand_id];
  return warehouse.read((snapshot) => brandsInUse(snapshot, [...config.brands.keys()]));
}

function ofBrand(config: Config, brand_id: string): Record<string, unknown> {
  const { custom_models, by_conversion_type, ...settings } = brandSettings(config, brand_id);
  return {
    brand_id,
    ...settings,
    custom_models: Object.keys(custom_models),
    by_conversion_type: Object.keys(by_conversion_type),
    page_conversions: takesPageConversions(config, brand_id),
    customer_ids: customerIds(config, brand_id),
  };
}

function ofInstallation({
  config,
  warehouse,
  state,
}: Services['tributary']): Array<{ setting: string; value: string }> {
  const { oidc } = config;
  const fits = config.fits.map(({ every_hours, parameters }) => `${parameters.model}, every ${every_hours} h`);
  const values: Record<string, string | number | boolean | readonly string[] | null> = {
    warehouse: warehouse.engine,
    state: state.engine,
    ip_storage: config.ip_storage,
    strict_ga4_channels: config.strict_ga4_channels,
    own_domains: config.own_domains,
    cors_origins: config.cors_origins,
    trust_proxy: config.trust_proxy,
    honor_dnt: config.honor_dnt,
    rate_limit_per_minute: config.rate_limit_per_minute,
    query_timeout_ms: config.query_timeout_ms,
    geoip_db: config.geoip_db === null ? null : 'a file',
    'email.base_url': config.email.base_url,
    fits,
    'limits.max_body_bytes': config.limits.max_body_bytes,
    'limits.max_items': config.limits.max_items,
    'oidc.issuer': oidc?.issuer.href ?? null,
    'oidc.groups_claim': oidc?.groups_claim ?? null,
    'oidc.roles': (oidc?.roles ?? []).map(
      ({ group, role, brand_ids }) => `${group}: ${role} of ${brand_ids?.join(', ') ?? 'all brands'}`,
    ),
    log_level: config.log_level,
  };
  return Object.entries(values).map(([setting, value]) => ({
    setting,
    value: value === null ? '' : Array.isArray(value) ? value.join('; ') : String(value),
  }));
}
