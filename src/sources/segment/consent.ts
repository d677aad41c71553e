/**
 * What the person of a message consented to: `context.consent.categoryPreferences` of Segment's consent manager, and
 * `context.consentManagement` of RudderStack's. Their categories have the names that a consent platform gives them.
 */
import type { Purpose } from '../../domain/consent/purposes.ts';
import type { Draft } from '../../log/envelope.ts';
import { fieldsOf, text } from '../fields.ts';
import type { Translated } from '../source.ts';
import { defined, type Message } from './message.ts';

/** Names of categories in lower case. `C0002` and the like are those of OneTrust. A category with another name says nothing here. */
const CATEGORIES: Readonly<Record<string, Purpose>> = {
  analytics: 'measurement',
  statistics: 'measurement',
  performance: 'measurement',
  measurement: 'measurement',
  c0002: 'measurement',
  advertising: 'sharing',
  marketing: 'sharing',
  targeting: 'sharing',
  sharing: 'sharing',
  c0004: 'sharing',
  personalization: 'profiling',
  preferences: 'profiling',
  functional: 'profiling',
  profiling: 'profiling',
  c0003: 'profiling',
};

/** The events that carry a consent in a field of their own. */
const CARRIERS: readonly Draft['record'][] = ['touchpoints', 'conversions'];

/** What a message became, with the consent that it tells. A message that means nothing else still tells it. */
export function withConsent(message: Message, translated: Translated): Translated {
  const purposes = purposesOf(message);
  if (purposes === null) return translated;
  const drafts = 'drafts' in translated ? translated.drafts : [];
  const carrier = drafts.findIndex(({ record }) => CARRIERS.includes(record));
  const consent = { purposes, source: sourceOf(message) };
  if (carrier >= 0)
    return {
      drafts: drafts.map((draft, i) =>
        i === carrier ? { ...draft, input: { ...(draft.input as object), consent } } : draft,
      ),
    };
  const { customer_id, anonymous_id } = message.common;
  if (customer_id === undefined && anonymous_id === undefined) return translated;
  return { drafts: [...drafts, { record: 'consents', input: defined({ ...message.common, ...consent }) }] };
}

/** Of several categories of one purpose, one that is denied denies it. */
function purposesOf({ context }: Message): Partial<Record<Purpose, boolean>> | null {
  const preferences = Object.entries(fieldsOf(fieldsOf(context['consent'])['categoryPreferences']));
  const managed = fieldsOf(context['consentManagement']);
  const listed = (field: string, granted: boolean): Array<[string, unknown]> => {
    const ids = managed[field];
    return Array.isArray(ids) ? ids.map((id) => [String(id), granted]) : [];
  };
  const purposes: Partial<Record<Purpose, boolean>> = {};
  for (const [name, granted] of [
    ...preferences,
    ...listed('allowedConsentIds', true),
    ...listed('deniedConsentIds', false),
  ]) {
    const key = name.trim().toLowerCase();
    const purpose = Object.hasOwn(CATEGORIES, key) ? CATEGORIES[key] : undefined;
    if (purpose === undefined || typeof granted !== 'boolean') continue;
    purposes[purpose] = granted && purposes[purpose] !== false;
  }
  return Object.keys(purposes).length === 0 ? null : purposes;
}

const sourceOf = ({ context }: Message): string =>
  text(fieldsOf(context['consentManagement'])['provider']) ?? 'segment';
