/**
 * Settles verdicts: when later events of a message arrive, its opens and clicks are judged again by rules over several events, and
 * each changed verdict is appended as a reclassification. Events never change.
 *
 * The verdicts at the end depend on the log alone, whatever the order in which events came and whenever this ran: every rule looks
 * at most a day around an event, and each fresh event has all events judged again that it can change. The clock only decides how
 * long a fresh event waits for others. The rows have positions of a collector of their own, so no earlier `as_of` includes them, and
 * a report can leave them out. A run that was stopped is repeated, and finds nothing to write where it had written.
 */
import type { EnrichOptions } from '../../enrichment/enrich.ts';
import type { StateTransaction } from '../../state/port.ts';
import { CARE_TIMEOUT_MS, type Warehouse } from '../../warehouse/port.ts';
import { currentPosition, type Position, SETTLED_COLLECTOR } from '../../warehouse/position.ts';
import type { Row } from '../../warehouse/schema.ts';
import { CommitClock, lastCommit } from '../commit-clock.ts';
import type { Fenced, TimedFollower } from '../follower.ts';
import { judgeMessages } from './judge-messages.ts';
import { findMessages } from './messages.ts';
import { nextRange } from './page.ts';
import type { SettleSettings } from './settings.ts';

export interface Settling {
  warehouse: Warehouse;
  enrich_options: EnrichOptions;
  settings: SettleSettings;
  clock: () => number;
}

const MIN_EVERY_MS = 1_000;
const MAX_EVERY_MS = 10_000;

/** The follower that settles verdicts. */
export function settleVerdicts(settling: Settling): TimedFollower {
  const { settle_ms } = settling.settings;
  return {
    name: 'settle_verdicts',
    every_ms: Math.min(MAX_EVERY_MS, Math.max(MIN_EVERY_MS, settle_ms / 3)),
    run: (state, signal) => settleAll(settling, state, signal).then(() => undefined),
  };
}

/** Settles everything that has waited long enough. @returns how many opens and clicks were judged, and how many changed. */
export async function settleAll(
  settling: Settling,
  state: Fenced,
  signal: AbortSignal,
): Promise<{ examined: number; changed: number }> {
  const done = { examined: 0, changed: 0 };
  for (;;) {
    signal.throwIfAborted();
    const begun = await state.transaction(readPlace);
    const page = await judgePage(settling, begun.position, signal);
    if (page === null) return done;
    // Another process that has taken over the lease would write at the same positions.
    await state.transaction(async () => undefined);
    if (page.rows.length > 0) await write(settling, page.rows);
    await state.transaction((transaction) => movePlace(transaction, begun, page.upto));
    done.examined += page.examined;
    done.changed += page.rows.length;
  }
}

interface Page {
  upto: Position;
  examined: number;
  rows: Row[];
}

/** Judges what the next part of the log can change; null if no part is ready. */
function judgePage(
  { warehouse, enrich_options, settings, clock }: Settling,
  cursor: Position,
  signal: AbortSignal,
): Promise<Page | null> {
  return warehouse.read(
    async (snapshot) => {
      const position = await currentPosition(snapshot);
      const waiting = { now_ms: clock(), settle_ms: settings.settle_ms };
      const range = await nextRange(snapshot, cursor, position, waiting);
      if (range === null) return null;
      const upto = new Map(cursor).set(range.collector_id, range.to);
      if (!(await findMessages(snapshot, position, range, settings.window_ms))) return { upto, examined: 0, rows: [] };
      return { upto, ...(await judgeMessages(snapshot, enrich_options)) };
    },
    { for: 'keeping', timeout_ms: CARE_TIMEOUT_MS, signal },
  );
}

async function write({ warehouse, clock }: Settling, rows: readonly Row[]): Promise<void> {
  const last = await lastCommit(warehouse, SETTLED_COLLECTOR);
  const now_ms = clock();
  const log = { collector_id: SETTLED_COLLECTOR, received_at: now_ms, loaded_at: now_ms };
  const reclassifications = rows.map((row, i) => ({ ...row, ...log, log_seq: last.log_seq + i + 1 }));
  const log_seq = last.log_seq + rows.length;
  const committed_at = new CommitClock(last.committed_ms).at(now_ms);
  await warehouse.append({
    reclassifications,
    commits: [{ collector_id: SETTLED_COLLECTOR, log_seq, committed_at }],
  });
}

/** The collection of settling in state: how far the log is read, and how often it was asked to begin again. */
const SETTLING = 'settling';
const PLACE = 'place';
const BEGUN = 'begun';

interface Place {
  position: Position;
  begun: number;
}

async function readPlace(state: StateTransaction): Promise<Place> {
  const begun = (await state.get<number>(SETTLING, BEGUN)) ?? 0;
  const place = await state.get<{ position: { [collector_id: string]: number }; begun: number }>(SETTLING, PLACE);
  return { position: new Map(place?.begun === begun ? Object.entries(place.position) : []), begun };
}

/** Does nothing if settling was asked to begin again meanwhile. */
async function movePlace(state: StateTransaction, { begun }: Place, upto: Position): Promise<void> {
  if (((await state.get<number>(SETTLING, BEGUN)) ?? 0) !== begun) return;
  await state.put(SETTLING, PLACE, { position: Object.fromEntries(upto), begun });
}

/** Asks that the whole log is settled again, because rules or weights may have changed. */
export async function settleAgain(state: StateTransaction): Promise<void> {
  await state.put(SETTLING, BEGUN, ((await state.get<number>(SETTLING, BEGUN)) ?? 0) + 1);
}
