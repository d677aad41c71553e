/** Bodies of every provider, as short as its documentation allows, for tests that change them at random. */

/** One body, and the headers without which its events cannot be read. */
interface Sample {
  json?: unknown;
  form?: string;
  headers?: Readonly<Record<string, string>>;
}

const EMAIL = 'anna@example.com';
const AT = '2026-03-10T10:00:00Z';
const SECONDS = 1773136800;

/** Providers of emails whose bodies are JSON. */
const EMAILS: Readonly<Record<string, unknown>> = {
  sendgrid: [
    {
      email: 'anna@example.com',
      timestamp: 1773140400,
      event: 'click',
      sg_event_id: 'e1',
      url: 'https://shop.example/',
    },
    { email: 'anna@example.com', timestamp: 1773140400, event: 'bounce', sg_event_id: 'e2', reason: '550 unknown' },
  ],
  mailgun: {
    signature: { timestamp: '1773140400', token: 't', signature: '00' },
    'event-data': {
      ...{ event: 'failed', id: 'e1', timestamp: 1773140400.25, severity: 'permanent', reason: 'generic' },
      recipient: 'anna@example.com',
      tags: ['news'],
      campaigns: [{ id: 'spring' }],
      'user-variables': { customer_id: 'customer-1' },
      'client-info': { bot: 'apple', 'user-agent': 'Mozilla/5.0', 'device-type': 'mobile' },
      message: { headers: { to: 'anna@example.com', 'message-id': 'm1' } },
    },
  },
  postmark: {
    ...{ RecordType: 'Bounce', ID: 4, Type: 'HardBounce', MessageID: 'm1', Tag: 'news', Email: 'anna@example.com' },
    BouncedAt: '2026-03-10T06:00:00.3963933-04:00',
    Metadata: { campaign_id: 'spring' },
  },
  ses: {
    Type: 'Notification',
    Message: JSON.stringify({
      eventType: 'Bounce',
      bounce: { bounceType: 'Permanent', bouncedRecipients: [{ emailAddress: 'anna@example.com' }] },
      mail: { timestamp: '2026-03-10T10:00:00Z', messageId: 'm1', destination: ['anna@example.com'], tags: {} },
    }),
  },
  brevo: [
    {
      ...{ event: 'click', email: EMAIL, ts_epoch: 1773136800000, link: 'https://shop.example/', ip: '203.0.113.9' },
      ...{ 'message-id': '<b1.2@relay.example>', tag: '["news"]', user_agent: 'Mozilla/5.0', template_id: 3 },
      'X-Mailin-custom': 'customer_id:customer-1|campaign_id:spring',
    },
    { event: 'hard_bounce', email: [EMAIL], ts_event: SECONDS, camp_id: 7, reason: '550 unknown' },
  ],
  resend: {
    ...{ type: 'email.clicked', created_at: AT },
    data: {
      ...{ email_id: 'm1', to: [EMAIL, 'ben@example.com'], broadcast_id: 'b1', template_id: 't1' },
      tags: [{ name: 'campaign_id', value: 'spring' }],
      click: { link: 'https://shop.example/', ipAddress: '203.0.113.9', userAgent: 'Mozilla/5.0' },
      bounce: { type: 'Permanent', message: '550 unknown' },
    },
  },
  klaviyo: {
    meta: { klaviyo_webhook_id: 'w1' },
    data: [
      {
        ...{ external_id: 'e1', topic: 'event:klaviyo.clicked_email' },
        payload: {
          data: {
            ...{ type: 'event', id: 'e1' },
            attributes: {
              ...{ timestamp: SECONDS, datetime: AT },
              event_properties: {
                'Campaign Name': 'spring',
                $message: 'm1',
                URL: 'https://shop.example/',
                'Bot Click': 'x',
              },
            },
            relationships: { profile: { data: { type: 'profile', id: 'p1' } } },
          },
          included: [{ type: 'profile', id: 'p1', attributes: { email: EMAIL, external_id: 'customer-1' } }],
        },
      },
    ],
  },
  customerio: {
    ...{ metric: 'bounced', object_type: 'email', event_id: 'e1', timestamp: SECONDS },
    data: {
      identifiers: { id: 'customer-1', email: EMAIL, cio_id: 'c1' },
      ...{ recipient: EMAIL, newsletter_id: 5, delivery_id: 'd1', action_id: 3, href: 'https://shop.example/' },
      failure_message: '550 unknown',
    },
  },
  sparkpost: [
    {
      msys: {
        track_event: {
          ...{ type: 'click', event_id: 'e1', rcpt_to: EMAIL, timestamp: String(SECONDS), message_id: 'm1' },
          ...{ target_link_url: 'https://shop.example/', ip_address: '203.0.113.9', user_agent: 'Mozilla/5.0' },
          ...{ campaign_id: 'spring', template_id: 't1', rcpt_tags: ['news'], transactional: '0' },
          rcpt_meta: { customer_id: 'customer-1' },
          user_agent_parsed: { is_prefetched: false, is_proxy: true },
        },
      },
    },
    {
      msys: {
        message_event: { type: 'bounce', event_id: 'e2', rcpt_to: EMAIL, timestamp: SECONDS, bounce_class: '10' },
      },
    },
  ],
};

const stripeEvent = (type: string, object: object, previous_attributes: object = {}): object => ({
  ...{ id: 'evt_1', type, created: SECONDS, livemode: true },
  data: { object, previous_attributes },
});

/** Shops. */
const ORDERS: Readonly<Record<string, readonly Sample[]>> = {
  stripe: [
    {
      json: stripeEvent('checkout.session.completed', {
        ...{ id: 'cs_1', mode: 'payment', payment_status: 'paid', payment_intent: 'pi_1', customer: 'cus_1' },
        ...{ amount_total: 14999, currency: 'usd', client_reference_id: '01J9ZK3Y7Q8W6V5T4R3P2N1M0K' },
        ...{ metadata: { ct_visitor_id: 'v1' }, discounts: [{ coupon: 'SPRING', promotion_code: null }] },
        customer_details: { email: EMAIL },
      }),
    },
    {
      json: stripeEvent('invoice.paid', {
        ...{ id: 'in_1', billing_reason: 'subscription_cycle', amount_paid: 2000, currency: 'usd', created: SECONDS },
        ...{ customer: 'cus_1', customer_email: EMAIL, payment_intent: { id: 'pi_2' } },
      }),
    },
    {
      json: stripeEvent('refund.created', {
        ...{ id: 're_1', amount: 500, currency: 'usd', payment_intent: 'pi_1', status: 'succeeded', created: SECONDS },
      }),
    },
  ],
  shopify: [
    {
      headers: { 'x-shopify-topic': 'orders/paid' },
      json: {
        ...{
          id: 5000000000001,
          name: '#1001',
          created_at: AT,
          financial_status: 'partially_refunded',
          currency: 'USD',
        },
        ...{ total_price: '149.99', source_name: 'web', landing_site: '/?utm_campaign=spring', email: EMAIL },
        ...{ discount_codes: [{ code: 'SPRING' }], customer: { id: 7, email: EMAIL } },
        note_attributes: [{ name: 'ct_visitor_id', value: 'v1' }],
        line_items: [{ sku: 'p1', quantity: 2 }],
        refunds: [
          {
            ...{ id: 9, order_id: 5000000000001, created_at: AT },
            transactions: [{ kind: 'refund', status: 'success', amount: '10.00', currency: 'USD' }],
          },
        ],
      },
    },
  ],
  woocommerce: [
    {
      headers: { 'x-wc-webhook-topic': 'order.updated' },
      json: {
        ...{ id: 12, number: '12', status: 'completed', currency: 'USD', total: '149.99', customer_id: 7 },
        ...{ date_created_gmt: '2026-03-10T10:00:00', date_paid_gmt: '2026-03-10T10:01:00', billing: { email: EMAIL } },
        meta_data: [{ key: '_wc_order_attribution_utm_campaign', value: 'spring' }],
        ...{ line_items: [{ sku: 'p1', quantity: 1 }], coupon_lines: [{ code: 'SPRING' }] },
        refunds: [{ id: 3, total: '-10.00' }],
      },
    },
  ],
  paddle: [
    {
      json: {
        ...{ event_type: 'transaction.completed', occurred_at: AT },
        data: {
          ...{ id: 'txn_1', status: 'completed', origin: 'web', customer_id: 'ctm_1', currency_code: 'USD' },
          ...{ billed_at: AT, discount_id: 'dsc_1', custom_data: { ct_visitor_id: 'v1', email: EMAIL } },
          ...{
            details: { totals: { grand_total: '14999' } },
            items: [{ price: { product_id: 'pro_1' }, quantity: 1 }],
          },
        },
      },
    },
    {
      json: {
        ...{ event_type: 'adjustment.updated', occurred_at: AT },
        data: {
          ...{ id: 'adj_1', action: 'refund', status: 'approved', transaction_id: 'txn_1', currency_code: 'USD' },
          ...{ totals: { total: '1000' }, created_at: AT },
        },
      },
    },
  ],
  lemonsqueezy: [
    {
      json: {
        meta: { event_name: 'order_created', custom_data: { ct_visitor_id: 'v1' } },
        data: {
          id: '1',
          attributes: {
            ...{ status: 'paid', customer_id: 7, currency: 'USD', total: 14999, created_at: AT, user_email: EMAIL },
            first_order_item: { product_id: 3 },
          },
        },
      },
    },
    {
      json: {
        meta: { event_name: 'order_refunded' },
        data: { id: '1', attributes: { status: 'refunded', currency: 'USD', total: 14999, refunded_at: AT } },
      },
    },
  ],
  generic: [
    {
      json: [
        {
          ...{ type: 'order', order_id: 'o1', value: '149.99', currency: 'USD', occurred_at: AT, email: EMAIL },
          ...{ landing_url: 'https://shop.example/?utm_campaign=spring', coupons: ['SPRING'], product_ids: ['p1'] },
          ...{ click_id: '01J9ZK3Y7Q8W6V5T4R3P2N1M0K', visitor_id: 'v1', attributes: { note_click_id: 'c' } },
        },
        { type: 'refund', order_id: 'o1', refund_id: 'r1', amount: '10.00', currency: 'USD', occurred_at: AT },
        {
          record: 'touchpoints',
          touchpoint_type: 'page_view',
          anonymous_id: 'd',
          url: 'https://shop.example/',
          occurred_at: AT,
        },
      ],
    },
  ],
};

const form = (fields: Record<string, string>): string => new URLSearchParams(fields).toString();
const FORMS: Readonly<Record<string, string>> = {
  mandrill: form({
    mandrill_events: JSON.stringify([
      { event: 'click', _id: 'm1', ts: 1773140400, url: 'https://shop.example/', msg: { email: 'anna@example.com' } },
      { type: 'blacklist', action: 'add', ts: 1773140400, reject: { email: 'anna@example.com' } },
    ]),
  }),
  mailchimp: form({
    type: 'upemail',
    fired_at: '2026-03-10 10:00:00',
    'data[old_email]': 'anna@example.com',
    'data[new_email]': 'ann@example.com',
  }),
};

/** The bodies of a provider. There is none without one. */
export function samplesOf(provider: string): readonly [Sample, ...Sample[]] {
  const forms = FORMS[provider] === undefined ? [] : [{ form: FORMS[provider] }];
  const emails = EMAILS[provider] === undefined ? [] : [{ json: EMAILS[provider] }];
  const [first, ...others]: Sample[] = [...forms, ...emails, ...(ORDERS[provider] ?? [])];
  if (first === undefined) throw new Error(`write down a body of ${provider}`);
  return [first, ...others];
}

/** The text of a body. */
export const textOf = ({ form: text, json }: Sample): string => text ?? JSON.stringify(json);

/** Headers that every body of a provider may have. */
export const headersOf = (provider: string): Readonly<Record<string, string>> => samplesOf(provider)[0].headers ?? {};
