/** Section 10: email events of a world, and what was sent, opened and clicked, by loops over records. Tests only. */
import fc from 'fast-check';
import { hiddenTouchpoints } from './consents.ts';
import { personKey, persons } from './persons.ts';
import { campaignOf, isMachine } from './touches.ts';
import type { FullOptions, RefTouchpoint, World } from './types.ts';
import { toReference, type WireWorld, type WorldLimits, worlds } from './worlds.ts';

/** An email event as it is sent. */
export interface WireEmailEvent {
  event_id: string;
  brand_id: string;
  event_type: string;
  customer_id: string;
  campaign_id?: string;
  email_id?: string;
  message_id?: string;
  campaign_kind?: string;
  bounce_kind?: string;
  occurred_at: string;
}

export interface EmailWorld {
  world: WireWorld;
  email_events: WireEmailEvent[];
}

const HOUR_MS = 3_600_000;
const maybe = <T>(...values: T[]) => fc.option(fc.constantFrom(...values), { nil: undefined, freq: 3 });

const drafts = fc.record({
  event_type: fc.constantFrom(
    ...Array<'delivered'>(5).fill('delivered'),
    ...Array<'sent'>(3).fill('sent'),
    'bounced' as const,
    'complained' as const,
    'unsubscribed' as const,
    'resubscribed' as const,
    'deferred' as const,
  ),
  brand_id: fc.constantFrom('default', 'default', 'default', 'b2'),
  customer_id: fc.constantFrom('c1', 'c10', 'c2', 'C3', 'a1'),
  campaign_id: maybe('spring', 'Spring', 'fall'),
  email_id: maybe('e1', 'e2'),
  message_id: maybe('m1', 'm2'),
  campaign_kind: maybe('campaign', 'flow'),
  bounce_kind: maybe('hard', 'soft'),
  /** Before a touchpoint of the world, or after it. */
  touch: fc.nat(39),
  shift: fc.constantFrom(0, 0, -1, -2, -5, -24, -49, 1, -24 * 8, 24 * 20),
});

/** A world with email events around its touchpoints. */
export function emailWorlds(limits: WorldLimits = {}): fc.Arbitrary<EmailWorld> {
  return fc.tuple(worlds(limits), fc.array(drafts, { maxLength: 40, size: 'max' })).map(([world, found]) => ({
    world,
    email_events: found.map(({ touch, shift, ...rest }, i) => {
      const near =
        world.touchpoints[touch % Math.max(1, world.touchpoints.length)]?.occurred_at ?? '2026-02-10T00:00:00Z';
      const event = {
        ...rest,
        event_id: `ee${i}`,
        occurred_at: new Date(Date.parse(near) + shift * HOUR_MS).toISOString(),
      };
      return Object.fromEntries(
        Object.entries(event).filter(([, value]) => value !== undefined),
      ) as unknown as WireEmailEvent;
    }),
  }));
}

/** The reference's world. The recipients of emails are customers; a segment that begins never says so and no more. */
export function withRecipients({ world, email_events }: EmailWorld): World {
  const reference = toReference(world);
  const recipients = email_events.map(({ event_id, brand_id, customer_id }) => ({
    brand_id,
    log_seq: 1,
    segment_id: `recipient ${event_id}`,
    customer_id,
    segment_name: 'recipient',
    assigned_at: Number.MAX_SAFE_INTEGER,
    expires_at: null,
  }));
  return { ...reference, customer_segments: [...reference.customer_segments, ...recipients] };
}

/** An email event, an open or a click, with its person. */
export interface Happened {
  brand_id: string;
  campaign_id: string | null;
  /** True if only the link names the campaign. */
  is_label: boolean;
  email_id: string | null;
  message_id: string | null;
  campaign_kind: string | null;
  kind: string;
  bounce_kind: string | null;
  verdict: string;
  is_human: boolean;
  person: string;
  at_ms: number;
}

/** All that happened to emails, at any time, without the opens and clicks that consent hides. */
export function happenedTo(emails: EmailWorld, options: Pick<FullOptions, 'settings'>): Happened[] {
  const world = withRecipients(emails);
  const person_of = persons(world, null, options.settings);
  const personOf = (brand_id: string, id: string): string => {
    const key = personKey(brand_id, id);
    return personKey(brand_id, person_of.get(key)!);
  };
  const hidden = hiddenTouchpoints(world, person_of, options);
  const seen = new Set<string>();
  const first = (row: RefTouchpoint): boolean => {
    const id = JSON.stringify([row.brand_id, row.touchpoint_id]);
    return !seen.has(id) && seen.add(id) !== undefined;
  };
  return [
    ...emails.email_events.map((event) => ({
      ...event,
      campaign_id: event.campaign_id ?? null,
      is_label: false,
      email_id: event.email_id ?? null,
      message_id: event.message_id ?? null,
      campaign_kind: event.campaign_kind ?? null,
      kind: event.event_type,
      bounce_kind: event.bounce_kind ?? null,
      verdict: 'human',
      is_human: true,
      person: personOf(event.brand_id, event.customer_id),
      at_ms: Date.parse(event.occurred_at),
    })),
    ...world.touchpoints
      .filter((row) => first(row) && ['email_open', 'email_click'].includes(row.touchpoint_type) && !hidden.has(row))
      .map((row) => ({
        brand_id: row.brand_id,
        campaign_id: campaignOf(row),
        is_label: row.campaign_id == null && campaignOf(row) !== null,
        email_id: row.email_id ?? null,
        message_id: row.message_id ?? null,
        campaign_kind: row.campaign_kind ?? null,
        kind: row.touchpoint_type,
        bounce_kind: null,
        verdict: row.verdict ?? 'unknown',
        is_human: !isMachine(row),
        person: personOf(row.brand_id, (row.customer_id ?? row.anonymous_id)!),
        at_ms: row.occurred_at,
      })),
  ];
}

/** The counts of engagement of some events. */
export function engagementOf(rows: readonly Happened[]): Record<string, number> {
  const of = (kind: string, passes: (row: Happened) => boolean = () => true) =>
    rows.filter((row) => row.kind === kind && passes(row));
  const people = (found: readonly Happened[]): number => new Set(found.map(({ person }) => person)).size;
  const human = ({ is_human }: Happened): boolean => is_human;
  return {
    sends: of('sent').length,
    delivered: of('delivered').length,
    bounced: of('bounced').length,
    complained: of('complained').length,
    unsubscribed: of('unsubscribed').length,
    opens: of('email_open').length,
    unique_opens: people(of('email_open')),
    human_opens: of('email_open', human).length,
    unique_human_opens: people(of('email_open', human)),
    proxied_opens: of('email_open', ({ verdict }) => verdict === 'proxied').length,
    machine_opens: of('email_open', (row) => !human(row)).length,
    clicks: of('email_click').length,
    unique_clicks: people(of('email_click')),
    human_clicks: of('email_click', human).length,
    unique_human_clicks: people(of('email_click', human)),
    suspect_clicks: of('email_click', ({ verdict }) => verdict === 'suspect').length,
    machine_clicks: of('email_click', (row) => !human(row)).length,
    unique_recipients: people(of('delivered')),
  };
}
