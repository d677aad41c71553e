/** What histories hold of the emails of a plan, with what tells people and brands apart. */
import type { Plan } from '../../attribution/plan.ts';
import { ENGAGEMENT_TYPES } from '../../domain/touchpoint.ts';
import type { PersonDirectory } from '../../identity/directory.ts';
import { brandRule } from '../../identity/kept-persons.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { isWithin } from '../../warehouse/position.ts';
import type { Histories } from '../histories.ts';
import { People } from '../orders/people.ts';
import { SubjectBrands } from '../subject-brands.ts';
import type { EmailRows } from './email-rows.ts';

/** What events of one kind have in common. Filters and groups are about it. */
export interface EmailKind {
  /** The brand; null for opens and clicks, which have that of their person. */
  brand_id: string | null;
  channel: string | null;
  campaign_id: string | null;
  /** True if only the link names the campaign. */
  is_label: boolean;
  email_id: string | null;
  campaign_kind: string | null;
  kind: string;
  bounce_kind: string | null;
  verdict: string | null;
}

/** Everything about emails that a report reads from histories. */
export interface EmailHistories {
  histories: Histories;
  emails: EmailRows;
  people: People;
  /** By subject, the place of its brand in the plan, or -1. Of subjects without touchpoints it is not known. */
  brandOf: (subject: number) => number;
  /** By number. Those of email events come first. Kinds of touchpoints that are no open or click are null. */
  kinds: ReadonlyArray<EmailKind | null>;
}

/** True if histories hold the emails of a plan. */
export function holdsEmails(
  histories: Histories,
  { positions: { touchpoints, identity } }: Plan,
): histories is Histories & { emails: EmailRows } {
  return (
    histories.emails !== null &&
    identity === touchpoints &&
    isWithin(touchpoints, histories.position) &&
    isWithin(touchpoints, histories.emails.position) &&
    isWithin(histories.reclassified, touchpoints)
  );
}

/** Null if histories do not hold the emails of a plan. */
export async function emailHistories(
  snapshot: Snapshot,
  plan: Plan,
  directory: PersonDirectory,
  histories: Histories,
): Promise<EmailHistories | null> {
  if (!holdsEmails(histories, plan)) return null;
  const { emails, subjects, labels } = histories;
  const rules = plan.brands.map(({ brand_id, settings }) => brandRule(brand_id, settings));
  const person_keys = await directory.personKeys(snapshot, plan.positions.identity, rules);
  const people = await People.of(subjects, person_keys);
  const brands = await SubjectBrands.of(snapshot, subjects, plan.positions.touchpoints);
  const brandOf = brands.placesIn(plan.brands.map(({ brand_id }) => brand_id));
  return { histories, emails, people, brandOf, kinds: [...emails.labels.map(kindOfEvent), ...labels.map(kindOfTouch)] };
}

const kindOfEvent = ({ event_type, ...label }: EmailRows['labels'][number]): EmailKind => ({
  ...label,
  channel: 'email',
  is_label: false,
  kind: event_type!,
  verdict: 'human',
});

function kindOfTouch(label: Histories['labels'][number]): EmailKind | null {
  const { touchpoint_type, channel, campaign_id, sent_campaign_id, email_id, campaign_kind, verdict } = label;
  if (!(ENGAGEMENT_TYPES as readonly (string | null)[]).includes(touchpoint_type)) return null;
  const is_label = sent_campaign_id === null && campaign_id !== null;
  const own = { channel, campaign_id, is_label, email_id, campaign_kind, verdict };
  return { ...own, brand_id: null, kind: touchpoint_type!, bounce_kind: null };
}
