/** An envelope: the drafts of one request or webhook, of any kinds, before they are read. */
import { TributaryError } from '../domain/errors.ts';
import { type RecordName, recordKind } from '../domain/index.ts';

export interface Draft {
  record: RecordName;
  /** The input as it was sent, before it is checked against its schema. */
  input: unknown;
  /** The page of a record that has no field for it. Rules find its brand by it. */
  page?: string | undefined;
}

export interface Envelope {
  /** The origin, such as `api` or `dead_letters`. It is kept in the spool. */
  source: string;
  drafts: readonly Draft[];
  /** The requests that brought the drafts; one when left out. The loader steps back while requests keep the process busy. */
  requests?: number;
}

export interface Caller {
  /** The brand of the caller's key; null when the key is for all brands. */
  key_brand_id: string | null;
  /** The key stands in a shop's page, so anyone may hold it. */
  from_page?: boolean;
  is_admin?: boolean;
  /** The body held bytes that are not UTF-8. Then a replacement character in a text means that content was lost. */
  invalid_utf8?: boolean;
}

/**
 * The drafts of a body with one record of a kind, or an array of them.
 * @throws bad_request for an empty array.
 */
export function draftsOf(record: RecordName, body: unknown): Draft[] {
  const inputs = Array.isArray(body) ? body : [body];
  if (inputs.length === 0)
    throw new TributaryError(
      'bad_request',
      `body: the array is empty; send at least one ${recordKind(record).singular}`,
      { field: 'body' },
    );
  return inputs.map((input) => ({ record, input }));
}
