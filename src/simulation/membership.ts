/** The ways in which a person becomes known: joining the list, logging in on a device, being put into segments. */

import { MS_PER_DAY } from '../domain/time.ts';
import { SITE } from './entries.ts';
import type { Device, Person } from './person.ts';
import { browserFields, type Session } from './session.ts';
import { stamp } from './stamp.ts';

/** The person was on the list when the world began. */
export function startAsMember(person: Person): void {
  person.joined = true;
  person.subscribed = person.random.chance(0.93);
  person.tally.members.at_start++;
  assignSegments(person, person.programme.start_ms);
}

/** The person signs up during a visit, and is known on this device from here on. */
export function join(person: Person, at_ms: number, session: Session): void {
  person.joined = true;
  person.subscribed = true;
  person.tally.members.joined++;
  signIn(person, session.device, at_ms);
  const url = `${SITE}/newsletter`;
  const { origin, session_id, device } = session;
  person.touch('form_submission', at_ms, { ...browserFields(person, session), ...origin, url });
  const { currency } = person.traits;
  const what = {
    conversion_type: 'newsletter_signup',
    conversion_value: '0',
    currency,
    occurred_at: stamp(at_ms),
  };
  const conversion_id = person.id('cv');
  person.put('conversions', { conversion_id, ...person.on(device), session_id, ...what, conversion_page: url }, at_ms);
  assignSegments(person, at_ms);
  person.startFlow(person.programme.welcome, at_ms);
}

/** Most sites report a login; on the others the link is implicit in events that carry both ids. */
export function signIn(person: Person, device: Device, at_ms: number): void {
  if (device.signed_in) return;
  device.signed_in = true;
  if (!person.random.chance(0.7)) return;
  const ids = { left_id: person.customer_id, right_id: device.anonymous_id };
  const statement = {
    link_id: person.id('il'),
    ...ids,
    kind: 'login',
    state: 'linked',
    occurred_at: stamp(at_ms),
  };
  person.put('identity_links', statement, at_ms);
}

function assignSegments(person: Person, at_ms: number): void {
  const { random, traits } = person;
  // The marketer's score sees loyalty only through noise.
  const score = traits.loyalty * random.lognormal(1, 0.4);
  const level = score > 1.4 ? 'high_engagement' : score < 0.5 ? 'low_engagement' : 'medium_engagement';
  assign(person, level, 'engagement score', at_ms, { score: Math.round(score * 100) / 100 });
  if (traits.scanned) assign(person, 'business', 'company mail domain', at_ms);
}

/** After three orders a person is in the segment `vip` for half a year. */
export function promote(person: Person, at_ms: number): void {
  if (person.orders === 3) assign(person, 'vip', 'three orders', at_ms, undefined, at_ms + 180 * MS_PER_DAY);
}

function assign(
  person: Person,
  segment_name: string,
  segment_criteria: string,
  at_ms: number,
  segment_properties?: object,
  expires_ms?: number,
): void {
  const { customer_id } = person;
  const what = {
    segment_id: person.id('seg'),
    customer_id,
    segment_name,
    segment_criteria,
    assigned_at: stamp(at_ms),
  };
  const until = expires_ms === undefined ? {} : { expires_at: stamp(expires_ms) };
  const properties = segment_properties === undefined ? {} : { segment_properties };
  person.put('customer_segments', { ...what, ...until, ...properties }, at_ms);
}
