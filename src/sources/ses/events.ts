/** Events of Amazon SES (`eventType`) and its classic notifications (`notificationType`), which have the same form. */
import type { Draft } from '../../log/envelope.ts';
import { type AboutEmail, click, emailEvent, open } from '../email-drafts.ts';
import { cut, entryOf, type Fields, fieldsOf, first, instant, needed, text } from '../fields.ts';
import { ownFields } from '../own-fields.ts';
import { type Translated, Unusable } from '../source.ts';

/** Sentences and types with which SES tells that it is set up. */
const SET_UP = /^Successfully validated SNS topic|^AmazonSnsSubscriptionSucceeded$/;

interface Recipient {
  email: string;
  /** What the server of this recipient answered. */
  reason?: string | undefined;
}

export function translate(item: unknown): Translated {
  const event = fieldsOf(item);
  const name = text(item) ?? needed(event['eventType'] ?? event['notificationType'], 'eventType');
  if (SET_UP.test(name)) return { ignored: 'Amazon SES was set up' };
  if (name === 'Received') return { ignored: 'Amazon SES received a message' };
  const mail = fieldsOf(event['mail']);
  const details = fieldsOf(event[entryOf(DETAILS, name) ?? name.toLowerCase()]);
  const recipients = recipientsOf(details, mail);
  if (recipients.length === 0) throw new Unusable('mail.destination: is missing');
  const about = aboutOf(name, mail, details);
  if (name === 'Open' || name === 'Click')
    return { drafts: [touch(name, { ...about, email: onlyOne(recipients).email }, details)] };
  const type = typeOf(name, details);
  return {
    drafts: recipients.map(({ email, reason }) =>
      emailEvent(
        type,
        { ...about, email },
        { bounce_kind: kindOf(name, details), reason: reason ?? reasonOf(details) },
      ),
    ),
  };
}

/** The names of the objects with the details of an event, where they are not its name in lower case. */
const DETAILS: Readonly<Record<string, string>> = { DeliveryDelay: 'deliveryDelay', 'Rendering Failure': 'failure' };

/** The recipients that the details of the event name, else all recipients of the message. */
function recipientsOf(details: Fields, mail: Fields): Recipient[] {
  const lists = ['bouncedRecipients', 'complainedRecipients', 'delayedRecipients', 'recipients'];
  const named = lists.map((list) => details[list]).find((list) => Array.isArray(list) && list.length > 0);
  const listed: unknown = named ?? mail['destination'] ?? fieldsOf(mail['commonHeaders'])['to'];
  return (Array.isArray(listed) ? listed : []).flatMap((one) => {
    const email = text(one) ?? text(fieldsOf(one)['emailAddress']);
    return email === undefined ? [] : [{ email, reason: cut(fieldsOf(one)['diagnosticCode'], 500) }];
  });
}

function onlyOne(recipients: readonly Recipient[]): Recipient {
  if (recipients.length > 1)
    throw new Unusable('mail.destination: has several recipients, and Amazon SES does not say which one it was');
  return recipients[0]!;
}

function touch(name: 'Open' | 'Click', about: AboutEmail, details: Fields): Draft {
  const client = { user_agent: text(details['userAgent']), ip_address: text(details['ipAddress']) };
  return name === 'Open' ? open(about, client) : click(about, { ...client, url: text(details['link']) });
}

type EventType = Parameters<typeof emailEvent>[0];
const TYPES: Readonly<Record<string, EventType>> = {
  Send: 'sent',
  Delivery: 'delivered',
  DeliveryDelay: 'deferred',
  Bounce: 'bounced',
  Reject: 'dropped',
  'Rendering Failure': 'dropped',
  Complaint: 'complained',
};

function typeOf(name: string, details: Fields): EventType {
  if (name === 'Subscription') return subscriptionOf(details);
  // The recipient took the message out of the spam folder.
  if (name === 'Complaint' && details['complaintFeedbackType'] === 'not-spam') return 'other';
  return entryOf(TYPES, name) ?? 'other';
}

/** Somebody who closes fewer topics than before comes back. */
function subscriptionOf(details: Fields): EventType {
  const [before, after] = ['oldTopicPreferences', 'newTopicPreferences'].map((name) => closed(fieldsOf(details[name])));
  return after! < before! ? 'resubscribed' : 'unsubscribed';
}

function closed({ unsubscribeAll, topicSubscriptionStatus }: Fields): number {
  if (unsubscribeAll === true) return Number.POSITIVE_INFINITY;
  const topics = Array.isArray(topicSubscriptionStatus) ? topicSubscriptionStatus : [];
  return topics.filter((topic) => fieldsOf(topic)['subscriptionStatus'] === 'OptOut').length;
}

function kindOf(name: string, { bounceType }: Fields): 'hard' | 'soft' | undefined {
  if (name !== 'Bounce') return undefined;
  return bounceType === 'Permanent' ? 'hard' : 'soft';
}

const reasonOf = (details: Fields): string | undefined =>
  cut(details['smtpResponse'] ?? details['reason'] ?? details['errorMessage'] ?? details['complaintFeedbackType'], 500);

/** The id of a record is made of its content, since one event may be of several recipients. */
function aboutOf(provider_event: string, mail: Fields, details: Fields): AboutEmail {
  const tags = fieldsOf(mail['tags']);
  const own = ownFields({ ...tags, ...fieldsOf(details['linkTags']) });
  return {
    provider: 'ses',
    provider_event,
    ...own,
    occurred_at: instant(details['timestamp'] ?? mail['timestamp'], 'mail.timestamp'),
    message_id: cut(mail['messageId'], 200),
    campaign_id: own.campaign_id ?? cut(first(tags['ses:configuration-set']), 200),
  };
}
