/** SparkPost's event webhooks: an array of events, each in an envelope that names its group. Nobody signs them. */
import type { EmailEventType } from '../../domain/email-event.ts';
import { type AboutEmail, click, emailEvent, type Interaction, open } from '../email-drafts.ts';
import {
  cut,
  entryOf,
  type Fields,
  fieldsOf,
  first,
  instant,
  isTrue,
  jsonOf,
  listOf,
  needed,
  text,
} from '../fields.ts';
import { MAX_GROUP_LENGTH, ownIds } from '../own-fields.ts';
import type { Source, Translated } from '../source.ts';

export const sparkpost: Source = {
  provider: 'sparkpost',
  title: 'SparkPost',
  proof: 'none',
  // A new webhook is tried with an envelope without an event.
  itemsOf: (delivery) => listOf(jsonOf(delivery)).filter((item) => !isPing(item)),
  senderOf: (item) => eventOf(item)['friendly_from'] ?? eventOf(item)['msg_from'],
  translate,
};

const eventOf = (item: unknown): Fields => fieldsOf(Object.values(fieldsOf(fieldsOf(item)['msys']))[0]);

function isPing(item: unknown): boolean {
  const { msys } = fieldsOf(item);
  return typeof msys === 'object' && msys !== null && Object.keys(msys).length === 0;
}

const OPENS = new Set(['open', 'initial_open', 'amp_open', 'amp_initial_open']);
const CLICKS = new Set(['click', 'amp_click']);
const TYPES: Readonly<Record<string, EmailEventType>> = {
  injection: 'sent',
  delivery: 'delivered',
  delay: 'deferred',
  bounce: 'bounced',
  out_of_band: 'bounced',
  policy_rejection: 'dropped',
  generation_failure: 'dropped',
  generation_rejection: 'dropped',
  spam_complaint: 'complained',
  list_unsubscribe: 'unsubscribed',
  link_unsubscribe: 'unsubscribed',
};
/** Groups of events that are about no email to a person. */
const NO_EMAILS: Readonly<Record<string, string>> = {
  relay_event: 'it is about an email to you',
  ab_test_event: 'it is about a test, and about no person',
  ingest_event: 'it is about a batch, and about no person',
};

function translate(item: unknown): Translated {
  const [group = '', content] = Object.entries(fieldsOf(fieldsOf(item)['msys']))[0] ?? [];
  const reason = entryOf(NO_EMAILS, group);
  if (reason !== undefined) return { ignored: reason };
  const event = fieldsOf(content);
  const name = needed(event['type'], 'type');
  const about = aboutOf(event, name);
  if (OPENS.has(name)) return { drafts: [open(openingOf(event, about), howOf(event))] };
  if (CLICKS.has(name)) return { drafts: [click(about, { ...howOf(event), url: text(event['target_link_url']) })] };
  return {
    drafts: [
      emailEvent(entryOf(TYPES, name) ?? 'other', about, {
        ...(entryOf(TYPES, name) === 'bounced' && { bounce_kind: bounceKind(name, event) }),
        reason: cut(event['reason'] ?? event['raw_reason'], 500),
      }),
    ],
  };
}

/** `is_prefetched` and `is_proxy` are what SparkPost reads from the user agent. */
function howOf(event: Fields): Interaction {
  const { is_prefetched, is_proxy } = fieldsOf(event['user_agent_parsed']);
  return {
    user_agent: text(event['user_agent']),
    ip_address: text(event['ip_address']),
    machine: isTrue(is_prefetched) || undefined,
    ...(isTrue(is_proxy) && { evidence: { proxied: true } }),
  };
}

/**
 * An email has a pixel at its top (`initial_open`) and one at its end (`open`), which a reader of all of it loads together. So an
 * opening is known by its message and second, and not by its event.
 */
function openingOf(event: Fields, about: AboutEmail): AboutEmail {
  const message = text(event['message_id']);
  if (message === undefined) return about;
  return { ...about, provider_event: 'open', event_key: `${message}_${Date.parse(about.occurred_at) / 1_000}` };
}

/** Classes of bounces: https://support.sparkpost.com/docs/deliverability/bounce-classification-codes. */
const HARD = new Set(['10', '30', '90']);
/** Undetermined, and mistakes in the settings of the sender. */
const NEITHER = new Set(['1', '25', '80']);

function bounceKind(name: string, event: Fields): 'hard' | 'soft' | undefined {
  const bounce_class = text(event['bounce_class']);
  if (bounce_class === undefined) return name === 'out_of_band' ? 'hard' : undefined;
  if (NEITHER.has(bounce_class)) return undefined;
  return HARD.has(bounce_class) ? 'hard' : 'soft';
}

/** `customer_id` of an event is the sender's account; the recipient's is in the metadata. */
function aboutOf(event: Fields, provider_event: string): AboutEmail {
  const own = ownIds(fieldsOf(event['rcpt_meta']));
  return {
    provider: 'sparkpost',
    provider_event,
    event_key: text(event['event_id']),
    email: text(event['raw_rcpt_to'] ?? event['rcpt_to']),
    customer_id: own.customer_id,
    occurred_at: instant(event['timestamp'], 'timestamp'),
    message_id: cut(event['message_id'] ?? event['transmission_id'], MAX_GROUP_LENGTH),
    campaign_id: own.campaign_id ?? cut(event['campaign_id'] ?? first(event['rcpt_tags']), MAX_GROUP_LENGTH),
    email_id: own.email_id ?? cut(event['template_id'], MAX_GROUP_LENGTH),
    campaign_kind: isTrue(event['transactional']) ? 'transactional' : undefined,
  };
}
