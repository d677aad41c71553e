/** The command `tributary lineage`: what an answer was made of, and whether the same log still gives it. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { badRequest } from '../domain/errors.ts';
import { tableOf } from '../present/any.ts';
import { line } from '../present/clip.ts';
import type { Json } from './client.ts';
import { type DataOptions, withClient } from './connect.ts';
import { printJson } from './io.ts';
import { type Context, mustExist, withData } from './options.ts';

type LineageOptions = DataOptions & { out?: string; json?: boolean };

/** What must be the same for an answer to be the same. */
const CHECKED = ['config_hash', 'as_of', 'answer_sha256'] as const;

export function addLineageCommands(program: Command, { io, open, exit }: Context): void {
  const lineage = program.command('lineage').description('What an answer was made of, and whether it still holds');
  const show = lineage
    .command('show', { isDefault: true })
    .description('show the settings, the fits and the rows of the log behind a report')
    .argument('<address>', 'the call of the report, such as "/v1/reports/attribution?group_by=channel"')
    .option('--out <file>', 'write it into a new file, for a later `lineage verify`')
    .option('--json', 'print JSON');
  withData(show, io).action(async (address: string, options: LineageOptions) => {
    mustExist(options.data);
    const found = await withClient(io, open, options, async (client) => {
      await client.settle();
      return client.get('/v1/lineage', { address });
    });
    if (options.out !== undefined) writeFileSync(options.out, `${JSON.stringify(found, null, 2)}\n`, { flag: 'wx' });
    if (options.json) printJson(io, found);
    else io.out(lineageText(found));
  });
  const verify = lineage
    .command('verify')
    .description('ask again what a file of `lineage --out` says, and compare; exit code 1 if it differs')
    .argument('<file>', 'the file')
    .option('--json', 'print JSON');
  withData(verify, io).action(async (file: string, options: LineageOptions) => {
    mustExist(options.data);
    const kept = readKept(file);
    const now = await withClient(io, open, options, (client) => client.get('/v1/lineage', { address: kept.address }));
    const differs = CHECKED.filter((name) => kept[name] !== now[name]);
    if (options.json) printJson(io, { verified: differs.length === 0, differs, now });
    else io.out(differs.length === 0 ? line`the answer is the same: ${now.answer_sha256}\n` : differenceText(differs));
    if (differs.length > 0) exit(1);
  });
}

function readKept(file: string): Json {
  let kept: Json;
  try {
    kept = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw badRequest('file', `${file} is no file of \`tributary lineage --out\`: ${(cause as Error).message}`);
  }
  if (typeof kept?.address !== 'string' || typeof kept.answer_sha256 !== 'string')
    throw badRequest('file', `${file} has no address or no answer_sha256; write one with \`tributary lineage --out\``);
  return kept;
}

function differenceText(differs: readonly string[]): string {
  return differs.includes('config_hash')
    ? 'the answer differs, because the settings are others now\n'
    : 'the answer differs with the same question, settings and log position: rows of the log are others, for example after an erasure\n';
}

function lineageText(found: Json): string {
  const periods =
    found.report_period === null ? '' : line`period    ${found.report_period.start} to ${found.report_period.end}\n`;
  const settings = Object.entries((found.settings ?? {}) as Record<string, Json>);
  return [
    line`address   ${found.address}\nanswer    sha256 ${found.answer_sha256}\nlog       ${found.as_of}\nsettings  ${found.config_hash ?? 'none'}\n`,
    periods,
    found.rows_address === null ? '' : line`rows      ${found.rows_address}\n`,
    ...settings.map(([brand_id, own]) => line`\nsettings of ${brand_id}\n  ${JSON.stringify(own)}\n`),
    found.artifacts.length === 0 ? '' : `\nfits\n${tableOf(found.artifacts, Number.POSITIVE_INFINITY)}`,
    found.log.length === 0 ? '' : `\nthe log at this position\n${tableOf(found.log, Number.POSITIVE_INFINITY)}`,
  ].join('');
}
