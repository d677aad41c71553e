/**
 * Node's thread pool. Each running query of DuckDB holds one of its threads, and files and the spool's fdatasync need threads of
 * the same pool. `bin/tributary.js` makes it large enough; a program that is started in another way runs fewer reports at a time.
 */

/** The size of the pool. The environment decides it before the first use of the pool, else it is 4. */
const POOL_THREADS = Number.parseInt(process.env['UV_THREADPOOL_SIZE'] ?? '', 10) || 4;
/** Threads for the rest: two look-ups of the loader, the probe, the writer, and two for files. */
const OTHER_THREADS = 6;
/** Reports at the same time, when the pool is large enough. */
export const DEFAULT_MAX_READS = 4;

/** How many reports may run at the same time, so that they leave enough threads for everything else. At least one. */
export function readsThatFit(asked = DEFAULT_MAX_READS, threads = POOL_THREADS): number {
  return Math.max(1, Math.min(asked, threads - OTHER_THREADS));
}

/** What is wrong with the pool of this process; null if all reports fit. */
export function poolWarning(threads = POOL_THREADS): string | null {
  const fit = readsThatFit(DEFAULT_MAX_READS, threads);
  if (fit === DEFAULT_MAX_READS) return null;
  return `the thread pool has ${threads} threads, so DuckDB answers ${fit} instead of ${DEFAULT_MAX_READS} reports at a time; start the server with bin/tributary.js, or set UV_THREADPOOL_SIZE=16`;
}
