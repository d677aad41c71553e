/** The windows by which a claimant counts, read from its own words: "5-day click, 1-day open", "7d_click,1d_view", "30 days". */

/** What a claimant counts beside clicks: opens of emails, or views of ads. */
export type ViewWord = 'opens' | 'views';

export interface AttributionWindow {
  /** How long after a click an order is claimed; 0 if clicks are not named. */
  click_days: number;
  /** How long after an open or a view; 0 if they are not named. */
  view_days: number;
  view_word: ViewWord | null;
}

const DAYS: Readonly<Record<string, number>> = { h: 1 / 24, d: 1, w: 7 };
/** No longer windows are compared with touches: the log is not searched further back. */
const MAX_WINDOW_DAYS = 365;
/** A number, its unit, and what it is about; without the last it is about clicks. */
const PART =
  /(\d{1,4}(?:\.\d{1,3})?)[\s_-]*(h|d|w)(?:ays?|ours?|rs?|eeks?)?(?![a-z])[\s_-]*(?:(?:after|post|from)[\s_-]*(?:an?[\s_-]+)?)?(click|open|view|impression|engaged)?/gi;

/** The windows that a text names; null if it names none. Of several windows of one sort the longest counts. */
export function parseAttributionWindow(text: string): AttributionWindow | null {
  const found: AttributionWindow = { click_days: 0, view_days: 0, view_word: null };
  let parts = 0;
  for (const [, number, unit, about] of text.matchAll(PART)) {
    parts += 1;
    const days = Math.min(MAX_WINDOW_DAYS, Number(number) * DAYS[unit!.toLowerCase()]!);
    const word = (about ?? 'click').toLowerCase();
    if (word === 'click') found.click_days = Math.max(found.click_days, days);
    else {
      found.view_days = Math.max(found.view_days, days);
      found.view_word = word === 'open' ? 'opens' : 'views';
    }
  }
  return parts === 0 ? null : found;
}
