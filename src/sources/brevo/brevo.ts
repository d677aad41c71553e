/** Brevo's webhooks of transactional emails, campaigns and contacts: one event or an array of them, which nobody signs. */
import type { EmailEventType } from '../../domain/email-event.ts';
import { type AboutEmail, click, emailEvent, open } from '../email-drafts.ts';
import { cut, entryOf, type Fields, fieldsOf, first, instant, jsonOf, listOf, needed, text } from '../fields.ts';
import { MAX_GROUP_LENGTH, ownIds } from '../own-fields.ts';
import { type Source, type Translated, Unusable } from '../source.ts';

export const brevo: Source = {
  provider: 'brevo',
  title: 'Brevo',
  proof: 'none',
  itemsOf: (delivery) => listOf(jsonOf(delivery)),
  translate,
};

/** Brevo tells the first open of a message by another name than the later ones. */
const OPENS = new Set(['opened', 'uniqueopened', 'open']);
/** Apple and Gmail load images through proxies of theirs, when nobody may have looked. */
const PROXY_OPENS = new Set(['proxyopen', 'uniqueproxyopen', 'loadedbyproxy']);
interface Meaning {
  event_type: EmailEventType;
  bounce_kind?: 'hard' | 'soft';
}

const TYPES: Readonly<Record<string, Meaning>> = {
  request: { event_type: 'sent' },
  sent: { event_type: 'sent' },
  delivered: { event_type: 'delivered' },
  deferred: { event_type: 'deferred' },
  hardbounce: { event_type: 'bounced', bounce_kind: 'hard' },
  invalidemail: { event_type: 'bounced', bounce_kind: 'hard' },
  invalid: { event_type: 'bounced', bounce_kind: 'hard' },
  softbounce: { event_type: 'bounced', bounce_kind: 'soft' },
  blocked: { event_type: 'dropped' },
  error: { event_type: 'dropped' },
  spam: { event_type: 'complained' },
  complaint: { event_type: 'complained' },
  unsubscribe: { event_type: 'unsubscribed' },
  unsubscribed: { event_type: 'unsubscribed' },
  listaddition: { event_type: 'resubscribed' },
};

/** Brevo writes `hard_bounce` in events and `hardBounce` in settings. */
const plain = (name: string): string => name.toLowerCase().replace(/[^a-z]/g, '');

function translate(item: unknown): Translated {
  const event = fieldsOf(item);
  const name = needed(event['event'], 'event');
  const kind = plain(name);
  // Events of contacts may name several.
  const addresses = [event['email']].flat();
  if (addresses.length === 0) throw new Unusable('email: is an empty list');
  return {
    drafts: addresses.map((address) => {
      const about = aboutOf(event, name, text(address));
      const nth = kind.startsWith('unique') ? { first: true } : {};
      if (OPENS.has(kind)) return open(about, { ...agentOf(event), evidence: nth });
      if (PROXY_OPENS.has(kind))
        return open(about, { ...agentOf(event), machine: true, evidence: { ...nth, proxied: true } });
      if (kind === 'click')
        return click(about, { ...agentOf(event), url: text(event['link'] ?? event['URL'] ?? event['url']) });
      const { event_type, bounce_kind }: Meaning = entryOf(TYPES, kind) ?? { event_type: 'other' };
      return emailEvent(event_type, about, {
        bounce_kind,
        reason: cut(event['reason'], 500),
      });
    }),
  };
}

const agentOf = (event: Fields) => ({ user_agent: text(event['user_agent']), ip_address: text(event['ip']) });

function aboutOf(event: Fields, provider_event: string, email: string | undefined): AboutEmail {
  const own = ownIds(customOf(event['X-Mailin-custom']));
  const marketing = text(event['camp_id']);
  const message = text(event['message-id'] ?? event['message_id']);
  return {
    provider: 'brevo',
    provider_event,
    email,
    customer_id: own.customer_id,
    occurred_at: timeOf(event),
    message_id: cut(message?.replace(/^<|>$/g, ''), MAX_GROUP_LENGTH),
    campaign_id: own.campaign_id ?? cut(marketing ?? tagOf(event), MAX_GROUP_LENGTH),
    email_id: own.email_id ?? cut(event['template_id'], MAX_GROUP_LENGTH),
    campaign_kind: marketing !== undefined ? 'campaign' : message !== undefined ? 'transactional' : undefined,
  };
}

/** Brevo writes `date` in the time zone of the account and does not name it, so it is the last choice. */
const TIMES = ['ts_epoch', 's_epoch', 'ts_event', 'ts', 'date_event', 'date'];

function timeOf(event: Fields): string {
  const field = TIMES.find((one) => text(event[one]) !== undefined) ?? 'ts_event';
  return instant(event[field], field);
}

/** The first tag. `tag` is a text, the JSON of a list, or a list. */
function tagOf({ tag, tags }: Fields): string | undefined {
  const list = typeof tag === 'string' && tag.trim().startsWith('[') ? jsonIn(tag) : tag;
  return text(first(list)) ?? text(first(tags));
}

/** The header `X-Mailin-custom`: JSON, or `name:value|name:value`. */
function customOf(header: unknown): Fields {
  const given = text(header);
  if (given === undefined) return fieldsOf(header);
  if (given.startsWith('{')) return fieldsOf(jsonIn(given));
  return Object.fromEntries(
    given.split('|').map((part) => {
      const [name = '', ...value] = part.split(':');
      return [name.trim(), value.join(':')];
    }),
  );
}

function jsonIn(given: string): unknown {
  try {
    return JSON.parse(given);
  } catch {
    return undefined;
  }
}
