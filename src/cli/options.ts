/** Parts that commands share: their context, common options, and printing an answer. */
import { existsSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import { badRequest } from '../domain/errors.ts';
import { type CsvStyle, toCsv } from '../present/csv.ts';
import { showReport } from '../present/tables.ts';
import type { ReportJson } from '../reports/context.ts';
import { mainTableOf, type Report } from '../reports/declare.ts';
import type { Openers } from './connect.ts';
import { type Io, printJson } from './io.ts';

/** The context of a command. */
export interface Context {
  io: Io;
  open: Openers;
  /** Adds every command to a program. */
  addEveryCommand(program: Command): Promise<void>;
  /** Sets the exit code of a command that did its work and found a problem. */
  exit(code: number): void;
}

/** Adds the options of every command that works on data. */
export function withData(command: Command, io: Io): Command {
  return command
    .option('--data <dir>', 'data folder (TRIBUTARY_DATA)', io.env['TRIBUTARY_DATA'] ?? './data')
    .option('--config <file>', 'configuration file (TRIBUTARY_CONFIG)', io.env['TRIBUTARY_CONFIG'])
    .option(
      '--warehouse <url>',
      'warehouse: duckdb:PATH or clickhouse://user@host:8123/database (TRIBUTARY_WAREHOUSE); a file in the data folder when left out',
    );
}

/** Makes a reader for an option: a whole number in a range. */
export function whole(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < minimum || number > maximum)
      throw new InvalidArgumentError(`Send a whole number from ${minimum} to ${maximum}.`);
    return number;
  };
}

/** Collects the values of an option that may be given several times. */
export function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

export interface FormatFlags {
  json?: boolean;
  csv?: boolean;
  csvStyle?: CsvStyle;
  limit: number;
}

/** Prints the answer of a report in the format that was asked for. */
export function print(io: Io, report: Report, answer: ReportJson, flags: FormatFlags): void {
  const csv = flags.csv || flags.csvStyle !== undefined;
  if (flags.json && csv) throw badRequest('--csv', 'give either --json or --csv, not both');
  if (flags.json) printJson(io, answer);
  else if (csv) io.out(toCsv(answer, mainTableOf(report, answer), flags.csvStyle));
  else io.out(showReport(report, answer, flags.limit === 0 ? Number.POSITIVE_INFINITY : flags.limit));
}

/** Refuses a data folder that does not exist: for a report it is a typing mistake, so the folder is not made. */
export function mustExist(data: string): void {
  if (!existsSync(data))
    throw badRequest(
      '--data',
      `${data} does not exist; import or serve into this folder first, or name another folder`,
    );
}
