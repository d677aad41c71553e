/** Answers SQL over the views: a place for the statement, the rows of the views that it names, the sandbox, and the result. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { guardedSql } from '../present/csv.ts';
import { type Asker, type ReportContext, type ReportJson, readOptions } from '../reports/context.ts';
import { ReadPlaces } from '../warehouse/turns.ts';
import { columnsSeen, VIEW_TYPES, type View } from './declare.ts';
import { fillViews, type ViewRequest } from './fill.ts';
import type { ResultColumn, SandboxLimits, SandboxTable, SqlFormat, SqlValue } from './sandbox/messages.ts';
import { Sandbox, type SandboxProcessLimits } from './sandbox/sandbox.ts';
import { VIEWS, viewsIn } from './views.ts';

export interface SqlLimits extends SandboxLimits, SandboxProcessLimits {
  /** Statements that run at the same time; others wait. */
  places: number;
}

export const SQL_LIMITS: SqlLimits = {
  memory_bytes: 500_000_000,
  max_process_bytes: 1_200_000_000,
  threads: 1,
  timeout_ms: 30_000,
  max_rows: 500_000,
  max_bytes: 50_000_000,
  places: 2,
};

export interface SqlQuestion extends ViewRequest {
  sql: string;
  values: Record<string, SqlValue>;
  format: SqlFormat;
}

export interface SqlAnswer {
  /** The period, the currency and the position of the views. */
  head: ReportJson;
  columns: ResultColumn[];
  rows: number;
  /** The rows: CSV, Parquet, or JSON objects with commas between them. */
  content: Buffer;
}

export class SqlDesk {
  readonly limits: SqlLimits;
  private readonly places: ReadPlaces;
  private readonly folder: string;

  /** @param data_folder results lie in it, in a folder that only its owner can read, until they are sent. */
  constructor(data_folder: string, limits: Partial<SqlLimits> = {}) {
    this.limits = { ...SQL_LIMITS, ...limits };
    this.places = new ReadPlaces(this.limits.places);
    this.folder = join(data_folder, 'sql-results');
    // What a process left that ended in between.
    rmSync(this.folder, { recursive: true, force: true });
  }

  /**
   * @throws bad_request for a fault of the statement or a parameter; unprocessable when a limit is reached; busy; cancelled; the
   * errors of the reports.
   */
  async answer(context: ReportContext, question: SqlQuestion, asker: Asker): Promise<SqlAnswer> {
    await this.places.enter(readOptions(context));
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const result = join(this.folder, randomBytes(8).toString('hex'));
    const sandbox = new Sandbox(this.limits, context.cancellation?.signal);
    try {
      const { persons, sql, values, format, parameters } = question;
      const tables = VIEWS.map((view) => tableOf(view, persons));
      // The fault of a statement is told before anything is computed for it.
      await sandbox.ask({
        sql,
        values,
        format,
        tables,
        result,
        safe_text: guardedSql('this_text'),
        limits: this.limits,
      });
      const head = await fillViews(context, viewsIn(sql), { parameters, persons }, asker, (view, rows, cells) =>
        sandbox.take({ table: view.name, rows, cells }),
      );
      const { columns, rows } = await sandbox.run();
      return { head, columns, rows, content: await readFile(result) };
    } finally {
      sandbox.close();
      await rm(result, { force: true });
      this.places.leave();
    }
  }
}

function tableOf(view: View, persons: boolean): SandboxTable {
  return {
    name: view.name,
    columns: columnsSeen(view, persons).map(([name, { type }]) => {
      const { sql, cell, value } = VIEW_TYPES[type];
      return { name, sql, cell, value: value(name) };
    }),
  };
}
