/** `tributary models`: what was fitted, and the card of each. */

import type { Command } from 'commander';
import { showAny } from '../present/any.ts';
import { cardText } from '../present/model-card.ts';
import type { DataOptions } from './connect.ts';
import { ask } from './connect.ts';
import { type Context, type FormatFlags, mustExist, print, whole, withData } from './options.ts';

type Flags = FormatFlags & DataOptions;

export function addModelsCommands(program: Command, context: Context): void {
  const { io, open } = context;
  const models = program.command('models').description('Fitted models and their cards');
  const add = (name: string, description: string): Command =>
    withData(
      models
        .command(name)
        .description(description)
        .option('--json', 'the exact answer as JSON')
        .option('--csv', 'its main table as CSV')
        .option('--limit <rows>', 'rows of a table on the terminal; 0 is all', whole(0, 1_000_000), 25),
      io,
    );
  add('list', 'what was fitted, newest first, and what reports use').action(async (flags: Flags) => {
    mustExist(flags.data);
    const list = await ask(io, open, flags, '/v1/models');
    if (list.models.length === 0 && !flags.json && !flags.csv)
      io.out('nothing is fitted yet: `tributary fit` does it\n');
    else print(io, list, flags, showAny);
  });
  add('card', 'what a fitted model learned, from what, how well, and what it cannot know')
    .argument('<artifact_id>')
    .action(async (artifact_id: string, flags: Flags) => {
      mustExist(flags.data);
      print(io, await ask(io, open, flags, `/v1/models/${encodeURIComponent(artifact_id)}`), flags, cardText);
    });
}
