/** `tributary runs`: freeze a report's credits, and say later what has changed and why. */

import type { Command } from 'commander';
import { showAny } from '../present/any.ts';
import { showComparison } from '../present/comparison.ts';
import type { DataOptions } from './connect.ts';
import { ask, withClient } from './connect.ts';
import { type Context, type FormatFlags, mustExist, print, whole, withData } from './options.ts';
import { type AttributionFlags, attributionQuery, withAttribution } from './report-commands.ts';

type Formats = FormatFlags & DataOptions;

export function addRunsCommands(program: Command, context: Context): void {
  const { io, open } = context;
  const runs = program.command('runs').description('Frozen reports, and what has changed since');
  const add = (name: string, description: string): Command => {
    const command = runs
      .command(name)
      .description(description)
      .option('--json', 'the exact answer as JSON')
      .option('--csv', 'its main table as CSV');
    return withData(
      command.option('--limit <rows>', 'rows of a table on the terminal; 0 is all', whole(0, 1_000_000), 25),
      io,
    );
  };
  withAttribution(add('freeze', 'keep the credits of a report under a run id'))
    .argument('[run_id]', 'a name for it; made up when left out')
    .action(async (run_id: string | undefined, flags: AttributionFlags & Formats) => {
      mustExist(flags.data);
      const parameters = { ...attributionQuery(flags), run_id };
      const body = Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined));
      const frozen = await withClient(io, open, flags, async (client) => {
        await client.settle();
        return client.post('/v1/runs', body);
      });
      print(io, frozen, flags, (report, limit) => showAny(report, limit));
    });
  add('list', 'what was frozen').action(async (flags: Formats) => {
    mustExist(flags.data);
    const list = await ask(io, open, flags, '/v1/runs');
    if (list.runs.length === 0 && !flags.json && !flags.csv)
      io.out('nothing is frozen yet: `tributary runs freeze` does it\n');
    else print(io, list, flags, (report, limit) => showAny(report, limit));
  });
  add('compare', 'a frozen run with today’s answer, the difference split by cause')
    .argument('<run_id>')
    .option('--model <name>', 'one of the run’s models; its first when left out')
    .option('--group-by <key>', 'channel, campaign_id or email_id; channel when left out')
    .action(async (run_id: string, flags: Formats & { model?: string; groupBy?: string }) => {
      mustExist(flags.data);
      const query = { model: flags.model, group_by: flags.groupBy };
      const path = `/v1/runs/${encodeURIComponent(run_id)}/compare`;
      const compared = await ask(io, open, flags, path, query);
      print(io, compared, flags, showComparison);
    });
}
