/**
 * Events of Klaviyo: the lines of its API, with the metric and the profile that an event belongs to beside it (docs/import.md shows how),
 * tables made of them, and csv files with the properties of events as columns.
 */
import type { Condition, FieldPlan, ImportPlan, RecordPlan } from '../plan.ts';
import { hasColumn, ordersToo, type Preset } from './preset.ts';

/** A property of the event: below `attributes` in the API, a column of its own elsewhere. */
function property(...names: string[]): string {
  return names.flatMap((name) => [`attributes.event_properties.${name}`, `event_properties.${name}`, name]).join('|');
}

/** `type` is the metric in tables that a connector loaded; in the API it is `event`, which no condition takes. */
const METRIC =
  'metric.name|attributes.metric.name|attributes.metric_name|metric_name|Metric Name|Metric|event_name|Event Name|Event|type';
const IDS = ['id', 'event_id', 'Event ID', 'attributes.uuid', 'uuid'];
const PROFILE = 'relationships.profile.data.id|profile_id|Profile ID|person_id';
const EMAIL = [
  'profile.email|attributes.profile.email|person_email|profile_email|Profile Email|Email|email|$email',
  property('Recipient Email Address', '$email'),
].join('|');
/** In most shops `$event_id` of an order and of its refund is the id of the order; Shopify says it again below `$extra`. */
const ORDER = property('$extra.id', 'OrderId', 'OrderID', 'Order ID', 'order_id', '$event_id');
const VALUE = `${property('$value', 'value')}|property_value|Value`;
const CURRENCY = property('$currency_code', '$extra.currency', 'Currency', 'currency', 'CurrencyCode');

const when: FieldPlan = {
  from: 'attributes.datetime|datetime|Datetime|attributes.timestamp|timestamp|Timestamp|Event Time|Date|date',
};
const currency: FieldPlan = { from: CURRENCY, optional: true };
/** The profile joins the events that name an email address and those that do not. */
const person: Record<string, FieldPlan> = {
  customer_id: { from: EMAIL, optional: true },
  anonymous_id: { from: PROFILE, optional: true },
};

function id(prefix: string): FieldPlan {
  return { from: IDS.map((one) => `'${prefix}'+${one}`).join('|'), optional: true };
}

function of(...metrics: string[]): Condition[] {
  return [{ column: METRIC, op: 'in', values: metrics }];
}

const message: Record<string, FieldPlan> = {
  campaign_id: { from: `${property('Campaign Name')}|campaign_name|campaign_id|flow_id`, optional: true },
  email_id: { from: `${property('$message')}|flow_message_id`, optional: true },
  occurred_at: when,
};

/** Emails that were sent are those that were received and those that bounced. */
function emailEvents(kind: string, event_type: FieldPlan, ...metrics: string[]): RecordPlan {
  return {
    record: 'email_events',
    by_name: false,
    where: of(...metrics),
    fields: {
      event_id: id(`klaviyo_${kind}`),
      event_type,
      customer_id: { from: `${EMAIL}|${PROFILE}` },
      ...message,
    },
  };
}

const records: RecordPlan[] = [
  {
    record: 'touchpoints',
    by_name: false,
    where: of('Opened Email', 'Clicked Email', 'Clicked SMS', 'Opened Push'),
    fields: {
      touchpoint_id: id('klaviyo'),
      ...person,
      touchpoint_type: {
        from: METRIC,
        values: {
          'Opened Email': 'email_open',
          'Clicked Email': 'email_click',
          'Clicked SMS': 'sms_click',
          'Opened Push': 'push_click',
        },
      },
      ...message,
      url: { from: property('URL'), optional: true },
      verdict: {
        from: property('machine_open', 'Bot Click'),
        values: { true: 'machine', True: 'machine', TRUE: 'machine', '*': '' },
        optional: true,
      },
    },
  },
  {
    record: 'conversions',
    by_name: false,
    where: of('Placed Order'),
    fields: {
      conversion_id: id('klaviyo'),
      order_id: { from: ORDER, optional: true },
      ...person,
      conversion_type: { value: 'purchase' },
      conversion_value: { from: VALUE },
      currency,
      product_ids: { from: property('$extra.line_items[*].sku', 'ItemNames', 'Items'), optional: true },
      occurred_at: when,
    },
  },
  {
    record: 'adjustments',
    by_name: false,
    where: of('Refunded Order'),
    fields: {
      adjustment_id: id('klaviyo'),
      order_id: { from: ORDER },
      amount: { from: VALUE, negate: true },
      currency,
      reason: { value: 'refund' },
      occurred_at: when,
    },
  },
  emailEvents('sent', { value: 'sent' }, 'Received Email', 'Bounced Email'),
  emailEvents('delivered', { value: 'delivered' }, 'Received Email'),
  emailEvents(
    'other',
    {
      from: METRIC,
      values: {
        'Bounced Email': 'bounced',
        'Marked Email as Spam': 'complained',
        'Unsubscribed from Email Marketing': 'unsubscribed',
        Unsubscribed: 'unsubscribed',
      },
    },
    'Bounced Email',
    'Marked Email as Spam',
    'Unsubscribed from Email Marketing',
    'Unsubscribed',
  ),
];

const NOTES = [
  ordersToo('--where "metric.name|Metric Name|type!=Placed Order" (and the same with Refunded Order)'),
  'the value of a Refunded Order is what the integration of the shop sends: some send the whole order also for a part of it; compare the refunds with the shop',
  'Cancelled Order, Ordered Product and visits of the site are left out: a cancelled order has a refund of its own if it was paid, and the products are inside the order',
  'an order without a currency has that of the brand, and a refund without one is refused; --set currency=EUR names it',
];

export const KLAVIYO_EVENTS: Preset = {
  name: 'klaviyo_events',
  title: 'Klaviyo events',
  columns: ['id', 'attributes', 'relationships'],
  plan: { time_zone: 'UTC', records },
  notes: [
    'the API names the metric and the profile of an event only by their ids; add them to each line as docs/import.md shows',
    ...NOTES,
  ],
  export_at: 'the API, GET /api/events?include=metric,profile',
};

/** A table without a value in any column holds no orders or refunds that count, so its opens and clicks are read alone. */
function planOfTable(columns: readonly string[]): ImportPlan {
  const has_values = hasColumn(columns, `${VALUE}|attributes|event_properties|attributes.event_properties`);
  const read = has_values
    ? records
    : records.filter(({ record }) => record !== 'conversions' && record !== 'adjustments');
  return { time_zone: 'UTC', records: read };
}

export const KLAVIYO_TABLE: Preset = {
  name: 'klaviyo_table',
  title: 'Klaviyo events in columns',
  columns: [
    'metric_name|Metric Name|Metric|Event|Event Name|event_name|metric_id|metric.name|attributes.metric.name|relationships.metric.data.id',
    [
      'datetime',
      'Datetime',
      'timestamp',
      'Timestamp',
      'Event Time',
      'Date',
      'attributes.datetime',
      'attributes.timestamp',
    ].join('|'),
    'person_id|profile_id|Profile ID|profile.email|Profile Email|person_email|Email|$email|relationships.profile.data.id',
    `${property('$value', '$event_id', '$message', '$flow')}|property_value|Event ID|flow_message_id`,
  ],
  plan: planOfTable,
  notes: NOTES,
  export_at: 'the connector that loads events into your warehouse, with the name of the metric beside each event',
};
