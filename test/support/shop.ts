/** A real Tributary in a temporary folder, which takes what a small shop sends and answers reports. */
import { makeConfig } from '../../src/config.ts';
import type { RecordName } from '../../src/domain/index.ts';
import { draftsOf } from '../../src/log/envelope.ts';
import type { ReportContext } from '../../src/reports/context.ts';
import { type CollectingTributary, openTributary } from '../../src/tributary.ts';
import { warehouseSetting } from './engine.ts';
import { ALL_BRANDS, type Fields } from './events.ts';
import { temporaryFolder } from './folder.ts';
import { DEEP, ENGINE_THREADS } from './tier.ts';
import { LAST_DAY_OF_MARCH_MS } from './time.ts';

// biome-ignore lint/suspicious/noExplicitAny: reports are read by path, and a wrong path fails its test
export type Json = any;

export interface Shop {
  tributary: CollectingTributary;
  reports: ReportContext;
  /** Sends records of a kind and waits until they are queryable. */
  send(record: RecordName, ...items: Fields[]): Promise<void>;
  /** The reports of the same log under another configuration. */
  configured(file: unknown): ReportContext;
  /** The time of the shop, which stands still but for `wait`. */
  now(): string;
  wait(ms: number): void;
  close(): Promise<void>;
}

/** In the quick tier its loader has no thread of its own: starting one costs more processor time than the few events of a shop. */
export async function openShop(file: unknown = {}): Promise<Shop> {
  const folder = temporaryFolder();
  let now_ms = LAST_DAY_OF_MARCH_MS;
  const tributary = await openTributary({
    folder,
    config: makeConfig({ threads: ENGINE_THREADS, ...(file as object), ...warehouseSetting(folder) }),
    clock: () => now_ms,
    serves_nobody: !DEEP,
  });
  return {
    tributary,
    reports: tributary.reports,
    async send(record, ...items) {
      const receipt = await tributary.collector.accept({ source: 'test', drafts: draftsOf(record, items) }, ALL_BRANDS);
      if (receipt.rejected.length > 0) throw new Error(JSON.stringify(receipt.rejected));
      await tributary.collector.flush();
    },
    configured(other) {
      const config = makeConfig(other);
      return { ...tributary.reports, settings: (brand_id) => config.brands.get(brand_id) ?? config.defaults };
    },
    now: () => new Date(now_ms).toISOString(),
    wait(ms) {
      now_ms += ms;
    },
    close: () => tributary.close(),
  };
}

/** A shop for one test. */
export async function withShop(file: unknown, work: (shop: Shop) => Promise<void>): Promise<void> {
  const shop = await openShop(file);
  try {
    await work(shop);
  } finally {
    await shop.close();
  }
}

/** Reads into a report without its type. */
export function pick(report: unknown, ...path: Array<string | number>): Json {
  return path.reduce<Json>((value, key) => value?.[key], report);
}
