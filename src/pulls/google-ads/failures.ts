/** What errors of the Google Ads API mean (developers.google.com/google-ads/api/docs/best-practices/understand-api-errors). */
import { excerpt, jsonOf, retryAfterMs } from '../../network/answers.ts';
import type { Failure, OutAnswer } from '../../network/request.ts';

const LATER = new Set([
  'RESOURCE_EXHAUSTED',
  'UNAVAILABLE',
  'INTERNAL',
  'UNKNOWN',
  'DEADLINE_EXCEEDED',
  'ABORTED',
  'CANCELLED',
]);
const MAX_DELAY_S = 86_400;

interface GoogleError {
  status?: unknown;
  message?: unknown;
  details?: unknown;
}

interface OwnError {
  errorCode?: Record<string, unknown>;
  message?: unknown;
  details?: { quotaErrorDetails?: { retryDelay?: unknown } };
}

/** The failure that an answer tells of, or null. `searchStream` may answer 200 and tell an error after some rows. */
export function failureOf(answer: OutAnswer, now_ms: number): Failure | null {
  const body = jsonOf(answer.body);
  const parts = (Array.isArray(body) ? body : [body]) as Array<{ error?: GoogleError } | null | undefined>;
  const error = parts.find((part) => part?.error !== undefined)?.error;
  if (error === undefined && answer.status === 200) return null;
  const own = ownErrors(error);
  const said = own.map(({ message }) => message).find((message) => typeof message === 'string') ?? error?.message;
  const codes = own.flatMap(({ errorCode }) => Object.values(errorCode ?? {}).map(String));
  const name = [...new Set(codes)].slice(0, 3).join(', ') || String(error?.status ?? `status ${answer.status}`);
  const reason = `Google Ads: ${excerpt(name, 80)}: ${excerpt(String(said ?? answer.body))}`;
  const is_later = LATER.has(String(error?.status)) || answer.status === 429 || answer.status >= 500;
  if (!is_later) return { outcome: 'disabled', reason: `${reason}; ${hintFor(answer.status, codes)}` };
  const after_ms = delayMs(own) ?? retryAfterMs(answer, now_ms);
  return { outcome: 'retry', reason, ...(after_ms === undefined ? {} : { after_ms }) };
}

function ownErrors(error: GoogleError | undefined): OwnError[] {
  const details = Array.isArray(error?.details) ? (error.details as Array<{ errors?: unknown } | null>) : [];
  return details.flatMap((detail) => (Array.isArray(detail?.errors) ? (detail.errors as OwnError[]) : []));
}

/** How long a quota asks to wait: `43122s`. */
function delayMs(errors: readonly OwnError[]): number | undefined {
  for (const { details } of errors) {
    const seconds = /^(\d+(?:\.\d+)?)s$/.exec(String(details?.quotaErrorDetails?.retryDelay ?? ''))?.[1];
    if (seconds !== undefined) return Math.min(MAX_DELAY_S, Number(seconds)) * 1_000;
  }
  return undefined;
}

function hintFor(status: number, codes: readonly string[]): string {
  if (codes.includes('REQUESTED_METRICS_FOR_MANAGER'))
    return 'options.customer_id is a manager account; name the account that advertises, and the manager as login_customer_id';
  if (status === 404 || codes.includes('UNSUPPORTED_VERSION'))
    return 'set options.version to a version that Google still has';
  if (status === 401) return 'check the secrets';
  if (status === 403)
    return 'check developer_token, and that the person of refresh_token may see the account; through a manager, set login_customer_id';
  return 'check the options';
}
