/** Reads `paths_to_fit` and `touches_to_fit` into arrays. The engine does not sort the touches; each path is put in order here. */
import { KeyIndex, keyHalves } from '../../histories/key-index.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { read } from '../../warehouse/read-row.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import { majorUnits, valueColumns } from '../order-value.ts';
import { PATHS_TO_FIT, TOUCHES_TO_FIT } from '../relations.ts';
import type { Paths } from './paths.ts';

/** Paths per page: the memory for sorting does not grow with the log. */
const PAGE = 100_000;

export async function readPaths(snapshot: Snapshot, states: readonly string[]): Promise<Paths> {
  const [row] = await snapshot.query(
    `select (select count(*) from ${PATHS_TO_FIT.name}) as paths, (select count(*) from ${TOUCHES_TO_FIT.name}) as touches`,
  );
  const size = read(row, { paths: 'number', touches: 'number' });
  const counts = await readCounts(snapshot, size.paths);
  const codes = new Uint16Array(size.touches);
  const offsets = new Uint32Array(size.paths + 1);
  for (let from = 0; from < size.paths; from += PAGE)
    await readPage(snapshot, { from, until: Math.min(size.paths, from + PAGE) }, codes, offsets);
  return { states, codes, offsets, ...counts };
}

async function readCounts(snapshot: Snapshot, paths: number) {
  const conversions = new Float64Array(paths);
  const value = new Float64Array(paths);
  const nulls = new Float64Array(paths);
  const people = new Uint32Array(paths);
  const index = new KeyIndex();
  let path = 0;
  await snapshot.columns(
    `select float64(case when p.order_no < 0 then 1 else 0 end) as is_null, ${keyHalves('p.person_key', 'person')}, ${valueColumns('p.micros')}
     from ${PATHS_TO_FIT.name} p order by p.path_no`,
    {},
    ({ rows, cells }) => {
      const [is_null, high, low, small] = cells as ReadonlyArray<readonly number[]>;
      const large = cells[4] as ReadonlyArray<string | null>;
      for (let i = 0; i < rows; i++, path++) {
        people[path] = index.add(high![i]!, low![i]!);
        if (is_null![i] === 1) nulls[path] = 1;
        else [conversions[path], value[path]] = [1, majorUnits(small![i]!, large[i]!)];
      }
    },
  );
  return { conversions, value, nulls, people };
}

/** Writes the codes of the paths [from, until), and where each ends. */
async function readPage(
  snapshot: Snapshot,
  { from, until }: { from: number; until: number },
  codes: Uint16Array,
  offsets: Uint32Array,
): Promise<void> {
  const page = `t.path_no > ${from} and t.path_no <= ${until}`;
  await snapshot.columns(
    `select float64(t.path_no) as path_no, float64(count(*)) as n from ${TOUCHES_TO_FIT.name} t where ${page} group by t.path_no`,
    {},
    ({ rows, cells }) => {
      const [path_no, n] = cells as ReadonlyArray<readonly number[]>;
      for (let i = 0; i < rows; i++) offsets[path_no![i]!] = n![i]!;
    },
  );
  for (let path = from; path < until; path++) offsets[path + 1]! += offsets[path]!;
  const first = offsets[from]!;
  const touches = offsets[until]! - first;
  const at_ms = new Float64Array(touches);
  const tie = new Uint32Array(touches);
  const code = new Uint16Array(touches);
  const next = offsets.slice(from, until);
  await snapshot.columns(
    `select float64(t.path_no) as path_no, float64(t.at_ms) as at_ms, float64(t.tie_no) as tie_no, float64(t.code) as code from ${TOUCHES_TO_FIT.name} t where ${page}`,
    {},
    ({ rows, cells }) => {
      const [path_no, ats, ties, own] = cells as ReadonlyArray<readonly number[]>;
      for (let i = 0; i < rows; i++) {
        const place = next[path_no![i]! - 1 - from]!++ - first;
        at_ms[place] = ats![i]!;
        tie[place] = ties![i]!;
        code[place] = own![i]!;
      }
    },
  );
  const turns = new WorkTurns();
  for (let path = from; path < until; path++) {
    if (turns.ends(64)) await turns.next();
    const [start, end] = [offsets[path]! - first, offsets[path + 1]! - first];
    const order = Uint32Array.from({ length: end - start }, (_, i) => start + i);
    order.sort((a, b) => at_ms[a]! - at_ms[b]! || tie[a]! - tie[b]!);
    for (let i = 0; i < order.length; i++) codes[offsets[path]! + i] = code[order[i]!]!;
  }
}
