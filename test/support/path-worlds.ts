/** Random worlds for reports on paths: what is asked of a world, and what the reference says of it. */
import fc from 'fast-check';
import type { ReportContext } from '../../src/reports/context.ts';
import { orderPaths, type RefPath } from '../reference/order-paths.ts';
import type { Options } from '../reference/reference.ts';
import { campaignOf } from '../reference/touches.ts';
import type { RefTouchpoint } from '../reference/types.ts';
import { optionsArbitrary, toReference, type WireWorld, worlds } from '../reference/worlds.ts';
import { Engine } from './engine.ts';
import { eventsOf, parametersOf, settingsOf } from './worlds.ts';

export interface AskedWorld {
  context: ReportContext;
  world: WireWorld;
  options: Options;
  parameters: Omit<ReturnType<typeof parametersOf>, 'models' | 'week_start'>;
  by: string;
  /** The paths of the reference; null if a rate is missing. */
  paths: RefPath[] | null;
}

export const BY = ['channel', 'campaign_id', 'touchpoint_type', 'utm_source'] as const;

/** Checks a promise on random worlds. */
export async function onWorlds(runs: number, check: (asked: AskedWorld) => Promise<void>): Promise<void> {
  const property = fc.asyncProperty(
    worlds({ conflicts: true }),
    optionsArbitrary,
    fc.constantFrom(...BY),
    async (world, options, by) => {
      const engine = await Engine.open();
      try {
        for (const [brand_id, own] of Object.entries(options.settings ?? {}))
          engine.settings.set(brand_id, settingsOf(own));
        await engine.load(eventsOf(world), 7);
        const { models: _models, week_start: _week_start, ...parameters } = parametersOf(options, []);
        // Reports on paths have weeks that begin on Monday.
        const asked: Options = { ...options, week_start: 'monday', models: ['linear'] };
        if (options.week_start !== 'monday' && options.filters?.some(({ field }) => field === 'week')) return;
        await check({ context: engine.reports, world, options: asked, parameters, by, paths: reference(world, asked) });
      } finally {
        await engine.close();
      }
    },
  );
  await fc.assert(property, {
    numRuns: runs,
    endOnFailure: process.env['FC_SHRINK'] === undefined,
    ...(process.env['FC_SEED'] ? { seed: Number(process.env['FC_SEED']) } : {}),
    ...(process.env['FC_PATH'] ? { path: process.env['FC_PATH'] } : {}),
  });
}

function reference(world: WireWorld, options: Options): RefPath[] | null {
  try {
    return orderPaths(toReference(world), options);
  } catch (error) {
    if (error instanceof Error && error.message.includes('no fx rate')) return null;
    throw error;
  }
}

/** What a key says of a touch. */
export function nameOf(touch: RefTouchpoint, by: string): string | null {
  if (by === 'campaign_id') return campaignOf(touch);
  return (touch[by as keyof RefTouchpoint] as string | null | undefined) ?? null;
}
