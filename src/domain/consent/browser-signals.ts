/** What the headers of a browser say about consent: Global Privacy Control, and Do Not Track where the settings honour it. */

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** A consent that only headers of a request gave. */
export interface BrowserConsent {
  source: string;
  gpc?: true;
  purposes?: { measurement: false; sharing: false };
}

const GPC_SOURCE = 'header Sec-GPC';
const DNT_SOURCE = 'header DNT';
const BOTH_SOURCE = 'headers Sec-GPC and DNT';

/** The sources of consents that only headers gave. */
export const HEADER_SOURCES: ReadonlySet<unknown> = new Set([GPC_SOURCE, DNT_SOURCE, BOTH_SOURCE]);

/** @param honors_dnt true if `DNT: 1` denies measurement and sharing. Null if the headers say nothing. */
export function browserConsent(headers: Headers, honors_dnt: boolean): BrowserConsent | null {
  const has_gpc = headers['sec-gpc'] === '1';
  const has_dnt = honors_dnt && headers['dnt'] === '1';
  if (!has_gpc && !has_dnt) return null;
  return {
    source: has_gpc && has_dnt ? BOTH_SOURCE : has_gpc ? GPC_SOURCE : DNT_SOURCE,
    ...(has_gpc && { gpc: true }),
    ...(has_dnt && { purposes: { measurement: false, sharing: false } }),
  };
}

/** The consent of an event with what the headers deny. What the event grants does not count against them. */
export function withBrowser(
  consent: Readonly<Record<string, unknown>>,
  browser: BrowserConsent,
): Record<string, unknown> {
  const { source, gpc, purposes } = browser;
  const given = consent['purposes'];
  const is_plain = typeof given === 'object' && given !== null && !Array.isArray(given);
  return {
    source,
    ...consent,
    ...(gpc && { gpc }),
    ...(purposes &&
      (given === undefined || is_plain) && { purposes: { ...(given as object | undefined), ...purposes } }),
  };
}
