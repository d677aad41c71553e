/** The settings of enrichment as plain values, which also another thread can be given. */
import type { BrandHosts } from './brand-hosts.ts';
import type { EnrichOptions } from './enrich.ts';
import { openGeo } from './geo.ts';
import type { IpStorage } from './ip.ts';
import type { MachineRules } from './machine-rules.ts';
import { type NetworkList, openNetworks } from './networks.ts';

export interface EnrichSettings {
  strict_ga4_channels: boolean;
  ip_storage: IpStorage;
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
    own_domains,
    hosts_of: (brand_id) => hosts.get(brand_id) ?? default_hosts,
    geo: geoip_db === null ? null : await openGeo(geoip_db),
    networks: openNetworks(networks ?? []),
    ...(machine_rules === undefined ? {} : { machine_rules }),
  };
}
