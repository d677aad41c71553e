/**
 * An independent computation of the effects of one blast (docs/semantics.md 26), person by person, in plain loops. People have one id
 * each, and every order is in the currency of the report.
 */
import { createHash } from 'node:crypto';

const HOUR = 3_600_000;

export interface Mail {
  person: string;
  kind: string;
  at_ms: number;
  campaign_id: string;
  is_machine?: boolean;
}
export interface Order {
  person: string;
  at_ms: number;
  value: number;
}
export interface SendsLog {
  mail: Mail[];
  orders: Order[];
  /** The wave of each person, where chance decided; else null. */
  waves: Map<string, string> | null;
}

export interface Compared {
  difference: number;
  error: number;
  sent: number;
  not_sent: number;
  people: number;
}

interface Person {
  name: string;
  group: number;
  sent_ms: number | undefined;
  wave: string | undefined;
  stratum: string;
  bounced: boolean;
  machine_only: boolean;
}

type Name = (typeof NAMES)[number];
const NAMES = ['effect', 'orders_before', 'bounced', 'machine_only'] as const;

/** @param campaign_id a campaign with one blast only, whose emails have no email_id. */
export function effectsOf(
  log: SendsLog,
  campaign_id: string,
  { window_ms, list_ms, names = NAMES }: { window_ms: number; list_ms: number; names?: readonly Name[] },
) {
  const own = log.mail.filter((one) => one.campaign_id === campaign_id);
  const from_ms = Math.min(...own.filter(({ kind }) => kind === 'sent').map(({ at_ms }) => at_ms));
  const people = peopleOf(log, own, { from_ms, window_ms, list_ms });
  const waves = log.waves === null ? wavesByHour(people, from_ms) : wavesByChance(people);
  const orders_of = byPerson(log.orders);
  const bought = (person: string, from: number, until: number): Order[] =>
    (orders_of.get(person) ?? []).filter(({ at_ms }) => at_ms >= from && at_ms < until);
  const answer = {} as Record<Name, { orders: Compared; revenue: Compared }>;
  for (const name of names) {
    const cells = new Map<string, Array<{ person: Person; treated: boolean; orders: number; revenue: number }>>();
    for (const { at_ms, members } of waves)
      for (const person of people) {
        const treated = members.has(person.name);
        const starts = log.waves === null ? person.sent_ms : waves.find((wave) => wave.members.has(person.name))?.at_ms;
        if (!treated && starts !== undefined && starts < at_ms + window_ms - Math.floor(window_ms / 24)) continue;
        if (treated && name === 'bounced' && !person.bounced) continue;
        if (treated && name === 'machine_only' && !person.machine_only) continue;
        const before = name === 'orders_before';
        const orders = bought(person.name, before ? at_ms - window_ms : at_ms, before ? at_ms : at_ms + window_ms);
        const cell = `${at_ms} ${person.stratum}`;
        const revenue = orders.reduce((sum, { value }) => sum + value, 0);
        const rows = cells.get(cell) ?? [];
        cells.set(cell, rows);
        rows.push({ person, treated, orders: orders.length, revenue });
      }
    answer[name] = { orders: differenceOf(cells, 'orders'), revenue: differenceOf(cells, 'revenue') };
  }
  return answer;
}

function byPerson<T extends { person: string }>(records: readonly T[]): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const record of records) {
    const own = found.get(record.person);
    if (own === undefined) found.set(record.person, [record]);
    else own.push(record);
  }
  return found;
}

function peopleOf(
  { mail, orders, waves }: SendsLog,
  own: readonly Mail[],
  { from_ms, window_ms, list_ms }: { from_ms: number; window_ms: number; list_ms: number },
): Person[] {
  const names = waves === null ? new Set(mail.map(({ person }) => person)) : new Set(waves.keys());
  const [mail_of, own_of, orders_of] = [byPerson(mail), byPerson(own), byPerson(orders)];
  const found: Person[] = [];
  for (const name of names) {
    const all = mail_of.get(name) ?? [];
    const to_them = own_of.get(name) ?? [];
    const before = (at_ms: number): boolean => at_ms >= from_ms - window_ms - list_ms && at_ms < from_ms - window_ms;
    const last = (kind: string): number =>
      Math.max(-Infinity, ...all.filter((one) => one.kind === kind && one.at_ms < from_ms).map(({ at_ms }) => at_ms));
    const on_list = all.some(
      ({ kind, at_ms }) =>
        ['sent', 'delivered', 'bounced'].includes(kind) && at_ms >= from_ms - list_ms && at_ms < from_ms,
    );
    const has_left = last('unsubscribed') > -Infinity && last('resubscribed') <= last('unsubscribed');
    const is_gone = last('bounced') > -Infinity && last('delivered') <= last('bounced');
    if (waves === null && (!on_list || has_left || is_gone)) continue;
    const sends = to_them.filter(({ kind }) => ['sent', 'delivered', 'bounced'].includes(kind));
    const touches = to_them.filter(({ kind }) => kind.startsWith('email_'));
    const clicks = all.filter(({ kind, at_ms, is_machine }) => kind === 'email_click' && !is_machine && before(at_ms));
    const past = (orders_of.get(name) ?? []).filter(({ at_ms }) => before(at_ms));
    found.push({
      name,
      group: createHash('md5').update(`default/${name}`).digest()[0]!,
      sent_ms: sends.length === 0 ? undefined : Math.min(...sends.map(({ at_ms }) => at_ms)),
      wave: waves?.get(name),
      stratum: `${Math.min(past.length, 2)} ${clicks.length === 0 ? 0 : clicks.length < 3 ? 1 : 2}`,
      bounced: to_them.some(({ kind }) => kind === 'bounced'),
      machine_only: touches.length > 0 && touches.every(({ is_machine }) => is_machine),
    });
  }
  return found;
}

interface Wave {
  at_ms: number;
  members: Set<string>;
}

function wavesByHour(people: readonly Person[], from_ms: number): Wave[] {
  for (let step = 1; ; step *= 2) {
    const waves = new Map<number, Wave>();
    for (const { name, sent_ms } of people) {
      if (sent_ms === undefined) continue;
      const place = Math.floor((Math.floor(sent_ms / HOUR) - Math.floor(from_ms / HOUR)) / step);
      const wave = waves.get(place) ?? { at_ms: Infinity, members: new Set() };
      wave.members.add(name);
      waves.set(place, { ...wave, at_ms: Math.min(wave.at_ms, sent_ms) });
    }
    if (waves.size <= 12) return [...waves.values()];
  }
}

function wavesByChance(people: readonly Person[]): Wave[] {
  return [...new Set(people.map(({ wave }) => wave))].flatMap((wave) => {
    const own = people.filter((one) => one.wave === wave);
    const times = own.flatMap(({ sent_ms }) => sent_ms ?? []).sort((a, b) => a - b);
    // Most of a holdout was not sent.
    if (times.length * 2 <= own.length) return [];
    return [{ at_ms: times[Math.floor(times.length / 100)]!, members: new Set(own.map(({ name }) => name)) }];
  });
}

type Row = { person: Person; treated: boolean; orders: number; revenue: number };

function differenceOf(cells: ReadonlyMap<string, readonly Row[]>, measure: 'orders' | 'revenue'): Compared {
  const used = [...cells.values()]
    .map((rows) => [rows.filter(({ treated }) => !treated), rows.filter(({ treated }) => treated)] as const)
    .filter(([others, sent]) => others.length >= 2 && sent.length >= 2);
  const weightOf = ([others, sent]: readonly [readonly Row[], readonly Row[]]): number =>
    1 / (1 / others.length + 1 / sent.length);
  const weights = used.reduce((sum, cell) => sum + weightOf(cell), 0);
  const mean = (rows: readonly Row[]): number => rows.reduce((sum, row) => sum + row[measure], 0) / rows.length;
  const answer = { difference: 0, error: 0, sent: 0, not_sent: 0, people: 0 };
  const moved = new Map<number, number>();
  for (const cell of used) {
    const share = weightOf(cell) / weights;
    answer.not_sent += share * mean(cell[0]);
    answer.sent += share * mean(cell[1]);
    for (const [side, rows] of cell.entries()) {
      const middle = mean(rows);
      for (const row of rows) {
        const off = (row[measure] - middle) / Math.sqrt(rows.length * (rows.length - 1));
        moved.set(row.person.group, (moved.get(row.person.group) ?? 0) + (side === 1 ? 1 : -1) * share * off);
      }
    }
  }
  for (const value of moved.values()) answer.error += value ** 2;
  answer.error = Math.sqrt(answer.error * widening(used, measure, (cell) => weightOf(cell) / weights));
  answer.difference = answer.sent - answer.not_sent;
  answer.people = [...cells.values()].flat().filter(({ treated }) => treated).length;
  return answer;
}

/** How much larger the variance is with one spread for both sides than with one for each; at least 1. */
function widening(
  cells: ReadonlyArray<readonly [readonly Row[], readonly Row[]]>,
  measure: 'orders' | 'revenue',
  shareOf: (cell: readonly [readonly Row[], readonly Row[]]) => number,
): number {
  const varianceOf = (rows: readonly Row[]): number => {
    const values = rows.map((row) => row[measure]);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  };
  let [own, common] = [0, 0];
  for (const cell of cells) {
    const [a, b] = [varianceOf(cell[0]), varianceOf(cell[1])];
    const [m, n] = [cell[0].length, cell[1].length];
    const together = ((m - 1) * a + (n - 1) * b) / (m + n - 2);
    own += shareOf(cell) ** 2 * (a / m + b / n);
    common += shareOf(cell) ** 2 * together * (1 / m + 1 / n);
  }
  return own === 0 ? 1 : Math.max(1, common / own);
}
