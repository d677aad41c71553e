/** The sites whose pages may show an embedded page. They stand in the Content-Security-Policy, so each is an origin and nothing else. */
import { badRequest } from '../domain/errors.ts';

/** @throws bad_request for what is no origin. */
export function embedOrigins(origins: readonly string[]): string[] {
  for (const origin of origins) {
    const is_origin = URL.canParse(origin) && new URL(origin).origin === origin && /^https?:/.test(origin);
    if (!is_origin)
      throw badRequest(
        'config.embed_origins',
        `${JSON.stringify(origin.slice(0, 100))} is no origin; write scheme and host alone, such as https://intranet.shop.example`,
      );
  }
  return [...origins];
}
