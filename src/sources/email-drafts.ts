/** What all email providers tell, in one form: events of a message become email events, opens and clicks become touchpoints. */
import type { CampaignKind } from '../domain/campaign-kind.ts';
import type { EmailEventType } from '../domain/email-event.ts';
import type { TouchpointType } from '../domain/touchpoint.ts';
import type { Draft } from '../log/envelope.ts';
import { withoutAddress } from './addresses.ts';
import { Unusable } from './source.ts';

/** Of whom and of which email an event is. Undefined fields are left out. */
export interface AboutEmail {
  provider: string;
  /** The provider's name of the event. */
  provider_event: string;
  /**
   * What makes the event one: the provider's id of it. Together with its name it is the id here, so a repeat counts once. Left out
   * where the provider gives none: then the id is made from the content, which a repeat has, too.
   */
  event_key?: string | undefined;
  email?: string | undefined;
  customer_id?: string | undefined;
  occurred_at: string;
  message_id?: string | undefined;
  campaign_id?: string | undefined;
  email_id?: string | undefined;
  campaign_kind?: CampaignKind | undefined;
}

export interface Interaction {
  user_agent?: string | undefined;
  ip_address?: string | undefined;
  url?: string | undefined;
  /** What the provider says about who it was: true for a machine. */
  machine?: boolean | undefined;
  device_type?: string | undefined;
  /** Facts about the request beside `machine`. */
  evidence?: Readonly<Record<string, unknown>>;
}

/** Characters of an id that every provider and store can hold. */
const MAX_KEY_LENGTH = 150;

function common(about: AboutEmail): Record<string, unknown> {
  const { provider: _provider, provider_event: _event, event_key: _key, ...fields } = about;
  if (about.email === undefined && about.customer_id === undefined) throw new Unusable('the event names no recipient');
  return fields;
}

const idOf = ({ provider, provider_event, event_key }: AboutEmail): string | undefined =>
  event_key === undefined
    ? undefined
    : `${provider}_${provider_event}_${event_key}`.slice(0, MAX_KEY_LENGTH + provider.length);

/** An event of a message, such as its delivery. */
export function emailEvent(
  event_type: EmailEventType,
  about: AboutEmail,
  more: { bounce_kind?: 'hard' | 'soft' | undefined; reason?: string | undefined } = {},
): Draft {
  const { provider, provider_event } = about;
  return draft('email_events', {
    event_id: idOf(about),
    event_type,
    provider,
    provider_event: provider_event.slice(0, 100),
    ...common(about),
    ...more,
    reason: more.reason === undefined ? undefined : withoutAddress(more.reason),
  });
}

export const open = (about: AboutEmail, how: Interaction): Draft => touchpoint('email_open', 'email', about, how);
export const click = (about: AboutEmail, how: Interaction): Draft => touchpoint('email_click', 'email', about, how);

/** A click on what a provider of emails sent by another way. @param channel derived from the type when left out. */
export const otherClick = (
  type: 'sms_click' | 'push_click',
  about: AboutEmail,
  how: Interaction,
  channel?: string,
): Draft => touchpoint(type, channel, about, how);

function touchpoint(
  touchpoint_type: TouchpointType,
  channel: string | undefined,
  about: AboutEmail,
  { machine, evidence, ...how }: Interaction,
): Draft {
  const facts = { ...(machine === undefined ? {} : { machine }), ...evidence };
  return draft('touchpoints', {
    touchpoint_id: idOf(about),
    touchpoint_type,
    channel,
    ...common(about),
    ...how,
    evidence: Object.keys(facts).length === 0 ? undefined : facts,
  });
}

function draft(record: Draft['record'], fields: Record<string, unknown>): Draft {
  return { record, input: Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) };
}
