/** Everything has a limit. These are the defaults; `limits` in the configuration changes them. */
export interface Limits {
  /** Bytes of one request body. */
  max_body_bytes: number;
  /** Records in one request. */
  max_items: number;
  /** Bytes waiting in the spool, above which nothing is accepted. */
  max_spool_bytes: number;
  /** Bytes accepted but not yet on disk, above which nothing is accepted. */
  max_pending_bytes: number;
  /** Bytes after which a spool segment is closed and the next begun. */
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
