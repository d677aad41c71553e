/** Postmark's webhooks: one event as JSON, without a signature. */
import type { CampaignKind } from '../../domain/campaign-kind.ts';
import type { Draft } from '../../log/envelope.ts';
import { type AboutEmail, click, emailEvent, open } from '../email-drafts.ts';
import { cut, entryOf, type Fields, fieldsOf, instant, jsonOf, listOf, needed, text } from '../fields.ts';
import { ownFields } from '../own-fields.ts';
import type { Source, Translated } from '../source.ts';

export const postmark: Source = {
  provider: 'postmark',
  title: 'Postmark',
  proof: 'none',
  itemsOf: (delivery) => listOf(jsonOf(delivery)),
  translate: (item) => ({ drafts: [draftOf(fieldsOf(item))] }) satisfies Translated,
};

/** The time of an event is in a field that each type names differently. */
const TIMES = ['DeliveredAt', 'BouncedAt', 'ReceivedAt', 'ChangedAt'];

function draftOf(event: Fields): Draft {
  // A bounce may come without its RecordType.
  const record_type = text(event['RecordType']) ?? (text(event['BouncedAt']) ? 'Bounce' : undefined);
  const name = needed(record_type, 'RecordType');
  const about = aboutOf(event, name);
  const reason = cut(text(event['Details']) ?? event['Description'], 500);
  switch (name) {
    case 'Open':
      return open(about, clientOf(event));
    case 'Click':
      return click(about, { ...clientOf(event), url: text(event['OriginalLink']) });
    case 'Delivery':
      return emailEvent('delivered', about, { reason });
    case 'SpamComplaint':
      return emailEvent('complained', about, { reason });
    case 'SubscriptionChange':
      return emailEvent(subscriptionOf(event), about, { reason: cut(event['SuppressionReason'], 500) });
    case 'Bounce':
      return bounce(needed(event['Type'], 'Type'), about, reason);
    default:
      return emailEvent('other', about, { reason });
  }
}

/** A bounce or a complaint that suppresses an address is told by an event of its own. */
function subscriptionOf(event: Fields): 'unsubscribed' | 'resubscribed' | 'other' {
  if (event['SuppressSending'] === false) return 'resubscribed';
  const is_wish = event['SuppressSending'] === true && event['SuppressionReason'] === 'ManualSuppression';
  return is_wish ? 'unsubscribed' : 'other';
}

/** https://postmarkapp.com/developer/api/bounce-api#bounce-types. Types that are not named here are `other`. */
const BOUNCES: Readonly<Record<string, 'hard' | 'soft' | 'dropped' | 'complained' | 'unsubscribed' | 'resubscribed'>> =
  {
    HardBounce: 'hard',
    BadEmailAddress: 'hard',
    Transient: 'soft',
    SoftBounce: 'soft',
    DnsError: 'soft',
    Blocked: 'soft',
    SpamNotification: 'soft',
    VirusNotification: 'soft',
    DMARCPolicy: 'soft',
    Unknown: 'soft',
    ManuallyDeactivated: 'dropped',
    SMTPApiError: 'dropped',
    TemplateRenderingFailed: 'dropped',
    SpamComplaint: 'complained',
    Unsubscribe: 'unsubscribed',
    Subscribe: 'resubscribed',
  };

function bounce(type: string, about: AboutEmail, reason: string | undefined): Draft {
  const named = { ...about, provider_event: `Bounce ${type}` };
  const meant = entryOf(BOUNCES, type) ?? 'other';
  if (meant === 'hard' || meant === 'soft') return emailEvent('bounced', named, { bounce_kind: meant, reason });
  return emailEvent(meant, named, { reason });
}

const DEVICES: Readonly<Record<string, string>> = { Desktop: 'desktop', Mobile: 'mobile' };

function clientOf(event: Fields) {
  return {
    user_agent: text(event['UserAgent']),
    ip_address: text(fieldsOf(event['Geo'])['IP']),
    device_type: entryOf(DEVICES, event['Platform']),
  };
}

/** The kinds of the two streams that every server of Postmark has. */
const STREAMS: Readonly<Record<string, CampaignKind>> = { outbound: 'transactional', broadcast: 'campaign' };

function aboutOf(event: Fields, provider_event: string): AboutEmail {
  const own = ownFields(fieldsOf(event['Metadata']));
  const time = TIMES.find((field) => text(event[field]) !== undefined);
  return {
    provider: 'postmark',
    provider_event,
    // Only bounces and complaints have an id. Clicks are one by their link, which the id made of the content covers.
    event_key: text(event['ID']),
    email: text(event['Recipient']) ?? text(event['Email']),
    ...own,
    occurred_at: instant(time && event[time], TIMES.join(' or ')),
    message_id: cut(event['MessageID'], 200),
    campaign_id: own.campaign_id ?? cut(event['Tag'], 200),
    campaign_kind: own.campaign_kind ?? entryOf(STREAMS, event['MessageStream']),
  };
}
