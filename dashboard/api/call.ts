/** One call of the server that sent the page, with the cookie of the session. */

/** Why the server did not answer as asked. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    /** The parameter or field that is wrong. */
    readonly field: string | undefined,
    message: string,
  ) {
    super(message);
  }
}

/** One call. A page that is left ends it. @throws Refusal. */
export async function call<T>(address: string, options: RequestInit = {}): Promise<T> {
  const answer = await fetch(address, { credentials: 'same-origin', ...options });
  const body = (await answer.json().catch(() => ({}))) as { error?: { code: string; field?: string; message: string } };
  if (answer.ok) return body as T;
  const { code = 'failed', field, message = `the server answered ${answer.status}` } = body.error ?? {};
  throw new Refusal(answer.status, code, field, message);
}
