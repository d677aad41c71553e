/** What of each report an assistant sees unless it asks for more. All of it is in the API's answer under the same names. */

/** Parts that an answer has and that are named only, by report. They are long, or explain what the dashboard explains. */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  attribution: ['journey_analysis', 'email_attribution', 'reconciliation'],
  campaigns: ['definitions'],
  campaign: ['definitions'],
  claims: ['days'],
  cohorts: ['ages'],
  lags: ['distribution'],
  lifetime_value: ['quantiles'],
  paths: ['flow', 'lengths'],
  receipt: ['rules'],
  send_times: ['by_hour'],
  synergies: ['pairs', 'overlap'],
};

/** The columns of lists with very many: of campaigns, and of the emails of one. */
const OF_CAMPAIGNS: ReadonlySet<string> = new Set([
  'campaign_id',
  'email_id',
  'campaign_kind',
  'sends',
  'delivered',
  'unique_recipients',
  'human_open_rate',
  'human_click_through_rate',
  'unsubscribe_rate',
  'complaint_rate',
  'touched_conversions',
  'credited_conversions',
  'attributed_revenue',
  'attributed_revenue_interval',
  'spend',
  'return_on_ad_spend',
  'revenue_per_recipient',
  'revenue_per_recipient_interval',
  'revenue_per_recipient_withheld',
  // Of a comparison, and of warnings.
  'previous',
  'change_percent',
  'code',
  'count',
  'message',
]);

/** Columns that repeat what stands beside them. */
const REPEATING: Readonly<Record<string, readonly string[]>> = {
  // They are in the sentence, and in the list of changes.
  changes: ['figures'],
  lags: ['distribution'],
};

/** The parts that are shown: those that were asked for, or the usual ones. */
export function isShown(report: string, part: string, asked: readonly string[] | undefined): boolean {
  return asked === undefined ? !LEFT_OUT[report]?.includes(part) : asked.includes(part);
}

/** True for the columns that are shown: those that were asked for, or the usual ones. */
export function columnsShown(report: string, asked: readonly string[] | undefined): (column: string) => boolean {
  if (asked !== undefined) return (column) => asked.includes(column);
  if (report === 'campaigns' || report === 'campaign') return (column) => OF_CAMPAIGNS.has(column);
  return (column) => !REPEATING[report]?.includes(column);
}
