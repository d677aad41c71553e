/** How records are read and cleaned, as plain values that another thread can be given. */
import { type Config, enrichSettings } from '../config.ts';
import type { CustomerIds } from '../domain/email-ids.ts';
import type { EnrichSettings } from '../enrichment/enrich-options.ts';
import type { BrandRules } from '../log/brand-rules.ts';
import type { Edges } from '../privacy/retention/edges.ts';

export interface ReadingSettings {
  /** The currencies of brands that name one; the others have `default_currency`. */
  currencies: ReadonlyMap<string, string>;
  default_currency: string;
  /** How brands keep ids of persons; the others do as `default_customer_ids` says. */
  customer_ids: ReadonlyMap<string, CustomerIds>;
  default_customer_ids: CustomerIds;
  /** The key of the hashes that stand for addresses. */
  email_key: Uint8Array;
  /** The keys of hashed ids of persons, the newest first. */
  peppers: readonly Uint8Array[];
  /** The brand of records that name none; null without rules. */
  brand_rules: BrandRules | null;
  /** The edges before which records are not taken. */
  edges: Edges;
  enrich: EnrichSettings;
  /** What becomes of the records that were read: nothing, their bytes for the spool, or also the columns of their rows. */
  keeps: 'nothing' | 'bytes' | 'columns';
}

export function readingSettings(
  config: Config,
  keeps: ReadingSettings['keeps'],
  email_key: Uint8Array,
  edges: Edges,
): ReadingSettings {
  return {
    currencies: new Map([...config.brands].map(([brand_id, { currency }]) => [brand_id, currency])),
    default_currency: config.defaults.currency,
    customer_ids: config.customer_ids,
    default_customer_ids: config.customer_ids_default,
    email_key,
    peppers: config.peppers,
    brand_rules: config.brand_rules,
    edges,
    enrich: enrichSettings(config),
    keeps,
  };
}
