/**
 * The list of commands and their files. Each command loads only its own modules, so that small commands start fast.
 */

import type { Command } from 'commander';
import type { Context } from './options.ts';

type AddTo = (program: Command, context: Context) => void;

/** All commands, in the order of the help. */
const COMMANDS: readonly { names: readonly string[]; load: () => Promise<AddTo> }[] = [
  { names: ['init'], load: async () => (await import('./init.ts')).addInitCommand },
  { names: ['serve'], load: async () => (await import('./serve.ts')).addServeCommand },
  { names: ['demo'], load: async () => (await import('./demo.ts')).addDemoCommand },
  { names: ['import'], load: async () => (await import('./import/register.ts')).addImportCommand },
  {
    names: ['report', 'receipt', 'runs', 'models'],
    load: async () => (await import('./report-commands.ts')).addReportCommands,
  },
  { names: ['mcp'], load: async () => (await import('./mcp.ts')).addMcpCommand },
  { names: ['lineage'], load: async () => (await import('./lineage-commands.ts')).addLineageCommands },
  { names: ['sql', 'views'], load: async () => (await import('./sql-commands.ts')).addSqlCommands },
  { names: ['fit'], load: async () => (await import('./fit.ts')).addFitCommand },
  { names: ['scorecard'], load: async () => (await import('./scorecard/register.ts')).addScorecardCommand },
  { names: ['identity'], load: async () => (await import('./identity/register.ts')).addIdentityCommands },
  { names: ['machine-traffic'], load: async () => (await import('./machine-traffic.ts')).addMachineTrafficCommand },
  { names: ['simulate'], load: async () => (await import('./simulate.ts')).addSimulateCommand },
  { names: ['monitors', 'incidents'], load: async () => (await import('./monitor-commands.ts')).addMonitorCommands },
  { names: ['export'], load: async () => (await import('./export.ts')).addExportCommand },
  { names: ['pulls'], load: async () => (await import('./pull-commands.ts')).addPullCommands },
  { names: ['schedules'], load: async () => (await import('./schedule-commands.ts')).addScheduleCommands },
  { names: ['destinations'], load: async () => (await import('./destination-commands.ts')).addDestinationCommands },
  { names: ['sources'], load: async () => (await import('./source-commands.ts')).addSourceCommands },
  { names: ['keys', 'reclassify'], load: async () => (await import('./admin-commands.ts')).addAdminCommands },
  {
    names: ['experiments'],
    load: async () => (await import('./experiment-commands.ts')).addExperimentCommands,
  },
  {
    names: ['annotations', 'share'],
    load: async () => (await import('./sharing-commands.ts')).addSharingCommands,
  },
  {
    names: ['erase', 'erasure', 'subject-export'],
    load: async () => (await import('./erasure-commands.ts')).addErasureCommands,
  },
  { names: ['retention'], load: async () => (await import('./retention-commands.ts')).addRetentionCommand },
  { names: ['email-keys'], load: async () => (await import('./email-commands.ts')).addEmailCommands },
  { names: ['audit'], load: async () => (await import('./audit-commands.ts')).addAuditCommands },
  { names: ['doctor'], load: async () => (await import('./doctor.ts')).addDoctorCommand },
  { names: ['completion'], load: async () => (await import('./completion.ts')).addCompletionCommand },
];

/**
 * Loads the command of a name. Without such a command it loads all of them, for the help and for error messages. It loads them
 * one by one: in parallel, Node 20 sometimes fails to link a CommonJS package that several of them import ("request for
 * 'commander' is not in cache").
 */
export async function commandsFor(name: string | undefined): Promise<AddTo[]> {
  const wanted = COMMANDS.filter(({ names }) => name !== undefined && names.includes(name));
  const loaded: AddTo[] = [];
  for (const { load } of wanted.length > 0 ? wanted : COMMANDS) loaded.push(await load());
  return loaded;
}
