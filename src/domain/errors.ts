/**
 * There are three sorts of failure. Bad input is a value ({@link Problem}), not an exception. A failure of disk, warehouse or
 * network is a {@link TributaryError}, which says whether trying again can help. A bug fails an assertion.
 */

/** What is wrong with one field of one input. The reason names the problem and the fix. */
export interface Problem {
  field: string;
  reason: string;
}

/** The codes never change, because programs branch on them. The message is for people. */
export type ErrorCode =
  | 'bad_request'
  | 'unauthorized'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'conflict'
  | 'request_timeout'
  | 'too_large'
  | 'unsupported_media_type'
  | 'unprocessable'
  | 'rate_limited'
  | 'budget_spent'
  | 'missing_fx_rate'
  | 'model_not_fitted'
  | 'spool_full'
  | 'spool_unwritable'
  | 'spool_unreadable'
  | 'busy'
  | 'timeout'
  | 'cancelled'
  | 'warehouse_unavailable'
  | 'state_unavailable'
  | 'shutting_down';

const HTTP_STATUS: Record<ErrorCode, number> = {
  bad_request: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  request_timeout: 408,
  too_large: 413,
  unsupported_media_type: 415,
  unprocessable: 422,
  rate_limited: 429,
  // The budget of noise of a key, which lasts longer than a limit of requests.
  budget_spent: 429,
  missing_fx_rate: 422,
  model_not_fitted: 409,
  spool_full: 503,
  spool_unwritable: 503,
  spool_unreadable: 503,
  busy: 503,
  timeout: 503,
  // Known from nginx: the client has closed its connection. Only the log and the metrics see it.
  cancelled: 499,
  warehouse_unavailable: 503,
  state_unavailable: 503,
  shutting_down: 503,
};

/** A failure that the caller is told. `retry_after_s` is set when the same call may succeed later. */
export class TributaryError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly retry_after_s: number | undefined;
  readonly field: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { retry_after_s?: number; field?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'TributaryError';
    this.code = code;
    this.status = HTTP_STATUS[code];
    this.retry_after_s = options.retry_after_s;
    this.field = options.field;
  }
}

/** The error for a request parameter or setting that is refused. */
export function badRequest(field: string, reason: string): TributaryError {
  return new TributaryError('bad_request', `${field}: ${reason}`, { field });
}

/** Throws when the condition is false, which is a bug. Never used on input. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}
