/** Twilio SendGrid's event webhook: a JSON array of events, signed with ECDSA over the timestamp and the bytes of the body. */
import { createPublicKey, verify } from 'node:crypto';
import { type AboutEmail, click, emailEvent, open } from '../email-drafts.ts';
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
import { refused, staleness } from '../signing.ts';
import type { Source, Translated } from '../source.ts';

const HEADER = 'x-twilio-email-event-webhook';

export const sendgrid: Source = {
  provider: 'sendgrid',
  title: 'Twilio SendGrid',
  proof: 'signature',
  verify({ body, headers }, { public_keys }, { now_ms }) {
    const [signature, timestamp] = [headers[`${HEADER}-signature`], headers[`${HEADER}-timestamp`]];
    if (signature === undefined || timestamp === undefined)
      return refused('the headers of the signature are missing; turn on Signed Event Webhook at SendGrid');
    const bytes = Buffer.concat([Buffer.from(timestamp), body]);
    if (!public_keys.some((key) => isSigned(key, bytes, signature)))
      return refused(
        'the signature does not fit the public key; copy the verification key of this webhook from SendGrid',
      );
    const stale = staleness(/^\d+$/.test(timestamp) ? Number(timestamp) * 1_000 : Number.NaN, now_ms);
    return stale === undefined ? { ok: true } : refused(stale);
  },
  itemsOf: (delivery) => listOf(jsonOf(delivery)),
  translate,
};

function isSigned(key: string, bytes: Buffer, signature: string): boolean {
  try {
    const public_key = createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' });
    return verify('sha256', bytes, public_key, Buffer.from(signature, 'base64'));
  } catch {
    return false;
  }
}

function translate(item: unknown): Translated {
  const event = fieldsOf(item);
  const name = needed(event['event'], 'event');
  if (name === 'account_status_change') return { ignored: 'it is about your account, and about no person' };
  const about = aboutOf(event, name);
  const how = { user_agent: text(event['useragent']), ip_address: text(event['ip']) };
  switch (name) {
    case 'open':
      return { drafts: [open(about, { ...how, machine: isTrue(event['sg_machine_open']) || undefined })] };
    case 'click':
      return { drafts: [click(about, { ...how, url: text(event['url']) })] };
    default:
      return {
        drafts: [
          emailEvent(entryOf(TYPES, name) ?? 'other', about, {
            ...bounceOf(event, name),
            reason: cut(event['reason'] ?? event['response'], 500),
          }),
        ],
      };
  }
}

const TYPES: Readonly<Record<string, Parameters<typeof emailEvent>[0]>> = {
  processed: 'sent',
  delivered: 'delivered',
  deferred: 'deferred',
  bounce: 'bounced',
  dropped: 'dropped',
  spamreport: 'complained',
  unsubscribe: 'unsubscribed',
  group_unsubscribe: 'unsubscribed',
  group_resubscribe: 'resubscribed',
};

function bounceOf({ type }: Fields, name: string): { bounce_kind?: 'hard' | 'soft' } {
  if (name !== 'bounce') return {};
  return { bounce_kind: type === 'blocked' ? 'soft' : 'hard' };
}

/** The message id of SendGrid's API is the part before the first dot; the rest names the server that sent it. */
function messageOf(event: Fields): string | undefined {
  return text(event['sg_message_id'])?.split('.')[0] ?? text(event['smtp-id'])?.replace(/^<|>$/g, '');
}

/** Automations and single sends of SendGrid's marketing campaigns; emails of the API have neither. */
function kindOf(event: Fields): AboutEmail['campaign_kind'] {
  if (text(event['mc_auto_id']) !== undefined) return 'flow';
  return text(event['marketing_campaign_id'] ?? event['singlesend_id']) === undefined ? undefined : 'campaign';
}

function aboutOf(event: Fields, provider_event: string): AboutEmail {
  const own = ownIds(event);
  const sending = event['mc_auto_id'] ?? event['marketing_campaign_id'] ?? event['singlesend_id'];
  return {
    provider: 'sendgrid',
    provider_event,
    event_key: text(event['sg_event_id']),
    email: text(event['email']),
    customer_id: own.customer_id,
    occurred_at: instant(event['timestamp'], 'timestamp'),
    message_id: cut(messageOf(event), MAX_GROUP_LENGTH),
    campaign_id: own.campaign_id ?? cut(sending ?? first(event['category']), MAX_GROUP_LENGTH),
    email_id: own.email_id,
    campaign_kind: kindOf(event),
  };
}
