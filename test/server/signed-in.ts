/** Calls as the dashboard makes them in a browser. */
import type { Answer, TestServer } from './harness.ts';

/** What a browser says of a page of this server. */
export const OWN_PAGE = { host: 'shop.example', origin: 'http://shop.example', 'sec-fetch-site': 'same-origin' };

export const signIn = (server: TestServer, key: string, headers: Record<string, string> = OWN_PAGE): Promise<Answer> =>
  server.post('/v1/session', { key }, headers);

/** The header that a browser sends after an answer set a cookie. */
export function cookieOf(answer: Answer): Record<string, string> {
  return { ...OWN_PAGE, cookie: String(answer.headers['set-cookie']).split(';')[0]! };
}
