/**
 * The list of deleted records and erased subjects, which must not be loaded again. Senders retry for days, so the loader checks
 * the list before a record becomes a row, a conflict or a dead letter. The list holds hashes, never ids.
 *
 * To delete rows, suppress them first, then wait for `flush`, then delete: the loader may still be loading a record that was
 * accepted before the suppression.
 */
import { hash } from 'node:crypto';
import { type RecordName, recordKind } from '../domain/index.ts';
import { sentId } from '../domain/page-conversion.ts';
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
  async without<T extends Suppressible>(items: readonly T[]): Promise<readonly T[]> {
    const limits = await this.limitsOf(async () => items.flatMap(suppressionKeys));
    return limits === undefined ? items : items.filter((item) => !isSuppressed(limits, item));
  }

  /**
   * The limits of those of some keys that are on the list. @param keysOf called only if the list is not empty.
   * @returns undefined for an empty list. @throws state_unavailable; then nothing may be loaded.
   */
  async limitsOf(keysOf: () => Promise<readonly string[]>): Promise<SuppressionLimits | undefined> {
    const { state } = this;
    if (state === undefined) return undefined;
    // All items are judged by one list, also if another call reads a newer one meanwhile.
    const { until } = await this.latest(state);
    if (until?.size === 0) return undefined;
    const limits = new Map<string, number | null>();
    for (const key of await keysOf()) {
      const until_ms = until ? until.get(key) : (await state.get<Until>(COLLECTION, key))?.until_ms;
      if (until_ms !== undefined) limits.set(key, until_ms);
    }
    return limits;
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

/** A record that may be on the list, or its subjects. */
interface Suppressible {
  record: RecordName;
  item: FlatRecord;
}

/** The limits of suppressions by their keys, in milliseconds; null drops all records. */
export type SuppressionLimits = ReadonlyMap<string, number | null>;

/** The whole list, or undefined when it has more than `at_most` suppressions. */
async function readList(state: State, at_most: number): Promise<HeldList['until']> {
  const until = new Map<string, number | null>();
  for await (const { key, value } of everyEntry<Until>(state, COLLECTION)) {
    if (until.size === at_most) return undefined;
    until.set(key, value.until_ms);
  }
  return until;
}

/** The keys by which a record can be on the list: first its own, then those of its subjects. */
export function suppressionKeys({ record, item }: Suppressible): string[] {
  const brand_id = item['brand_id'] as string;
  const id = sentId(item, recordKind(record).id_field) as string;
  return [keyOf({ record, brand_id, id }), ...subjectsOf(record, item).map((id) => keyOf({ brand_id, id }))];
}

/** True if a record is dropped. @param limits those of its keys that are on the list. */
export function isSuppressed(limits: SuppressionLimits, { record, item }: Suppressible): boolean {
  if (limits.size === 0) return false;
  const [own, ...subjects] = suppressionKeys({ record, item });
  if (limits.has(own!)) return true;
  const happened_ms = instantOf(record, item);
  return subjects.some((key) => {
    const until_ms = limits.get(key);
    return until_ms !== undefined && (until_ms === null || happened_ms === undefined || happened_ms <= until_ms);
  });
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
