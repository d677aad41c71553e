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
import { subjectDigest } from '../domain/subject.ts';
import { happenedAt } from '../privacy/retention/edges.ts';
import { everyEntry } from '../state/entries.ts';
import type { State } from '../state/port.ts';

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

/** Every change of an order, which is known by its order id, or by the id of one of its conversions. */
interface SuppressedOrder {
  brand_id: string;
  order: string;
}

const COLLECTION = 'suppressions';
/**
 * The most suppressions that are held in memory, about 150 bytes each. With more of them, each record is looked up in the store.
 */
const MAX_CACHED = 100_000;
/** Suppressions of one transaction. */
const MAX_TOGETHER = 500;

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

/** From now on, changes of these orders are dropped. @param orders order ids, and ids of conversions. */
export async function suppressOrders(state: State, brand_id: string, orders: readonly string[]): Promise<void> {
  for (let from = 0; from < orders.length; from += MAX_TOGETHER)
    await state.transaction(async (transaction) => {
      for (const order of orders.slice(from, from + MAX_TOGETHER))
        await transaction.put(COLLECTION, keyOf({ brand_id, order }), { until_ms: null });
    });
}

/** From now on, records of a kind that happened before an instant are dropped. */
export interface SuppressedAge {
  record: RecordName;
  /** Null for the brands that have no limit of their own. */
  brand_id: string | null;
  /** Milliseconds; null drops none. */
  before_ms: number | null;
}

/** Lies before every instant. */
const NONE_MS = -Number.MAX_SAFE_INTEGER;

export async function suppressOlder(state: State, ages: readonly SuppressedAge[]): Promise<void> {
  await state.transaction(async (transaction) => {
    for (const { record, brand_id, before_ms } of ages) {
      const until_ms = before_ms === null ? NONE_MS : before_ms - 1;
      await transaction.put(COLLECTION, ageKey(record, brand_id), { until_ms });
    }
  });
}

/** Sets the limits of subjects to exactly these, earlier or later than before. */
export async function limitSubjects(
  state: State,
  subjects: readonly SuppressedSubject[],
  until_ms: number | null,
): Promise<void> {
  for (let from = 0; from < subjects.length; from += MAX_TOGETHER)
    await state.transaction(async (transaction) => {
      for (const subject of subjects.slice(from, from + MAX_TOGETHER))
        await transaction.put(COLLECTION, keyOf(subject), { until_ms });
    });
}

/** The same for subjects of which only the {@link subjectDigest} is known. The latest limit counts. */
export async function limitDigests(
  state: State,
  subjects: ReadonlyArray<{ digest: string; until_ms: number }>,
): Promise<void> {
  for (let from = 0; from < subjects.length; from += MAX_TOGETHER)
    await state.transaction(async (transaction) => {
      for (const { digest, until_ms } of subjects.slice(from, from + MAX_TOGETHER)) {
        const held = await transaction.get<Until>(COLLECTION, digest);
        if (held === undefined || (held.until_ms !== null && held.until_ms < until_ms))
          await transaction.put(COLLECTION, digest, { until_ms });
      }
    });
}

/** Removes a record or subject from the list. @returns true if it was on the list. */
export function unsuppress(state: State, what: SuppressedRecord | SuppressedSubject): Promise<boolean> {
  return state.transaction((transaction) => transaction.delete(COLLECTION, keyOf(what)));
}

/** True if something of these subjects or orders that happened at an instant is suppressed. */
export async function namesSuppressed(
  state: Pick<State, 'get'>,
  {
    brand_id,
    subjects,
    orders,
    happened_ms,
  }: { brand_id: string; subjects: string[]; orders: string[]; happened_ms: number },
): Promise<boolean> {
  const keys = [...subjects.map((id) => keyOf({ brand_id, id })), ...orders.map((order) => keyOf({ brand_id, order }))];
  for (const key of keys) {
    const held = await state.get<Until>(COLLECTION, key);
    if (held !== undefined && (held.until_ms === null || happened_ms <= held.until_ms)) return true;
  }
  return false;
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
  return [
    keyOf({ record, brand_id, id }),
    ...subjectsOf(record, item).map((id) => keyOf({ brand_id, id })),
    ...ordersOf(record, item).map((order) => keyOf({ brand_id, order })),
    ...agesOf(record, brand_id),
  ];
}

/** The keys of limits by age: that of the brand counts before that of all others. */
const agesOf = (record: RecordName, brand_id: string): readonly [own: string, others: string] => [
  ageKey(record, brand_id),
  ageKey(record, null),
];
const AGE_KEYS = 2;

/** True if a record is dropped. @param limits those of its keys that are on the list. */
export function isSuppressed(limits: SuppressionLimits, { record, item }: Suppressible): boolean {
  if (limits.size === 0) return false;
  const [own, ...others] = suppressionKeys({ record, item });
  if (limits.has(own!)) return true;
  const happened_ms = instantOf(record, item);
  const [of_brand, of_others] = others.slice(-AGE_KEYS);
  const aged_ms = limits.get(of_brand!) ?? limits.get(of_others!);
  if (aged_ms != null && happened_ms !== undefined && happened_ms <= aged_ms) return true;
  return others.slice(0, -AGE_KEYS).some((key) => {
    const until_ms = limits.get(key);
    return until_ms !== undefined && (until_ms === null || happened_ms === undefined || happened_ms <= until_ms);
  });
}

/** SHA-256 of the parts, so that the list holds no ids. */
function keyOf(what: SuppressedRecord | SuppressedSubject | SuppressedOrder): string {
  if ('order' in what) return hash('sha256', JSON.stringify(['order', what.brand_id, what.order]), 'hex');
  if (!('record' in what)) return subjectDigest(what.brand_id, what.id);
  return hash('sha256', JSON.stringify(['record', what.record, what.brand_id, what.id]), 'hex');
}

const age_keys = new Map<string, string>();

/** There are few kinds and brands, so that the hashes are made once. */
function ageKey(record: RecordName, brand_id: string | null): string {
  const text = JSON.stringify(['age', record, brand_id]);
  const known = age_keys.get(text);
  if (known !== undefined) return known;
  const key = hash('sha256', text, 'hex');
  if (age_keys.size < MAX_AGE_KEYS) age_keys.set(text, key);
  return key;
}
const MAX_AGE_KEYS = 10_000;

/** The orders that a record changes without naming a person: a refund of an order that was erased must not come back alone. */
function ordersOf(record: RecordName, item: FlatRecord): string[] {
  if (record !== 'adjustments') return [];
  return ['order_id', 'conversion_id'].flatMap((field) => (typeof item[field] === 'string' ? [item[field]] : []));
}

function subjectsOf(record: RecordName, item: FlatRecord): string[] {
  return Object.keys(recordKind(record).subjects ?? {}).flatMap((field) =>
    typeof item[field] === 'string' ? [item[field]] : [],
  );
}

/** When a record happened; undefined for kinds that have no instant and no day. */
function instantOf(record: RecordName, item: FlatRecord): number | undefined {
  return happenedAt(record, item) ?? undefined;
}
