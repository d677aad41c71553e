/** What the server must be able to do. */
import { TributaryError } from '../../domain/errors.ts';
import type { Connection } from './connection.ts';

/** Checks that the server stores late dates. Older servers change them to an earlier date without an error. */
export async function checkServer(connection: Connection): Promise<void> {
  const latest = Date.UTC(9999, 11, 31);
  const [row] = await connection.query(
    `select version() as version, toUnixTimestamp64Milli(fromUnixTimestamp64Milli(toInt64(${latest}), 'UTC')) as latest`,
  );
  if (Number(row!['latest']) !== latest)
    throw new TributaryError(
      'warehouse_unavailable',
      `the server at ${connection.host} is ClickHouse ${row!['version']}, which cannot store every date; use version 26.7 or newer`,
    );
}
