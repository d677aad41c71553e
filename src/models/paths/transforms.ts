/**
 * Path transforms: which touches of a path a fit uses. Names and meanings are those of Google's fractribution and of Snowplow's
 * attribution package, so the numbers stay the same for users who come from these.
 */
import { badRequest, TributaryError } from '../../domain/errors.ts';
import { MAX_STATES, type Paths } from './paths.ts';

/** What transforms read and write of paths. */
export type PathTouches = Pick<Paths, 'states' | 'codes' | 'offsets'>;

export type Transform =
  /** Changes nothing. Despite its name, `unique` does not remove repeats. */
  | { kind: 'none' | 'unique' }
  /** Consecutive repeats are one touch. */
  | { kind: 'exposure' }
  /** Only the first touch of each channel. */
  | { kind: 'first' }
  /** Each channel once, at its first place, with its number of touches in its name: `email(2)`. */
  | { kind: 'frequency' }
  /** Without every touch of a channel, unless nothing would be left. */
  | { kind: 'remove_if_not_all'; channel: string }
  /** Without the touches of a channel at the end, unless nothing would be left. */
  | { kind: 'remove_if_last_and_not_all'; channel: string }
  /** Only the last `touches` touches; 0 keeps all. Applied before all other transforms, wherever it is written. */
  | { kind: 'trim_long_path'; touches: number };

const PLAIN = ['none', 'unique', 'exposure', 'first', 'frequency'] as const;
const OF_CHANNEL = ['remove_if_not_all', 'remove_if_last_and_not_all'] as const;
const MAX_TRIM = 1_000_000;

/**
 * Reads `exposure,remove_if_last_and_not_all(direct),trim_long_path(20)`. It also reads the spellings of other tools
 * (`exposure_path`, `removeIfNotAll(x)`). A channel may hold commas and brackets.
 * @param parameter the name under which it was asked.
 * @throws bad_request that names the parameter
 */
export function parseTransforms(spec: string, parameter = '--transform'): Transform[] {
  const found: Transform[] = [];
  const term = /\s*([A-Za-z_]+)(?:\((.*?)\))?\s*(?:,|$)/y;
  while (term.lastIndex < spec.length) {
    const from = term.lastIndex;
    const match = term.exec(spec);
    if (match === null)
      throw badRequest(
        parameter,
        `cannot read ${JSON.stringify(spec.slice(from))}; write NAME or NAME(x), and commas between`,
      );
    found.push(readTerm(match[1]!, match[2], parameter));
  }
  return found;
}

function readTerm(written: string, argument: string | undefined, parameter: string): Transform {
  const name = written.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const plain = PLAIN.find((kind) => kind === name || `${kind}_path` === name);
  if (plain !== undefined) {
    if (argument === undefined) return { kind: plain };
    throw badRequest(parameter, `${written} takes nothing in brackets; write ${written}`);
  }
  const kind = OF_CHANNEL.find((known) => known === name);
  if (kind !== undefined) {
    if (argument !== undefined && argument.trim() !== '') return { kind, channel: argument.trim() };
    throw badRequest(parameter, `${written} needs a channel; write ${written}(direct)`);
  }
  if (name !== 'trim_long_path')
    throw badRequest(
      parameter,
      `${JSON.stringify(written)} is not one of ${[...PLAIN, ...OF_CHANNEL.map((known) => `${known}(channel)`), 'trim_long_path(n)'].join(', ')}`,
    );
  if (!/^\d+$/.test(argument ?? '') || Number(argument) > MAX_TRIM)
    throw badRequest(parameter, `${written} needs a whole number up to ${MAX_TRIM}; write ${written}(20)`);
  return { kind: name, touches: Number(argument) };
}

/** Applies transforms from left to right, but every trim first. Counts, value and people stay with their path. */
export function transformPaths<P extends PathTouches>(paths: P, transforms: readonly Transform[]): P {
  const trims = transforms.filter((transform) => transform.kind === 'trim_long_path');
  const others = transforms.filter((transform) => transform.kind !== 'trim_long_path');
  return { ...paths, ...[...trims, ...others].reduce(applyOne, paths as PathTouches) };
}

/** Channels that a transform names and no path has. The name may be mistyped, or the channel has no touches. */
export function unknownChannels(paths: Pick<Paths, 'states'>, transforms: readonly Transform[]): string[] {
  return transforms.flatMap((transform) =>
    'channel' in transform && !paths.states.includes(transform.channel) ? [transform.channel] : [],
  );
}

function applyOne(paths: PathTouches, transform: Transform): PathTouches {
  switch (transform.kind) {
    case 'none':
    case 'unique':
      return paths;
    case 'exposure':
      return rewrite(paths, exposure);
    case 'first':
      return rewrite(paths, firstOnly(paths.states.length));
    case 'frequency':
      return frequency(paths);
    case 'remove_if_not_all':
      return rewrite(paths, without(paths.states.indexOf(transform.channel)));
    case 'remove_if_last_and_not_all':
      return rewrite(paths, withoutTail(paths.states.indexOf(transform.channel)));
    case 'trim_long_path':
      return transform.touches === 0 ? paths : rewrite(paths, lastTouches(transform.touches));
  }
}

/** Writes the touches of `codes[start] … codes[end - 1]` that are kept to `out`, from `at` on. Returns the end in `out`. */
type Step = (codes: Uint16Array, start: number, end: number, out: Uint16Array, at: number) => number;

/** No transform makes a path longer, so the result needs no more room than the input. */
function rewrite(paths: PathTouches, step: Step): PathTouches {
  const { codes, offsets } = paths;
  const out = new Uint16Array(codes.length);
  const ends = new Uint32Array(offsets.length);
  let at = 0;
  for (let p = 0; p + 1 < offsets.length; p++) {
    at = step(codes, offsets[p]!, offsets[p + 1]!, out, at);
    ends[p + 1] = at;
  }
  return { states: paths.states, codes: out.subarray(0, at), offsets: ends };
}

const exposure: Step = (codes, start, end, out, from) => {
  let at = from;
  for (let i = start; i < end; i++) if (i === start || codes[i] !== codes[i - 1]) out[at++] = codes[i]!;
  return at;
};

/** A channel was seen in this path when its mark is the number of the path, so that marks need no clearing. */
function firstOnly(states: number): Step {
  const seen = new Uint32Array(states);
  let path = 0;
  return (codes, start, end, out, from) => {
    path++;
    let at = from;
    for (let i = start; i < end; i++) {
      if (seen[codes[i]!] === path) continue;
      seen[codes[i]!] = path;
      out[at++] = codes[i]!;
    }
    return at;
  };
}

const all: Step = (codes, start, end, out, from) => {
  out.set(codes.subarray(start, end), from);
  return from + end - start;
};

function without(channel: number): Step {
  return (codes, start, end, out, from) => {
    let at = from;
    for (let i = start; i < end; i++) if (codes[i] !== channel) out[at++] = codes[i]!;
    return at === from ? all(codes, start, end, out, from) : at;
  };
}

function withoutTail(channel: number): Step {
  return (codes, start, end, out, from) => {
    let stop = end;
    while (stop > start && codes[stop - 1] === channel) stop--;
    return all(codes, start, stop === start ? end : stop, out, from);
  };
}

function lastTouches(touches: number): Step {
  return (codes, start, end, out, from) => all(codes, Math.max(start, end - touches), end, out, from);
}

/** Splits a state by its number of touches in a path: `email` becomes `email(1)`, `email(2)` and so on. */
function frequency(paths: PathTouches): PathTouches {
  const first = rewrite(paths, firstOnly(paths.states.length));
  const times = new Uint32Array(paths.states.length);
  const known = new Map<number, number>();
  const states: string[] = [];
  for (let p = 0; p + 1 < paths.offsets.length; p++) {
    for (let i = paths.offsets[p]!; i < paths.offsets[p + 1]!; i++) times[paths.codes[i]!]!++;
    for (let i = first.offsets[p]!; i < first.offsets[p + 1]!; i++) {
      const code = first.codes[i]!;
      const key = times[code]! * MAX_STATES + code;
      let state = known.get(key);
      if (state === undefined) {
        state = states.push(`${paths.states[code]}(${times[code]})`) - 1;
        if (state === MAX_STATES)
          throw new TributaryError('too_large', `frequency makes more than ${MAX_STATES} states; trim the paths first`);
        known.set(key, state);
      }
      first.codes[i] = state;
      times[code] = 0;
    }
  }
  return { ...first, states };
}

/** The channel of a state of `frequency`: `email` for `email(2)`. */
export function withoutFrequency(state: string): string {
  return state.replace(/\(\d+\)$/, '');
}
