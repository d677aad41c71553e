/** Paths in the order in which a walk finds them. */
import { grown } from '../room.ts';

/** Whose path it is, in the place of the number of an order: a person among {@link SilentPeople}, or a subject who is a person alone. */
export const SILENT = -1;
export const ALONE = -2;

/** Paths as data, for another thread. Arrays may be longer than there are paths and touches. */
export interface FoundPathsData {
  paths: number;
  touches: number;
  /** The touches of all paths that were found, also of those that another one stands for. */
  all_touches: number;
  /** The number of the order; {@link SILENT} or {@link ALONE} for a person who did not order. */
  order: Int32Array;
  /** The number of the person: among those who ordered, or among the silent; or of the subject who is alone. */
  person: Uint32Array;
  /** How many paths it stands for. */
  weight: Uint32Array;
  at_ms: Float64Array;
  /** The path of number p has the touches offsets[p] to before offsets[p + 1]. */
  offsets: Uint32Array;
  /** By touch, the number of its label. */
  label: Uint32Array;
  /** By touch, its instant, not of people who did not order and are alike; empty if nobody asks. */
  touch_ms: Float64Array;
}

/** Whose path it is, and where it ends. */
export type PathOf = { order: number; person: number; at_ms: number };

export class FoundPaths implements FoundPathsData {
  touches = 0;
  all_touches = 0;
  paths = 0;
  order = new Int32Array(1 << 12);
  person = new Uint32Array(1 << 12);
  weight = new Uint32Array(1 << 12);
  at_ms = new Float64Array(1 << 12);
  offsets = new Uint32Array((1 << 12) + 1);
  label = new Uint32Array(1 << 14);
  touch_ms: Float64Array;

  /** @param most_touches above it, touches are only counted. */
  constructor(
    private readonly most_touches: number,
    private readonly with_instants: boolean,
  ) {
    this.touch_ms = new Float64Array(with_instants ? 1 << 14 : 0);
  }

  /** Adds a path: the touchpoints at the places from `from` to before `until`. */
  add(
    of: PathOf,
    touchpoints: { at_ms: Float64Array; label: ArrayLike<number> },
    places: Uint32Array,
    from: number,
    until: number,
  ): void {
    const start = this.touches;
    if (this.addPath(of, until - from) < 0) return;
    const { label, touch_ms } = this;
    for (let i = from, to = start; i < until; i++, to++) label[to] = touchpoints.label[places[i]!]!;
    if (this.with_instants)
      for (let i = from, to = start; i < until; i++, to++) touch_ms[to] = touchpoints.at_ms[places[i]!]!;
  }

  /** Adds a path with the first `touches` of some labels. @returns its number; below zero if there are too many touches. */
  addLabels(of: PathOf, labels: Uint32Array, touches: number): number {
    const start = this.touches;
    const path = this.addPath(of, touches);
    if (path >= 0) for (let i = 0; i < touches; i++) this.label[start + i] = labels[i]!;
    return path;
  }

  /** Counts a path once more. */
  addAgain(path: number, touches: number): void {
    this.all_touches += touches;
    this.weight[path]! += 1;
  }

  private addPath(of: PathOf, touches: number): number {
    this.all_touches += touches;
    if (this.all_touches > this.most_touches) return -1;
    this.touches += touches;
    if (this.touches > this.label.length) this.growTouches();
    const path = this.paths;
    if (path === this.order.length) this.growPaths();
    this.order[path] = of.order;
    this.person[path] = of.person;
    this.weight[path] = 1;
    this.at_ms[path] = of.at_ms;
    this.paths += 1;
    this.offsets[this.paths] = this.touches;
    return path;
  }

  /** The paths as data. */
  data(): FoundPathsData {
    const { paths, touches, all_touches, order, person, weight, at_ms, offsets, label, touch_ms } = this;
    return { paths, touches, all_touches, order, person, weight, at_ms, offsets, label, touch_ms };
  }

  private growTouches(): void {
    const size = 2 * this.touches;
    this.label = grown(this.label, size);
    if (this.with_instants) this.touch_ms = grown(this.touch_ms, size);
  }

  private growPaths(): void {
    const size = 2 * this.order.length;
    this.order = grown(this.order, size);
    this.person = grown(this.person, size);
    this.weight = grown(this.weight, size);
    this.at_ms = grown(this.at_ms, size);
    this.offsets = grown(this.offsets, size + 1);
  }
}

/** Room for so many paths and touches. */
export function roomForPaths(paths: number, touches: number, with_instants: boolean): FoundPathsData {
  return {
    paths,
    touches,
    all_touches: touches,
    order: new Int32Array(paths),
    person: new Uint32Array(paths),
    weight: new Uint32Array(paths),
    at_ms: new Float64Array(paths),
    offsets: new Uint32Array(paths + 1),
    label: new Uint32Array(touches),
    touch_ms: new Float64Array(with_instants ? touches : 0),
  };
}

/** The paths of several walks as one. */
export function joined(parts: readonly FoundPathsData[]): FoundPathsData {
  if (parts.length === 1) return parts[0]!;
  const sum = (of: (part: FoundPathsData) => number): number => parts.reduce((all, part) => all + of(part), 0);
  const with_instants = parts.some(({ touch_ms }) => touch_ms.length > 0);
  const all = roomForPaths(
    sum((part) => part.paths),
    sum((part) => part.touches),
    with_instants,
  );
  all.all_touches = sum((part) => part.all_touches);
  let [path, touch] = [0, 0];
  for (const part of parts) {
    all.order.set(part.order.subarray(0, part.paths), path);
    all.person.set(part.person.subarray(0, part.paths), path);
    all.weight.set(part.weight.subarray(0, part.paths), path);
    all.at_ms.set(part.at_ms.subarray(0, part.paths), path);
    all.label.set(part.label.subarray(0, part.touches), touch);
    if (with_instants) all.touch_ms.set(part.touch_ms.subarray(0, part.touches), touch);
    for (let p = 0; p < part.paths; p++) all.offsets[path + p + 1] = touch + part.offsets[p + 1]!;
    path += part.paths;
    touch += part.touches;
  }
  return all;
}
