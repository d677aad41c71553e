/**
 * What a record says about itself. Everything that depends on the kind of a record is declared here and derived elsewhere: its
 * endpoint, its columns, who is found by it. So a new kind is a file of its own, a line in {@link ./index.ts}, and a version of
 * the stored schema in `warehouse/versions`.
 */
import type { TObject, TSchema } from 'typebox';
import type { Problem } from './errors.ts';
import type { FieldKind, PrivateKind } from './fields.ts';

export type Value = string | number | null;
/** A record as it travels through spool and loader. Keys that were not sent are absent. */
export type FlatRecord = Record<string, Value>;

/** What reading needs to know beside the input itself. */
export interface ReadContext {
  now_ms: number;
  /** The brand of the caller's key; null when the key is for all brands. */
  key_brand_id: string | null;
  /** The currency of a record that names none. */
  defaultCurrency: (brand_id: string) => string;
  /** The body held bytes that are not UTF-8, so a replacement character is a loss. */
  invalid_utf8?: boolean;
}

/**
 * What a field that names a person holds: a `customer` id, an `anonymous` id of a browser or device, or `either`, as a side of a
 * link does.
 */
export type SubjectRole = 'customer' | 'anonymous' | 'either';

/** The cells of a row before it is written. */
export type Cells = Record<string, Value | bigint>;

/** A column that no sender fills. */
export interface DerivedColumn {
  name: string;
  kind: FieldKind;
  nullable?: boolean;
  /**
   * Makes the value from the row, in the order of declaration, so that it may read columns before it. Columns without it are
   * filled by the enrichment of the kind (`enrichment/enrich-record.ts`), which runs first.
   */
  fill?: (row: Readonly<Cells>) => Value | bigint;
}

/**
 * Which of several records with one id counts. `first`: the first log position of an id stays, and other content under the same
 * id is a conflict that is kept aside. `latest`: the record is a statement about something that another record of the kind may
 * say anew (a rate, a link, a segment); reports take the latest statement at or before their position. Ids of statements are
 * first-wins, too: a new statement has a new id.
 */
export type Kept = 'first' | 'latest';

export interface RecordKindOptions<S extends TObject> {
  /** Table, endpoint and import name: `touchpoints`. */
  name: string;
  singular: string;
  id_field: string;
  /** Ids made from content start with this. */
  id_prefix: string;
  schema: S;
  /** The version of the stored schema that brought the kind. */
  since: number;
  /** The versions of fields and derived columns that came later than the kind. */
  fields_since?: Readonly<Record<string, number>>;
  kept: Kept;
  /** The fields that name a person, and what each holds. Identity, erasure and the customer's report find records by them. */
  subjects?: Readonly<Record<string, SubjectRole>>;
  /** The field that says when it happened; left out where a record has only a day. */
  instant_field?: string;
  derived?: readonly DerivedColumn[];
  /** Bodies for the API's description, by name; a test sends each of them. */
  examples: Readonly<Record<string, unknown>>;
  /** Fields that make the content id instead of the whole content (rates are one per day and pair). */
  key_fields?: readonly string[];
  /** Fields that are cut or hashed before the record is written anywhere. */
  private?: Readonly<Record<string, PrivateKind>>;
  /** Rules over several fields, run on the read record. */
  check?: (record: FlatRecord) => Problem | undefined;
  /** Common wrong names and the field that was meant. */
  aliases?: Record<string, string>;
}

export interface RecordKind<S extends TObject = TObject> extends RecordKindOptions<S> {
  /** Field names in order with the kind of each. */
  fields: ReadonlyArray<{
    name: string;
    stored_name: string;
    kind: FieldKind;
    schema: TSchema & Record<string, unknown>;
  }>;
  read(input: unknown, context: ReadContext): FlatRecord | Problem;
}
