/** The address of the page of the dashboard that shows what a tool answered. It holds no secret and nothing that names a person or an order. */

/** The choices of a view, as the dashboard has them in its address (`dashboard/view.ts`). */
const CHOICES = ['start', 'end', 'compare', 'brand_id', 'currency', 'model'] as const;

const PAGES: Readonly<Record<string, string>> = {
  attribution: '/channels',
  campaign: '/campaigns',
  campaigns: '/campaigns',
  changes: '/changes',
  claims: '/',
  cohorts: '/customers',
  consolidated: '/brands',
  data_quality: '/quality',
  fatigue: '/email',
  journeys: '/journeys',
  lags: '/journeys',
  lifetime_value: '/customers',
  list_health: '/email',
  models: '/models',
  paths: '/journeys',
  // Who has the id of the order puts it there. It is in no address that this server writes.
  receipt: '/orders/{conversion_id}',
  send_times: '/email',
  synergies: '/journeys',
  advice: '/advice',
};

const MAX_ID = 200;

export interface Viewed {
  report: string;
  /** The parameters that were asked for. */
  parameters: Readonly<Record<string, unknown>>;
  /** The days of the answer. */
  report_period?: { start: string; end: string } | undefined;
  campaign_id?: string | undefined;
}

/** The path of the page with its view. */
export function viewAddress({ report, parameters, report_period, campaign_id }: Viewed): string {
  const by_campaign = report === 'attribution' && String(parameters['group_by'] ?? '').startsWith('campaign');
  const page = by_campaign ? '/campaigns' : (PAGES[report] ?? '/');
  const has_id = campaign_id !== undefined && campaign_id.length <= MAX_ID;
  const path = has_id ? `${page}/${encodeURIComponent(campaign_id)}` : page;
  const search = new URLSearchParams();
  const view: Record<string, unknown> = { ...parameters, ...report_period, compare: parameters['compare'] ?? 'none' };
  for (const name of CHOICES) {
    const value = view[name];
    if (typeof value === 'string' && value !== '') search.set(name, value);
  }
  for (const one of (parameters['filter'] as readonly string[] | undefined) ?? []) search.append('filter', one);
  return `${path}?${search}`;
}
