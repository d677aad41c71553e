/** The command `tributary retention`: how long records are kept, what would go now, and a run. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { TributaryError } from '../domain/errors.ts';
import { tableOf } from '../present/any.ts';
import { line } from '../present/clip.ts';
import type { Client, Json } from './client.ts';
import { type DataOptions, withClient } from './connect.ts';
import { printJson } from './io.ts';
import { type Context, mustExist, withData } from './options.ts';

type Options = DataOptions & { json?: boolean; apply?: boolean };

const LOOK_EVERY_MS = 200;

export function addRetentionCommand(program: Command, { io, open }: Context): void {
  withData(
    program
      .command('retention')
      .description('Show how long records are kept and what would go now; nothing is removed without --apply')
      .option('--apply', 'remove now what is older than the policy keeps')
      .option('--json', 'print JSON'),
    io,
  ).action(async (options: Options) => {
    mustExist(options.data);
    const found = await withClient(io, open, options, (client) =>
      options.apply ? applied(client) : client.get('/v1/retention'),
    );
    if (options.json) return printJson(io, found);
    io.out(options.apply ? appliedText(found) : dryText(found));
  });
}

/** Removes what is old, and waits for it, however long it takes. */
async function applied(client: Client): Promise<Json> {
  const status = (): Promise<Json> => client.get('/v1/retention', { counts: 'false' });
  const { last_run: before } = await status();
  await client.post('/v1/retention');
  for (;;) {
    const found = await status();
    if (!found.running) {
      if (found.last_error !== null) throw new TributaryError('conflict', `the run failed: ${found.last_error}`);
      const is_new = JSON.stringify(found.last_run) !== JSON.stringify(before);
      return { removed: is_new ? found.last_run.removed : [], ...found };
    }
    await sleep(LOOK_EVERY_MS);
  }
}

function dryText({ policies, would_remove }: Json): string {
  const limited = (policies as Json[]).filter(({ days }) => days !== null);
  if (limited.length === 0) return 'everything is kept for ever; the setting "retention" of a brand says otherwise\n';
  const rows = new Map((would_remove as Json[]).map((one) => [`${one.record} ${one.brand_id}`, one.rows]));
  const named = new Set(limited.map(({ brand_id, record }) => `${record} ${brand_id}`));
  const others = (would_remove as Json[]).filter(({ record, brand_id }) => !named.has(`${record} ${brand_id}`));
  const table = [
    ...limited.map(({ brand_id, record, days, removes_before }) => ({
      record,
      brand_id: brand_id ?? '(other brands)',
      kept: `${days} days`,
      from: removes_before.slice(0, 10),
      rows_that_would_go: brand_id === null ? '' : String(rows.get(`${record} ${brand_id}`) ?? 0),
    })),
    ...others.map(({ record, brand_id, before, rows: n }) => ({
      record,
      brand_id: brand_id || '(all brands)',
      kept: 'as other brands',
      from: before.slice(0, 10),
      rows_that_would_go: String(n),
    })),
  ];
  return `${tableOf(table, Number.POSITIVE_INFINITY)}nothing was removed; --apply removes it now, and the server does each hour\n`;
}

function appliedText({ removed }: Json): string {
  if (removed.length === 0) return 'nothing was older than the policy keeps\n';
  return (removed as Json[])
    .map(
      ({ record, brand_id, before, rows }) =>
        line`removed ${String(rows)} rows: ${record}${brand_id === '' ? '' : ` of ${brand_id}`} from before ${before.slice(0, 10)}\n`,
    )
    .join('');
}
