/** Schema drift: fields and values of senders that are new, or that have vanished. */
import { countInWords } from '../../domain/money.ts';
import { clip } from '../../domain/text.ts';
import { formatInstant, MS_PER_DAY } from '../../domain/time.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { readAll } from '../../warehouse/read-row.ts';
import { LOG_COLUMN_NAMES, TABLES } from '../../warehouse/schema.ts';
import type { Finding } from '../incidents.ts';
import { NEXT_STEPS } from './names.ts';
import { percent } from './shares.ts';

export const DRIFT_DAYS = 28;
/** Records of the four weeks, and records that should have a field now, without which nothing is said. */
const LEAST_BEFORE = 500;
const LEAST_EXPECTED = 50;
/** A field or value that fewer records have may be missing for a day. */
const LEAST_SHARE = 0.2;
const LEAST_VALUE_SHARE = 0.05;
/** What is left of a field that has vanished, and what was there of one that is new. */
const VANISHED = 0.1;
const UNSEEN = 0.001;
const LEAST_NEW = 20;
/** Values that are compared, those of most records. */
const MAX_VALUES = 500;

type Followed = 'touchpoints' | 'conversions' | 'email_events' | 'adjustments';
/** Columns with few values that senders choose. */
const VALUES: Readonly<Record<Followed, readonly string[]>> = {
  touchpoints: ['touchpoint_type', 'channel', 'utm_source', 'utm_medium'],
  conversions: ['conversion_type', 'currency', 'category'],
  email_events: ['event_type', 'provider'],
  adjustments: ['reason', 'currency'],
};

interface Window {
  brand_id: string;
  now_ms: number;
}

export async function driftFindings(snapshot: Snapshot, window: Window): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const table of Object.keys(VALUES) as Followed[])
    found.push(...(await fieldDrift(snapshot, window, table)), ...(await valueDrift(snapshot, window, table)));
  return found;
}

const recentSince = (now_ms: number): number => now_ms - MS_PER_DAY;
/** SQL for the records of the window, and for the recent ones among them. By arrival: imports of older data are no drift. */
const within = ({ now_ms }: Window): string =>
  `r.brand_id = $brand_id and r.received_at >= instant(${now_ms - (DRIFT_DAYS + 1) * MS_PER_DAY}) and r.received_at < instant(${now_ms})`;
const isRecent = ({ now_ms }: Window): string => `epoch_ms(r.received_at) >= ${recentSince(now_ms)}`;

async function fieldDrift(snapshot: Snapshot, window: Window, table: Followed): Promise<Finding[]> {
  const fields = TABLES[table].columns.filter(({ name, nullable }) => nullable && !LOG_COLUMN_NAMES.has(name));
  const counts = fields.map(
    ({ name }, i) =>
      `count(r.${name}) as all_${i}, count_where(r.${name} is not null and ${isRecent(window)}) as recent_${i}`,
  );
  const [row] = await snapshot.query(
    `select count(*) as all_n, count_where(${isRecent(window)}) as recent_n, ${counts.join(', ')} from ${table} r where ${within(window)}`,
    { brand_id: window.brand_id },
  );
  const of = (name: string): number => Number(row?.[name] ?? 0);
  const now = of('recent_n');
  const before = of('all_n') - now;
  if (before < LEAST_BEFORE || now === 0) return [];
  return fields.flatMap(({ name }, i) => {
    const share = of(`recent_${i}`) / now;
    const past = (of(`all_${i}`) - of(`recent_${i}`)) / before;
    const has_vanished = past >= LEAST_SHARE && past * now >= LEAST_EXPECTED && share < VANISHED * past;
    const is_new = past < UNSEEN && share >= LEAST_SHARE && share * now >= LEAST_EXPECTED;
    if (!has_vanished && !is_new) return [];
    const records = table.replaceAll('_', ' ');
    return [
      driftOf(
        window,
        `${table}.${name}`,
        has_vanished
          ? `The field ${name} has vanished from ${records}: ${percent(share)} of ${countInWords(now)} have it in the last day; it was ${percent(past)}.`
          : `The field ${name} is new in ${records}: ${percent(share)} of ${countInWords(now)} have it in the last day; before, none had.`,
        { table, field: name, share, share_before: past, records: now },
      ),
    ];
  });
}

async function valueDrift(snapshot: Snapshot, window: Window, table: Followed): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const field of VALUES[table]) {
    const rows = await snapshot.query(
      `select r.${field} as value, count(*) as n, count_where(${isRecent(window)}) as recent from ${table} r
       where ${within(window)} and r.${field} is not null group by r.${field} order by n desc, value limit ${MAX_VALUES}`,
      { brand_id: window.brand_id },
    );
    const values = readAll(rows, { value: 'text', n: 'number', recent: 'number' });
    const now = values.reduce((sum, { recent }) => sum + recent, 0);
    const before = values.reduce((sum, { n, recent }) => sum + n - recent, 0);
    if (before < LEAST_BEFORE || now === 0 || values.length === MAX_VALUES) continue;
    for (const { value, n, recent } of values) {
      const past = (n - recent) / before;
      const has_vanished = past >= LEAST_VALUE_SHARE && past * now >= LEAST_EXPECTED && recent === 0;
      const is_new = n === recent && recent >= Math.max(LEAST_NEW, LEAST_VALUE_SHARE * now);
      if (!has_vanished && !is_new) continue;
      const name = `${field} ${clip(value)}`;
      found.push(
        driftOf(
          window,
          `${table}.${field}=${value}`,
          has_vanished
            ? `No ${table.replaceAll('_', ' ')} with ${name} came in the last day; they were ${percent(past)} of all.`
            : `${countInWords(recent)} ${table.replaceAll('_', ' ')} of the last day have ${name}, which none had before.`,
          { table, field, value: clip(value), recent, share_before: past },
        ),
      );
    }
  }
  return found;
}

function driftOf({ now_ms }: Window, subject: string, summary: string, evidence: Finding['evidence']): Finding {
  return {
    check: 'schema_drift',
    subject,
    summary,
    next_step: NEXT_STEPS.schema_drift,
    since_ms: recentSince(now_ms),
    evidence: { ...evidence, compared_since: formatInstant(now_ms - (DRIFT_DAYS + 1) * MS_PER_DAY) },
  };
}
