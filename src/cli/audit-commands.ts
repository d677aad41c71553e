/** The command `tributary audit`: who did what, who read data of persons, and whether the log is whole. */
import { type Command, Option } from 'commander';
import { tableOf } from '../present/any.ts';
import { line } from '../present/clip.ts';
import { AUDIT_KINDS } from '../privacy/audit/entry.ts';
import type { Json } from './client.ts';
import { type DataOptions, withClient } from './connect.ts';
import { printJson } from './io.ts';
import { type Context, mustExist, whole, withData } from './options.ts';

interface JsonOption extends DataOptions {
  json?: boolean;
}

export function addAuditCommands(program: Command, { io, open, exit }: Context): void {
  const audit = program.command('audit').description('Who did what, and who read data of persons');
  const list = audit
    .command('list', { isDefault: true })
    .description('list the newest entries')
    .option('--person <id>', 'only entries that name this customer, anonymous id or order')
    .addOption(new Option('--kind <kind>', 'only entries of this kind').choices(AUDIT_KINDS))
    .option('--before <number>', 'only entries before this number', whole(1, Number.MAX_SAFE_INTEGER))
    .option('--limit <n>', 'how many', whole(1, 1_000), 50)
    .option('--json', 'print JSON');
  withData(list, io).action(
    async (options: JsonOption & { person?: string; kind?: string; before?: number; limit: number }) => {
      mustExist(options.data);
      const { person, kind, before, limit } = options;
      const query = { person, kind, before: before?.toString(), limit: String(limit) };
      const found = await withClient(io, open, options, (client) => client.get('/v1/audit', query));
      if (options.json) return printJson(io, found);
      io.out(found.entries.length === 0 ? 'no entries\n' : tableOf(found.entries.map(shown), Number.POSITIVE_INFINITY));
      if (found.next_before !== null) io.out(line`older entries: --before ${String(found.next_before)}\n`);
    },
  );
  const verify = audit
    .command('verify')
    .description('check that no entry was changed, removed or added; exit code 1 if one was')
    .option('--head <seq:hash>', 'a head that was noted before; the log must still hold it')
    .option('--json', 'print JSON');
  withData(verify, io).action(async (options: JsonOption & { head?: string }) => {
    mustExist(options.data);
    const found = await withClient(io, open, options, (client) =>
      client.get('/v1/audit/verification', options.head === undefined ? {} : { head: options.head }),
    );
    if (options.json) printJson(io, found);
    else
      io.out(
        found.whole
          ? line`${String(found.entries)} entries are whole; note the head elsewhere: ${String(found.head.seq)}:${found.head.hash}\n`
          : line`the audit log is broken: ${found.problem}\n`,
      );
    if (!found.whole) exit(1);
  });
}

function shown({ seq, at, kind, call, actor, brand_id, target, result, of }: Json): Json {
  const about = Object.entries(target as Record<string, string>).map(([name, value]) => `${name} ${value}`);
  return {
    ...{ seq, at, kind, who: actor?.name ?? '', call, brand_id: brand_id ?? '' },
    about: [...about, ...(of === undefined ? [] : [`${result}, of ${of}`])].join(', '),
  };
}
