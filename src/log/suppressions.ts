/**
 * The list of deleted records and erased subjects, which must not be loaded again. Senders retry for days, so the loader checks
 * the list before a record becomes a row, a conflict or a dead letter. The list holds hashes, never ids.
 *
 * To delete rows, suppress them first, then wait for `flush`, then delete: the loader may still be loading a record that was
 * accepted before the suppression.
 */
import { hash } from 'node:crypto';
import { sentId } from '../domain/claim.ts';
import { type RecordName, recordKind } from '../domain/index.ts';
import type { FlatRecord } from '../domain/record.ts';
import { everyEntry } from '../state/entries.ts';
import type { Json, State } from '../state/port.ts';

/** One record by its id. */
export interface SuppressedRecord {
  record: RecordName;
  brand_id: string;
  id: string;
}

/** Every record of a subject: of one customer id or anonymous id. */
export interface SuppressedSubject {
  brand_id: string;
  id: string;
}

const COLLECTION = 'suppressions';
/**
 * The most suppressions that are held in memory, about 150 bytes each. With more of them, each record is looked up in the store.
 */
const MAX_CACHED = 100_000;

/** The stored value: records that happened at or before this instant (milliseconds) are dropped. Null drops all of them. */
type Until = { readonly until_ms: number | null };

/** From now on, these records are dropped when they are sent again. */
export async function suppressRecords(state: State, records: readonly SuppressedRecord[]): Promise<void> {
  await state.transaction(async (transaction) => {
    for (const record of records) await transaction.put(COLLECTION, keyOf(record), { until_ms: null });
  });
}

/**
 * From now on, records of a subject that happened at or before `until_ms` are dropped; with null all. The latest limit counts.
 */
export async function suppressSubject(
  state: State,
  subject: SuppressedSubject,
  until_ms: number | null,
): Promise<void> {
  const key = keyOf(subject);
  await state.transaction(async (transaction) => {
    const held = await transaction.get<Until>(COLLECTION, key);
    const latest =
      held === undefined
        ? until_ms
        : held.until_ms === null || until_ms === null
          ? null
          : Math.max(held.until_ms, until_ms);
    await transaction.put(COLLECTION, key, { until_ms: latest });
  });
}

/** Removes a record or subject from the list. @returns true if it was on the list. */
export function unsuppress(state: State, what: SuppressedRecord | SuppressedSubject): Promise<boolean> {
  return state.transaction((transaction) => transaction.delete(COLLECTION, keyOf(what)));
}

/** The list as it was at a revision of the store. It does not change once it is made. */
interface HeldList {
  revision: number;
  /** The limit of each suppression, by its key. Undefined when the list is too long to be held. */
  until: ReadonlyMap<string, number | null> | undefined;
}

/** The loader's view of the list. It holds the hashes in memory until the list in the store changes. */
export class Suppressions {
  private held: HeldList = { revision: 0, until: new Map() };

  /** @param state undefined where there is no list. */
  constructor(
    private readonly state: State | undefined,
    private readonly max_cached = MAX_CACHED,
  ) {}

  /** The items that are not suppressed. @throws state_unavailable; then nothing may be loaded. */
  async without<T extends { record: RecordName; item: FlatRecord }>(items: readonly T[]): Promise<readonly T[]> {
    const { state } = this;
    if (state === undefined) return items;
    // All items are judged by one list, also if another call reads a newer one meanwhile.
    const { until } = await this.latest(state);
    if (until?.size === 0) return items;
    const untilOf: UntilOf = async (key) =>
      until ? until.get(key) : (await state.get<Until>(COLLECTION, key))?.until_ms;
    const kept: T[] = [];
    for (const item of items) if (!(await isSuppressed(untilOf, item))) kept.push(item);
    return kept;
  }

  /** The list as the store has it now. Calls may overlap, so each one makes its own map. */
  private async latest(state: State): Promise<HeldList> {
    const revision = await state.revision(COLLECTION);
    if (revision === this.held.revision) return this.held;
    const read = { revision, until: await readList(state, this.max_cached) };
    this.held = read;
    return read;
  }
}

/** The limit of a suppression by its key; null drops all records, undefined none. */
type UntilOf = (key: string) => Promise<number | null | undefined>;

/** The whole list, or undefined when it has more than `at_most` suppressions. */
async function readList(state: State, at_most: number): Promise<HeldList['until']> {
  const until = new Map<string, number | null>();
  for await (const { key, value } of everyEntry<Until>(state, COLLECTION)) {
    if (until.size === at_most) return undefined;
    until.set(key, value.until_ms);
  }
  return until;
}

async function isSuppressed(
  untilOf: UntilOf,
  { record, item }: { record: RecordName; item: FlatRecord },
): Promise<boolean> {
  const brand_id = item['brand_id'] as string;
  const own = keyOf({ record, brand_id, id: sentId(item, recordKind(record).id_field) as string });
  if ((await untilOf(own)) !== undefined) return true;
  for (const id of subjectsOf(record, item)) {
    const until_ms = await untilOf(keyOf({ brand_id, id }));
    if (until_ms === undefined) continue;
    const happened_ms = instantOf(record, item);
    if (until_ms === null || happened_ms === undefined || happened_ms <= until_ms) return true;
  }
  return false;
}

/** SHA-256 of the parts, so that the list holds no ids. */
function keyOf(what: SuppressedRecord | SuppressedSubject): string {
  const parts: Json =
    'record' in what ? ['record', what.record, what.brand_id, what.id] : ['subject', what.brand_id, what.id];
  return hash('sha256', JSON.stringify(parts), 'hex');
}

function subjectsOf(record: RecordName, item: FlatRecord): string[] {
  return Object.keys(recordKind(record).subjects ?? {}).flatMap((field) =>
    typeof item[field] === 'string' ? [item[field]] : [],
  );
}

/** When a record happened; undefined for kinds that have no instant. */
function instantOf(record: RecordName, item: FlatRecord): number | undefined {
  const { instant_field } = recordKind(record);
  return instant_field === undefined ? undefined : (item[instant_field] as number);
}
