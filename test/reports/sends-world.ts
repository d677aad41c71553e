/** Seeded worlds with one blast, as records and as the reference reads them: who is sent when, and what that changes. */
import { Random } from '../../src/domain/random.ts';
import { formatInstant, MS_PER_DAY, MS_PER_HOUR } from '../../src/domain/time.ts';
import type { Mail, Order, SendsLog } from '../reference/send-effects.ts';
import type { Fields } from '../support/events.ts';
import type { Shop } from '../support/shop.ts';
import { at } from '../support/time.ts';

export interface World {
  people: number;
  seed: number;
  /** Who decides about the order: chance, in waves a day apart or with a holdout; chance without a record; or intent. */
  order: 'waves' | 'holdout' | 'unrecorded' | 'intent';
  /** The chance of a further order within a day after the email is delivered. */
  effect: number;
  /** The chance of an order a day, of people without intent and of those who are about to buy, in a spell of some days around the blast. */
  rates: readonly [number, number];
}

export const CAMPAIGN = 'blast';
const WAVES = 4;
const BLAST_MS = Date.parse(at(15, '09:00'));
const FIRST_DAY_MS = Date.parse(at(1, '00:00'));
const DAYS = 22;
/** The days 13 to 19 of the month. */
const isInSpell = (day: number): boolean => day >= 12 && day < 19;

export interface MadeWorld {
  log: SendsLog;
  plan: Fields;
  emails: Fields[];
  touches: Fields[];
  orders: Fields[];
  assignments: Fields[];
}

export function makeWorld({ people, seed, order, effect, rates }: World): MadeWorld {
  const random = new Random(seed, 'sends');
  const mail: Mail[] = [];
  const orders: Order[] = [];
  const waves = new Map<string, string>();
  for (let i = 0; i < people; i++) {
    const person = `p${i}`;
    const keen = random.chance(0.3);
    mail.push({ person, kind: 'sent', at_ms: Date.parse(at(3, '08:00')), campaign_id: 'earlier' });
    mail.push({ person, kind: 'delivered', at_ms: Date.parse(at(3, '08:01')), campaign_id: 'earlier' });
    if (random.chance(keen ? 0.5 : 0.1))
      mail.push({ person, kind: 'email_click', at_ms: Date.parse(at(3, '10:00')), campaign_id: 'earlier' });
    if (random.chance(0.03))
      mail.push({ person, kind: 'unsubscribed', at_ms: Date.parse(at(4)), campaign_id: 'earlier' });
    for (let day = 0; day < DAYS; day++)
      if (random.chance(rates[keen && isInSpell(day) ? 1 : 0]))
        orders.push({
          person,
          at_ms: FIRST_DAY_MS + day * MS_PER_DAY + random.integer(0, MS_PER_DAY - 1),
          value: random.integer(10, 90),
        });
    const wave = random.integer(1, WAVES);
    waves.set(person, order === 'holdout' ? armOf(wave) : `wave_${wave}`);
    const sent_ms = sentAt({ order, keen, wave }, random);
    if (sent_ms === null) continue;
    mail.push({ person, kind: 'sent', at_ms: sent_ms, campaign_id: CAMPAIGN });
    if (random.chance(0.1)) {
      mail.push({ person, kind: 'bounced', at_ms: sent_ms + 60_000, campaign_id: CAMPAIGN });
      continue;
    }
    mail.push({ person, kind: 'delivered', at_ms: sent_ms + 60_000, campaign_id: CAMPAIGN });
    if (random.chance(0.3))
      mail.push({ person, kind: 'email_open', at_ms: sent_ms + 120_000, campaign_id: CAMPAIGN, is_machine: true });
    if (random.chance(0.1)) mail.push({ person, kind: 'email_click', at_ms: sent_ms + 180_000, campaign_id: CAMPAIGN });
    if (random.chance(effect))
      orders.push({ person, at_ms: sent_ms + random.integer(1, MS_PER_DAY - 1), value: random.integer(10, 90) });
  }
  return {
    log: { mail, orders, waves: isByChance(order) ? waves : null },
    plan: order === 'holdout' ? HOLDOUT_PLAN : ORDER_PLAN,
    ...recordsOf(mail, orders, waves),
  };
}

const isByChance = (order: World['order']): boolean => order === 'waves' || order === 'holdout';
/** A quarter is held out. */
const armOf = (wave: number): string => (wave === WAVES ? 'holdout' : 'sent');

function sentAt(
  { order, keen, wave }: { order: World['order']; keen: boolean; wave: number },
  random: Random,
): number | null {
  const within = random.integer(0, 2 * MS_PER_HOUR);
  // Some are lost: nobody sends to them, though chance put them into a wave.
  if (order === 'waves') return random.chance(0.95) ? BLAST_MS + (wave - 1) * MS_PER_DAY + within : null;
  if (order === 'holdout') return random.chance(wave === WAVES ? 0.02 : 0.95) ? BLAST_MS + within : null;
  const chance = order === 'intent' ? (keen ? 0.8 : 0.25) : 0.5;
  return random.chance(chance) ? BLAST_MS + within * 4 : null;
}

function recordsOf(mail: readonly Mail[], orders: readonly Order[], waves: ReadonlyMap<string, string>) {
  const emails: Fields[] = [];
  const touches: Fields[] = [];
  for (const [i, { person, kind, at_ms, campaign_id, is_machine }] of mail.entries()) {
    const who = { customer_id: person, campaign_id, occurred_at: formatInstant(at_ms) };
    if (!kind.startsWith('email_')) emails.push({ event_id: `e${i}`, event_type: kind, ...who });
    else
      touches.push({
        ...{ touchpoint_id: `t${i}`, touchpoint_type: kind, channel: 'email', ...who },
        ...(is_machine ? { verdict: 'machine' } : {}),
      });
  }
  return {
    emails,
    touches,
    orders: orders.map(({ person, at_ms, value }, i) => ({
      ...{ conversion_id: `c${i}`, conversion_type: 'purchase', conversion_value: String(value), currency: 'USD' },
      ...{ customer_id: person, occurred_at: formatInstant(at_ms) },
    })),
    assignments: [...waves].map(([customer_id, arm]) => ({
      ...{ experiment_id: 'order', arm, customer_id, occurred_at: at(14) },
    })),
  };
}

/** The plan of the random order of a world. */
const ORDER_PLAN = {
  experiment_id: 'order',
  name: 'The order of the blast',
  scope: 'campaign',
  campaign_id: CAMPAIGN,
  arms: Object.fromEntries(Array.from({ length: WAVES }, (_, i) => [`wave_${i + 1}`, 1 / WAVES])),
  control: `wave_${WAVES}`,
  starts_at: at(14, '00:00'),
  ends_at: at(28, '00:00'),
  planned_people: 100,
};

const HOLDOUT_PLAN = { ...ORDER_PLAN, arms: { holdout: 1 / WAVES, sent: 1 - 1 / WAVES }, control: 'holdout' };

const PART = 1_000;

/** Sends a world to a shop. */
export async function sendWorld(shop: Shop, world: MadeWorld): Promise<void> {
  const send = async (record: Parameters<Shop['send']>[0], items: readonly Fields[]): Promise<void> => {
    for (let from = 0; from < items.length; from += PART) await shop.send(record, ...items.slice(from, from + PART));
  };
  await send('email_events', world.emails);
  await send('touchpoints', world.touches);
  await send('conversions', world.orders);
  if (world.log.waves === null) return;
  await send('experiments', [world.plan]);
  await send('assignments', world.assignments);
}
