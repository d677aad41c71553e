/** A real Tributary in a temporary folder, with short hand for what a small shop sends. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, makeConfig } from '../../src/config.ts';
import type { RecordName } from '../../src/domain/index.ts';
import { draftsOf } from '../../src/log/envelope.ts';
import type { ReportContext } from '../../src/reports/context.ts';
import { type CollectingTributary, openTributary } from '../../src/tributary.ts';
import { warehouseSetting } from '../support/engine.ts';

export const ALL_BRANDS = { key_brand_id: null };
export const MARCH = { start: '2026-03-01', end: '2026-04-01' };

// biome-ignore lint/suspicious/noExplicitAny: reports are read by path, and a wrong path fails its test
export type Json = any;

type Fields = Record<string, unknown>;

export interface Shop {
  tributary: CollectingTributary;
  reports: ReportContext;
  /** Sends records of a kind and waits until they are queryable. */
  send(record: RecordName, ...items: Fields[]): Promise<void>;
  /** The reports of the same log under another configuration. */
  configured(file: unknown): ReportContext;
  close(): Promise<void>;
}

export async function openShop(file: unknown = {}): Promise<Shop> {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-reports-'));
  const clock = () => Date.parse('2026-03-31T12:00:00Z');
  const tributary = await openTributary({
    folder,
    config: makeConfig({ ...(file as object), ...warehouseSetting(folder) }),
    clock,
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
      const config: Config = makeConfig(other);
      return { ...tributary.reports, settings: (brand_id) => config.brands.get(brand_id) ?? config.defaults };
    },
    async close() {
      await tributary.close();
      rmSync(folder, { recursive: true });
    },
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

/** March 2026: `at(5, '10:30')`. */
export function at(day: number, time = '12:00'): string {
  return `2026-03-${String(day).padStart(2, '0')}T${time}:00Z`;
}

export function touch(touchpoint_id: string, touchpoint_type: string, occurred_at: string, rest: Fields = {}): Fields {
  const who = 'anonymous_id' in rest ? {} : { customer_id: 'ann' };
  const channel = touchpoint_type.startsWith('email_') ? 'email' : 'direct';
  return { touchpoint_id, touchpoint_type, occurred_at, channel, ...who, ...rest };
}

export function order(conversion_id: string, value: string, occurred_at: string, rest: Fields = {}): Fields {
  const type = 'purchase';
  return {
    conversion_id,
    conversion_type: type,
    conversion_value: value,
    currency: 'USD',
    occurred_at,
    customer_id: 'ann',
    ...rest,
  };
}

export function mail(event_type: string, customer_id: string, rest: Fields = {}): Fields {
  return { event_type, customer_id, campaign_id: 'spring', email_id: 'e1', occurred_at: at(1), ...rest };
}

/** Reads into a report without its type. */
export function pick(report: unknown, ...path: Array<string | number>): Json {
  return path.reduce<Json>((value, key) => value?.[key], report);
}
