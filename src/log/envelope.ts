/** What a sender hands over in one go: records of any kinds, not read yet. */
import { TributaryError } from '../domain/errors.ts';
import { type RecordName, recordKind } from '../domain/index.ts';

export interface Draft {
  record: RecordName;
  /** As it came, before it is read against its schema. */
  input: unknown;
}

export interface Envelope {
  /** Where it came from: `api`, or the id of a configured source. */
  source: string;
  drafts: readonly Draft[];
}

export interface Caller {
  /** The brand of the caller's key; null when the key is for all brands. */
  key_brand_id: string | null;
  /** The body held bytes that are not UTF-8, so a replacement character is a loss. */
  invalid_utf8?: boolean;
  /** The key may stand in a page, so anybody who opens the page may be the sender. */
  from_page?: boolean;
}

/**
 * The drafts of a body that holds one record of a kind, or an array of them.
 * @throws bad_request for an empty array.
 */
export function draftsOf(record: RecordName, body: unknown): Draft[] {
  const inputs = Array.isArray(body) ? body : [body];
  if (inputs.length === 0)
    throw new TributaryError(
      'bad_request',
      `body: the array is empty; send one ${recordKind(record).singular} or more`,
      { field: 'body' },
    );
  return inputs.map((input) => ({ record, input }));
}
