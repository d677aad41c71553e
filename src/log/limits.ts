/** The limits of one collector, in bytes or records. The setting `limits` changes the defaults below. */
export interface Limits {
  /** Bytes of one request body. */
  max_body_bytes: number;
  /** Records in one envelope. */
  max_items: number;
  /** Bytes in the spool. At this size nothing is accepted until the loader has caught up. */
  max_spool_bytes: number;
  /** Bytes that wait to be written to disk. At this size nothing is accepted until they are written. */
  max_pending_bytes: number;
  /** A spool segment of this size is closed, and the next one begins. */
  segment_bytes: number;
  /** Records that the loader puts into one transaction. */
  batch_records: number;
}

export const DEFAULT_LIMITS: Limits = {
  max_body_bytes: 5_000_000,
  max_items: 1_000,
  max_spool_bytes: 4_000_000_000,
  max_pending_bytes: 64_000_000,
  segment_bytes: 64_000_000,
  batch_records: 5_000,
};
