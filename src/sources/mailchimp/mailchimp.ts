/**
 * Webhooks of a Mailchimp audience: a form with one event. They tell who subscribes, leaves or changes an address. They never tell of
 * opens and clicks. A signature is optional: it is checked if the settings hold its secret.
 */
import type { Draft } from '../../log/envelope.ts';
import { type AboutEmail, emailEvent } from '../email-drafts.ts';
import { cut, type Fields, fieldsIn, fieldsOf, formOf, instant, needed, text } from '../fields.ts';
import { hmac, isSignature, refused, staleness } from '../signing.ts';
import { type Delivery, type People, type Source, type Translated, Unusable, type Verified } from '../source.ts';

export const mailchimp: Source = {
  provider: 'mailchimp',
  title: 'Mailchimp',
  proof: ({ secrets }) => (secrets.length > 0 ? 'signature' : 'none'),
  verify({ body, headers }, { secrets }, { now_ms }): Verified {
    if (secrets.length === 0) return { ok: true };
    const given = headers['x-mailchimp-signature'];
    if (given === undefined)
      return refused('the header X-Mailchimp-Signature is missing; turn on signing of this webhook at Mailchimp');
    const parts = given.split(',').map((part) => part.trim());
    const partsOf = (name: string): string[] =>
      parts.filter((part) => part.startsWith(`${name}=`)).map((part) => part.slice(name.length + 1));
    const timestamp = partsOf('t')[0] ?? '';
    const expected = secrets.map((secret) => hmac('sha256', secret, `${timestamp}.`, body));
    if (!partsOf('v1').some((signature) => isSignature(signature, 'hex', expected)))
      return refused('the signature fits none of the secrets; copy the signing secret of this webhook from Mailchimp');
    const stale = staleness(/^\d+$/.test(timestamp) ? Number(timestamp) * 1_000 : Number.NaN, now_ms);
    return stale === undefined ? { ok: true } : refused(stale);
  },
  itemsOf: (delivery) => [itemOf(delivery)],
  translate,
};

/** The fields of an event. Those of `data[merges]`, such as names, are left out. */
function itemOf(delivery: Delivery): Fields {
  const json = fieldsIn(delivery);
  if (json['type'] !== undefined) return json;
  const form = [...formOf(delivery)];
  const data = form.flatMap(([key, value]) => {
    const name = /^data\[(\w+)\]$/.exec(key)?.[1];
    return name === undefined ? [] : [[name, value] as const];
  });
  const item = Object.fromEntries(form.filter(([key]) => key === 'type' || key === 'fired_at'));
  if (item['type'] === undefined) throw new Unusable('body: is no form with type, fired_at and data');
  return { ...item, data: Object.fromEntries(data) };
}

function translate(item: unknown, _options: unknown, people: People): Translated {
  const event = fieldsOf(item);
  const name = needed(event['type'], 'type');
  const data = fieldsOf(event['data']);
  const occurred_at = instant(event['fired_at'], 'fired_at');
  if (name === 'campaign') return { ignored: 'a campaign has no recipient' };
  if (name === 'upemail') return changedAddress(data, occurred_at, people);
  const about: AboutEmail = {
    provider: 'mailchimp',
    provider_event: name,
    email: text(data['email']) ?? text(data['new_email']),
    occurred_at,
    campaign_id: cut(data['campaign_id'], 200),
  };
  return { drafts: [eventOf(name, about, text(data['reason']))] };
}

function eventOf(name: string, about: AboutEmail, reason: string | undefined): Draft {
  const is_complaint = reason === 'abuse' && (name === 'unsubscribe' || name === 'cleaned');
  if (is_complaint) return emailEvent('complained', about, { reason });
  switch (name) {
    case 'subscribe':
      return emailEvent('resubscribed', about);
    case 'unsubscribe':
      return emailEvent('unsubscribed', about, { reason });
    case 'cleaned':
      return emailEvent('bounced', about, { bounce_kind: reason === 'soft' ? 'soft' : 'hard', reason });
    default:
      return emailEvent('other', about);
  }
}

/** Both addresses are one person's. */
function changedAddress(data: Fields, occurred_at: string, people: People): Translated {
  const [left_id, right_id] = ['old_email', 'new_email'].map((field) => {
    const id = people.idOf(needed(data[field], `data.${field}`));
    if (id === null) throw new Unusable(`data.${field}: is not an e-mail address`);
    return id;
  });
  if (left_id === right_id) return { ignored: 'the address is the same' };
  return {
    drafts: [{ record: 'identity_links', input: { left_id, right_id, kind: 'email_change', occurred_at } }],
  };
}
