/** Worlds that are in the warehouse before a fault begins. They are made in the engine and restored as a backup. */
import { join } from 'node:path';
import { key, makeBenchBackup, worldOf, writeBackup } from '../../bench/world.ts';
import type { Stage } from './stage.ts';

/** The ids of touchpoints and orders of all worlds. Those of clients begin otherwise. */
const IDS = /^(tp|cv)_/;
const LOG = "timestamp_ms '2026-01-01' as received_at, timestamp_ms '2026-01-01' as loaded_at, 'main' as collector_id";

/** A year of a lifelike shop: 2025. */
export function loadShop(stage: Stage, touchpoints: number): Promise<void> {
  return load(stage, (folder) => makeBenchBackup(folder, worldOf(touchpoints)));
}

/** One id, `guest`, with all touchpoints and orders of June 2025. */
export function loadGuest(stage: Stage, touchpoints: number, orders: number): Promise<void> {
  return load(stage, (folder) => writeBackup(folder, rowsOf(touchpoints, orders, "'guest'", 50)));
}

/** As many people as campaigns: each person has a touchpoint of a campaign of its own, and an order. */
export function loadCampaigns(stage: Stage, campaigns: number): Promise<void> {
  return load(stage, (folder) =>
    writeBackup(folder, rowsOf(campaigns, campaigns, "'person-' || i::varchar", campaigns)),
  );
}

async function load(stage: Stage, write: (folder: string) => Promise<void>): Promise<void> {
  const folder = join(stage.folder, 'world');
  await write(folder);
  const { code, output } = await stage.command(['doctor', '--restore', folder, '--data', stage.data]);
  if (code !== 0) throw new Error(`the world could not be loaded: ${output}`);
  stage.clients.others = IDS;
}

/** Row i is of the person that the SQL says. Touchpoints spread over 20 days, orders over the 10 days after. */
function rowsOf(touchpoints: number, orders: number, person: string, campaigns: number): Record<string, string> {
  const who = `'default' as brand_id, ${person} as customer_id, ${key(`'default' || chr(0) || ${person}`)} as subject_key`;
  const at = (from: string, days: number, rows: number): string =>
    `(timestamp_ms '${from}' + to_milliseconds((i * ${(days * 86_400_000) / rows})::bigint))::timestamp_ms as occurred_at`;
  return {
    touchpoints: `
      select ${who}, 'tp_' || i::varchar as touchpoint_id, 'paid_ad_click' as touchpoint_type, 'paid_search' as channel, 'sent' as channel_reason,
        'campaign-' || (i % ${campaigns})::varchar as campaign_id, ${at('2025-06-01', 20, touchpoints)}, 'human' as verdict, '[]' as verdict_reasons,
        1 as rules_version, 0::bigint as traits, 1 as content_hash, ${LOG}, ${orders} + 1 + i as log_seq
      from range(${touchpoints}) t(i)`,
    conversions: `
      select ${who}, 'cv_' || i::varchar as conversion_id, 'purchase' as conversion_type, 10000000::bigint as conversion_value_micros, 'USD' as currency,
        'order-' || i::varchar as order_id, ${key("'order-' || i::varchar")} as order_key, 1 as quantity, ${at('2025-06-21', 9, orders)}, 1 as content_hash,
        ${LOG}, i + 1 as log_seq
      from range(${orders}) t(i)`,
    commits: `select 'main' as collector_id, ${orders + touchpoints} as log_seq, timestamp_ms '2026-01-01' as committed_at`,
  };
}
