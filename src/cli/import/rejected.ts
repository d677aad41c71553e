/**
 * Reports refused rows: the first ones on the terminal, all of them in a file beside the input. The file has the form of the
 * input, with the line and the reason beside each row, so it can be mended and imported by the same command.
 */
import { accessSync, closeSync, constants, ftruncateSync, mkdirSync, writeSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import type { Problem } from '../../domain/errors.ts';
import { openOwnFile, refuseLink } from '../../files/private.ts';
import { REJECTED_COLUMNS } from '../../mapping/csv-rows.ts';
import type { FileRow, RowSource } from '../../mapping/row-source.ts';
import { line } from '../../present/clip.ts';
import type { Io } from '../io.ts';

export interface Refusal extends Problem {
  line: number;
  rows: readonly FileRow[];
}

/**
 * The refusals in the order of the file, with each row in one of them. A row that several records refuse has a refusal of its own
 * with all reasons; the others stay with the rows that were refused together with them.
 */
export function eachRowOnce(refusals: readonly Refusal[]): Refusal[] {
  const by_line = new Map<number, { row: FileRow; of: Refusal[] }>();
  for (const refusal of refusals)
    for (const row of refusal.rows) {
      const before = by_line.get(row.line);
      if (before === undefined) by_line.set(row.line, { row, of: [refusal] });
      else before.of.push(refusal);
    }
  const once: { refusal: Refusal; rows: FileRow[] }[] = [];
  for (const { row, of } of [...by_line.values()].sort((a, b) => a.row.line - b.row.line)) {
    const last = once.at(-1);
    if (of.length === 1 && last?.refusal === of[0]) last!.rows.push(row);
    else once.push({ refusal: of.length === 1 ? of[0]! : together(of), rows: [row] });
  }
  return once.map(({ refusal, rows }) => ({ ...refusal, line: rows[0]!.line, rows }));
}

function together([first, ...others]: readonly Refusal[]): Refusal {
  const merged = { ...first! };
  for (const { field, reason } of others)
    if (!merged.reason.includes(reason)) merged.reason = `${merged.reason}; ${field}: ${reason}`;
  return merged;
}

const PRINTED = 20;

export class RejectedFile {
  readonly path: string;
  private fd: number | undefined;
  private printed = 0;

  /**
   * @param spare_folder used if the folder of the input cannot be written; undefined to write nothing.
   * @param bytes that an earlier run wrote.
   */
  constructor(
    private readonly io: Io,
    private readonly source: Pick<RowSource, 'columns' | 'form'>,
    input: string,
    private readonly spare_folder: string | undefined,
    public bytes: number,
  ) {
    const ending = source.form.kind === 'csv' ? extname(input).toLowerCase() : '.ndjson';
    const name = `${basename(input)}.rejected${ending}`;
    this.path = join(writable(dirname(input)) || spare_folder === undefined ? dirname(input) : spare_folder, name);
    if (spare_folder !== undefined) refuseLink(this.path, 'FILE');
  }

  add(refusals: readonly Refusal[]): void {
    if (refusals.length === 0) return;
    for (const refusal of refusals.slice(0, PRINTED - this.printed)) {
      this.io.err(line`line ${refusal.line}: ${refusal.field === '' ? '' : `${refusal.field}: `}${refusal.reason}\n`);
    }
    this.printed = Math.min(PRINTED, this.printed + refusals.length);
    if (this.spare_folder === undefined) return;
    this.fd ??= this.open(this.spare_folder);
    for (const refusal of refusals) this.write(refusal.rows.map((row) => this.rowText(row, refusal)).join(''));
  }

  close(): void {
    if (this.fd !== undefined) closeSync(this.fd);
    this.fd = undefined;
  }

  private open(spare_folder: string): number {
    mkdirSync(spare_folder, { recursive: true });
    const fd = openOwnFile(this.path, 'FILE');
    ftruncateSync(fd, this.bytes);
    this.fd = fd;
    if (this.bytes === 0) this.write(this.head());
    return fd;
  }

  private write(text: string): void {
    const bytes = Buffer.from(text);
    writeSync(this.fd!, bytes, 0, bytes.length, this.bytes);
    this.bytes += bytes.length;
  }

  private head(): string {
    const { columns, form } = this.source;
    const mark = form.mark ? '\ufeff' : '';
    if (form.kind === 'ndjson') return mark;
    const above = form.preamble.replace(/\r\n?/g, '\n');
    return mark + above + this.csvLine([...REJECTED_COLUMNS, ...columns!]);
  }

  private rowText(row: FileRow, { field, reason }: Refusal): string {
    const why = field === '' ? reason : `${field}: ${reason}`;
    if (this.source.form.kind === 'csv') return this.csvLine([String(row.line), why, ...row.cells]);
    const [line_key, reason_key] = REJECTED_COLUMNS as [string, string];
    const content = row.object ?? (row.text === undefined ? this.byColumn(row) : { rejected_text: row.text });
    return `${JSON.stringify({ [line_key]: row.line, [reason_key]: why, ...content })}\n`;
  }

  private byColumn(row: FileRow): Record<string, string> {
    const entries = (this.source.columns ?? []).map((column, i) => [column, row.cells[i]]);
    return Object.fromEntries(entries.filter(([, cell]) => cell !== undefined));
  }

  private csvLine(cells: readonly (string | undefined)[]): string {
    const { delimiter } = this.source.form;
    const texts = cells.map((cell = '') =>
      /["\r\n]/.test(cell) || cell.includes(delimiter) ? `"${cell.replaceAll('"', '""')}"` : cell,
    );
    return `${texts.join(delimiter)}\n`;
  }
}

function writable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
