/**
 * Judges stored touchpoints again by today's rules, and appends each changed channel, verdict or trait as a reclassification. Events
 * never change. A report takes the latest reclassification up to its log position, so a report with an old `as_of` stays the
 * same.
 *
 * The new rows need log positions of their own. Positions that are already committed would change old reports. Later positions of
 * the same collector would skip records that are in the spool and not yet loaded. So the rules write as a second collector,
 * `NAME-rules`: no earlier `as_of` includes its positions, and the spool can go on. Each page is one transaction with its
 * commit, so a run that was stopped can be repeated and does the rest.
 *
 * These are verdicts by the own evidence of each event. `settlement/` has the rules over several events.
 */
import { Columns } from '../enrichment/columns.ts';
import { type EnrichOptions, type Reclassified, RULES_VERSION, reclassify } from '../enrichment/enrich.ts';
import { CARE_TIMEOUT_MS, type Snapshot, type Warehouse } from '../warehouse/port.ts';
import { atOrBefore, currentPosition, type Position, withoutSettled } from '../warehouse/position.ts';
import { type Row, TABLES } from '../warehouse/schema.ts';
import { turnsOf } from '../warehouse/turns.ts';
import { WorkTurns } from '../warehouse/work-turns.ts';
import { CommitClock, lastCommit } from './commit-clock.ts';
import { latestVerdicts } from './verdicts.ts';

/** Log positions that are read at once. */
const PAGE = 50_000;
const MAX_COLLECTOR_ID = 64;
const SUFFIX = '-rules';

interface ReclassifyOptions {
  onProgress?: (progress: { examined: number; changed: number; total: number }) => void;
  clock?: () => number;
}

/** The parts of a running Tributary that are used here. */
interface Reclassifiable {
  warehouse: Warehouse;
  enrich_options: EnrichOptions;
  collector: { id: string };
}

export async function reclassifyAll(
  tributary: Reclassifiable,
  options: ReclassifyOptions = {},
): Promise<{ examined: number; changed: number }> {
  // Two runs at the same time would use the same positions.
  return turnsOf(tributary.warehouse, 'reclassify').take(() => run(tributary, options));
}

async function run(
  { warehouse, enrich_options, collector }: Reclassifiable,
  { onProgress, clock = Date.now }: ReclassifyOptions,
): Promise<{ examined: number; changed: number }> {
  const collector_id = rulesCollector(collector.id);
  const { position, ranges, total } = await warehouse.read(readExtent, { timeout_ms: CARE_TIMEOUT_MS });
  let log_seq = position.get(collector_id) ?? 0;
  const commit_clock = new CommitClock((await lastCommit(warehouse, collector_id)).committed_ms);
  const turns = new WorkTurns();
  let examined = 0;
  let changed = 0;
  for (const { collector_id: source, low, high } of ranges) {
    for (let from = low; from <= high; from += PAGE) {
      const page = await warehouse.read(
        (snapshot) => readPage(snapshot, position, source, from, Math.min(from + PAGE - 1, high)),
        { timeout_ms: CARE_TIMEOUT_MS },
      );
      const now_ms = clock();
      const log = { collector_id, received_at: now_ms, loaded_at: now_ms };
      const rows: Row[] = [];
      for (const stored of page) {
        if (turns.ends()) await turns.next();
        const judged = reclassify(recordOf(stored), enrich_options);
        if (differs(stored, judged)) rows.push({ ...log, ...rowOf(stored, judged), log_seq: ++log_seq });
      }
      if (rows.length > 0)
        await warehouse.append({
          reclassifications: rows,
          commits: [{ collector_id, log_seq, committed_at: commit_clock.at(now_ms) }],
        });
      examined += page.length;
      changed += rows.length;
      onProgress?.({ examined, changed, total });
    }
  }
  return { examined, changed };
}

/** The collector id under which the reclassifications of a collector are written. */
export function rulesCollector(collector_id: string): string {
  return collector_id.slice(0, MAX_COLLECTOR_ID - SUFFIX.length) + SUFFIX;
}

interface Extent {
  position: Position;
  ranges: Array<{ collector_id: string; low: number; high: number }>;
  total: number;
}

/** Position ranges to judge again, per collector. Rows loaded later already use these rules. */
async function readExtent(snapshot: Snapshot): Promise<Extent> {
  const position = await currentPosition(snapshot);
  const rows = await snapshot.query(
    `select t.collector_id as collector_id, min(t.log_seq) as low, max(t.log_seq) as high, count(*) as n
     from touchpoints t where ${atOrBefore('t', position)} group by t.collector_id order by collector_id`,
  );
  const ranges = rows.map((row) => ({
    collector_id: row['collector_id'] as string,
    low: Number(row['low']),
    high: Number(row['high']),
  }));
  return { position, ranges, total: rows.reduce((sum, row) => sum + Number(row['n']), 0) };
}

const JUDGED = ['channel', 'verdict', 'traits'] as const satisfies ReadonlyArray<keyof Reclassified>;
const READ = new Set(Object.keys(new Columns()).filter((name) => name !== 'occurred_at'));
/** The stored columns that the rules read. */
const EVIDENCE = TABLES.touchpoints.columns.map(({ name }) => name).filter((name) => READ.has(name));

const OF_PAGE = 'join page p on p.brand_id = r.brand_id and p.touchpoint_id = r.touchpoint_id';

/**
 * Touchpoints in log order, each with its channel and verdict by its own evidence: from the latest reclassification, else its
 * own. Verdicts that rules over several events gave are left out; `settlement/` judges them again.
 */
async function readPage(
  snapshot: Snapshot,
  position: Position,
  collector_id: string,
  from: number,
  until: number,
): Promise<Row[]> {
  const held = JUDGED.map((name) => `coalesce(l.${name}, t.${name}) as held_${name}`);
  return snapshot.query(
    `with page as (select * from touchpoints where collector_id = $collector_id and log_seq >= $from_seq and log_seq <= $until_seq),
     latest as (${latestVerdicts(withoutSettled(position), ['rules_version', ...JUDGED], OF_PAGE)})
     select t.brand_id as brand_id, t.touchpoint_id as touchpoint_id, t.subject_key as subject_key, epoch_ms(t.occurred_at) as occurred_at, ${EVIDENCE.map((name) => `t.${name} as ${name}`).join(', ')},
       ${held.join(', ')}, coalesce(l.rules_version, t.rules_version) as held_rules_version
     from page t left join latest l on l.brand_id = t.brand_id and l.touchpoint_id = t.touchpoint_id
     order by t.log_seq`,
    { collector_id, from_seq: from, until_seq: until },
  );
}

function recordOf(stored: Row): Record<string, string | number | null> {
  const record: Record<string, string | number | null> = { occurred_at: Number(stored['occurred_at']) };
  for (const name of EVIDENCE) record[name] = stored[name] as string | null;
  return record;
}

/**
 * True if channel, verdict or traits changed. Changed reasons alone are ignored; results of newer rules than ours are kept.
 */
function differs(stored: Row, judged: Reclassified): boolean {
  if (Number(stored['held_rules_version']) > RULES_VERSION) return false;
  return (
    stored['held_channel'] !== judged.channel ||
    stored['held_verdict'] !== judged.verdict ||
    Number(stored['held_traits']) !== judged.traits
  );
}

function rowOf(stored: Row, judged: Reclassified): Row {
  return {
    brand_id: stored['brand_id']!,
    touchpoint_id: stored['touchpoint_id']!,
    subject_key: stored['subject_key']!,
    ...judged,
  };
}
