/** Visits to the site: the arrival, the pages that a person sees, and the actions that follow. */

import { MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE } from '../domain/time.ts';
import { type Cause, EFFECTS, type EffectName } from './effects.ts';
import { BROWSING, CLOSING, type Entry, landingUrl, PAGES, type Page, pushEntry, SITE, smsEntry } from './entries.ts';
import { join, signIn } from './membership.ts';
import { placeOrder } from './orders.ts';
import type { Device, Person } from './person.ts';
import { browserFields, originOf, type Session, tagsOf } from './session.ts';
import { stamp } from './stamp.ts';

const IMPRESSION_COST_MICROS = 4_500;
const SMS_COST_MICROS = 32_000;

interface VisitOptions {
  device?: Device;
  page?: Page;
  /** The cause of the order, if the person came to buy. */
  cause?: Cause;
  signs_up?: boolean;
}

/** A visit on a person's own initiative, and the next one after it. */
function browse(person: Person, at_ms: number): void {
  const { random } = person;
  visit(person, at_ms, random.weighted(BROWSING));
  scheduleBrowsing(person, at_ms);
}

export function scheduleBrowsing(person: Person, after_ms: number): void {
  const mean_days = 36 / person.traits.loyalty ** 0.8;
  person.at(person.awake(after_ms + person.random.exponential(mean_days) * MS_PER_DAY), (at) => browse(person, at));
}

/** A visit by someone who has already decided to buy. The channel of this visit causes nothing. */
export function closingVisit(person: Person, at_ms: number, cause: Cause): void {
  visit(person, at_ms, person.random.weighted(CLOSING), { cause });
}

/**
 * Applies the effect of a touch to a person.
 * @returns the cause of an order in this visit, or undefined. A later order is queued.
 */
export function influence(person: Person, name: EffectName, at_ms: number): Cause | undefined {
  const effect = EFFECTS[name];
  const { random } = person;
  if (!random.chance(Math.min(0.9, effect.orders_per_touch * person.traits.responsiveness))) return undefined;
  if (random.chance(effect.same_session_share)) return name;
  const delay_ms = random.exponential(effect.half_life_days / Math.LN2) * MS_PER_DAY;
  // At least an hour later: orders within the visit have their own share.
  const later_ms = person.awake(at_ms + MS_PER_HOUR + delay_ms);
  person.at(later_ms, (at) => closingVisit(person, at, name));
  return undefined;
}

export function visit(person: Person, at_ms: number, entry: Entry, options: VisitOptions = {}): void {
  const { random } = person;
  const device = options.device ?? random.pick(person.devices);
  const page = options.page ?? random.pick(PAGES);
  const session: Session = { device, session_id: person.id('ses'), origin: originOf(entry), page };
  land(person, session, entry, at_ms);
  const cause = options.cause ?? influence(person, entry.effect, at_ms);

  let now_ms = at_ms + random.integer(5_000, 40_000);
  if (person.joined && !device.signed_in && random.chance(0.25)) signIn(person, device, now_ms);
  const pages = random.chance(0.45) ? 0 : random.integer(1, 2);
  for (let i = 0; i < pages + (cause === undefined ? 0 : 1); i++) {
    now_ms += random.integer(10_000, 120_000);
    session.page = random.pick(PAGES);
    view(person, session, now_ms, session.page.path);
  }
  now_ms += random.integer(10_000, 90_000);
  if (options.signs_up && !person.joined) join(person, now_ms, session);
  if (cause !== undefined) placeOrder(person, session, now_ms + random.integer(20_000, 240_000), cause);
  else afterwards(person, session, now_ms);
}

function land(person: Person, session: Session, entry: Entry, at_ms: number): void {
  const { random, tally } = person;
  const url = landingUrl(entry, session.page.path, entry.click_id === undefined ? '' : random.hex(4));
  const happened = person.touch(entry.type, at_ms, { ...browserFields(person, session), ...session.origin, url });
  if (happened && entry.click_cents > 0) {
    const micros = Math.round(entry.click_cents * random.between(0.6, 1.4)) * 10_000;
    tally.addCost(at_ms, entry.channel, entry.campaign_id ?? '', micros);
  }
  Object.assign(session.origin, tagsOf(entry));
}

function view(person: Person, session: Session, at_ms: number, path: string): void {
  person.touch('page_view', at_ms, { ...browserFields(person, session), ...session.origin, url: SITE + path });
}

/** The consequences of a visit without an order: a lead, an abandoned cart, or ads that follow the person. */
function afterwards(person: Person, session: Session, at_ms: number): void {
  const { random, traits } = person;
  const { origin, session_id, device } = session;
  if (random.chance(0.03)) {
    const url = `${SITE}/guides/packing-list`;
    const type = random.chance(0.6) ? 'download' : 'video_watch';
    person.touch(type, at_ms, { ...browserFields(person, session), ...origin, url });
    const lead_ms = at_ms + random.integer(5_000, 60_000);
    const occurred_at = stamp(lead_ms);
    const what = { conversion_type: 'lead_generation', conversion_value: '0', currency: traits.currency, occurred_at };
    const conversion_id = person.id('cv');
    person.put(
      'conversions',
      { conversion_id, ...person.on(device), session_id, ...what, conversion_page: url },
      lead_ms,
    );
  }
  if (device.signed_in && random.chance(0.15)) {
    const orders = person.orders;
    person.startFlow(person.programme.abandoned_cart, at_ms, () => person.orders === orders);
  }
  if (random.chance(0.25)) {
    for (let i = random.integer(1, 3); i > 0; i--) {
      person.at(person.awake(at_ms + random.between(MS_PER_HOUR, 4 * MS_PER_DAY)), (at) => showAd(person, device, at));
    }
  }
}

/** A banner on another site. The ad network knows the browser, never the customer. */
function showAd(person: Person, device: Device, at_ms: number): void {
  const campaign_id = 'display_retargeting';
  const { user_agent, anonymous_id } = device;
  const url = `${SITE}/?utm_source=adnetwork&utm_medium=display&utm_campaign=${campaign_id}`;
  const { ip_address } = person.traits;
  person.touch('ad_impression', at_ms, { anonymous_id, campaign_id, url, user_agent, ip_address });
  person.tally.addCost(at_ms, 'display', campaign_id, IMPRESSION_COST_MICROS);
  influence(person, 'display', at_ms);
}

/** Sends a text message or push notice to a person. Few people follow it. */
export function blast(person: Person, channel: 'sms' | 'push', campaign_id: string, at_ms: number): void {
  if (!person.joined) return;
  const { random, customer_id } = person;
  if (channel === 'sms') person.tally.addCost(at_ms, channel, campaign_id, SMS_COST_MICROS);
  if (!random.chance(0.07 * person.traits.loyalty ** 0.3)) return;
  const entry = channel === 'sms' ? smsEntry(campaign_id) : pushEntry(campaign_id);
  const device = person.devices[0]!;
  person.at(person.awake(at_ms + random.exponential(40 * MS_PER_MINUTE)), (at) => {
    const page = random.pick(PAGES);
    const url = landingUrl(entry, page.path, '');
    person.touch(`${channel}_click`, at, { customer_id, campaign_id, url, user_agent: device.user_agent });
    person.at(at + random.integer(800, 4_000), (landed) => visit(person, landed, entry, { device, page }));
  });
}
