/** Events of Snowplow, with the names of the columns of atomic.events, as csv, a tab-separated file with a header, ndjson or Parquet. */
import type { FieldPlan, RecordPlan } from '../plan.ts';
import { ordersToo, type Preset } from './preset.ts';

/** `derived_tstamp` is corrected for the clock of the device; `collector_tstamp` is when the event arrived. */
const when: FieldPlan = { from: 'derived_tstamp|collector_tstamp' };

function optional(from: string): FieldPlan {
  return { from, optional: true };
}

const person: Record<string, FieldPlan> = {
  customer_id: optional('user_id'),
  anonymous_id: optional('domain_userid|network_userid'),
  session_id: optional('domain_sessionid'),
};

const visits: RecordPlan = {
  record: 'touchpoints',
  by_name: false,
  where: [{ column: 'event', op: '=', values: ['page_view'] }],
  fields: {
    touchpoint_id: { from: "'snowplow'+event_id" },
    ...person,
    touchpoint_type: { value: 'page_view' },
    occurred_at: when,
    url: optional('page_url'),
    referrer: optional('page_referrer'),
    utm_source: optional('mkt_source'),
    utm_medium: optional('mkt_medium'),
    utm_campaign: optional('mkt_campaign'),
    utm_content: optional('mkt_content'),
    utm_term: optional('mkt_term'),
    user_agent: optional('useragent'),
    ip_address: optional('user_ipaddress'),
    'geo_location.country': optional('geo_country'),
  },
};

const ECOMMERCE = /^unstruct_event_com_snowplowanalytics_snowplow_ecommerce_snowplow_ecommerce_action_1(_\d+_\d+)?$/;
const ECOMMERCE_ORDER = /^contexts_com_snowplowanalytics_snowplow_ecommerce_transaction_1(_\d+_\d+)?$/;

function orders(where: RecordPlan['where'], order: { id: string; value: string; currency: string }): RecordPlan {
  return {
    record: 'conversions',
    by_name: false,
    ...(where === undefined ? {} : { where }),
    fields: {
      conversion_id: { from: "'snowplow'+event_id" },
      order_id: { from: order.id },
      ...person,
      conversion_type: { value: 'purchase' },
      conversion_value: { from: order.value },
      currency: optional(order.currency),
      conversion_page: optional('page_url'),
      occurred_at: when,
    },
  };
}

/** Orders of the older trackers are events of their own; those of the newer plugin are in a column with the version of its schema. */
function recordsOf(columns: readonly string[]): RecordPlan[] {
  const records = [visits];
  if (columns.includes('tr_orderid'))
    records.push(
      orders([{ column: 'event', op: '=', values: ['transaction'] }], {
        id: 'tr_orderid',
        value: 'tr_total',
        currency: 'tr_currency',
      }),
    );
  const [action, order] = [ECOMMERCE, ECOMMERCE_ORDER].map((name) => columns.find((column) => name.test(column)));
  if (action !== undefined && order !== undefined)
    records.push(
      orders([{ column: `${action}.type`, op: '=', values: ['transaction'] }], {
        id: `${order}[0].transaction_id`,
        value: `${order}[0].revenue`,
        currency: `${order}[0].currency`,
      }),
    );
  return records;
}

export const SNOWPLOW_EVENTS: Preset = {
  name: 'snowplow_events',
  title: 'Snowplow events',
  columns: [
    'event_id',
    'event',
    'collector_tstamp',
    'domain_userid',
    'domain_sessionidx|domain_sessionid|v_collector|mkt_source',
  ],
  plan: (columns) => ({ time_zone: 'UTC', records: recordsOf(columns) }),
  notes: [
    ordersToo('--where event!=transaction'),
    'page views and orders are read; other events are left out. Refunds are not among the standard events of Snowplow: import them from the shop',
    'the channel comes from the page, its campaign labels and its referrer; refr_medium and refr_source are left alone, since they are derived from the same referrer',
    'the lines of an order (transaction_item) are inside its total, and are left out',
  ],
  export_at: 'the table atomic.events of your warehouse, with its column names',
};
