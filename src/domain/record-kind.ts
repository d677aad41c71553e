/**
 * The declaration of a record kind. Other folders derive from it what depends on the kind: the endpoint, the columns, the fields
 * that name a person. So a new kind needs its own file, a line in {@link ./index.ts}, and a version of the stored schema in
 * `warehouse/versions`.
 */

import type { CustomerIds, EmailPersonOf } from './email-ids.ts';
import type { EqualLines } from './equal-lines.ts';
import type { Problem } from './errors.ts';
import type { FieldKind, PrivateKind } from './fields.ts';
import type { PersonHashes } from './person-hashes.ts';
import type { TObject, TSchema } from './typebox.ts';

export type Value = string | number | null;
/** A record as spool and loader hold it. Keys that were not sent are absent. */
export type FlatRecord = Record<string, Value>;

/** The context in which a draft is read. */
export interface ReadContext {
  now_ms: number;
  /** The brand of the caller's key; null when the key is for all brands. */
  key_brand_id: string | null;
  /** The currency for a record without one. */
  defaultCurrency: (brand_id: string) => string;
  /** How ids of persons are kept, by brand; `verbatim` when left out. */
  customerIds?: (brand_id: string) => CustomerIds;
  /** The person with an address. Without it, records that name a person by address are refused. */
  emailPersonOf?: EmailPersonOf;
  /** The hashes of ids, for brands that keep them so. Without it, ids of such brands are not hashed. */
  personHashes?: PersonHashes;
  /** The body held bytes that are not UTF-8. Then a replacement character in a text means that content was lost. */
  invalid_utf8?: boolean;
  /** Told of each value that is not taken as it was sent, though the record is. */
  warn?: (warning: Problem) => void;
  /** The lines that the request or file had so far. Without it, each line is read as the first of its kind. */
  equal_lines?: EqualLines;
}

/** A noun with its article: "an email event", "an fx rate", "a touchpoint". */
export function withArticle(noun: string): string {
  return `${/^([aeio]|fx\b)/.test(noun) ? 'an' : 'a'} ${noun}`;
}

/**
 * The kind of id that a field holds: a `customer` id, an `anonymous` id of a browser or device, or `either`. Both sides of a link
 * are `either`.
 */
export type SubjectRole = 'customer' | 'anonymous' | 'either';

/** The cells of a row before it is written. */
export type Cells = Record<string, Value | bigint>;

/** A column that the program fills, not the sender. */
export interface DerivedColumn {
  name: string;
  kind: FieldKind;
  nullable?: boolean;
  /**
   * Computes the value from the row. The functions run in the order of declaration, so a function can read the columns before its
   * own. The enrichment of the kind (`enrichment/enrich-record.ts`) runs first and fills the columns that have no function.
   */
  fill?: (row: Readonly<Cells>) => Value | bigint;
}

/**
 * Which record counts. `first`: of one id the record at the first log position counts; other content under the same id is stored
 * as a conflict. `latest`: the record is a statement (spend, a rate), and of one id the record at the latest log position counts
 * (`./statement.ts`). `latest_by_time`: the record is a statement with an instant of its own (a link, a customer segment).
 * Reports take the latest one by that instant; an id is first-wins, so a new statement has a new id.
 */
export type Kept = 'first' | 'latest' | 'latest_by_time';

/** Whether a key that stands in a shop's page may send a record: always, or where the brand's settings allow it. */
export type FromPages = 'always' | 'if_allowed';

export interface RecordKindOptions<S extends TObject> {
  /** Table, endpoint and import name: `touchpoints`. */
  name: string;
  singular: string;
  id_field: string;
  /** The prefix of ids that are made from the content. */
  id_prefix: string;
  schema: S;
  /** The version of the stored schema that added the kind. */
  since: number;
  /** The schema versions of fields and derived columns that were added later than the kind. */
  fields_since?: Readonly<Record<string, number>>;
  kept: Kept;
  /** Left out where only servers may send the kind. Of `if_allowed` kinds the record of a server counts, see `./page-conversion.ts`. */
  pages?: FromPages;
  /**
   * The fields that name a person, each with the kind of id that it holds. Identity and the customer report find records by them.
   */
  subjects?: Readonly<Record<string, SubjectRole>>;
  /** The field with the instant of the event; left out where a record has only a day. */
  instant_field?: string;
  derived?: readonly DerivedColumn[];
  /** Example bodies for the OpenAPI document, by name; a test sends each of them. */
  examples: Readonly<Record<string, unknown>>;
  /** The content id is made from these fields only, not from the whole content (there is one rate per day and pair). */
  key_fields?: readonly string[];
  /**
   * Set if records are lines of a list, such as the lines of a bill: equal ones without ids in one request or one file each
   * count. Equal records of other kinds are one record that its sender repeats.
   */
  lines?: true;
  /** Fields that are cut or hashed before the record is written anywhere. */
  private?: Readonly<Record<string, PrivateKind>>;
  /** Checks rules over several fields, after the fields are read. */
  check?: (record: FlatRecord) => Problem | undefined;
  /** Wrong names that senders often use, each with the right field. A refusal suggests the field. */
  aliases?: Record<string, string>;
}

export interface RecordKind<S extends TObject = TObject> extends RecordKindOptions<S> {
  /** The fields in wire order. */
  fields: ReadonlyArray<{
    name: string;
    stored_name: string;
    kind: FieldKind;
    schema: TSchema & Record<string, unknown>;
  }>;
  /** The fields that may hold an address in place of an id. They are not stored. */
  address_fields: RecordKind['fields'];
  read(input: unknown, context: ReadContext): FlatRecord | Problem;
}
