/** Whether an answer keeps what is promised of every answer. */
import { FAILURES } from '../../src/server/failure-examples.ts';
import type { Ending } from './connection.ts';
import { PERSONAL } from './hostile.ts';
import type { Request } from './requests.ts';

/** Codes of 503 that say: later. */
const LATER = ['busy', 'spool_full', 'timeout', 'shutting_down', 'warehouse_unavailable', 'state_unavailable'];
/** Statuses beside those of the document: they come from HTTP itself. */
const OF_HTTP = [404, 405, 408, 417, 431];

/** What is wrong with an answer; undefined when nothing is. */
export function wrongWith(request: Request, ending: Ending, secrets: readonly string[]): string | undefined {
  if (ending === 'silent') return 'no answer within a minute';
  if (ending === 'closed') return request.alone ? undefined : 'the connection was closed without an answer';
  const { status, headers, body } = ending;
  if (!(status >= 200 && status < 600)) return `the status is ${status}`;
  if (status >= 300 && status < 400) return `the status is ${status}`;
  if (status < 400) return wrongJson(headers, body, request);
  if (request.method === 'HEAD') return status >= 500 && status !== 503 ? `the status is ${status}` : undefined;
  return wrongFailure(status, headers, body, secrets);
}

function wrongJson(headers: Record<string, string>, body: string, { method }: Request): string | undefined {
  if (method === 'HEAD' || !headers['content-type']?.startsWith('application/json')) return undefined;
  try {
    JSON.parse(body);
    return undefined;
  } catch {
    return 'the answer is not the JSON that it says it is';
  }
}

function wrongFailure(
  status: number,
  headers: Record<string, string>,
  body: string,
  secrets: readonly string[],
): string | undefined {
  if (!Object.hasOwn(FAILURES, status) && !OF_HTTP.includes(status)) return `the status ${status} is not documented`;
  if (status === 500) return `the status is 500: ${body}`;
  const secret = [...secrets, ...PERSONAL].find((text) => body.includes(text));
  if (secret !== undefined) return `the failure repeats ${secret}: ${body.slice(0, 400)}`;
  // A reader of an email who follows a broken link gets a page, and never a place to go.
  if (headers['content-type']?.startsWith('text/html'))
    return [404, 429].includes(status) && headers['location'] === undefined && body.includes('This link does not work')
      ? undefined
      : `a page with the status ${status}: ${body.slice(0, 200)}`;
  let answer: Record<string, unknown>;
  try {
    answer = JSON.parse(body);
  } catch {
    return `a failure with the status ${status} whose body is not JSON: ${JSON.stringify(body.slice(0, 200))}`;
  }
  if (status === 422 && Array.isArray(answer['rejected'])) return wrongReceipt(answer['rejected']);
  if (status === 503 && answer['ready'] === false) return undefined;
  const { code, message, field } = (answer['error'] ?? {}) as Record<string, unknown>;
  if (typeof code !== 'string' || typeof message !== 'string' || message === '')
    return `a failure without code or message: ${body}`;
  if (field !== undefined && typeof field !== 'string') return `a failure whose field is no text: ${body}`;
  if (typeof answer['request_id'] !== 'string') return `a failure without request_id: ${body}`;
  if (/assertion failed|Cannot read|is not a function|is not iterable/.test(message))
    return `a failure that speaks of the program: ${body}`;
  if (message.length > 3_000) return `a failure of ${message.length} characters`;
  if (status === 503 && !LATER.includes(code)) return `503 with the code ${code}`;
  if ((status === 503 || status === 429) && !/^[1-9]\d*$/.test(headers['retry-after'] ?? ''))
    return `${status} without Retry-After: ${body}`;
  return undefined;
}

function wrongReceipt(rejected: readonly unknown[]): string | undefined {
  const wrong = rejected.find((item) => {
    const { index, field, reason } = item as Record<string, unknown>;
    return !Number.isInteger(index) || typeof field !== 'string' || typeof reason !== 'string' || reason === '';
  });
  return wrong === undefined ? undefined : `a refusal without index, field or reason: ${JSON.stringify(wrong)}`;
}
