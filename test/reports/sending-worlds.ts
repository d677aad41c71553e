/** Seeded worlds of people who are sent emails for some months: who gets how many, when, and what that changes. They need no log. */
import { hash } from 'node:crypto';
import { Random } from '../../src/domain/random.ts';
import { MS_PER_DAY, MS_PER_HOUR } from '../../src/domain/time.ts';
import type { SendingFigures } from '../../src/reports/sending/figures.ts';
import { compareFrequencies } from '../../src/reports/sending/frequency.ts';
import { FrequencyUnits } from '../../src/reports/sending/frequency-units.ts';
import { BrandTimes } from '../../src/reports/sending/like-people.ts';
import { PersonEvents } from '../../src/reports/sending/person-events.ts';
import { kindNumber, TimeUnits } from '../../src/reports/sending/time-units.ts';
import { compareTimes } from '../../src/reports/sending/times.ts';

/** What happened to one person, in order of time. */
export interface Life {
  keen: boolean;
  emails: Array<{ at_ms: number; campaign: string; kind: string }>;
  left_ms: number | null;
  orders: Array<{ at_ms: number; value: number }>;
}

export interface SendingWorld {
  people: number;
  seed: number;
  /** The chance to be in the list of a day's email, of others and of keen people. */
  chances: readonly [others: number, keen: number];
  /** Orders a day, of others and of keen people. */
  rates: readonly [others: number, keen: number];
  /** The chance to leave soon after an email, by the emails in the 7 days before, and of keen people. */
  leaving: (emails_before: number, keen: boolean) => number;
  /** The chance of an order soon after an email, by the local hour and the kind of campaign. */
  bought?: (hour: number, kind: string) => number;
  /** The hour of an email of a kind; about 10 when left out. */
  hourOf?: (kind: string, random: Random) => number;
}

export const WORLD_START_MS = Date.UTC(2025, 10, 3);
export const DAYS = 130;
const BEFORE_MS = 40 * MS_PER_DAY;

export function makeLives({ people, seed, ...world }: SendingWorld): Life[] {
  return Array.from({ length: people }, (_, i) => makeLife(new Random(seed, 'sending world', i), world));
}

const FLOWS_A_DAY = 0.05;

function makeLife(
  random: Random,
  { chances, rates, leaving, bought, hourOf }: Omit<SendingWorld, 'people' | 'seed'>,
): Life {
  const keen = random.chance(0.3);
  const life: Life = { keen, emails: [], left_ms: null, orders: [] };
  const own = keen ? 1 : 0;
  const order = (at_ms: number): void => void life.orders.push({ at_ms, value: random.integer(10, 60) });
  const send = (day: number, kind: string): void => {
    const hour = hourOf?.(kind, random) ?? 10;
    const at_ms = WORLD_START_MS + day * MS_PER_DAY + hour * MS_PER_HOUR + random.integer(0, MS_PER_HOUR - 1);
    if (life.left_ms !== null && life.left_ms <= at_ms) return;
    const before = life.emails.filter((email) => email.at_ms >= at_ms - 7 * MS_PER_DAY && email.at_ms < at_ms).length;
    life.emails.push({ at_ms, campaign: kind === 'flow' ? 'welcome-back' : `news-${day}`, kind });
    if (random.chance(bought?.(hour, kind) ?? 0)) order(at_ms + soon(random));
    if (random.chance(leaving(before, keen))) life.left_ms = at_ms + soon(random);
  };
  for (let day = 0; day < DAYS; day++) {
    if (random.chance(rates[own])) order(WORLD_START_MS + day * MS_PER_DAY + random.integer(0, MS_PER_DAY - 1));
    // The newsletter of a day goes to many, a flow to one person at a time.
    if (random.chance(chances[own])) send(day, 'campaign');
    if (random.chance(FLOWS_A_DAY)) send(day, 'flow');
  }
  life.emails.sort((a, b) => a.at_ms - b.at_ms);
  life.orders.sort((a, b) => a.at_ms - b.at_ms);
  return life;
}

/** Most of what follows an email comes in its first hours. */
const soon = (random: Random): number =>
  1 + Math.min(20 * MS_PER_HOUR, Math.floor(random.exponential(4 * MS_PER_HOUR)));

/** The figures of a world, without its first weeks. */
export async function figuresOf(lives: readonly Life[]): Promise<SendingFigures> {
  const brands = [new BrandTimes(WORLD_START_MS + BEFORE_MS, WORLD_START_MS + DAYS * MS_PER_DAY, 'UTC')];
  const by_frequency = new FrequencyUnits(brands);
  const by_time = new TimeUnits(brands);
  const series = new Map<string, number>();
  const person = new PersonEvents();
  for (const [i, { emails, left_ms, orders }] of lives.entries()) {
    person.clear();
    person.group = Number.parseInt(hash('md5', `default/p${i}`, 'hex').slice(0, 2), 16);
    for (const { at_ms, campaign, kind } of emails) {
      if (!series.has(campaign)) series.set(campaign, series.size);
      person.delivered_ms.push(at_ms);
      person.series.push(series.get(campaign)!);
      person.kind.push(kindNumber(kind));
    }
    if (left_ms !== null) person.left_ms.push(left_ms);
    for (const { at_ms, value } of orders) {
      person.ordered_ms.push(at_ms);
      person.net.push(value * 1e6);
    }
    by_frequency.take(person);
    by_time.take(person);
  }
  return {
    frequency: { ...(await compareFrequencies(by_frequency)), unnamed: by_frequency.unnamed },
    times: await compareTimes(by_time),
    ...{ people_part: 1, currency: 'EUR' },
  };
}
