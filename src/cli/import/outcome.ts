/** The report of an import: what was read, what became of it, and the exit code that says so to a script. */
import { RECORD_NAMES } from '../../domain/index.ts';
import { formatMicros } from '../../domain/money.ts';
import { DECIMAL_COMMA } from '../../mapping/amounts.ts';
import { EMAIL_CASE, THREE_DECIMALS } from '../../mapping/converter.ts';
import type { Mapping } from '../../mapping/mapping.ts';
import type { Note } from '../../mapping/notes.ts';
import type { Condition } from '../../mapping/plan.ts';
import { clip, line } from '../../present/clip.ts';
import { exactDecimals, money, pairs } from '../../present/table.ts';
import { type Io, printJson } from '../io.ts';
import { count } from '../progress.ts';
import type { ImportClient, ImportRun } from './importer.ts';
import type { PlanMapping } from './plan-mapping.ts';
import type { RejectedFile } from './rejected.ts';

const EXIT_NOTHING = 1;
const EXIT_SOME_REFUSED = 3;
const EXIT_STOPPED = 130;

export interface Run {
  file: string;
  mapping: PlanMapping;
  finished: boolean;
  seconds: number;
  rejected: RejectedFile;
  dry: boolean;
  /** True if the brand keeps emails in one form. */
  joins_emails: boolean;
}

/** The report as JSON. Every count is of rows of the file, but for `accepted`, `repeated` and `in_conflict`, which are of records. */
function resultOf(client: ImportClient, importer: ImportRun, run: Run): Result & { exit_code: number } {
  const { state } = importer;
  const conflicts = run.finished ? client.conflicts() : null;
  const result: Result = {
    file: run.file,
    dry_run: run.dry,
    finished: run.finished,
    rows_read: state.rows,
    left_out: state.left_out,
    matched: matchedOf(importer, run),
    collected: state.collected,
    accepted: Object.values(state.accepted).reduce((sum, n) => sum + n, 0),
    accepted_by_record: state.accepted,
    repeated: run.finished ? client.repeats() : null,
    in_conflict: Math.max(state.conflicts, conflicts ?? 0),
    refused: state.refused,
    refused_by_reason: [...state.reasons].sort((a, b) => b.rows - a.rows),
    warnings: [...state.notes.filter((note) => isWarning(note, state, run)), ...lateWarnings(importer, run)],
    sums: sumsOf(state.sums),
    rejected_file: state.refused > 0 && !run.dry ? run.rejected.path : null,
    seconds: run.seconds,
  };
  return { ...result, exit_code: exitCode(result, run) };
}

function isWarning({ kind }: Note, { reasons }: ImportRun['state'], { joins_emails }: Run): boolean {
  if (kind === EMAIL_CASE) return !joins_emails;
  if (kind === THREE_DECIMALS) return reasons.some(({ message }) => message.includes(DECIMAL_COMMA));
  return kind !== 'conflict';
}

interface Result {
  file: string;
  dry_run: boolean;
  finished: boolean;
  rows_read: number;
  left_out: number;
  matched: Matched[];
  collected: number;
  accepted: number;
  accepted_by_record: ImportRun['state']['accepted'];
  repeated: number | null;
  in_conflict: number;
  refused: number;
  refused_by_reason: Note[];
  warnings: Warning[];
  sums: ReturnType<typeof sumsOf>;
  rejected_file: string | null;
  seconds: number;
}

function exitCode(result: Result, { finished, mapping }: Run): number {
  if (!finished) return EXIT_STOPPED;
  const loads_nothing = result.accepted === 0;
  const missing = result.warnings.some(
    ({ kind, required }) => kind === 'no_match' || (kind === 'no_column' && required),
  );
  if (loads_nothing && (result.refused > 0 || (missing && result.rows_read > 0))) return EXIT_NOTHING;
  if (loads_nothing && result.left_out > 0 && mapping.mappings.every(({ plan }) => (plan.where?.length ?? 0) > 0))
    return EXIT_NOTHING;
  return result.refused > 0 || result.in_conflict > 0 || missing ? EXIT_SOME_REFUSED : 0;
}

/** The rows that the conditions of a record let through. */
interface Matched {
  record: string;
  where: string;
  rows: number;
}

function matchedOf({ state }: ImportRun, { mapping }: Run): Matched[] {
  return mapping.mappings.flatMap(({ record, plan: { where } }, i) =>
    where === undefined || where.length === 0
      ? []
      : [{ record, where: where.map(conditionText).join('; '), rows: state.matched[i] ?? 0 }],
  );
}

interface Warning extends Note {
  /** Of a column that no row has: the record needs its field. */
  required?: boolean;
}

/** Warnings that only the end of the file shows. An import that went on after a stop has not seen all rows, so it has none. */
function lateWarnings(importer: ImportRun, { mapping, finished }: Run): Warning[] {
  if (!finished || importer.rows_before > 0 || importer.state.rows === 0) return [];
  const rowsFor = (i: number): number => importer.state.matched[i] ?? 0;
  const matched = mapping.mappings.some((_, i) => rowsFor(i) > 0);
  const warnings: Warning[] = mapping.roundedIds();
  const readable =
    importer.state.rows >
    importer.state.reasons.filter(({ field }) => field === '').reduce((n, { rows }) => n + rows, 0);
  if (!matched && readable && mapping.mappings.every(({ plan }) => plan.where))
    warnings.push({ kind: 'no_match', field: '', message: whereOf(mapping.mappings), rows: 0, first_lines: [] });
  for (const [i, one] of mapping.mappings.entries()) {
    if (rowsFor(i) === 0) continue;
    for (const { field, column, nearest, required } of one.unseen()) {
      const meant = nearest === undefined || nearest === column ? '' : `; did you mean ${clip(nearest)}?`;
      const message = `no row has a value in ${clip(column)}, which --map names for ${field}${meant}`;
      warnings.push({ kind: 'no_column', field, message, rows: 0, first_lines: [], required });
    }
  }
  return warnings;
}

function conditionText({ column, op, values }: Condition): string {
  return `${clip(column)} ${op} ${clip(values.join(','))}`;
}

function whereOf(mappings: readonly Mapping[]): string {
  const texts = mappings.flatMap(({ plan }) => plan.where ?? []).map(conditionText);
  return `no row matches --where (${texts.join('; ')}); compare it with a row of the file`;
}

/** By record, in the order in which records are always listed. */
function inOrder<T>(by_record: Readonly<Record<string, T>>): [string, T][] {
  return RECORD_NAMES.flatMap((name): [string, T][] =>
    by_record[name] === undefined ? [] : [[name, by_record[name]]],
  );
}

function sumsOf(sums: Readonly<Record<string, Record<string, Record<string, string>>>>) {
  const list: Array<{ record: string; field: string; currency: string | null; amount: string }> = [];
  for (const [record, fields] of inOrder(sums))
    for (const [field, currencies] of Object.entries(fields))
      for (const [currency, micros] of Object.entries(currencies))
        list.push({ record, field, currency: currency === '' ? null : currency, amount: formatMicros(BigInt(micros)) });
  return list;
}

/** Prints the report. @returns the exit code. */
export function tell(io: Io, client: ImportClient, importer: ImportRun, run: Run, as_json: boolean): number {
  const result = resultOf(client, importer, run);
  if (as_json) {
    printJson(io, result);
    return result.exit_code;
  }
  const names = inOrder(importer.state.accepted);
  const records = [...new Set(run.mapping.mappings.map(({ record }) => record))].join(', ');
  const how = run.dry ? ' (dry run, nothing is stored)' : run.finished ? '' : ' (stopped)';
  io.out(line`${records} from ${run.file}${how}\n`);
  io.out(
    pairs([
      ['rows read', count(result.rows_read)],
      ...result.matched.map(({ record, where, rows }): [string, string] => [
        `matched ${result.matched.length > 1 ? `for ${record} ` : ''}by ${clip(where, 60)}`,
        count(rows),
      ]),
      ...some('left out by --where', result.left_out),
      ...some('product lines of the row before', result.collected),
      ['accepted', count(result.accepted)],
      ...(names.length > 1 ? names.flatMap(([name, n]) => some(`  ${name}`, n)) : []),
      ['refused', count(result.refused)],
      ...(result.repeated === null
        ? []
        : ([['equal to an earlier one, counted once', count(result.repeated)]] as [string, string][])),
      ...some('in conflict with an earlier one, not counted', result.in_conflict),
      ...sumLines(importer.state.sums),
      ['seconds', run.seconds.toFixed(1)],
      ['rows per second', count((importer.state.rows - importer.rows_before) / run.seconds)],
    ]),
  );
  tellMore(io, result, importer, run);
  return result.exit_code;
}

function some(name: string, n: number): [string, string][] {
  return n > 0 ? [[name, count(n)]] : [];
}

function sumLines(sums: ImportRun['state']['sums']): [string, string][] {
  return inOrder(sums).flatMap(([, fields]) =>
    Object.entries(fields).flatMap(([field, currencies]) =>
      Object.entries(currencies).map(([currency, micros]): [string, string] => [
        `sum of ${field}, ${currency === '' ? "the brand's currency" : currency}`,
        money(micros, exactDecimals([micros])),
      ]),
    ),
  );
}

function tellMore(io: Io, result: Result, importer: ImportRun, run: Run): void {
  if (result.refused > 0) {
    io.err('refused by reason:\n');
    for (const { field, message, rows, first_lines } of result.refused_by_reason.slice(0, 20))
      io.err(
        `  ${count(rows)} × ${field === '' ? '' : `${clip(field)}: `}${clip(message, 300)} (${linesOf(first_lines, rows)})\n`,
      );
  }
  for (const { message, rows, first_lines, field, kind } of result.warnings)
    io.err(
      `warning: ${rows > 0 ? `${count(rows)} × ${field === '' ? '' : `${clip(field)}: `}` : ''}${kind === 'no_match' ? message : clip(message, 400)}${rows > 0 ? ` (${linesOf(first_lines, rows)})` : ''}\n`,
    );
  if (result.in_conflict > 0)
    io.err(
      'records in conflict have an id that is known with other content; the first record counts (GET /v1/conflicts lists them)\n',
    );
  if (result.rejected_file !== null) io.err(line`refused rows are in ${result.rejected_file}\n`);
  if (!run.finished) io.err(`stopped after row ${count(importer.state.rows)}; the same command goes on from there\n`);
}

function linesOf(first_lines: readonly number[], rows: number): string {
  const more = rows > first_lines.length ? ', …' : '';
  return `line${first_lines.length > 1 ? 's' : ''} ${first_lines.join(', ')}${more}`;
}
