/** The names of touches in paths: the values of a column, and what transforms make of them. */
import { TributaryError } from '../../domain/errors.ts';
import type { OrderPaths } from '../../models/paths/order-paths.ts';
import { MAX_STATES } from '../../models/paths/paths.ts';
import { columnValue } from '../../models/paths/state-naming.ts';
import { type PathTouches, type Transform, transformPaths } from '../../models/paths/transforms.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';

/** Stands for a missing value. No text of a record can hold it. */
const MISSING = '\0';
/** Shown for a missing value in the text of a path. */
const SHOWN_MISSING = '–';
/** Between the touches of a path as text. */
const SEPARATOR = ' > ';
/** So many paths are transformed in one turn. */
const SLICE = 4_096;

/** The touches of paths, with the values of their column as names. */
export function namedTouches({ states, codes, offsets }: OrderPaths): PathTouches {
  return { states: states.map((state) => columnValue(state) ?? MISSING), codes, offsets };
}

/** A touch as it is shown; null for a missing value. */
export function shownName(name: string): string | null {
  return name === MISSING ? null : name.replace(MISSING, SHOWN_MISSING);
}

export function pathText(names: ReadonlyArray<string | null>): string {
  return names.map((name) => name ?? SHOWN_MISSING).join(SEPARATOR);
}

/** Transforms paths in turns. @throws too_large when `frequency` makes too many names. */
export async function transformed(paths: PathTouches, transforms: readonly Transform[]): Promise<PathTouches> {
  if (transforms.every(({ kind }) => kind === 'none' || kind === 'unique')) return paths;
  const all = paths.offsets.length - 1;
  const codes = new Uint16Array(paths.codes.length);
  const offsets = new Uint32Array(all + 1);
  const numbers = new Map<string, number>();
  const turns = new WorkTurns();
  for (let from = 0; from < all; from += SLICE) {
    const own = transformPaths(sliceOf(paths, from, Math.min(all, from + SLICE)), transforms);
    const code_of = own.states.map((name) => numberOf(numbers, name));
    const first = offsets[from]!;
    for (let touch = 0; touch < own.codes.length; touch++) codes[first + touch] = code_of[own.codes[touch]!]!;
    for (let i = 1; i < own.offsets.length; i++) offsets[from + i] = first + own.offsets[i]!;
    if (turns.ends(1)) await turns.next();
  }
  return { states: [...numbers.keys()], codes: codes.subarray(0, offsets[all]!), offsets };
}

function sliceOf({ states, codes, offsets }: PathTouches, from: number, until: number): PathTouches {
  const first = offsets[from]!;
  return {
    states,
    codes: codes.subarray(first, offsets[until]!),
    offsets: offsets.subarray(from, until + 1).map((offset) => offset - first),
  };
}

function numberOf(numbers: Map<string, number>, name: string): number {
  const known = numbers.get(name);
  if (known !== undefined) return known;
  if (numbers.size === MAX_STATES)
    throw new TributaryError(
      'too_large',
      `transform: makes more than ${MAX_STATES} names of touches; group by a coarser key, or trim the paths first`,
      { field: 'transform' },
    );
  numbers.set(name, numbers.size);
  return numbers.size - 1;
}
