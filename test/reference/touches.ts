/** Sections 5 and 6: which touchpoints may earn credit from an order, and what counts as one touch. */
import type { Order } from './orders.ts';
import { OWN_PAGE, PAYMENT_PAGE } from './pages.ts';
import { compareText } from './rows.ts';
import { type FullOptions, type Limits, type Reason, type RefTouchpoint, settingsOf } from './types.ts';

const DAY_MS = 86_400_000;
const VISIT_AFTER_CLICK_MS = 30 * 60_000;
const MAX_PATH = 1_000;

export function isMachine(touchpoint: RefTouchpoint): boolean {
  return touchpoint.verdict === 'machine' || touchpoint.verdict === 'bot';
}

export function compareTouchpoints(a: RefTouchpoint, b: RefTouchpoint): number {
  return a.occurred_at - b.occurred_at || compareText(a.touchpoint_id, b.touchpoint_id);
}

/** The campaign that the sender names, else the one that the link names. */
export function campaignOf({ campaign_id, utm_id, utm_campaign }: RefTouchpoint): string | null {
  return campaign_id ?? utm_id ?? utm_campaign ?? null;
}

const SESSION_PAUSE_MS = DAY_MS;
const PAUSE_MS = 30 * 60_000;
const NO_VISIT = new Set([
  'email_open',
  'email_forward',
  'email_reply',
  'ad_impression',
  'purchase',
  'subscription',
  'custom',
]);

const ON_SITE = ['website_visit', 'page_view', 'form_submission', 'download', 'video_watch'];

/** Worlds have one site and one payment page. Labels or ids of an email say that a page was an arrival. */
function hasOwnReferrer(row: RefTouchpoint): boolean {
  if (!ON_SITE.includes(row.touchpoint_type) || row.channel !== 'direct') return false;
  if (
    row.utm_source != null ||
    row.utm_campaign != null ||
    row.utm_id != null ||
    row.message_id != null ||
    row.email_id != null
  )
    return false;
  return row.referrer === OWN_PAGE || row.referrer === PAYMENT_PAGE;
}

/** Pages that were opened from the site itself and continue a visit. @param touchpoints all of the person's in this brand. */
function continuations(touchpoints: RefTouchpoint[], include_machine: boolean): Set<RefTouchpoint> {
  const visits = touchpoints
    .filter((row) => !NO_VISIT.has(row.touchpoint_type) && (include_machine || !isMachine(row)))
    .sort(
      (a, b) =>
        a.occurred_at - b.occurred_at ||
        Number(hasOwnReferrer(a)) - Number(hasOwnReferrer(b)) ||
        compareTouchpoints(a, b),
    );
  return new Set(
    visits.filter((row, index) => {
      if (!hasOwnReferrer(row)) return false;
      return visits.slice(0, index).some((earlier) => {
        const pause_ms = row.occurred_at - earlier.occurred_at;
        const same_session = row.session_id != null && row.session_id === earlier.session_id;
        return pause_ms <= (same_session ? SESSION_PAUSE_MS : PAUSE_MS);
      });
    }),
  );
}

/**
 * The candidates of an order in order of time, or the reason why there are none.
 * @param touchpoints all of the person's in this brand.
 * @param previous_order_at of the same person, among the conversion types of the report.
 * @param hidden the touchpoints that consent hides.
 */
export function candidatesOf(
  order: Order,
  touchpoints: RefTouchpoint[],
  previous_order_at: number | undefined,
  options: FullOptions,
  hidden: ReadonlySet<RefTouchpoint>,
): RefTouchpoint[] | Reason {
  const cut =
    options.lookback === 'since_previous_conversion'
      ? (previous_order_at ?? Number.NEGATIVE_INFINITY)
      : Number.NEGATIVE_INFINITY;
  const continued = continuations(
    touchpoints.filter((row) => !hidden.has(row)),
    options.include_machine,
  );
  const filters: Array<[Reason, (touchpoint: RefTouchpoint) => boolean]> = [
    ['no_touch', (row) => row.occurred_at <= order.occurred_at],
    ['ineligible_type', (row) => !['purchase', 'subscription', 'custom'].includes(row.touchpoint_type)],
    ['no_consent', (row) => !hidden.has(row)],
    ['machine_only', (row) => options.include_machine || !isMachine(row)],
    ['excluded_channel', (row) => !options.exclude_direct || row.channel !== 'direct'],
    ['outside_window', (row) => !continued.has(row)],
    [
      'outside_window',
      (row) => order.occurred_at - row.occurred_at <= windowMs(row, order.brand_id, options) && row.occurred_at > cut,
    ],
  ];
  let left = touchpoints;
  for (const [reason, keeps] of filters) {
    left = left.filter(keeps);
    if (left.length === 0) return reason;
  }
  return left.sort(compareTouchpoints);
}

/** The newest candidates, as many as an order of a person with so many conversions keeps. */
export function newestOf(candidates: RefTouchpoint[], conversions: number, limits: Limits): RefTouchpoint[] {
  const kept = Math.max(limits.least, Math.min(limits.most, Math.floor(limits.of_person / conversions)));
  return candidates.slice(-kept);
}

function windowMs(touchpoint: RefTouchpoint, brand_id: string, options: FullOptions): number {
  const { view_days, email_days, click_days } = settingsOf(options.settings, brand_id);
  switch (touchpoint.touchpoint_type) {
    case 'email_open':
    case 'ad_impression':
      return view_days * DAY_MS;
    case 'email_click':
    case 'email_forward':
    case 'email_reply':
      return email_days * DAY_MS;
    default:
      return click_days * DAY_MS;
  }
}

/** The touches of a path, oldest first. */
export function pathOf(
  candidates: RefTouchpoint[],
  collapse: FullOptions['collapse'],
): { touches: RefTouchpoint[]; cut: boolean } {
  const touches = collapse === 'none' ? candidates : collapseInteractions(candidates);
  return { touches: touches.slice(-MAX_PATH), cut: touches.length > MAX_PATH };
}

export function collapseInteractions(candidates: RefTouchpoint[]): RefTouchpoint[] {
  const without_visits = candidates.filter((row, index) => !belongsToClick(row, candidates.slice(0, index)));
  const one_per_email = without_visits.filter((row) => isStrongestOfEmail(row, without_visits));
  return one_per_email.filter((row, index) => !continuesSession(row, one_per_email.slice(0, index)));
}

/** A channel is shown as it was sent. What it is does not depend on upper case. */
const isEmailChannel = (row: RefTouchpoint): boolean => row.channel?.toLowerCase() === 'email';

/** Rule 1. */
function belongsToClick(row: RefTouchpoint, before: RefTouchpoint[]): boolean {
  if (row.touchpoint_type !== 'website_visit' && row.touchpoint_type !== 'page_view') return false;
  if (!isEmailChannel(row)) return false;
  return before.some((click) => {
    if (click.touchpoint_type !== 'email_click' || row.occurred_at - click.occurred_at > VISIT_AFTER_CLICK_MS)
      return false;
    const agrees = (field: 'message_id' | 'campaign_id' | 'email_id') =>
      row[field] == null || row[field] === click[field];
    return agrees('message_id') && agrees('campaign_id') && agrees('email_id');
  });
}

/** Rule 2: what names the email of an email candidate. */
function emailKey(row: RefTouchpoint): string | undefined {
  if (!row.touchpoint_type.startsWith('email_') && !isEmailChannel(row)) return undefined;
  if (row.message_id != null) return JSON.stringify(['message', row.message_id]);
  if (row.campaign_id == null && row.email_id == null) return undefined;
  return JSON.stringify(['email', row.campaign_id ?? null, row.email_id ?? null]);
}

const STRENGTHS: Record<string, number> = {
  email_click: 6,
  email_reply: 5,
  email_forward: 4,
  email_open: 2,
  ad_impression: 1,
};
const OTHER_STRENGTH = 3;

function isStrongestOfEmail(row: RefTouchpoint, all: RefTouchpoint[]): boolean {
  const key = emailKey(row);
  if (key === undefined) return true;
  const strength = (other: RefTouchpoint) => STRENGTHS[other.touchpoint_type] ?? OTHER_STRENGTH;
  const rivals = all.filter((other) => emailKey(other) === key);
  rivals.sort((a, b) => strength(b) - strength(a) || compareTouchpoints(a, b));
  return rivals[0] === row;
}

/** Rule 3. A row that was absorbed itself still is the one before: it is like the row that absorbed it. */
function continuesSession(row: RefTouchpoint, before: RefTouchpoint[]): boolean {
  if (row.session_id == null || emailKey(row) !== undefined) return false;
  const previous = before.findLast((other) => other.session_id === row.session_id);
  if (!previous) return false;
  const same = (field: 'channel' | 'campaign_id' | 'email_id') => (row[field] ?? null) === (previous[field] ?? null);
  return same('channel') && same('campaign_id') && same('email_id');
}
