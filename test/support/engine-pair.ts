/**
 * Worlds in both engines, and questions that both must answer alike. Making a database costs more than asking a small world,
 * so worlds share one: each has brands and a collector of its own, and is asked as of that collector's position, which hides
 * all others. `default` is no brand like others (its rates serve every brand), so some worlds keep a database to themselves.
 */
import { expect } from 'vitest';
import type { ReportContext, ReportJson } from '../../src/reports/context.ts';
import type { WireWorld } from '../reference/worlds.ts';
import { Engine } from './engine.ts';
import { eventsOf } from './worlds.ts';

export type Ask = (context: ReportContext, as_of: { as_of?: string }) => Promise<ReportJson>;

/** A world in both engines. */
export interface Settled {
  engines: readonly Engine[];
  brands: { default: string; b2: string };
  /** Asks both and compares to the byte; says whether there was an answer, and not a refusal. */
  agree(ask: Ask, name: string): Promise<boolean>;
}

/** Loads a world into databases of its own, in batches of these sizes, for the time of `work`. */
export async function withWorld<T>(
  world: WireWorld,
  batch_sizes: BatchSizes,
  work: (settled: Settled) => Promise<T>,
): Promise<T> {
  return withEngines(async (engines) => {
    await Promise.all(engines.map((engine, e) => engine.load(eventsOf(world), batch_sizes[e]!)));
    return work(settled(engines, { default: 'default', b2: 'b2' }));
  });
}

/** Loads worlds into one database of each engine for the time of `work`. */
export async function withWorlds<T>(
  worlds: readonly WireWorld[],
  batch_sizes: BatchSizes,
  work: (settled: Settled[]) => Promise<T>,
): Promise<T> {
  return withEngines(async (engines) => {
    const collectors = new Map(worlds.map((world, i) => [`world${i}`, eventsOf(renamed(world, brandsOf(i)))]));
    await Promise.all(engines.map((engine, e) => engine.loadAll(collectors, batch_sizes[e]!)));
    return work(worlds.map((_, i) => settled(engines, brandsOf(i), `world${i}`)));
  });
}

/** Of DuckDB and of ClickHouse: what is loaded together must not show. */
export type BatchSizes = readonly [duckdb: number, clickhouse: number];

async function withEngines<T>(work: (engines: Engine[]) => Promise<T>): Promise<T> {
  // One thread each: several questions are asked at once, and dealing a small one out costs more than it saves.
  const engines = await Promise.all([Engine.open('duckdb', 1), Engine.open('clickhouse', 1)]);
  try {
    return await work(engines);
  } finally {
    await Promise.all(engines.map((engine) => engine.close()));
  }
}

function settled(engines: readonly Engine[], brands: Settled['brands'], collector_id?: string): Settled {
  return {
    engines,
    brands,
    async agree(ask, name) {
      const [duckdb, clickhouse] = await Promise.all(
        engines.map((engine) =>
          answer(() => ask(engine.reports, collector_id === undefined ? {} : { as_of: engine.as_of(collector_id) })),
        ),
      );
      expect(clickhouse, name).toBe(duckdb);
      return duckdb!.startsWith('{');
    },
  };
}

/** Names that sort as `b2` and `default` do. */
function brandsOf(i: number): Settled['brands'] {
  return { default: `default-${i}`, b2: `b2-${i}` };
}

/** The world under other brands; rates go to both of them, as those of `default` serve every brand. */
function renamed(world: WireWorld, brands: Settled['brands']): WireWorld {
  const rename = <R extends { brand_id?: string | undefined }>(record: R): R => ({
    ...record,
    brand_id: brands[(record.brand_id ?? 'default') as keyof Settled['brands']],
  });
  return {
    touchpoints: world.touchpoints.map(rename),
    conversions: world.conversions.map(rename),
    adjustments: world.adjustments.map(rename),
    identity_links: world.identity_links.map(rename),
    spend: world.spend.map(rename),
    customer_segments: world.customer_segments.map(rename),
    consents: world.consents.map(rename),
    fx_rates: world.fx_rates.flatMap((rate) => Object.values(brands).map((brand_id) => ({ ...rate, brand_id }))),
  };
}

/** The answer, or why there is none, without what names this answer rather than its content. */
async function answer(ask: () => Promise<ReportJson>): Promise<string> {
  try {
    const { as_of: _as_of, generated_at: _generated_at, ...content } = await ask();
    return JSON.stringify(content);
  } catch (error) {
    return `${(error as { code?: string }).code}: ${(error as Error).message}`;
  }
}
