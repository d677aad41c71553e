/** The instants before which records go, by kind of data and brand: plain data, which also a thread can be given. */
import { CLOCK_AHEAD, withServerClock } from '../../domain/clock.ts';
import type { Problem } from '../../domain/errors.ts';
import { RECORD_NAMES, type RecordName, recordKind } from '../../domain/index.ts';
import type { FlatRecord } from '../../domain/record.ts';
import { formatDate, MS_PER_DAY } from '../../domain/time.ts';
import { type DaysKept, edgeOf, RETAINED, type Retained, type RetentionPolicy, retainedAs } from './policy.ts';

/** An instant in milliseconds; null keeps for ever. */
export type EdgesOfBrand = Readonly<Record<Retained, number | null>>;

export interface Edges {
  /** Of brands that are not named in `brands`. */
  defaults: EdgesOfBrand;
  brands: ReadonlyMap<string, EdgesOfBrand>;
}

const each = (of: (name: Retained) => number | null): EdgesOfBrand =>
  Object.fromEntries(RETAINED.map((name) => [name, of(name)])) as EdgesOfBrand;

export const NO_EDGES: Edges = { defaults: each(() => null), brands: new Map() };

/** The edges of a policy at an instant. */
export function edgesAt({ defaults, brands }: RetentionPolicy, now_ms: number): Edges {
  const of = (days: DaysKept): EdgesOfBrand =>
    each((name) => (days[name] === null ? null : edgeOf(days[name], now_ms)));
  return { defaults: of(defaults), brands: new Map(Array.from(brands, ([brand_id, days]) => [brand_id, of(days)])) };
}

export const edgesOf = (edges: Edges, brand_id: string): EdgesOfBrand => edges.brands.get(brand_id) ?? edges.defaults;

const later = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.max(a, b));

/** The later edge of each kind and brand: what went does not come back if the policy keeps longer from then on. */
export function latestEdges(a: Edges, b: Edges): Edges {
  const names = new Set([...a.brands.keys(), ...b.brands.keys()]);
  const of = (own: EdgesOfBrand, other: EdgesOfBrand): EdgesOfBrand => each((name) => later(own[name], other[name]));
  return {
    defaults: of(a.defaults, b.defaults),
    brands: new Map(Array.from(names, (brand_id) => [brand_id, of(edgesOf(a, brand_id), edgesOf(b, brand_id))])),
  };
}

/** Edges of one kind only, and none later than a limit: one step of a removal. */
export function stepOf(edges: Edges, name: Retained, until_ms: number): Edges {
  const of = (own: EdgesOfBrand): EdgesOfBrand => ({
    ...own,
    [name]: own[name] === null ? null : Math.min(own[name], until_ms),
  });
  return { defaults: of(edges.defaults), brands: new Map(Array.from(edges.brands, ([id, own]) => [id, of(own)])) };
}

/** Records that are not taken when they are old, each with its kind of data. */
export const refusedRecords = (): Array<{ record: RecordName; name: Retained }> =>
  RECORD_NAMES.flatMap((record) => {
    const name = retainedAs(record);
    return name !== undefined && REFUSED.has(name) ? [{ record, name }] : [];
  });

/** Kinds of which an old record never comes in again. An old statement may still decide, so it is taken. */
const REFUSED: ReadonlySet<Retained> = new Set(['touchpoints', 'orders', 'email_events', 'spend', 'claims']);

/** When a record happened: its instant, or the beginning of its day in UTC. */
export function happenedAt(record: RecordName, item: FlatRecord): number | null {
  const { instant_field } = recordKind(record);
  if (instant_field !== undefined) return item[instant_field] as number;
  return typeof item['date'] === 'string' ? Date.parse(`${item['date']}T00:00:00Z`) : null;
}

/** The edge that a record lies before; null if it is taken. */
export function edgeBehind(edges: Edges, record: RecordName, item: FlatRecord): number | null {
  const name = retainedAs(record);
  if (name === undefined || !REFUSED.has(name)) return null;
  const edge_ms = edgesOf(edges, item['brand_id'] as string)[name];
  const at_ms = edge_ms === null ? null : happenedAt(record, item);
  return at_ms !== null && at_ms < edge_ms! ? edge_ms : null;
}

const AGED = 'lies before the time for which records are kept';

/** Why a record is not taken: it would be removed again. @param read as it was just read, before the clock of its sender is taken out. */
export function agedProblem(edges: Edges, record: RecordName, read: FlatRecord): Problem | undefined {
  const { instant_field } = recordKind(record);
  const item = read[CLOCK_AHEAD] === undefined ? read : withServerClock(read, instant_field!);
  const edge_ms = edgeBehind(edges, record, item);
  if (edge_ms === null) return undefined;
  return {
    field: instant_field ?? 'date',
    reason: `${AGED} (setting retention of the brand: from ${formatDate(edge_ms / MS_PER_DAY)} on), so it is not taken`,
  };
}

/** True for the reason of {@link agedProblem}. */
export const isAgedReason = (reason: string): boolean => reason.includes(AGED);
