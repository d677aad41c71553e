/**
 * The declaration of a report. The HTTP route, its OpenAPI description with the schema of the answer, the CSV, the command with
 * its flags and the table on the terminal are all made from it.
 */

import { canonicalJson } from '../domain/canonical-json.ts';
import { assert } from '../domain/errors.ts';
import { words } from '../domain/parameter.ts';
import { type Static, type TObject, type TSchema, Type } from '../domain/typebox.ts';
import { answerCompared, type ComparedParts } from './compare.ts';
import type { Asker, ReportContext, ReportJson } from './context.ts';
import type { Compare } from './earlier-period.ts';
import { noisyAnswer } from './noisy/answer.ts';
import type { Noisy } from './noisy/declared.ts';

/** The main rows of an answer. They are the CSV. */
export interface MainTable {
  /** The field that holds the rows. */
  rows: string;
  /** Fields with further rows, which follow in the CSV, such as value that is in no row. An answer may lack them. */
  also?: readonly string[];
  /** Set if several parts of the answer have such rows: the field that holds the parts by name, and the CSV column for the name. */
  parts?: { field: string; column: string };
}

/** Marks a report that stores something. Its call is a POST for admin keys, with the parameters in the body. */
export interface Writes {
  /** True if the body must not be empty. */
  body_required: boolean;
  examples: Record<string, ReportJson>;
}

export interface Report {
  /** The name, also that of its terminal table in `present`. */
  name: string;
  /** The words of the command, such as `report journeys`; null if another command asks for the report. */
  command: string | null;
  tag: 'reports' | 'models';
  /** The path, such as `/v1/reports/campaigns/:campaign_id`. Each `:name` is described in `path_parameters`. */
  path: string;
  path_parameters: Readonly<Record<string, string>>;
  summary: string;
  description: string;
  parameters: TObject;
  /** The schema of the answer. */
  result: TSchema;
  /** Null if the answer is a list of named values. */
  main_table: MainTable | null;
  /** True if the answer tells of single persons or orders. Viewers do not get it. */
  persons: boolean;
  /** True if the report answers for all brands of a person who may see some of them. Other reports ask which one. */
  own_brands: boolean;
  writes: Writes | null;
  /** How it is asked with noise; null if it cannot be. */
  noisy: Noisy | null;
  example?: ReportJson;
  /** Computes the answer. @throws bad_request naming the parameter, and the errors of the report. */
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
  persons?: true;
  own_brands?: true;
  /** What `compare` sets beside an earlier period. The parameters have `compare`. Without it, the report reads `compare` itself. */
  compared?: ComparedParts;
  /** The meaning of the fields of the answer, by field name. */
  explain?: Readonly<Record<string, string>>;
  writes?: Writes;
  /** How it is asked with noise, by the parameter `dp_epsilon`, which is added to the parameters. */
  noisy?: Noisy;
  example?: ReportJson;
  run(context: ReportContext, asked: Static<P> & Record<N, string>, asker: Asker): Promise<ReportJson>;
}

export function defineReport<P extends TObject, N extends string = never>(declared: Declaration<P, N>): Report {
  const {
    tag = 'reports',
    path_parameters = {},
    main_table = null,
    persons = false,
    own_brands = false,
    writes = null,
    noisy = null,
    explain = {},
    compared,
    ...rest
  } = declared;
  return {
    ...rest,
    tag,
    path_parameters,
    main_table,
    persons,
    own_brands,
    writes,
    noisy,
    parameters: noisy === null ? declared.parameters : withEpsilon(declared.parameters),
    result: explained(declared.result, explain) as TSchema,
    run: (context, sent, whole) => {
      if (noisy !== null && sent['dp_epsilon'] !== undefined)
        return noisyAnswer({ name: declared.name, noisy, context, asker: whole }, sent);
      const { key_brand_id, brand_ids } = whole;
      const asker: Asker = { key_brand_id, ...(own_brands && brand_ids !== undefined && { brand_ids }) };
      const ask = (own: ReportContext, question: Record<string, unknown>): Promise<ReportJson> =>
        declared.run(
          { ...own, question: questionOf(declared.name, question) },
          question as Static<P> & Record<N, string>,
          asker,
        );
      if (compared === undefined) return ask(context, sent);
      const { compare, ...asked } = sent;
      if (compare === undefined) return ask(context, asked);
      return answerCompared(compared, compare as Compare, context, asked, ask);
    },
  };
}

/** The main rows of an answer with noise, of any report. */
const NOISY_TABLE: MainTable = { rows: 'groups', also: ['unattributed'] };

/** True if an answer has noise. */
export function hasNoise(answer: ReportJson): boolean {
  return 'differential_privacy' in answer;
}

/** The main rows of an answer of a report, exact or with noise. */
export function mainTableOf({ main_table }: Report, answer: ReportJson): MainTable | null {
  return hasNoise(answer) ? NOISY_TABLE : main_table;
}

const EPSILON = {
  dp_epsilon: Type.Optional(
    words(
      'Asks for an answer with noise that protects each person (differential privacy), such as 0.5: less is more noise',
      {
        'x-value': 'epsilon',
      },
    ),
  ),
};

function withEpsilon({ properties }: TObject): TObject {
  return Type.Object({ ...properties, ...EPSILON }, { additionalProperties: false });
}

/** A report and its parameters. `as_of` is left out, because the resolved position is in the key of the cache by itself. */
function questionOf(name: string, { as_of: _as_of, ...parameters }: Record<string, unknown>): string {
  const text = canonicalJson({ name, parameters });
  assert(text !== undefined, `the parameters of ${name} are not plain JSON`);
  return text;
}

/** Adds the descriptions of `explain` to the fields of a schema that have none of their own. */
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
