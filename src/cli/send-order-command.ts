/** The command `tributary experiments order`: puts a send list into waves by chance. */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { MAX_ASSIGNED } from '../experiments/experiments.ts';
import { WAVES } from '../experiments/send-orders.ts';
import type { Json } from './client.ts';
import { type DataOptions, withClient } from './connect.ts';
import { printJson } from './io.ts';
import { type Context, mustExist, whole, withData } from './options.ts';
import { pathPart } from './requests.ts';

interface OrderOptions extends DataOptions {
  file: string;
  campaign?: string;
  waves?: number;
  brand?: string;
  json?: boolean;
}

/** The lines of a file that have something. */
export const linesOf = (file: string): string[] =>
  readFileSync(file, 'utf8')
    .split(/\r?\n/)
    .filter((text) => text !== '');

export function addOrder(group: Command, { io, open }: Context): void {
  const order = group
    .command('order')
    .description('put a send list into waves by chance; prints customer_id and wave, separated by a comma')
    .argument('<experiment_id>')
    .requiredOption('--file <file>', 'a send list: one customer_id a line')
    .option('--campaign <id>', 'the campaign that will be sent; needed once')
    .option('--waves <n>', `how many waves; ${WAVES.usual} when left out`, whole(WAVES.least, WAVES.most))
    .option('--brand <id>', 'the brand')
    .option('--json', 'print JSON');
  withData(order, io).action(async (experiment_id: string, options: OrderOptions) => {
    mustExist(options.data);
    const { file, campaign, waves, brand } = options;
    const ids = linesOf(file);
    const path = `/v1/experiments/${pathPart('experiment_id', experiment_id)}/order`;
    const found: Json[] = [];
    await withClient(io, open, options, async (client) => {
      for (let from = 0; from < ids.length; from += MAX_ASSIGNED) {
        const people = ids.slice(from, from + MAX_ASSIGNED).map((customer_id) => ({ customer_id }));
        const asked = { campaign_id: campaign, waves, brand_id: brand, planned_people: Math.max(2, ids.length) };
        found.push(...(await client.post(path, { ...asked, people })).people);
      }
    });
    const rows = found.map((one, i) => ({ customer_id: ids[i]!, ...one }));
    if (options.json) printJson(io, { experiment_id, people: rows });
    else io.out(rows.map(lineOf).join(''));
  });
}

function lineOf({ customer_id, wave, held_out_by, refused }: Json): string {
  return `${customer_id},${wave ?? (refused ? `refused: ${refused.reason}` : `held out by ${held_out_by}`)}\n`;
}
