/** What answers of the Data Manager API mean (developers.google.com/data-manager/api/devguides/concepts/understand-errors). */
import { excerpt, jsonOf } from '../../network/answers.ts';
import type { OutAnswer } from '../../network/request.ts';
import type { AnswerRead, Outcome } from '../destination.ts';
import { byStatus } from '../status.ts';

interface Violation {
  field: string;
  description: string;
}

/** The fields at fault, of an error in Google's common form. */
export function violationsOf(body: string): Violation[] {
  const { error } = (jsonOf(body) ?? {}) as { error?: { details?: unknown } };
  const details = Array.isArray(error?.details) ? (error.details as Array<Record<string, unknown> | null>) : [];
  const found = details.flatMap((detail) =>
    Array.isArray(detail?.['fieldViolations']) ? (detail['fieldViolations'] as Array<Record<string, unknown>>) : [],
  );
  return found.map((violation) => ({
    field: excerpt(String(violation?.['field'] ?? ''), 100),
    description: excerpt(String(violation?.['description'] ?? violation?.['reason'] ?? 'is invalid')),
  }));
}

const EVENT = /\bevents\[(\d+)\]/;

/**
 * One bad event fails the whole request, and Google takes none. Where it names the events at fault, they are refused and the others are
 * sent again. @param now_ms when the answer came.
 */
export function readGoogle(answer: OutAnswer, items: readonly unknown[], now_ms: number): AnswerRead {
  if (answer.status === 401) return { outcome: 'expired', reason: 'answered 401: the token is not taken' };
  if (answer.status !== 400) return byStatus(answer, now_ms);
  const violations = violationsOf(answer.body);
  const wrong = new Map<number, string>();
  for (const { field, description } of violations) {
    const index = EVENT.exec(field)?.[1];
    if (index === undefined && field.startsWith('destinations'))
      return {
        outcome: 'disabled',
        reason: `${field}: ${description}; check options.account_id and conversion_action_id`,
      };
    if (index !== undefined && Number(index) < items.length) wrong.set(Number(index), `${field}: ${description}`);
  }
  if (wrong.size === 0) return { split: `answered 400: ${violations[0]?.description ?? excerpt(answer.body)}` };
  const others: Outcome = { outcome: 'retry', reason: 'another event of the request failed', after_ms: 0 };
  return {
    each: items.map((_, i) => {
      const reason = wrong.get(i);
      return reason === undefined ? others : { outcome: 'refused', reason };
    }),
  };
}
