/** Tokens by OAuth 2 (RFC 6749): a form goes out, and a token with its lifetime comes back. */
import { excerpt, jsonOf, retry } from './answers.ts';
import type { Failure, OutAnswer, OutRequest } from './request.ts';

type TokenStep = { value: string; base_url: string; until_ms: number } | { failed: Failure };

const MAX_LIFETIME_S = 86_400;

export function tokenRequest(url: string, form: Readonly<Record<string, string>>): OutRequest {
  return {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: String(new URLSearchParams(form)),
  };
}

/** Reads the answer to {@link tokenRequest}. @param hint what a person checks if the credentials are refused. */
export function readToken(answer: OutAnswer, hint: string, now_ms: number): TokenStep {
  const body = jsonOf(answer.body) as Record<string, unknown> | undefined;
  const value = body?.['access_token'];
  if (answer.status === 200 && typeof value === 'string' && value !== '') {
    const lifetime_s = Math.min(Number(body?.['expires_in']) || 3_600, MAX_LIFETIME_S);
    return { value, base_url: '', until_ms: now_ms + lifetime_s * 1_000 };
  }
  const said = String(body?.['error_description'] ?? body?.['error'] ?? `status ${answer.status}`);
  const reason = `no token: ${excerpt(said)}`;
  if (answer.status === 429 || answer.status >= 500) return { failed: retry(answer, reason, now_ms) };
  return { failed: { outcome: 'disabled', reason: `${reason}; ${hint}` } };
}
