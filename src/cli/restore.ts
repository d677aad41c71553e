/** `tributary doctor --restore`: fills a new data folder from a backup, without anyone who was erased since. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { badRequest, TributaryError } from '../domain/errors.ts';
import { recallPlans } from '../experiments/recall-plans.ts';
import { Collector } from '../log/collector.ts';
import { limitDigests } from '../log/suppressions.ts';
import { line } from '../present/clip.ts';
import { ErasureBook } from '../privacy/erasure/book.ts';
import { eraseFromRestored, parseList } from '../privacy/erasure/restored.ts';
import { openState } from '../state/open.ts';
import { configOf, type DataOptions, runningServer } from './connect.ts';
import type { Context } from './options.ts';
import { count } from './progress.ts';

interface RestoreOptions extends DataOptions {
  folder: string;
  /** A list of who was erased, beside that of the data folder. */
  erasures?: string;
}

export async function restore({ io, open }: Context, options: RestoreOptions): Promise<void> {
  const { data, folder } = options;
  const config = configOf(io, options);
  const server = await runningServer(data);
  if (server) throw new TributaryError('conflict', `--restore: a server is running on ${data}; stop it first`);
  if (!existsSync(folder)) throw badRequest('--restore', `${folder} does not exist`);
  const given = listIn(options.erasures);
  const { has_manifest, erased } = await open.withWarehouse(data, config, async (warehouse) => {
    const spool = join(data, 'spool');
    if (holdsEvents(spool))
      throw new TributaryError(
        'conflict',
        `--restore: ${data} already has events in ${spool}; restore into a new data folder`,
      );
    const state = await openState(data, config.state);
    try {
      const book = new ErasureBook(state, Date.now);
      await book.merge(given);
      await limitDigests(state, given);
      await warehouse.migrate();
      // After a crash the next start takes the people out before it answers anybody.
      await book.noteRestore(true);
      const backup = await warehouse.restore(resolve(folder));
      await Collector.forgetKnownIds(data);
      const erased = await eraseFromRestored(warehouse, await book.list());
      await recallPlans(warehouse, state);
      await book.noteRestore(false);
      return { ...backup, erased };
    } finally {
      await state.close();
    }
  });
  if (!has_manifest)
    io.err(
      'warning: an earlier version made this backup, without a manifest: its tables are all there, and their content cannot be checked\n',
    );
  if (erased > 0) io.out(`${count(erased)} ids of people who were erased since were taken out\n`);
  io.out(line`restored into ${data}\n`);
}

function listIn(path: string | undefined): NonNullable<ReturnType<typeof parseList>> {
  if (path === undefined) return [];
  if (!existsSync(path)) throw badRequest('--erasures', `${path} does not exist`);
  const list = parseList(readFileSync(path, 'utf8'));
  if (list === undefined)
    throw badRequest('--erasures', `${path} is not what \`tributary erasure list\` writes; give that file`);
  return list;
}

function holdsEvents(spool: string): boolean {
  return existsSync(spool) && readdirSync(spool).some((name) => statSync(join(spool, name)).size > 0);
}
