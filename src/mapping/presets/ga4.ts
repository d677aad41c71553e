/**
 * Events of Google Analytics 4 as BigQuery holds them: ndjson or Parquet with nested columns, or csv with flat ones. `traffic_source` and
 * `session_traffic_source_last_click` are left alone: the first is how a person was won once, the second repeats a campaign on visits that
 * came without it. What an event itself came with is in `collected_traffic_source`, in its parameters and in its page.
 */
import type { FieldPlan, RecordPlan } from '../plan.ts';
import { ordersToo, type Preset } from './preset.ts';

/** A parameter of the event: nested, or a column of its own. */
function parameter(key: string, ...kinds: string[]): string {
  const nested = kinds.map((kind) => `event_params[key=${key}].value.${kind}_value`);
  return [...nested, `event_params.${key}`, `event_params_${key}`, key].join('|');
}

/** A key of a nested column: nested, or flattened in one of the two usual ways. */
function inside(column: string, key: string): string {
  return `${column}.${key}|${column}_${key}`;
}

/** Analytics writes these where it knows nothing. */
const NOTHING = { '(not set)': '', '(none)': '', '(direct)': '', '(data not available)': '', '<Other>': '' };
/** Made-up names of campaigns of unpaid visits. */
const NO_CAMPAIGN = { ...NOTHING, '(organic)': '', '(referral)': '' };
/** An event has no id. Events of one request may share their instant, so its place in the request is part of the id. */
const EVENT = 'user_pseudo_id+event_timestamp+event_name';
const KEYS = [
  `${EVENT}+batch_page_id+batch_ordering_id+batch_event_index`,
  `${EVENT}+event_bundle_sequence_id`,
  EVENT,
].map((key) => `'ga4'+${key}`);

const person: Record<string, FieldPlan> = {
  customer_id: { from: 'user_id', values: NOTHING, optional: true },
  anonymous_id: { from: 'user_pseudo_id' },
};
const session_id: FieldPlan = {
  from: parameter('ga_session_id', 'int', 'string')
    .split('|')
    .map((one) => `user_pseudo_id+${one}`)
    .join('|'),
  optional: true,
};
const when: FieldPlan = { from: 'event_timestamp' };
const order_id: FieldPlan = {
  from: `${inside('ecommerce', 'transaction_id')}|${parameter('transaction_id', 'string', 'int')}`,
  values: NOTHING,
  optional: true,
};
const value = parameter('value', 'double', 'float', 'int', 'string');
const currency: FieldPlan = { from: parameter('currency', 'string'), values: NOTHING, optional: true };
const page: FieldPlan = { from: parameter('page_location', 'string'), optional: true };

function label(collected: string, key: string, values: Record<string, string>): FieldPlan {
  const from = `${inside('collected_traffic_source', collected)}|${parameter(key, 'string')}`;
  return { from, values, optional: true };
}

const records: RecordPlan[] = [
  {
    record: 'touchpoints',
    by_name: false,
    where: [
      {
        column: 'event_name',
        op: 'in',
        values: ['page_view', 'file_download', 'form_submit', 'video_start'],
      },
    ],
    fields: {
      touchpoint_id: { from: KEYS.join('|') },
      ...person,
      session_id,
      touchpoint_type: {
        from: 'event_name',
        values: { file_download: 'download', form_submit: 'form_submission', video_start: 'video_watch' },
      },
      occurred_at: when,
      url: page,
      referrer: { from: parameter('page_referrer', 'string'), optional: true },
      utm_source: label('manual_source', 'source', NOTHING),
      utm_medium: label('manual_medium', 'medium', NOTHING),
      utm_campaign: label('manual_campaign_name', 'campaign', NO_CAMPAIGN),
      utm_content: label('manual_content', 'content', NOTHING),
      utm_term: label('manual_term', 'term', NOTHING),
      device_type: {
        from: inside('device', 'category'),
        values: { desktop: 'desktop', mobile: 'mobile', tablet: 'tablet', 'smart tv': 'tv', '*': '' },
        optional: true,
      },
      browser: { from: 'device.web_info.browser|device_web_info_browser', values: NOTHING, optional: true },
      os: { from: inside('device', 'operating_system'), values: NOTHING, optional: true },
    },
  },
  {
    record: 'conversions',
    by_name: false,
    where: [{ column: 'event_name', op: '=', values: ['purchase'] }],
    fields: {
      conversion_id: { from: KEYS.join('|') },
      order_id,
      ...person,
      session_id,
      conversion_type: { value: 'purchase' },
      conversion_value: { from: `${value}|${inside('ecommerce', 'purchase_revenue')}|purchase_revenue` },
      currency,
      product_ids: { from: 'items[*].item_id', optional: true },
      conversion_page: page,
      occurred_at: when,
    },
  },
  {
    record: 'adjustments',
    by_name: false,
    where: [{ column: 'event_name', op: '=', values: ['refund'] }],
    fields: {
      adjustment_id: { from: KEYS.join('|') },
      order_id,
      amount: { from: `${value}|${inside('ecommerce', 'refund_value')}|refund_value`, negate: true },
      currency,
      reason: { value: 'refund' },
      occurred_at: when,
    },
  },
];

export const GA4_EVENTS: Preset = {
  name: 'ga4_events',
  title: 'Google Analytics 4 events',
  columns: ['event_name', 'event_timestamp', 'user_pseudo_id'],
  plan: { time_zone: 'UTC', records },
  notes: [
    ordersToo('--where event_name!=purchase --where event_name!=refund'),
    'page_view, file_download, form_submit, video_start, purchase and refund are read; other events are left out',
    'channels come from the page and from what each event was collected with, not from traffic_source, which is how the person was won once. Columns of a flat file that are called source, medium and campaign must be those of the event too',
    'purchases of one transaction_id are one order, so those that a page sent again count once; a refund without a value or a currency is refused',
  ],
  export_at: 'BigQuery, the tables events_YYYYMMDD of analytics_PROPERTY: Export > JSON or Parquet',
};
