/** What the status of an answer means where a vendor says nothing else: RFC 9110, and what all of them do. */
import { excerpt, retry } from '../network/answers.ts';
import type { OutAnswer } from '../network/request.ts';
import type { AnswerRead, Outcome } from './destination.ts';

export const DELIVERED: Outcome = { outcome: 'delivered' };

const LATER = new Set([408, 425, 429]);
/** Nothing is taken until a person changes settings. */
const SETTINGS = new Set([401, 402, 403, 404, 405, 410]);

/** Reads the status alone. @param now_ms when the answer came. */
export function byStatus(answer: OutAnswer, now_ms: number): AnswerRead {
  const { status } = answer;
  if (status >= 200 && status < 300) return DELIVERED;
  const said = excerpt(answer.body);
  const reason = `answered ${status}${said === '' ? '' : `: ${said}`}`;
  if (LATER.has(status) || status >= 500) return retry(answer, reason, now_ms);
  if (SETTINGS.has(status) || status < 400)
    return { outcome: 'disabled', reason: `${reason}; check base_url, the other options and the secrets` };
  return { split: reason };
}
