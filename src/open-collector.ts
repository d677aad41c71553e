/** Opens the collector of a running Tributary: what the configuration says of records that come in. */
import { brandSettings, type Config, customerIds, enrichSettings, takesPageConversions } from './config.ts';
import type { EmailPersonOf } from './domain/email-ids.ts';
import type { EnrichOptions } from './enrichment/enrich.ts';
import { enriching } from './enrichment/enrich-record.ts';
import { Collector, type CollectorOptions } from './log/collector.ts';
import { keptCollectorName } from './log/collector-name.ts';
import { DeniedCounts } from './log/denied-counts.ts';
import type { Followers } from './log/followers.ts';
import type { Edges } from './privacy/retention/edges.ts';
import { personHashes } from './pseudonym-config.ts';
import { isShared } from './warehouse/engines.ts';

type Options = Pick<CollectorOptions, 'folder' | 'clock' | 'serves_nobody' | 'onError' | 'onCommit'> & {
  config: Config;
};

interface Parts extends Pick<CollectorOptions, 'warehouse' | 'state'> {
  followers: Followers;
  enrich_options: EnrichOptions;
  emailPersonOf: EmailPersonOf;
  /** The edges before which records are not taken. */
  edges: () => Edges;
}

export async function openCollector(
  { folder, config, serves_nobody = false, clock, onError, onCommit }: Options,
  { warehouse, state, followers, enrich_options, emailPersonOf, edges }: Parts,
): Promise<Collector> {
  const hashes = personHashes(config);
  const enrich = enriching(enrich_options);
  return Collector.open({
    folder,
    warehouse,
    state,
    limits: config.limits,
    enrich,
    privacy: enrich_options,
    collector_id:
      config.collector_id ??
      // Two collectors of one name would use the same positions and lose events.
      (config.warehouse !== null && isShared(config.warehouse) ? await keptCollectorName(folder, warehouse) : 'main'),
    defaultCurrency: (brand_id) => brandSettings(config, brand_id).currency,
    customerIds: (brand_id) => customerIds(config, brand_id),
    emailPersonOf,
    ...(hashes && { personHashes: hashes }),
    takesPageConversions: (brand_id) => takesPageConversions(config, brand_id),
    brand_rules: config.brand_rules,
    edges,
    denied: new DeniedCounts({ state, enrich, clock, policyOf: (brand_id) => brandSettings(config, brand_id).consent }),
    serves_nobody,
    // Without requests there is nothing to hold up.
    ...(serves_nobody ? {} : { enriches_in_thread: enrichSettings(config) }),
    ...(clock ? { clock } : {}),
    ...(onError ? { onError } : {}),
    onCommit: (log_seq) => {
      followers.wake();
      onCommit?.(log_seq);
    },
  });
}
