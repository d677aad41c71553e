/** How often and when to send (docs/semantics.md 28), email by email in plain loops over plain arrays. Every order is in the currency of the report. */
import { createHash } from 'node:crypto';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export interface Email {
  person: string;
  at_ms: number;
  campaign_id: string | null;
  email_id: string | null;
  kind: 'campaign' | 'flow' | 'transactional' | null;
  message_id: string | null;
}
export interface SendingLog {
  emails: Email[];
  /** The last words about the list. */
  words: Array<{ person: string; at_ms: number; leaves: boolean }>;
  orders: Array<{ person: string; at_ms: number; value: number }>;
}
export interface Asked {
  start_ms: number;
  /** What happened is known until then. */
  until_ms: number;
  time_zone: string;
}

export interface Compared {
  treated: number;
  other: number;
  difference: number;
  error: number;
  treated_units: number;
  other_units: number;
}

/** An email that is compared in a cell: which side it is on, what was measured, and for how long. */
interface Row {
  cell: string;
  cluster: string;
  is_treated: boolean;
  group: number;
  y: number;
  x: number;
}

/** One email of a person with what is known of its moment. */
interface Moment {
  person: string;
  group: number;
  email: Email;
  /** Emails of the 7 days before, capped at 5, and the classes of like people. */
  before: number;
  usual: number;
  like: string;
  day: string;
  hour: number;
  weekday: number;
  is_listed: boolean;
}

/** The people of a log, each with what happened to it in order. */
function peopleOf(log: SendingLog) {
  const people = new Map<string, { emails: Email[]; words: SendingLog['words']; orders: SendingLog['orders'] }>();
  const of = (person: string) => {
    const own = people.get(person) ?? { emails: [], words: [], orders: [] };
    people.set(person, own);
    return own;
  };
  const seen = new Set<string>();
  for (const email of [...log.emails].sort((a, b) => a.at_ms - b.at_ms)) {
    if (email.kind === 'transactional') continue;
    const message = `${email.person} ${email.message_id}`;
    if (email.message_id !== null && seen.has(message)) continue;
    seen.add(message);
    of(email.person).emails.push(email);
  }
  for (const word of log.words) of(word.person).words.push(word);
  for (const order of log.orders) of(order.person).orders.push(order);
  return people;
}

const within = <T extends { at_ms: number }>(rows: readonly T[], from: number, until: number): T[] =>
  rows.filter(({ at_ms }) => at_ms >= from && at_ms < until);

function momentsOf(log: SendingLog, { start_ms, until_ms, time_zone }: Asked) {
  const people = peopleOf(log);
  const local = new Intl.DateTimeFormat('en-GB', {
    timeZone: time_zone,
    ...({ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', hourCycle: 'h23' } as const),
  });
  const moments: Moment[] = [];
  for (const [person, { emails, words, orders }] of people)
    for (const email of within(emails, start_ms, until_ms)) {
      const t = email.at_ms;
      const usual = within(emails, t - 35 * DAY, t - 7 * DAY).length;
      const bought = within(orders, t - 100 * DAY, t - 10 * DAY).length;
      const bounds = [0, 1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 28];
      const parts = Object.fromEntries(local.formatToParts(t).map(({ type, value }) => [type, value]));
      const day = `${parts['year']}-${parts['month']}-${parts['day']}`;
      // At one instant leaving counts.
      const spoken = words.filter(({ at_ms }) => at_ms < t);
      spoken.sort((a, b) => a.at_ms - b.at_ms || Number(a.leaves) - Number(b.leaves));
      moments.push({
        ...{ person, email, usual, day },
        group: Number.parseInt(createHash('md5').update(`default/${person}`).digest('hex').slice(0, 2), 16),
        before: Math.min(5, within(emails, t - 7 * DAY, t).length),
        like: `${bounds.filter((most) => usual > most).length}/${Math.min(bought, 2)}`,
        hour: Number(parts['hour']),
        weekday: (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7,
        is_listed: spoken.at(-1)?.leaves !== true,
      });
    }
  return { people, moments };
}

/** By number of emails (1 to 5) beside one less; `of` gives what is seen within some hours. */
export function frequencyOf(log: SendingLog, asked: Asked) {
  const { people, moments } = momentsOf(log, asked);
  const units = moments.filter(
    ({ email, usual, is_listed }) =>
      is_listed &&
      usual > 0 &&
      email.at_ms + 72 * HOUR <= asked.until_ms &&
      (email.campaign_id ?? email.email_id) !== null,
  );
  const ages = [0, 6, 24, 48, 72];
  const watched = (own: Moment): { until: number; left: number | null } => {
    const { emails, words } = people.get(own.person)!;
    const t = own.email.at_ms;
    const at = emails.indexOf(own.email);
    const next = Math.min(t + 72 * HOUR, emails[at + 1]?.at_ms ?? Number.POSITIVE_INFINITY);
    const left = Math.min(...words.filter(({ leaves, at_ms }) => leaves && at_ms >= t).map(({ at_ms }) => at_ms));
    return left < next ? { until: Math.max(left, t + 1), left } : { until: next, left: null };
  };
  const measured = (own: Moment, age: number) => {
    const t = own.email.at_ms;
    const { until, left } = watched(own);
    const [from, to] = [t + ages[age]! * HOUR, t + ages[age + 1]! * HOUR];
    const orders = within(people.get(own.person)!.orders, from, Math.min(to, until));
    return {
      x: Math.max(0, Math.min(until, to) - from),
      left: left !== null && left >= from && left < to ? 1 : 0,
      orders: orders.length,
      net: orders.reduce((sum, { value }) => sum + value, 0),
    };
  };
  return [1, 2, 3, 4, 5].map((number) => {
    const own = units.filter(({ before }) => before === number || before === number - 1);
    const cellOf = ({ email, day, like }: Moment) => `${email.campaign_id} ${email.email_id} ${day} ${like}`;
    const rowOf = (unit: Moment, y: number, x: number): Row => ({
      ...{ cell: cellOf(unit), cluster: '', is_treated: unit.before === number, group: unit.group, y, x },
    });
    const parts = [0, 1, 2, 3].map((age) => own.map((unit) => ({ unit, seen: measured(unit, age) })));
    const of = (name: 'left' | 'orders' | 'net', within_hours: number) =>
      sumOf(
        parts.slice(0, ages.indexOf(within_hours)).map((rows, age) => ({
          rows: rows.map(({ unit, seen }) => rowOf(unit, seen[name], seen.x)),
          scale: (ages[age + 1]! - ages[age]!) * HOUR,
        })),
      );
    const before = own.map((unit) => {
      const t = unit.email.at_ms;
      return rowOf(unit, within(people.get(unit.person)!.orders, t - 10 * DAY, t - 7 * DAY).length, 1);
    });
    return {
      of,
      orders_before: sumOf([{ rows: before, scale: 1 }]),
    };
  });
}

/** By block of hours, or by weekday, beside all others. */
export function timesOf(log: SendingLog, asked: Asked, kind: 'block' | 'weekday') {
  const { people, moments } = momentsOf(log, asked);
  const window = kind === 'block' ? DAY : 7 * DAY;
  const units = moments.filter(({ person, email, is_listed }) => {
    const t = email.at_ms;
    const { emails } = people.get(person)!;
    const others = emails.filter((other) => other !== email);
    const around = [
      ...others.filter(({ at_ms }) => at_ms > t - window && at_ms <= t),
      ...others.filter((other) => other.kind !== 'flow' && other.at_ms > t && other.at_ms < t + window),
    ];
    return is_listed && around.length === 0 && t + window <= asked.until_ms;
  });
  const monday = (day: string): number => Math.floor((Date.parse(`${day}T00:00:00Z`) / DAY + 3) / 7);
  return Array.from({ length: kind === 'block' ? 6 : 7 }, (_, slot) => {
    const rowsOf = (own: readonly Moment[], measure: (unit: Moment) => number): Row[] =>
      own.map((unit) => {
        const block = Math.floor(unit.hour / 4);
        const cluster = kind === 'block' ? unit.day : String(monday(unit.day));
        return {
          ...{ cluster, group: unit.group, y: measure(unit), x: 1 },
          is_treated: (kind === 'block' ? block : unit.weekday) === slot,
          cell: `${cluster} ${kind === 'block' ? '' : block} ${unit.email.kind} ${unit.like}`,
        };
      });
    const orders = ({ person, email }: Moment, from: number, until: number) =>
      within(people.get(person)!.orders, email.at_ms + from, email.at_ms + until);
    const clear = units.filter(
      ({ person, email }) => within(people.get(person)!.emails, email.at_ms - 2 * window + 1, email.at_ms).length === 0,
    );
    const compared = (rows: Row[]) => sumOf([{ rows, scale: 1 }], rows);
    return {
      orders: compared(rowsOf(units, (unit) => orders(unit, 0, window).length)),
      net: compared(rowsOf(units, (unit) => orders(unit, 0, window).reduce((sum, { value }) => sum + value, 0))),
      orders_before: compared(rowsOf(clear, (unit) => orders(unit, -window, 0).length)),
    };
  });
}

const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** The sum of differences of rates. @param clustered rows whose clusters bound the error. */
function sumOf(parts: ReadonlyArray<{ rows: Row[]; scale: number }>, clustered?: Row[]): Compared | null {
  const found = { treated: 0, other: 0, difference: 0, error: 0, treated_units: 0, other_units: 0 };
  const moved = new Map<number, number>();
  let [own, common] = [0, 0];
  for (const [place, { rows, scale }] of parts.entries()) {
    const cells = cellsOf(rows);
    if (cells.length === 0) return null;
    const weights = total(cells.map(({ weight }) => weight));
    for (const { sides, weight } of cells) {
      const share = (scale * weight) / weights;
      const spreads = sides.map(({ rows, time, rate }, is_treated) => {
        found[is_treated === 1 ? 'treated' : 'other'] += share * rate;
        if (place === 0) found[is_treated === 1 ? 'treated_units' : 'other_units'] += rows.length;
        const off = rows.map(({ y, x }) => y - rate * x);
        for (const [i, { group }] of rows.entries()) {
          const move = (off[i]! / time) * Math.sqrt(rows.length / (rows.length - 1)) * share;
          moved.set(group, (moved.get(group) ?? 0) + (is_treated === 1 ? move : -move));
        }
        return total(off.map((value) => value ** 2));
      });
      const [a, b] = sides as [Side, Side];
      const varianceOf = (spread: number, { rows, time }: Side): number => (spread * rows.length) / time ** 2;
      own += share ** 2 * total(sides.map((side, s) => varianceOf(spreads[s]! / (side.rows.length - 1), side)));
      const together = total(spreads) / (a.rows.length + b.rows.length - 2);
      common += share ** 2 * (varianceOf(together, a) + varianceOf(together, b));
    }
  }
  found.difference = found.treated - found.other;
  const variance = total([...moved.values()].map((value) => value ** 2));
  found.error = Math.sqrt(variance * (own === 0 ? 1 : Math.max(1, common / own)));
  if (clustered !== undefined) found.error = Math.max(found.error, clusterError(clustered, found.difference));
  return found;
}

interface Side {
  rows: Row[];
  time: number;
  rate: number;
}

function cellsOf(rows: readonly Row[]): Array<{ sides: Side[]; weight: number; cluster: string }> {
  const by_cell = new Map<string, Row[]>();
  for (const row of rows) if (row.x > 0) by_cell.set(row.cell, [...(by_cell.get(row.cell) ?? []), row]);
  return [...by_cell.values()].flatMap((own) => {
    const sides = [false, true].map((is_treated): Side => {
      const rows = own.filter((row) => row.is_treated === is_treated);
      const time = total(rows.map(({ x }) => x));
      return { rows, time, rate: total(rows.map(({ y }) => y)) / time };
    });
    if (sides.some(({ rows }) => rows.length < 2)) return [];
    return [{ sides, weight: 1 / total(sides.map(({ time }) => 1 / time)), cluster: own[0]!.cluster }];
  });
}

/** The error of the mean over clusters. */
function clusterError(rows: readonly Row[], difference: number): number {
  const cells = cellsOf(rows);
  const weights = total(cells.map(({ weight }) => weight));
  const names = [...new Set(cells.map(({ cluster }) => cluster))];
  if (names.length < 2) return 0;
  const off = names.map((name) =>
    total(
      cells
        .filter(({ cluster }) => cluster === name)
        .map(({ sides, weight }) => (weight / weights) * (sides[1]!.rate - sides[0]!.rate - difference)),
    ),
  );
  return Math.sqrt((total(off.map((value) => value ** 2)) * names.length) / (names.length - 1));
}
