/** `fit …` on the log: through the server that runs on it, or in this process. */

import { cardText } from '../present/model-card.ts';
import type { DataOptions } from './connect.ts';
import { withClient } from './connect.ts';
import { type Context, mustExist } from './options.ts';

import { type AttributionFlags, attributionQuery } from './report-commands.ts';

export interface FitFlags extends DataOptions, Omit<AttributionFlags, 'draws' | 'seed' | 'model' | 'models'> {
  family?: string;
  order?: number | 'auto';
  grain?: string;
  transform?: string;
  draws?: number;
  seed?: number;
  guardMinutes?: number;
  maxAgeDays?: number;
  json?: boolean;
}

export async function fitOnLog({ io, open }: Context, model: string, flags: FitFlags): Promise<void> {
  mustExist(flags.data);
  const { family, order, grain, transform, draws, seed, ...shared } = flags;
  const asked = {
    ...attributionQuery(shared),
    model,
    family,
    order: order === undefined ? undefined : String(order),
    grain,
    transform,
    draws,
    seed,
    guard_minutes: flags.guardMinutes,
    max_age_days: flags.maxAgeDays,
  };
  const body = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  const card = await withClient(io, open, flags, async (client) => {
    await client.settle();
    return client.post('/v1/models', body);
  });
  io.out(flags.json ? `${JSON.stringify(card, null, 2)}\n` : cardText(card));
}
