/** A body of each provider, for tests that change them at random. A provider without one is still sent bodies of its own words. */
const JSON_BODIES: Readonly<Record<string, unknown>> = {
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

/** The body of a provider as JSON, or as a form; undefined where none is written down. */
export function sampleOf(provider: string): { json: unknown } | { form: string } | undefined {
  if (Object.hasOwn(JSON_BODIES, provider)) return { json: JSON_BODIES[provider] };
  const text = FORMS[provider];
  return text === undefined ? undefined : { form: text };
}
