/** Reads `order_paths` and `numbered_touches` into arrays. The engine does not sort the touches; each path is put in order here. */
import { SMALL } from '../../histories/exact.ts';
import { KeyIndex, keyHalves } from '../../histories/key-index.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { read } from '../../warehouse/read-row.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import { NUMBERED_TOUCHES, ORDER_PATHS } from '../relations.ts';
import type { OrderPaths, PathQuestion } from './order-paths.ts';

/** Paths per page: the memory for sorting does not grow with the log. */
const PAGE = 100_000;

type Touches = Pick<OrderPaths, 'codes' | 'touch_ms' | 'shown'>;

export async function readPathPages(
  snapshot: Snapshot,
  states: readonly string[],
  { filters, most_touches, instants }: PathQuestion,
): Promise<OrderPaths> {
  const [row] = await snapshot.query(
    `select (select count(*) from ${ORDER_PATHS.name}) as paths, (select count(*) from ${NUMBERED_TOUCHES.name}) as touches`,
  );
  const size = read(row, { paths: 'number', touches: 'number' });
  const facts = await readFacts(snapshot, size.paths);
  const touches = {
    codes: new Uint16Array(size.touches),
    touch_ms: new Float64Array(instants ? size.touches : 0),
    shown: filters.touches === null ? null : new Uint8Array(size.touches),
  };
  const offsets = new Uint32Array(size.paths + 1);
  for (let from = 0; from < size.paths; from += PAGE)
    await readPage(snapshot, { from, until: Math.min(size.paths, from + PAGE) }, touches, offsets, most_touches);
  const last = offsets[size.paths]!;
  return {
    states,
    offsets,
    codes: touches.codes.subarray(0, last),
    touch_ms: touches.touch_ms.subarray(0, last),
    shown: touches.shown?.subarray(0, last) ?? null,
    ...facts,
  };
}

async function readFacts(snapshot: Snapshot, paths: number) {
  const facts = {
    weight: new Uint32Array(paths).fill(1),
    is_order: new Uint8Array(paths),
    counted: new Uint8Array(paths),
    at_ms: new Float64Array(paths),
    policy: new Uint32Array(paths),
    net_micros: new Float64Array(paths),
    large_micros: new Map<number, bigint>(),
    person: new Uint32Array(paths),
  };
  const index = new KeyIndex();
  const is_small = `p.micros > int128(-${SMALL}) and p.micros < int128(${SMALL})`;
  let path = 0;
  await snapshot.columns(
    `select float64(case when p.order_no < 0 then 0 else 1 end) as is_order, float64(p.counted) as counted, float64(p.at_ms) as at_ms,
       float64(p.policy_no) as policy_no, ${keyHalves('p.person_key', 'person')},
       float64(case when ${is_small} then p.micros else int128(0) end) as small_micros, case when ${is_small} then null else text128(p.micros) end as large_micros
     from ${ORDER_PATHS.name} p order by p.path_no`,
    {},
    ({ rows, cells }) => {
      const [is_order, counted, at_ms, policy, high, low, small] = cells as ReadonlyArray<readonly number[]>;
      const large = cells[7] as ReadonlyArray<string | null>;
      for (let i = 0; i < rows; i++, path++) {
        facts.is_order[path] = is_order![i]!;
        facts.counted[path] = counted![i]!;
        facts.at_ms[path] = at_ms![i]!;
        facts.policy[path] = policy![i]!;
        facts.person[path] = index.add(high![i]!, low![i]!);
        facts.net_micros[path] = small![i]!;
        if (large[i] !== null) facts.large_micros.set(path, BigInt(large[i]!));
      }
    },
  );
  return { ...facts, person_hash: Uint32Array.from({ length: index.size }, (_, person) => index.lowOf(person)) };
}

/** Writes the touches of the paths [from, until), and where each path ends. */
async function readPage(
  snapshot: Snapshot,
  { from, until }: { from: number; until: number },
  { codes, touch_ms, shown }: Touches,
  offsets: Uint32Array,
  most_touches: number,
): Promise<void> {
  const page = await readTouches(snapshot, from, until);
  const turns = new WorkTurns();
  let at = offsets[from]!;
  for (let path = from; path < until; path++) {
    if (turns.ends(64)) await turns.next();
    const [start, end] = [page.starts[path - from]!, page.starts[path - from + 1]!];
    const order = Uint32Array.from({ length: end - start }, (_, i) => start + i);
    order.sort((a, b) => page.at_ms[a]! - page.at_ms[b]! || page.tie[a]! - page.tie[b]!);
    for (let i = Math.max(0, order.length - most_touches); i < order.length; i++, at++) {
      codes[at] = page.code[order[i]!]!;
      if (touch_ms.length > 0) touch_ms[at] = page.at_ms[order[i]!]!;
      if (shown !== null) shown[at] = page.shown[order[i]!]!;
    }
    offsets[path + 1] = at;
  }
}

/** The touches of the paths [from, until), path by path, in any order within a path. */
async function readTouches(snapshot: Snapshot, from: number, until: number) {
  const within = `t.path_no > ${from} and t.path_no <= ${until}`;
  const starts = new Uint32Array(until - from + 1);
  await snapshot.columns(
    `select float64(t.path_no) as path_no, float64(count(*)) as n from ${NUMBERED_TOUCHES.name} t where ${within} group by t.path_no`,
    {},
    ({ rows, cells }) => {
      const [path_no, n] = cells as ReadonlyArray<readonly number[]>;
      for (let i = 0; i < rows; i++) starts[path_no![i]! - from] = n![i]!;
    },
  );
  for (let i = 1; i < starts.length; i++) starts[i]! += starts[i - 1]!;
  const touches = starts.at(-1)!;
  const page = {
    starts,
    at_ms: new Float64Array(touches),
    tie: new Uint32Array(touches),
    code: new Uint16Array(touches),
    shown: new Uint8Array(touches),
  };
  const next = starts.slice();
  await snapshot.columns(
    `select float64(t.path_no) as path_no, float64(t.at_ms) as at_ms, float64(t.tie_no) as tie_no, float64(t.code) as code, float64(t.shown) as shown
     from ${NUMBERED_TOUCHES.name} t where ${within}`,
    {},
    ({ rows, cells }) => {
      const [path_no, ats, ties, own, shows] = cells as ReadonlyArray<readonly number[]>;
      for (let i = 0; i < rows; i++) {
        const place = next[path_no![i]! - 1 - from]!++;
        page.at_ms[place] = ats![i]!;
        page.tie[place] = ties![i]!;
        page.code[place] = own![i]!;
        page.shown[place] = shows![i]!;
      }
    },
  );
  return page;
}
