/** Seeded worlds of people who are sent emails for some months: who gets how many, when, and what that changes. */
import { Random } from '../../src/domain/random.ts';
import { MS_PER_DAY, MS_PER_HOUR } from '../../src/domain/time.ts';

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
  /** The chance to leave soon after an email, by the emails in the 7 days before. */
  leaving: (emails_before: number) => number;
  /** The chance of an order soon after an email, by the local hour and the kind of campaign. */
  bought?: (hour: number, kind: string) => number;
  /** The hour of an email of a kind; about 10 when left out. */
  hourOf?: (kind: string, random: Random) => number;
  days?: number;
}

export const WORLD_START_MS = Date.UTC(2025, 10, 1);

export function makeLives({ people, seed, days = 130, ...world }: SendingWorld): Life[] {
  return Array.from({ length: people }, (_, i) => makeLife(new Random(seed, 'sending world', i), days, world));
}

const FLOWS_A_DAY = 0.05;

function makeLife(
  random: Random,
  days: number,
  { chances, rates, leaving, bought, hourOf }: Omit<SendingWorld, 'people' | 'seed' | 'days'>,
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
    if (random.chance(leaving(before))) life.left_ms = at_ms + soon(random);
  };
  for (let day = 0; day < days; day++) {
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
