/** The keys by which credits can be grouped. */
import { badRequest } from '../domain/errors.ts';
import { listOf } from '../domain/parameter.ts';
import { formatDate, MS_PER_DAY, weekStart } from '../domain/time.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { fill } from '../warehouse/relation.ts';
import type { Cell } from '../warehouse/schema.ts';
import { MONTHS } from './relations.ts';

export interface GroupKey {
  /** The field in a row of the report. */
  field: string;
  /** SQL over `credits c` and their touchpoints `t` (and `months mo` for months). */
  sql: string;
  /** The touchpoint column that the candidates must have for it. */
  touch_column?: string;
  format?: (cell: Cell) => string | null;
}

const column = (name: string): GroupKey => ({ field: name, sql: `t.${name}`, touch_column: name });

const GROUP_KEYS: Record<string, GroupKey> = {
  brand: { field: 'brand_id', sql: 'c.brand_id' },
  brand_id: { field: 'brand_id', sql: 'c.brand_id' },
  ...Object.fromEntries(
    [
      'channel',
      'campaign_id',
      'email_id',
      'touchpoint_type',
      'utm_source',
      'utm_medium',
      'utm_campaign',
      'utm_content',
      'utm_term',
      'device_type',
      'country',
    ].map((name) => [name, column(name)]),
  ),
  day: { field: 'day', sql: 'c.day_number', format: (cell) => formatDate(Number(cell)) },
  week: {
    field: 'week',
    sql: 'floor_div(c.day_number + 3, 7)',
    format: (cell) => formatDate(weekStart(Number(cell) * 7)),
  },
  month: { field: 'month', sql: 'mo.month_number', format: (cell) => formatMonth(Number(cell)) },
};

export const GROUP_KEY_NAMES = Object.keys(GROUP_KEYS);
/** The fields that name a group in a row. */
export const GROUP_FIELDS = [...new Set(Object.values(GROUP_KEYS).map(({ field }) => field))];
export const DEFAULT_GROUP_BY = 'channel,campaign_id,email_id';

/** Reads `group_by`. @throws bad_request naming the unknown key and the known ones. */
export function resolveGroupBy(text: string): GroupKey[] {
  const names = [...new Set(listOf(text))];
  if (names.length === 0) throw badRequest('group_by', `is empty; name at least one of ${GROUP_KEY_NAMES.join(', ')}`);
  const keys = names.map((name) => {
    if (!Object.hasOwn(GROUP_KEYS, name))
      throw badRequest(
        'group_by',
        `${JSON.stringify(name.slice(0, 60))} is unknown; known keys are ${GROUP_KEY_NAMES.join(', ')}`,
      );
    return GROUP_KEYS[name]!;
  });
  return keys.filter((key, i) => keys.findIndex((other) => other.field === key.field) === i);
}

export function touchColumns(keys: readonly GroupKey[]): string[] {
  return keys.flatMap((key) => (key.touch_column ? [key.touch_column] : []));
}

/** A cell of a key as the report shows it. */
export function formatKey(cell: Cell, key: GroupKey): string | null {
  if (cell === null) return null;
  return key.format ? key.format(cell) : String(cell);
}

/** Makes `months` if a report groups by months. Returns the SQL that joins them, else an empty text. */
export async function joinMonths(
  snapshot: Snapshot,
  keys: readonly GroupKey[],
  { low_day, high_day }: { low_day: number; high_day: number },
): Promise<string> {
  if (!keys.some((key) => key.field === 'month')) return '';
  const rows = [];
  const first = new Date(low_day * MS_PER_DAY);
  for (let month = first.getUTCFullYear() * 12 + first.getUTCMonth(); monthStart(month) <= high_day; month++) {
    rows.push({ month_number: month, from_day: monthStart(month), until_day: monthStart(month + 1) });
  }
  await fill(snapshot, MONTHS, rows);
  return `join ${MONTHS.name} mo on c.day_number >= mo.from_day and c.day_number < mo.until_day`;
}

function monthStart(month_number: number): number {
  return Date.UTC(Math.floor(month_number / 12), month_number % 12, 1) / MS_PER_DAY;
}

function formatMonth(month_number: number): string {
  return formatDate(monthStart(month_number)).slice(0, 7);
}

/** The order of rows: most revenue first, then by their keys as text, missing keys first. */
export function byRevenue<T extends { micros: bigint; keys: ReadonlyArray<string | null> }>(a: T, b: T): number {
  if (a.micros !== b.micros) return a.micros > b.micros ? -1 : 1;
  for (let i = 0; i < a.keys.length; i++) {
    const [x, y] = [a.keys[i] ?? '', b.keys[i] ?? ''];
    if (x !== y) return x < y ? -1 : 1;
    if ((a.keys[i] === null) !== (b.keys[i] === null)) return a.keys[i] === null ? -1 : 1;
  }
  return 0;
}
