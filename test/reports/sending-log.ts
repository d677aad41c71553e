/** A seeded log of emails of some weeks, as records and as the reference reads it: people who leave and come back, several ids, repeats. */
import { Random } from '../../src/domain/random.ts';
import { formatInstant, MS_PER_DAY, MS_PER_HOUR } from '../../src/domain/time.ts';
import type { Email, SendingLog } from '../reference/sending.ts';
import type { Fields } from '../support/events.ts';
import type { Shop } from '../support/shop.ts';

const FROM_MS = Date.UTC(2026, 0, 22);
const UNTIL_MS = Date.parse('2026-03-31T11:00:00Z');
const DAYS = Math.floor((UNTIL_MS - FROM_MS) / MS_PER_DAY);

export interface MadeLog {
  log: SendingLog;
  emails: Fields[];
  orders: Fields[];
  links: Fields[];
}

export function makeLog(people: number, seed: number): MadeLog {
  const made: MadeLog = { log: { emails: [], words: [], orders: [] }, emails: [], orders: [], links: [] };
  for (let i = 0; i < people; i++) addPerson(made, `p${i}`, new Random(seed, 'sending log', i));
  return made;
}

function addPerson({ log, emails, orders, links }: MadeLog, person: string, random: Random): void {
  const daily = random.pick([0.04, 0.5, 0.6]);
  // Some order in the shop under another id, which is linked.
  const buyer = random.chance(0.2) ? `${person}-web` : person;
  if (buyer !== person) links.push({ left_id: person, right_id: buyer, occurred_at: formatInstant(FROM_MS) });
  const buy = (at_ms: number): void => {
    if (at_ms >= UNTIL_MS) return;
    const value = random.integer(5, 90);
    log.orders.push({ person, at_ms, value });
    const conversion_id = `o${orders.length}`;
    orders.push({
      ...{ conversion_id, conversion_type: 'purchase', conversion_value: String(value), currency: 'USD' },
      ...{ customer_id: buyer, occurred_at: formatInstant(at_ms) },
    });
  };
  const say = (event_type: string, at_ms: number): void => {
    if (at_ms >= UNTIL_MS) return;
    log.words.push({ person, at_ms, leaves: event_type !== 'resubscribed' });
    emails.push({ event_id: `w${emails.length}`, event_type, customer_id: person, occurred_at: formatInstant(at_ms) });
  };
  const deliver = (email: Email): void => {
    if (email.at_ms >= UNTIL_MS) return;
    log.emails.push(email);
    const { at_ms, kind, person: customer_id, ...named } = email;
    const known = Object.fromEntries(
      Object.entries({ ...named, campaign_kind: kind }).filter(([, own]) => own !== null),
    );
    emails.push({
      ...{ event_id: `e${emails.length}`, event_type: 'delivered', customer_id },
      ...{ occurred_at: formatInstant(at_ms), ...known },
    });
  };
  for (let day = 0; day < DAYS; day++) {
    const day_ms = FROM_MS + day * MS_PER_DAY;
    if (random.chance(0.06)) buy(day_ms + random.integer(0, MS_PER_DAY - 1));
    if (!random.chance(daily)) continue;
    const at_ms = day_ms + random.pick([7, 11, 17]) * MS_PER_HOUR + random.integer(0, MS_PER_HOUR - 1);
    const email: Email = {
      ...{ person, at_ms, ...contentOf(day, random) },
      message_id: random.chance(0.5) ? `${person}-${day}` : null,
    };
    deliver(email);
    // A provider that reports a delivery twice.
    if (random.chance(0.1)) deliver({ ...email, at_ms: at_ms + 60_000 });
    if (random.chance(0.05)) buy(at_ms + random.integer(0, 30 * MS_PER_HOUR));
    if (random.chance(0.03)) {
      const left_ms = at_ms + random.pick([0, random.integer(0, 40 * MS_PER_HOUR)]);
      say(random.pick(['unsubscribed', 'complained']), left_ms);
      // Some come back, and one in a while at the same instant, which does not count.
      if (random.chance(0.9)) say('resubscribed', left_ms + (random.chance(0.1) ? 0 : 60 * MS_PER_HOUR));
    }
  }
}

function contentOf(day: number, random: Random): Pick<Email, 'campaign_id' | 'email_id' | 'kind'> {
  const kind = random.weighted([
    { kind: 'campaign', share: 0.6 },
    { kind: null, share: 0.15 },
    { kind: 'flow', share: 0.15 },
    { kind: 'transactional', share: 0.1 },
  ] as const).kind;
  if (kind === 'flow') return { campaign_id: 'welcome', email_id: random.pick(['one', 'two']), kind };
  if (kind === null) return { campaign_id: null, email_id: random.pick([null, `plain-${day}`]), kind };
  return { campaign_id: `news-${day}`, email_id: null, kind };
}

const PART = 1_000;

export async function sendLog(shop: Shop, made: MadeLog): Promise<void> {
  const send = async (record: Parameters<Shop['send']>[0], items: readonly Fields[]): Promise<void> => {
    for (let from = 0; from < items.length; from += PART) await shop.send(record, ...items.slice(from, from + PART));
  };
  await send('identity_links', made.links);
  await send('email_events', made.emails);
  await send('conversions', made.orders);
}
