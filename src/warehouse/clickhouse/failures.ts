/** Translates the failures of a server: the query is too large, the server is not available, or it is a bug. */
import { ClickHouseError } from '@clickhouse/client';
import { TributaryError } from '../../domain/errors.ts';
import { firstLine, tooLarge, tooSlow } from '../turns.ts';

/** TIMEOUT_EXCEEDED, TOO_SLOW. */
const TOO_SLOW = ['159', '160'];
/** MEMORY_LIMIT_EXCEEDED, and limits that an operator may set: TOO_MANY_ROWS, TOO_MANY_BYTES, TOO_MANY_ROWS_OR_BYTES. */
const TOO_MUCH = ['241', '158', '307', '396'];
/**
 * The server answers and cannot serve now: READONLY, SOCKET_TIMEOUT, NETWORK_ERROR, NO_ZOOKEEPER, ABORTED,
 * TABLE_IS_READ_ONLY, NOT_ENOUGH_SPACE, TOO_MANY_PARTS, the quorum's three, SESSION_NOT_FOUND, SESSION_IS_LOCKED,
 * QUERY_WAS_CANCELLED, ACCESS_DENIED, AUTHENTICATION_FAILED, KEEPER_EXCEPTION; UNKNOWN_DATABASE.
 */
const AWAY = ['164', '209', '210', '225', '236', '242', '243', '252', '285', '286', '319', '372', '373', '394', '497', '516', '999', '81']; // biome-ignore format: one list
/** TOO_MANY_SIMULTANEOUS_QUERIES. */
const BUSY = ['202'];
/** UNKNOWN_TABLE: in a session with temporary tables, it means that the server has dropped them. */
const UNKNOWN_TABLE = '60';
const RETRY_AFTER_S = 5;

/** The statement that failed. */
export interface Attempt {
  /** Scheme, host and port; never the password. */
  host: string;
  doing: 'read' | 'write';
  timeout_ms: number;
  /** True if the statement used temporary tables of a session. */
  in_session?: boolean;
  /** True if the client stopped waiting. */
  gave_up?: boolean;
}

/**
 * Translates an error of the client. Bugs are returned unchanged. A write that fails is never the fault of a row, because every
 * value was checked before it was sent; its rows are kept and tried again.
 */
export function explained(cause: unknown, attempt: Attempt): unknown {
  if (cause instanceof TributaryError) return cause;
  if (attempt.gave_up && attempt.doing === 'read') return tooSlow(attempt.timeout_ms, cause);
  if (!(cause instanceof ClickHouseError)) return unanswered(cause, attempt);
  const { code } = cause;
  if (attempt.doing === 'write') return away(cause, attempt, 'cannot take rows now');
  if (TOO_SLOW.includes(code)) return tooSlow(attempt.timeout_ms, cause);
  if (TOO_MUCH.includes(code)) return tooLarge(cause);
  if (BUSY.includes(code))
    return new TributaryError(
      'busy',
      'the warehouse already runs as many queries as its limit allows; try again in a few seconds',
      {
        cause,
        retry_after_s: RETRY_AFTER_S,
      },
    );
  if (AWAY.includes(code)) return away(cause, attempt, 'cannot answer now');
  if (code === UNKNOWN_TABLE && attempt.in_session)
    return away(cause, attempt, 'has lost the temporary tables of this report, as after a restart');
  return cause;
}

/** Codes of a network or of what answers in place of the server. Codes of files, such as ENOSPC during a backup, are not among them. */
const LOST =
  /^(ECONN[A-Z]+|EPIPE|EPROTO|ETIMEDOUT|EHOST[A-Z]+|ENET[A-Z]+|ENOTFOUND|EAI_[A-Z]+|EADDRNOTAVAIL|UND_ERR.*|HPE_.*|ERR_STREAM_PREMATURE_CLOSE)$/;
/** Whole messages, because another message may quote data. */
const SILENT = /^(Timeout error\.|The user aborted a request\.|socket hang up|aborted|Premature close)$/;

/** The error when no answer came: the connection was refused or reset, or it timed out. */
function unanswered(cause: unknown, attempt: Attempt): unknown {
  if (!(cause instanceof Error)) return cause;
  const { code } = cause as NodeJS.ErrnoException;
  const lost = (typeof code === 'string' && LOST.test(code)) || SILENT.test(cause.message);
  return lost ? away(cause, attempt, 'does not answer') : cause;
}

function away(cause: Error, { host, doing }: Attempt, what: string): TributaryError {
  const after =
    doing === 'write'
      ? 'accepted events are safe and are loaded later'
      : 'try again; if it happens again, check that the server runs and can be reached';
  return new TributaryError(
    'warehouse_unavailable',
    `the warehouse at ${host} ${what} (${firstLine(cause.message)}); ${after}`,
    { cause, retry_after_s: RETRY_AFTER_S },
  );
}
