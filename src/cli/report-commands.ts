/** Adds a command for each declared report: its parameters are flags, and its answer is a table, JSON or CSV. */
import { type Command, Option } from 'commander';
import { CSV_STYLE_NAMES } from '../present/csv.ts';
import type { Report } from '../reports/declare.ts';
import { REPORTS } from '../reports/index.ts';
import type { Json } from './client.ts';
import { type DataOptions, withClient } from './connect.ts';
import { addFlags, parametersOf } from './flags.ts';
import { addModelCommands } from './model-commands.ts';
import { type Context, type FormatFlags, mustExist, print, whole, withData } from './options.ts';
import { pathPart } from './requests.ts';
import { watch } from './watch.ts';

type ReportFlags = DataOptions & FormatFlags & { watch?: number } & Record<string, unknown>;

/** Commands that have subcommands. */
const GROUPS: Readonly<Record<string, string>> = {
  report: 'Show what channels, campaigns and emails earned',
  runs: 'Freeze reports, and compare them with later answers',
  models: 'Show fitted models and their cards, and choose which of them reports use',
};

export function addReportCommands(program: Command, context: Context): void {
  const groups = new Map<string, Command>();
  for (const report of REPORTS) {
    if (report.command === null) continue;
    const [first, second] = report.command.split(' ') as [string, string?];
    if (second === undefined) {
      addReport(program.command(first), report, context);
      continue;
    }
    const group = groups.get(first) ?? program.command(first).description(GROUPS[first] ?? '');
    groups.set(first, group);
    addReport(group.command(second), report, context);
  }
  addModelCommands(groups.get('models')!, context);
}

export function addReport(command: Command, report: Report, context: Context): void {
  const ids = Object.entries(report.path_parameters);
  command.description(report.summary);
  for (const [name, text] of ids) command.argument(`<${name}>`, text);
  addFlags(command, report.parameters);
  command
    .option('--json', 'print the exact answer as JSON')
    .option('--csv', 'print the main table as CSV')
    .addOption(
      new Option(
        '--csv-style <style>',
        'CSV for programs, or for Excel with semicolons and decimal commas (excel) or commas and points (excel_us)',
      ).choices(CSV_STYLE_NAMES),
    )
    .option('--limit <rows>', 'rows of a table on the terminal; 0 shows all', whole(0, 1_000_000), 25);
  if (report.writes === null)
    command.option('--watch <seconds>', 'show the answer again every so many seconds, until Ctrl-C', whole(1, 86_400));
  withData(command, context.io).action(async () => {
    const flags = command.opts<ReportFlags>();
    const sent = Object.fromEntries(command.registeredArguments.map((own, i) => [own.name(), command.args[i]]));
    mustExist(flags.data);
    const show = async (): Promise<void> =>
      print(context.io, report, await ask(context, report, { ...flags, ...sent }), flags);
    await (flags.watch === undefined ? show() : watch(context.io, flags.watch, show));
  });
}

/** Asks for a report after everything that was accepted before is loaded. */
function ask({ io, open }: Context, report: Report, flags: ReportFlags): Promise<Json> {
  const path = report.path.replace(/:(\w+)/g, (_, name: string) => pathPart(name, String(flags[name])));
  const parameters = parametersOf(report.parameters, flags);
  return withClient(io, open, flags, async (client) => {
    await client.settle();
    return report.writes === null ? client.get(path, parameters) : client.post(path, parameters);
  });
}
