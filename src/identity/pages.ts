/** What crosses between the log's reader, the thread that keeps persons, and the engine: columns of at most a few thousand rows. */

/** Rows of one page. Larger pages hold the event loop longer; smaller ones cost more queries. */
export const PAGE_ROWS = 4_000;

/** Pairs of ids with an instant: of the earliest record with both (`records`), or of one record each (`times`). */
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
  at_ms: number[];
}

/** Ids that some record carries as customer_id. */
interface CustomerPage {
  kind: 'customers';
  brand_id: string[];
  id: string[];
}

/** Facts of the log about ids. */
export type FactPage = PairPage | StatementPage | CustomerPage;

/** Ids with their subject keys, of which the log is asked whether they are customers. */
export interface IdPage {
  brand_id: string[];
  id: string[];
  subject_key: BigInt64Array;
}

/** Pairs whose records are needed one by one: of the whole log where they are unlinked only now, else the new ones. */
export interface UnlinkedPage {
  left_id: string[];
  right_id: string[];
  brand_id: string[];
  whole_log: boolean[];
}

/** Members, each with its person. */
export interface MemberPage extends IdPage {
  person_id: string[];
  person_key: BigInt64Array;
}
