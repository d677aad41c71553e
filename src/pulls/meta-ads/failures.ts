/** What errors of Meta's insights mean, and how much of a limit is used (developers.facebook.com/docs/marketing-api/insights/best-practices). */
import { excerpt, jsonOf, retryAfterMs } from '../../network/answers.ts';
import { isLater, isSettings, isToken } from '../../network/graph-api.ts';
import type { Failure, OutAnswer } from '../../network/request.ts';

const MAX_WAIT_MS = 24 * 3_600_000;
/** From so many percent of a limit on, requests are slowed down. */
const BUSY_PERCENT = 90;
const SLOW_MS = 30_000;

/** True if the answer would be too large, so that a report in the background is needed. */
export function asksForLess(answer: OutAnswer): boolean {
  return answer.status !== 200 && /reduce the amount of data/i.test(String(errorOf(answer)?.['message'] ?? ''));
}

/** The failure that an answer tells of, or null. */
export function failureOf(answer: OutAnswer, now_ms: number): Failure | null {
  const error = errorOf(answer);
  if (error === undefined && answer.status === 200) return null;
  const code = Number(error?.['code']);
  const said = excerpt(String(error?.['error_user_msg'] ?? error?.['message'] ?? answer.body));
  const reason = `Meta: ${Number.isFinite(code) ? `code ${code}` : `status ${answer.status}`}: ${said}`;
  if (isToken(code))
    return { outcome: 'disabled', reason: `${reason}; make a new access token and put it into secrets.access_token` };
  if (
    isLater(code) ||
    error?.['is_transient'] === true ||
    answer.status === 429 ||
    (error === undefined && answer.status >= 500)
  ) {
    const after_ms = regainMs(answer) ?? retryAfterMs(answer, now_ms);
    return { outcome: 'retry', reason, ...(after_ms === undefined ? {} : { after_ms }) };
  }
  const hint = isSettings(code)
    ? 'the access token needs ads_read for the account of options.account_id'
    : 'check options.account_id and the access token';
  return { outcome: 'disabled', reason: `${reason}; ${hint}` };
}

/** The pause before the next request: none, or some while a limit is nearly used up. */
export function pauseMs({ headers }: OutAnswer): number {
  const throttle = jsonOf(headers['x-fb-ads-insights-throttle'] ?? '') as Record<string, unknown> | undefined;
  const used = [throttle?.['app_id_util_pct'], throttle?.['acc_id_util_pct']].map(Number).filter(Number.isFinite);
  return Math.max(0, ...used) >= BUSY_PERCENT ? SLOW_MS : 0;
}

/** When calls are allowed again: `x-business-use-case-usage` says minutes, by account and kind of call. */
function regainMs({ headers }: OutAnswer): number | undefined {
  const usage = jsonOf(headers['x-business-use-case-usage'] ?? '');
  if (typeof usage !== 'object' || usage === null) return undefined;
  const minutes = Object.values(usage)
    .flatMap((list) => (Array.isArray(list) ? (list as Array<Record<string, unknown>>) : []))
    .map((one) => Number(one?.['estimated_time_to_regain_access']))
    .filter((one) => one > 0);
  return minutes.length === 0 ? undefined : Math.min(MAX_WAIT_MS, Math.max(...minutes) * 60_000);
}

function errorOf(answer: OutAnswer): Record<string, unknown> | undefined {
  const body = jsonOf(answer.body) as { error?: unknown } | null | undefined;
  const error = body?.error;
  return typeof error === 'object' && error !== null ? (error as Record<string, unknown>) : undefined;
}
