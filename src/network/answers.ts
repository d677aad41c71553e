/** What the answers of most servers have in common. */
import type { Failure, OutAnswer } from './request.ts';

/** The longest time that an answer may ask us to wait. */
const MAX_AFTER_MS = 24 * 3_600_000;

/** The time that `retry-after` asks for, in seconds or as a date; undefined where there is none. */
export function retryAfterMs({ headers }: OutAnswer, now_ms: number): number | undefined {
  const text = headers['retry-after']?.trim();
  if (!text) return undefined;
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now_ms;
  return Number.isFinite(ms) ? Math.min(MAX_AFTER_MS, Math.max(0, ms)) : undefined;
}

/** An outcome that asks for another try. @param now_ms when the answer came. */
export function retry(answer: OutAnswer, reason: string, now_ms: number): Failure {
  const after_ms = retryAfterMs(answer, now_ms);
  return { outcome: 'retry', reason, ...(after_ms === undefined ? {} : { after_ms }) };
}

/** The first characters of an answer, for a reason. Control characters and what looks like an address of a person are left out. */
export function excerpt(body: string, length = 200): string {
  return body
    .slice(0, 4 * length)
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .replace(/[^\s"'<>]+@[^\s"'<>]+/g, '[address]')
    .trim()
    .slice(0, length);
}

/** The value of a JSON text, or undefined. */
export function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
