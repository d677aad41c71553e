/** Section 1: which rows a report sees. Orderings and days that the other sections share. */
import type { RefConversion, World } from './types.ts';

/** By UTF-16 code units, which is what `<` does on strings. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** `Map.groupBy`, which Node 20 lacks. */
export function groupBy<T>(rows: readonly T[], keyOf: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return groups;
}

function firstOfEachId<T extends { brand_id: string; log_seq: number }>(
  rows: readonly T[],
  as_of: number | null,
  id: (row: T) => string,
): T[] {
  const first = new Map<string, T>();
  for (const row of [...rows].sort((a, b) => a.log_seq - b.log_seq)) {
    if (as_of !== null && row.log_seq > as_of) continue;
    const key = JSON.stringify([row.brand_id, id(row)]);
    if (!first.has(key)) first.set(key, row);
  }
  return [...first.values()];
}

/** Of each statement the last one. */
function lastOfEachId<T extends { brand_id: string; log_seq: number }>(
  rows: readonly T[],
  as_of: number | null,
  id: (row: T) => string,
): T[] {
  const last = new Map<string, T>();
  for (const row of [...rows].sort((a, b) => a.log_seq - b.log_seq))
    if (as_of === null || row.log_seq <= as_of) last.set(JSON.stringify([row.brand_id, id(row)]), row);
  return [...last.values()];
}

export function visibleRows(world: World, as_of: number | null): World {
  return {
    touchpoints: firstOfEachId(world.touchpoints, as_of, (row) => row.touchpoint_id),
    conversions: withoutLatePages(
      firstOfEachId(world.conversions, as_of, (row) => JSON.stringify([row.conversion_id, row.from_page ?? false])),
    ),
    adjustments: firstOfEachId(world.adjustments, as_of, (row) => row.adjustment_id),
    identity_links: firstOfEachId(world.identity_links, as_of, (row) => row.link_id),
    customer_segments: firstOfEachId(world.customer_segments, as_of, (row) => row.segment_id),
    consents: firstOfEachId(world.consents, as_of, (row) => row.consent_id),
    // A rate has no id of its own: the day and the pair are its id.
    fx_rates: lastOfEachId(world.fx_rates, as_of, (row) => JSON.stringify([row.date, row.currency, row.base])),
    spend: lastOfEachId(world.spend, as_of, (row) => row.line),
  };
}

const sameId = (a: RefConversion, b: RefConversion): boolean =>
  a.brand_id === b.brand_id && a.conversion_id === b.conversion_id;

/** Without the conversions of pages that came after a server's conversion with their id. */
function withoutLatePages(rows: RefConversion[]): RefConversion[] {
  const servers = rows.filter((row) => !row.from_page);
  return rows.filter(
    (row) => !row.from_page || !servers.some((server) => sameId(server, row) && server.log_seq < row.log_seq),
  );
}

/** The conversions that count: those of servers, and those of pages whose id no server has. */
export function countedConversions(rows: RefConversion[]): RefConversion[] {
  return rows.filter((row) => !row.from_page || !rows.some((other) => !other.from_page && sameId(other, row)));
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** The calendar day of an instant in a zone, as YYYY-MM-DD. */
export function dayIn(time_zone: string, instant_ms: number): string {
  let formatter = formatters.get(time_zone);
  if (!formatter) {
    // Swedish writes dates as ISO 8601 does.
    formatter = new Intl.DateTimeFormat('sv-SE', {
      timeZone: time_zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
    formatters.set(time_zone, formatter);
  }
  return formatter.format(instant_ms);
}

export function addDays(date: string, days: number): string {
  const moved = new Date(`${date}T00:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
}

export function daysBetween(from: string, to: string): number {
  return (Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000;
}

/** The first day of a day's week. */
export function weekOf(date: string, first: 'monday' | 'sunday'): string {
  const sunday_is_0 = new Date(`${date}T00:00:00Z`).getUTCDay();
  if (first === 'sunday') return addDays(date, -sunday_is_0);
  return addDays(date, sunday_is_0 === 0 ? -6 : 1 - sunday_is_0);
}
