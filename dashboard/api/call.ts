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

/** Calls about who is signed in. */
const OF_SESSIONS = /^\/v1\/(session|setup)/;

/** Calls that answer for all brands of a person who may see some. */
const OF_OWN_BRANDS = /^\/v1\/(brands|reports\/consolidated)\b/;

/** The brand that every other call names, for people who may see some brands; null for others. */
let named_brand: string | null = null;
let sessionOver = (): void => undefined;

/** Makes every call name a brand. @returns false if it was named before. */
export function setNamedBrand(brand_id: string | null): boolean {
  if (brand_id === named_brand) return false;
  named_brand = brand_id;
  return true;
}

/** @param tell called when an answer says that the session is over. */
export function whenSessionOver(tell: () => void): void {
  sessionOver = tell;
}

function withBrand(address: string): string {
  if (named_brand === null || /[?&]brand_id=/.test(address)) return address;
  if (OF_SESSIONS.test(address) || OF_OWN_BRANDS.test(address)) return address;
  return `${address}${address.includes('?') ? '&' : '?'}brand_id=${encodeURIComponent(named_brand)}`;
}

/** One call. A page that is left ends it. @throws Refusal. */
export async function call<T>(address: string, options: RequestInit = {}): Promise<T> {
  const answer = await fetch(withBrand(address), { credentials: 'same-origin', ...options });
  const body = (await answer.json().catch(() => ({}))) as { error?: { code: string; field?: string; message: string } };
  if (answer.ok) return body as T;
  if (answer.status === 401 && !OF_SESSIONS.test(address)) sessionOver();
  const { code = 'failed', field, message = `the server answered ${answer.status}` } = body.error ?? {};
  throw new Refusal(answer.status, code, field, message);
}
