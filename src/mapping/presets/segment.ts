/** Tables of Segment in a warehouse: pages, identifies, and a table for each tracked event such as order_completed. */
import type { Condition, FieldPlan, ImportPlan, RecordPlan } from '../plan.ts';
import { hasColumn, ordersToo, type Preset, type Unusable } from './preset.ts';

/** Columns that all tables of Segment have, and together no others. */
const OF_SEGMENT = [
  'id',
  'received_at',
  'anonymous_id|user_id',
  { shown: 'context_…', pattern: /^(context_|original_timestamp$|uuid_ts$|loaded_at$)/ },
] as const;

/** `timestamp` is corrected for the clock of the device, so it comes first. */
const when: FieldPlan = { from: 'timestamp|original_timestamp|sent_at|received_at' };
const person: Record<string, FieldPlan> = {
  customer_id: { from: 'user_id', optional: true },
  anonymous_id: { from: 'anonymous_id', optional: true },
};

function of(...events: string[]): Condition[] {
  return [{ column: 'event', op: 'in', values: events }];
}

function optional(from: string): FieldPlan {
  return { from, optional: true };
}

const visit: Record<string, FieldPlan> = {
  url: optional('url|context_page_url'),
  referrer: optional('referrer|context_page_referrer'),
  utm_source: optional('context_campaign_source'),
  utm_medium: optional('context_campaign_medium'),
  utm_campaign: optional('context_campaign_name'),
  utm_content: optional('context_campaign_content'),
  utm_term: optional('context_campaign_term'),
  user_agent: optional('context_user_agent'),
  ip_address: optional('context_ip'),
};

const pages: RecordPlan = {
  record: 'touchpoints',
  by_name: false,
  fields: {
    touchpoint_id: { from: "'segment'+id" },
    ...person,
    touchpoint_type: { value: 'page_view' },
    occurred_at: when,
    ...visit,
  },
};

const VALUE = 'total|revenue|value';
const orders: RecordPlan = {
  record: 'conversions',
  by_name: false,
  where: of('order_completed', 'Order Completed'),
  fields: {
    conversion_id: { from: "'segment'+id" },
    order_id: optional('order_id'),
    ...person,
    conversion_type: { value: 'purchase' },
    conversion_value: { from: VALUE },
    currency: optional('currency'),
    product_ids: optional('products[*].product_id|products[*].sku'),
    conversion_page: optional('context_page_url'),
    occurred_at: when,
  },
};
const refunds: RecordPlan = {
  record: 'adjustments',
  by_name: false,
  where: of('order_refunded', 'Order Refunded'),
  fields: {
    adjustment_id: { from: "'segment'+id" },
    order_id: { from: 'order_id' },
    amount: { from: VALUE, negate: true },
    currency: optional('currency'),
    reason: { value: 'refund' },
    occurred_at: when,
  },
};

const message: Record<string, FieldPlan> = {
  customer_id: optional('user_id|context_traits_email|email'),
  campaign_id: optional('campaign_name|campaign_id'),
  email_id: optional('email_id|email_subject'),
  occurred_at: when,
};
const emails: RecordPlan[] = [
  {
    record: 'touchpoints',
    by_name: false,
    where: of('email_opened', 'email_link_clicked', 'Email Opened', 'Email Link Clicked'),
    fields: {
      touchpoint_id: { from: "'segment'+id" },
      ...message,
      anonymous_id: optional('anonymous_id'),
      touchpoint_type: {
        from: 'event',
        values: {
          email_opened: 'email_open',
          'Email Opened': 'email_open',
          email_link_clicked: 'email_click',
          'Email Link Clicked': 'email_click',
        },
      },
      url: optional('link_url'),
      user_agent: optional('context_user_agent'),
    },
  },
  {
    record: 'email_events',
    by_name: false,
    where: of('email_delivered', 'email_bounced', 'email_marked_as_spam', 'unsubscribed'),
    fields: {
      event_id: { from: "'segment'+id" },
      ...message,
      event_type: {
        from: 'event',
        values: { email_delivered: 'delivered', email_bounced: 'bounced', email_marked_as_spam: 'complained' },
      },
    },
  },
];

const ORDER_COLUMN = 'order_id';
const EMAIL_COLUMNS = 'email_id|email_subject|campaign_name';

function ofEvents(columns: readonly string[]): ImportPlan {
  const records = [
    ...(columns.includes(ORDER_COLUMN) ? [orders, refunds] : []),
    ...(hasColumn(columns, EMAIL_COLUMNS) ? emails : []),
  ];
  return { time_zone: 'UTC', records };
}

const IN_WAREHOUSE = 'the schema of the source in your warehouse';

export const SEGMENT_PAGES: Preset = {
  name: 'segment_pages',
  title: 'Segment pages',
  columns: [...OF_SEGMENT, 'url|path|context_page_url'],
  without: ['event'],
  plan: { time_zone: 'UTC', records: [pages] },
  notes: [],
  export_at: `${IN_WAREHOUSE}: the table pages`,
};

export const SEGMENT_EVENTS: Preset = {
  name: 'segment_events',
  title: 'Segment events',
  columns: [...OF_SEGMENT, 'event', `${ORDER_COLUMN}|${EMAIL_COLUMNS}`],
  plan: ofEvents,
  notes: [
    ordersToo('--where event!=order_completed --where event!=order_refunded'),
    'order_completed, order_refunded and the events of emails are read; other events are left out. The value of an order is its total with tax and shipping, else revenue; --map conversion_value=revenue takes revenue alone',
  ],
  export_at: `${IN_WAREHOUSE}: the table of one event, such as order_completed`,
};

/** The table of all events has no properties of theirs. */
export const SEGMENT_TRACKS: Unusable = {
  columns: [...OF_SEGMENT, 'event'],
  without: [`${ORDER_COLUMN}|${EMAIL_COLUMNS}`],
  reason:
    'is a table of Segment without the properties of its events, so its orders have no value; export the table of one event, such as order_completed or email_opened',
};

export const SEGMENT_IDENTIFIES: Preset = {
  name: 'segment_identifies',
  title: 'Segment logins',
  columns: [...OF_SEGMENT, 'user_id', 'anonymous_id'],
  without: ['event', 'url', 'path', 'context_page_url', 'group_id', 'previous_id'],
  plan: {
    time_zone: 'UTC',
    records: [
      {
        record: 'identity_links',
        by_name: false,
        where: [
          { column: 'user_id', op: '!=', values: [''] },
          { column: 'anonymous_id', op: '!=', values: [''] },
        ],
        fields: {
          link_id: { from: "'segment'+id" },
          left_id: { from: 'user_id' },
          right_id: { from: 'anonymous_id' },
          kind: { value: 'login' },
          occurred_at: when,
        },
      },
    ],
  },
  notes: [],
  export_at: `${IN_WAREHOUSE}: the table identifies`,
};
