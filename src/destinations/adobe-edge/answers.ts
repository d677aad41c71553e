/** What answers of the Edge Network mean (developer.adobe.com/data-collection-apis/docs/getting-started/error-codes). */
import { excerpt, jsonOf, retry } from '../../network/answers.ts';
import type { OutAnswer } from '../../network/request.ts';
import type { AnswerRead, Outcome } from '../destination.ts';
import { byStatus, DELIVERED } from '../status.ts';

interface Problem {
  type?: unknown;
  status?: unknown;
  title?: unknown;
  detail?: unknown;
  /** Of one event of a request; older answers have it beside `report`. */
  eventIndex?: unknown;
  report?: { eventIndex?: unknown; errors?: unknown };
}

const CODE = /EXEG-(\d{4})/;
/** Codes about the service and the datastream. */
const isDatastream = (code: number): boolean => code < 100;
/** The token is fine, but it may not write here: product context, scope, sandbox. */
const RIGHTS = new Set([504, 505, 506]);

const codeOf = ({ type }: Problem): number => Number(CODE.exec(String(type))?.[1] ?? Number.NaN);

function reasonOf(problem: Problem): string {
  const [first] = Array.isArray(problem.report?.errors) ? problem.report.errors : [];
  const said = [problem.title, first ?? problem.detail].filter((part) => part !== undefined).map(String);
  return `${CODE.exec(String(problem.type))?.[0] ?? `status ${String(problem.status)}`}: ${excerpt(said.join(': '))}`;
}

/** @param now_ms when the answer came. */
export function readEdge(answer: OutAnswer, items: readonly unknown[], now_ms: number): AnswerRead {
  const body = (jsonOf(answer.body) ?? {}) as Problem & { errors?: unknown };
  if (answer.status === 207) return readPartial(answer, Array.isArray(body.errors) ? body.errors : [], items, now_ms);
  const code = codeOf(body);
  if (Number.isNaN(code)) {
    const read = byStatus(answer, now_ms);
    return answer.status === 401 ? { outcome: 'expired', reason: 'answered 401: the token is not taken' } : read;
  }
  const reason = reasonOf(body);
  if (answer.status === 401 && !RIGHTS.has(code)) return { outcome: 'expired', reason };
  // Adobe advises against another try after 500. An event has the same _id each time, so a later one does no harm.
  if (answer.status === 429 || answer.status >= 500) return retry(answer, reason, now_ms);
  if (answer.status === 401 || answer.status === 403 || answer.status === 404 || isDatastream(code))
    return { outcome: 'disabled', reason: `${reason}; check options.datastream_id, the client and what it may do` };
  return { split: reason };
}

/** Some services behind the network failed. An error without an index is of all events. */
function readPartial(
  answer: OutAnswer,
  errors: readonly Problem[],
  items: readonly unknown[],
  now_ms: number,
): AnswerRead {
  const outcomes: Outcome[] = items.map(() => DELIVERED);
  for (const error of errors) {
    const reason = reasonOf(error);
    const is_later = Number(error.status) === 429 || Number(error.status) >= 500;
    const index = error.report?.eventIndex ?? error.eventIndex;
    if (typeof index !== 'number' && !is_later) return { split: reason };
    const outcome: Outcome = is_later ? retry(answer, reason, now_ms) : { outcome: 'refused', reason };
    if (typeof index !== 'number') return outcome;
    if (index < items.length) outcomes[index] = outcome;
  }
  return { each: outcomes };
}
