/** What Meta's answers mean: the codes of developers.facebook.com/docs/graph-api/guides/error-handling. */
import { excerpt, jsonOf, retry } from '../../network/answers.ts';
import { isLater, isSettings, isToken } from '../../network/graph-api.ts';
import type { OutAnswer } from '../../network/request.ts';
import type { AnswerRead } from '../destination.ts';
import { byStatus, DELIVERED } from '../status.ts';
import { MAX_AGE_MS, type MetaEvent } from './events.ts';

const INVALID = 100;
const NO_OBJECT = 33;
const TOO_OLD = 2_804_003;

/** @param now_ms when the answer came. */
export function readMeta(answer: OutAnswer, items: readonly MetaEvent[], now_ms: number): AnswerRead {
  const body = jsonOf(answer.body) as { error?: Record<string, unknown>; events_received?: unknown } | undefined;
  const error = body?.error;
  if (error === undefined || error === null || typeof error !== 'object') {
    const read = byStatus(answer, now_ms);
    if (read !== DELIVERED || body?.events_received === items.length) return read;
    return { split: `Meta took ${String(body?.events_received)} of ${items.length} events` };
  }
  const code = Number(error['code']);
  const subcode = Number(error['error_subcode']);
  const reason = `code ${code}: ${excerpt(String(error['error_user_msg'] ?? error['message']))}`;
  if (isLater(code) || error['is_transient'] === true) return retry(answer, reason, now_ms);
  if (isToken(code))
    return { outcome: 'disabled', reason: `${reason}; make a new access token and put it into secrets.access_token` };
  if (isSettings(code) || (code === INVALID && subcode === NO_OBJECT))
    return { outcome: 'disabled', reason: `${reason}; check options.dataset_id and what the access token may do` };
  if (code === INVALID && subcode === TOO_OLD) return withoutOld(items, reason, now_ms);
  return { split: reason };
}

/** Events grew too old while they waited. Meta took none of the request; the others are sent again. */
function withoutOld(items: readonly MetaEvent[], reason: string, now_ms: number): AnswerRead {
  const isOld = ({ event_time }: MetaEvent): boolean => now_ms - event_time * 1_000 > MAX_AGE_MS;
  if (!items.some(isOld)) return { split: reason };
  return {
    each: items.map((item) =>
      isOld(item) ? { outcome: 'refused', reason } : { outcome: 'retry', reason: 'an older event failed', after_ms: 0 },
    ),
  };
}
