/** What the answers of Segment, RudderStack and Jitsu mean. The statuses that are tried again are those of Segment's client. */
import { excerpt, jsonOf, retry } from '../../network/answers.ts';
import type { OutAnswer } from '../../network/request.ts';
import type { AnswerRead, Outcome, OutItem } from '../destination.ts';
import { DELIVERED } from '../status.ts';
import type { SegmentEvent } from './events.ts';

/** Beside most of 500 to 599. 460 is a timeout of a load balancer. */
const AGAIN: readonly number[] = [408, 410, 429, 460];
const NEVER: readonly number[] = [501, 505, 511];
/** RudderStack answers 401 for a wrong key, and 404 for a source that is switched off. */
const SETTINGS: readonly number[] = [401, 403, 404];
/** The body is wrong or too large, and nothing says for which event. */
const BODY: readonly number[] = [400, 413, 422];
/** Segment's client waits no longer, whatever the server asks for. */
const MAX_AFTER_MS = 300_000;

export function readSegment(answer: OutAnswer, _items: readonly OutItem[], now_ms: number): AnswerRead {
  const { status } = answer;
  if (status >= 200 && status < 300) return DELIVERED;
  const reason = `answered ${status}: ${excerpt(answer.body)}`;
  if (BODY.includes(status)) return { split: reason };
  if (SETTINGS.includes(status))
    return { outcome: 'disabled', reason: `${reason}; check the write key, the source and base_url` };
  if (status >= 300 && status < 400)
    return { outcome: 'disabled', reason: `answered ${status}, and redirects are not followed; check base_url` };
  if (AGAIN.includes(status) || (status >= 500 && !NEVER.includes(status))) return again(answer, reason, now_ms);
  return { outcome: 'refused', reason };
}

function again(answer: OutAnswer, reason: string, now_ms: number): Outcome {
  const outcome = retry(answer, reason, now_ms);
  return outcome.outcome === 'retry' && outcome.after_ms !== undefined
    ? { ...outcome, after_ms: Math.min(MAX_AFTER_MS, outcome.after_ms) }
    : outcome;
}

/** Jitsu answers 200 also when it did not take some events, and names them: `{"ok":false,"errors":["Message ID: m-1: …"]}`. */
export function readJitsu(answer: OutAnswer, items: readonly OutItem[], now_ms: number): AnswerRead {
  const read = readSegment(answer, items, now_ms);
  if (read !== DELIVERED) return read;
  const content = jsonOf(answer.body) as { ok?: unknown; errors?: unknown } | undefined;
  if (content?.ok === true) return DELIVERED;
  const errors = Array.isArray(content?.errors) ? content.errors.filter((one) => typeof one === 'string') : [];
  const each = items.map((item) => ofEvent((item as SegmentEvent).messageId, errors));
  return each.every((outcome) => outcome === DELIVERED)
    ? { outcome: 'retry', reason: `answered ${answer.status} without ok: ${excerpt(answer.body)}` }
    : { each };
}

/** What became of one event. An event that Jitsu cannot read is never taken; for anything else it can be tried again. */
function ofEvent(messageId: string, errors: readonly string[]): Outcome {
  const named = `Message ID: ${messageId}: `;
  const error = errors.find((one) => one.startsWith(named));
  if (error === undefined) return DELIVERED;
  const reason = `Jitsu says: ${excerpt(error.slice(named.length))}`;
  return { outcome: error.includes('event error') ? 'refused' : 'retry', reason };
}
