/** The pages of data between the reader of the log, the thread that keeps persons, and the engine, stored as columns. */

/** Rows of one page. Larger pages block the event loop longer; smaller pages need more queries. */
export const PAGE_ROWS = 4_000;

/** Pairs of ids with an instant: the earliest record with both ids (`records`), or one entry per record (`times`). */
interface PairPage {
  kind: 'records' | 'times';
  brand_id: string[];
  anonymous_id: string[];
  customer_id: string[];
  at_ms: number[];
}

interface StatementPage {
  kind: 'statements';
  brand_id: string[];
  link_id: string[];
  left_id: string[];
  right_id: string[];
  state: Array<'linked' | 'unlinked'>;
  /** Null means certain. */
  probability: Array<number | null>;
  probabilistic: boolean[];
  at_ms: number[];
}

/** Ids that some record carries as customer_id. */
interface CustomerPage {
  kind: 'customers';
  brand_id: string[];
  id: string[];
}

/** A page of facts about ids. */
export type FactPage = PairPage | StatementPage | CustomerPage;

/** Ids with their subject keys. The log is searched for records that make them customers. */
export interface IdPage {
  brand_id: string[];
  id: string[];
  subject_key: BigInt64Array;
}

/**
 * Unlinked pairs, for which the time of each record is needed: from the whole log if they are newly unlinked, else from the span.
 */
export interface UnlinkedPage {
  left_id: string[];
  right_id: string[];
  brand_id: string[];
  whole_log: boolean[];
}

/** Members, each with the name of its person. */
export interface MemberPage extends IdPage {
  person_id: string[];
  person_key: BigInt64Array;
}
