/** Collects paths in typed arrays that grow, so that a million paths take a few allocations and not millions of objects. */
import { TributaryError } from '../../domain/errors.ts';
import type { Paths } from './paths.ts';

/** The largest size of one fit. A touch takes 2 bytes and a path 28, and up to twice that while the arrays grow. */
export interface PathLimits {
  paths: number;
  touches: number;
}

export const PATH_LIMITS: PathLimits = { paths: 20_000_000, touches: 400_000_000 };

const FIRST_TOUCHES = 1 << 16;
const FIRST_PATHS = 1 << 12;

/** Touches are added one by one. A path is all touches since the previous path was closed. */
export class PathBuilder {
  private codes: Uint16Array;
  private touches = 0;
  private offsets: Uint32Array;
  private conversions: Float64Array;
  private value: Float64Array;
  private nulls: Float64Array;
  private closed = 0;

  constructor(private readonly limits: PathLimits = PATH_LIMITS) {
    const paths = Math.min(FIRST_PATHS, limits.paths);
    this.codes = new Uint16Array(Math.min(FIRST_TOUCHES, limits.touches));
    this.offsets = new Uint32Array(paths + 1);
    this.conversions = new Float64Array(paths);
    this.value = new Float64Array(paths);
    this.nulls = new Float64Array(paths);
  }

  get paths(): number {
    return this.closed;
  }

  /** Touches of the path that is open. */
  get open_touches(): number {
    return this.touches - this.offsets[this.closed]!;
  }

  /** @throws too_large */
  add(code: number): void {
    if (this.touches === this.codes.length) this.growTouches();
    this.codes[this.touches++] = code;
  }

  /** Removes the touches of the path that is open. */
  reopen(): void {
    this.touches = this.offsets[this.closed]!;
  }

  /** @throws too_large */
  close(conversions: number, value: number, nulls: number): void {
    if (this.closed === this.conversions.length) this.growPaths();
    this.conversions[this.closed] = conversions;
    this.value[this.closed] = value;
    this.nulls[this.closed] = nulls;
    this.closed++;
    this.offsets[this.closed] = this.touches;
  }

  finish(states: readonly string[]): Paths {
    return {
      states,
      codes: this.codes.subarray(0, this.touches),
      offsets: this.offsets.subarray(0, this.closed + 1),
      conversions: this.conversions.subarray(0, this.closed),
      value: this.value.subarray(0, this.closed),
      nulls: this.nulls.subarray(0, this.closed),
    };
  }

  private growTouches(): void {
    const larger = new Uint16Array(roomFor('touches', this.touches, this.limits.touches));
    larger.set(this.codes);
    this.codes = larger;
  }

  private growPaths(): void {
    const size = roomFor('paths', this.closed, this.limits.paths);
    const copy = (from: Float64Array): Float64Array => {
      const larger = new Float64Array(size);
      larger.set(from);
      return larger;
    };
    const offsets = new Uint32Array(size + 1);
    offsets.set(this.offsets);
    this.offsets = offsets;
    this.conversions = copy(this.conversions);
    this.value = copy(this.value);
    this.nulls = copy(this.nulls);
  }
}

function roomFor(what: string, have: number, limit: number): number {
  if (have >= limit)
    throw new TributaryError(
      'too_large',
      `more than ${limit.toLocaleString('en-US')} ${what}; add up equal paths, shorten them, or fit on a sample`,
    );
  return Math.min(limit, have * 2);
}
