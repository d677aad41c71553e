/**
 * What a report is, said once. The HTTP route, its page in OpenAPI with the schema of the answer, the CSV, the command with its
 * flags and the table on the terminal follow from this.
 */
import type { Static, TObject, TSchema } from 'typebox';
import type { Asker, ReportContext, ReportJson } from './context.ts';

/** The rows that a report is about, which are its CSV. */
export interface MainTable {
  /** The field that holds the rows. */
  rows: string;
  /** Where several parts of the answer hold such rows: the field with the parts by name, and the column that tells them apart. */
  parts?: { field: string; column: string };
}

/** Asking leaves something behind, so the call is a POST for admin keys, with the parameters in its body. */
export interface Writes {
  /** Parameters are required. */
  body_required: boolean;
  examples: Record<string, ReportJson>;
}

export interface Report {
  /** Also the name of its terminal table in `present`. */
  name: string;
  /** The words of the command, such as `report journeys`; null where a command of its own asks for it. */
  command: string | null;
  tag: 'reports' | 'models';
  /** `/v1/reports/campaigns/:campaign_id`; a `:name` is in `path_parameters`. */
  path: string;
  path_parameters: Readonly<Record<string, string>>;
  summary: string;
  description: string;
  parameters: TObject;
  /** The schema of the answer, with what each figure means. */
  result: TSchema;
  /** Null where the answer is values by name. */
  main_table: MainTable | null;
  writes: Writes | null;
  example?: ReportJson;
  /** @throws bad_request naming the parameter, and what the report says of itself. */
  run(context: ReportContext, asked: Record<string, unknown>, asker: Asker): Promise<ReportJson>;
}

interface Declaration<P extends TObject, N extends string> {
  name: string;
  command: string | null;
  tag?: Report['tag'];
  path: string;
  path_parameters?: Readonly<Record<N, string>>;
  summary: string;
  description: string;
  parameters: P;
  result: TSchema;
  main_table?: MainTable;
  /** What the figures of the answer mean, by the names of their fields. */
  explain?: Readonly<Record<string, string>>;
  writes?: Writes;
  example?: ReportJson;
  run(context: ReportContext, asked: Static<P> & Record<N, string>, asker: Asker): Promise<ReportJson>;
}

export function defineReport<P extends TObject, N extends string = never>(declared: Declaration<P, N>): Report {
  const { tag = 'reports', path_parameters = {}, main_table = null, writes = null, explain = {}, ...rest } = declared;
  return {
    ...rest,
    tag,
    path_parameters,
    main_table,
    writes,
    result: explained(declared.result, explain) as TSchema,
    run: (context, asked, asker) => declared.run(context, asked as Static<P> & Record<N, string>, asker),
  };
}

/** The schema with a description at every field that `explain` names and that has none of its own. */
function explained(schema: unknown, explain: Readonly<Record<string, string>>): unknown {
  if (Array.isArray(schema)) return schema.map((part) => explained(part, explain));
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([keyword, part]) => [
      keyword,
      keyword === 'properties' ? withMeanings(part, explain) : explained(part, explain),
    ]),
  );
}

function withMeanings(fields: object, explain: Readonly<Record<string, string>>): object {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => {
      const description = explain[name];
      const own = explained(field, explain) as object;
      return [name, description === undefined || 'description' in own ? own : { ...own, description }];
    }),
  );
}
