/** Why a call did not succeed. */

/** One record of a request that was refused. */
export interface Refused {
  /** Its index in the list that was sent, from 0. */
  index: number;
  /** The wrong field; empty if the whole record is wrong. */
  field: string;
  /** What is wrong, and the fix. */
  reason: string;
}

export interface FailureOptions {
  field?: string | undefined;
  request_id?: string | undefined;
  retry_after_s?: number | undefined;
  cause?: unknown;
}

/** The server refused the call, could not answer it, or could not be reached. The message says what is wrong and how to mend it. */
export class TributaryError extends Error {
  override readonly name: string = 'TributaryError';
  /** The status of HTTP; 0 if no answer came. */
  readonly status: number;
  /** A stable code, such as `bad_request` or `busy`; `unreachable` or `timeout` if no answer came. docs/client.md lists them. */
  readonly code: string;
  /** The parameter or field that is wrong, if there is one. */
  readonly field: string | undefined;
  /** Names the request in the log of the server. */
  readonly request_id: string | undefined;
  /** After how many seconds the server asks to try again. */
  readonly retry_after_s: number | undefined;

  constructor(status: number, code: string, message: string, options: FailureOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.status = status;
    this.code = code;
    this.field = options.field;
    this.request_id = options.request_id;
    this.retry_after_s = options.retry_after_s;
  }
}

/** A single record was refused. */
export class RecordRefused extends TributaryError {
  override readonly name = 'RecordRefused';

  constructor({ field, reason }: Refused) {
    super(422, 'record_refused', field === '' ? reason : `${field}: ${reason}`, { field });
  }
}

/** The failure that an answer tells. */
export function failureOf(answer: Response, body: unknown): TributaryError {
  const { error, request_id } = (body ?? {}) as {
    error?: { code: string; field?: string; message: string };
    request_id?: string;
  };
  const retry_after_s = Number(answer.headers.get('retry-after') ?? Number.NaN);
  return new TributaryError(
    answer.status,
    error?.code ?? 'failed',
    error?.message ?? `the server answered ${answer.status} without a reason`,
    {
      field: error?.field,
      request_id: request_id ?? answer.headers.get('x-request-id') ?? undefined,
      retry_after_s: Number.isFinite(retry_after_s) ? retry_after_s : undefined,
    },
  );
}
