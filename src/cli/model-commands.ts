/** The commands of `tributary models` that change what reports do with fitted models; the others are declared reports. */
import type { Command } from 'commander';
import { line } from '../present/clip.ts';
import type { Client, Json } from './client.ts';
import { type DataOptions, withClient } from './connect.ts';
import { printJson } from './io.ts';
import { type Context, mustExist, withData } from './options.ts';
import { pathPart, withQuery } from './requests.ts';

interface ModelOptions extends DataOptions {
  brand?: string;
  reason?: string;
  json?: boolean;
}

/** @param models the command `models`, which has the reports already. */
export function addModelCommands(models: Command, context: Context): void {
  const pin = models
    .command('pin')
    .description('have reports use this artifact instead of the newest that passed, until it is unpinned')
    .argument('<artifact_id>', '`artifact_id` from the list')
    .requiredOption('--reason <text>', 'why, for those who wonder later')
    .option('--brand <id>', 'only for reports of this brand; for all brands when left out');
  addAction(context, pin, async (client, id, { brand, reason }) => {
    const made = await client.post(`${pathOf(id)}/pin`, { reason, ...brandOf(brand) });
    return [made, line`${made.attribution_model} is pinned to ${made.artifact_id} for ${scopeOf(made.brand_id)}\n`];
  });
  const unpin = models
    .command('unpin')
    .description('have reports use the newest artifact that passed again')
    .argument('<artifact_id>', '`artifact_id` of the pin')
    .option('--brand <id>', 'the brand of the pin; the pin for all brands when left out');
  addAction(context, unpin, async (client, id, { brand }) => {
    const done = await client.delete(withQuery(`${pathOf(id)}/pin`, brandOf(brand)));
    return [done, line`${done.unpinned} is unpinned\n`];
  });
  const adopt = models
    .command('adopt')
    .description('adopt a trial: reports use it as they use every other fit')
    .argument('<artifact_id>', '`artifact_id` of the trial');
  addAction(context, adopt, async (client, id) => {
    const made = await client.post(`${pathOf(id)}/adopt`);
    return [made, line`${id} is adopted as ${made.artifact_id}\n`];
  });
  const remove = models
    .command('delete')
    .description('delete a trial')
    .argument('<artifact_id>', '`artifact_id` of the trial');
  addAction(context, remove, async (client, id) => {
    const done = await client.delete(pathOf(id));
    return [done, line`${done.deleted} is deleted\n`];
  });
}

type Act = (client: Client, id: string, options: ModelOptions) => Promise<[answer: Json, sentence: string]>;

function addAction({ io, open }: Context, command: Command, act: Act): void {
  withData(command.option('--json', 'print JSON'), io).action(async (id: string, options: ModelOptions) => {
    mustExist(options.data);
    const [answer, sentence] = await withClient(io, open, options, (client) => act(client, id, options));
    if (options.json) printJson(io, answer);
    else io.out(sentence);
  });
}

const pathOf = (id: string): string => `/v1/models/${pathPart('artifact_id', id)}`;
const brandOf = (brand: string | undefined): { brand_id?: string } => (brand === undefined ? {} : { brand_id: brand });
const scopeOf = (brand_id: string | null): string => (brand_id === null ? 'all brands' : `brand ${brand_id}`);
