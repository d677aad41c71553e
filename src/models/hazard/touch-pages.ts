/** Reads `person_touches` and puts it in order, some people at a time, so that the memory does not grow with the log. */
import type { Snapshot } from '../../warehouse/port.ts';
import { sortInTurns, WorkTurns } from '../../warehouse/work-turns.ts';
import { PERSON_TIES, PERSON_TOUCHES } from '../relations.ts';
import { emptyTouches, type PersonTouches, resize } from './touch-source.ts';

/** Touchpoints of one page. A person is never split. */
const PAGE = 1_000_000;

type Take = (person: number, touches: PersonTouches) => void;

/** Visits `people` persons in order of their numbers. */
export async function visitPages(snapshot: Snapshot, people: number, take: Take): Promise<void> {
  const counts = await countTouches(snapshot, people);
  for (let first = 0; first < people; ) {
    const until = endOfPage(counts, first);
    await visitPage(snapshot, counts, { first, until }, take);
    first = until;
  }
}

/** The first person after a page that begins with `first`. */
function endOfPage(counts: Uint32Array, first: number): number {
  let touches = counts[first]!;
  let until = first + 1;
  while (until < counts.length && touches + counts[until]! <= PAGE) touches += counts[until++]!;
  return until;
}

async function countTouches(snapshot: Snapshot, people: number): Promise<Uint32Array> {
  const counts = new Uint32Array(people);
  const sql = `select float64(s.person_no) as person_no, float64(count(*)) as n from ${PERSON_TOUCHES.name} s group by s.person_no`;
  await snapshot.columns(sql, {}, ({ rows, cells }) => {
    const [person, n] = cells as ReadonlyArray<readonly number[]>;
    for (let i = 0; i < rows; i++) counts[person![i]! - 1] = n![i]!;
  });
  return counts;
}

/** Reads the touchpoints of the people [first, until) and visits these people. */
async function visitPage(
  snapshot: Snapshot,
  counts: Uint32Array,
  { first, until }: { first: number; until: number },
  take: Take,
): Promise<void> {
  const starts = new Uint32Array(until - first + 1);
  for (let i = 0; i < until - first; i++) starts[i + 1] = starts[i]! + counts[first + i]!;
  const page = await readPage(snapshot, starts, first);
  const touches = emptyTouches();
  const turns = new WorkTurns();
  for (let person = first; person < until; person++) {
    if (turns.ends(64)) await turns.next();
    const [from, to] = [starts[person - first]!, starts[person - first + 1]!];
    if (from === to) continue;
    const order = await inOrder(page, from, to);
    resize(touches, to - from);
    for (let i = 0; i < to - from; i++) {
      const place = order === null ? from + i : order[i]!;
      touches.at_ms[i] = page.at_ms[place]!;
      touches.kind[i] = page.kind[place]!;
      touches.session[i] = page.session[place]!;
    }
    take(person, touches);
  }
}

/** The touchpoints of some people, person by person. */
type Page = Awaited<ReturnType<typeof readPage>>;

/** The touchpoints [from, to) in order of (instant, id); null if they are in order. */
async function inOrder({ at_ms, tie }: Page, from: number, to: number): Promise<Uint32Array | null> {
  let i = from + 1;
  while (i < to && (at_ms[i - 1]! < at_ms[i]! || (at_ms[i - 1]! === at_ms[i]! && tie[i - 1]! < tie[i]!))) i += 1;
  if (i >= to) return null;
  const order = Uint32Array.from({ length: to - from }, (_, place) => from + place);
  return sortInTurns(order, (a, b) => at_ms[a]! - at_ms[b]! || tie[a]! - tie[b]!);
}

async function readPage(snapshot: Snapshot, starts: Uint32Array, first: number) {
  const touches = starts.at(-1)!;
  const at_ms = new Float64Array(touches);
  const tie = new Uint32Array(touches);
  const kind = new Uint32Array(touches);
  const session = new Float64Array(touches);
  const sessions = new Map<string, number>();
  const next = starts.slice();
  await snapshot.columns(
    `select float64(s.person_no) as person_no, float64(s.at_ms) as at_ms, float64(coalesce(i.tie_no, 0)) as tie_no, float64(s.kind_no) as kind_no, s.session_id as session_id
     from ${PERSON_TOUCHES.name} s left join ${PERSON_TIES.name} i on i.touch_no = s.touch_no
     where s.person_no > ${first} and s.person_no < ${first + starts.length}`,
    {},
    ({ rows, cells }) => {
      const [persons, ats, ties, kinds] = cells as ReadonlyArray<readonly number[]>;
      const names = cells[4] as ReadonlyArray<string | null>;
      for (let i = 0; i < rows; i++) {
        const place = next[persons![i]! - 1 - first]!++;
        at_ms[place] = ats![i]!;
        tie[place] = ties![i]!;
        kind[place] = kinds![i]!;
        session[place] = codeOf(sessions, names[i]!);
      }
    },
  );
  return { at_ms, tie, kind, session };
}

/** Numbers names from 1; 0 is no name. */
function codeOf(known: Map<string, number>, name: string | null): number {
  if (name === null) return 0;
  const code = known.get(name);
  if (code !== undefined) return code;
  known.set(name, known.size + 1);
  return known.size;
}
