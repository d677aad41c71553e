/** The settings of enrichment as plain values, which also another thread can be given. */
import { hash } from 'node:crypto';
import type { BrandHosts } from './brand-hosts.ts';
import type { EnrichOptions } from './enrich.ts';
import { openGeo } from './geo.ts';
import type { IpStorage } from './ip.ts';
import type { RequestStorage } from './kept-request.ts';
import type { MachineRules } from './machine-rules.ts';
import { type NetworkList, openNetworks } from './networks.ts';
import type { PrivacyOptions } from './private.ts';

export interface EnrichSettings {
  strict_ga4_channels: boolean;
  ip_storage: IpStorage;
  /** How brands that say it keep addresses and user agents; the others have the default. */
  request_storage?: ReadonlyMap<string, RequestStorage>;
  request_storage_default?: RequestStorage;
  /** The first is the key of hashes of addresses and user agents. */
  peppers?: readonly Uint8Array[];
  own_domains: string[];
  /** The hosts of brands that name some; the others have `default_hosts`. */
  hosts: ReadonlyMap<string, BrandHosts>;
  default_hosts: BrandHosts;
  /** The path of the geo database, if there is one. */
  geoip_db: string | null;
  /** The rules that tell machines from persons; the default ones when left out. */
  machine_rules?: MachineRules;
  /** The operator's own networks. */
  networks?: readonly NetworkList[];
}

/** The options of these settings. @throws when the geo database, or a list of networks, cannot be opened. */
export async function enrichOptionsOf(settings: EnrichSettings): Promise<EnrichOptions> {
  const { strict_ga4_channels, ip_storage, own_domains, hosts, default_hosts, geoip_db, machine_rules, networks } =
    settings;
  return {
    strict_ga4: strict_ga4_channels,
    ip_storage,
    ...storageOptions(settings),
    own_domains,
    hosts_of: (brand_id) => hosts.get(brand_id) ?? default_hosts,
    geo: geoip_db === null ? null : await openGeo(geoip_db),
    networks: openNetworks(networks ?? []),
    ...(machine_rules === undefined ? {} : { machine_rules }),
  };
}

/** What brands keep of requests. Where all keep what `ip_storage` says, records are not cleaned again after an update. */
function storageOptions({
  ip_storage,
  request_storage = new Map(),
  request_storage_default = { ip: ip_storage, agent: 'full' },
  peppers = [],
}: EnrichSettings): Partial<PrivacyOptions> {
  const { ip, agent } = request_storage_default;
  const is_usual = request_storage.size === 0 && ip === ip_storage && agent === 'full';
  const rules = [request_storage_default, [...request_storage].sort(([a], [b]) => (a < b ? -1 : 1))];
  return {
    ...(peppers[0] === undefined ? {} : { request_key: peppers[0] }),
    ...(is_usual
      ? {}
      : {
          storage_of: (brand_id) => request_storage.get(brand_id) ?? request_storage_default,
          storage_rules: `/${hash('sha256', JSON.stringify(rules), 'hex').slice(0, 16)}`,
        }),
  };
}
