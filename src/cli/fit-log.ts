/** `tributary fit` on the log: through the server that runs on the data folder, or in this process. */

import { cardText } from '../present/model-card.ts';
import type { Query } from './client.ts';
import { type DataOptions, withClient } from './connect.ts';
import { jsonText } from './io.ts';
import { type Context, mustExist } from './options.ts';

export async function fitOnLog(
  { io, open }: Context,
  parameters: Query,
  flags: DataOptions & { json?: boolean },
): Promise<void> {
  mustExist(flags.data);
  const card = await withClient(io, open, flags, async (client) => {
    await client.settle();
    return client.post('/v1/models', parameters);
  });
  io.out(flags.json ? jsonText(card) : cardText(card));
}
