/** What errors of Meta's Graph API mean, by code (developers.facebook.com/docs/graph-api/guides/error-handling). */

/** Outages and limits of calls: of the app, the user, the page, the account and the dataset. */
const LATER = new Set([1, 2, 4, 17, 32, 341, 368, 613]);
export const isLater = (code: number): boolean => LATER.has(code) || (code >= 80_000 && code < 80_100);

/** The token is missing, expired or revoked. */
const TOKEN = new Set([102, 190, 463, 467, 2500]);
export const isToken = (code: number): boolean => TOKEN.has(code);
/** No permission, an unknown method, or an object that does not exist. */
export const isSettings = (code: number): boolean =>
  code === 3 || code === 10 || code === 803 || (code >= 200 && code < 300);
