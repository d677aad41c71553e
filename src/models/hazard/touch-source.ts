/**
 * Where the fit of a hazard gets touchpoints from: the query in the engine, or histories in memory. Both give the same touchpoints in
 * the same order.
 */

/** What touchpoints have in common, as far as a fit looks at it. */
export interface TouchKind {
  readonly touchpoint_type: string | null;
  readonly channel: string | null;
  /** The campaign that was sent or that the link names, and the one that was sent. */
  readonly campaign_id: string | null;
  readonly sent_campaign_id: string | null;
  /** The bits of TRAITS, as digits. */
  readonly traits: string;
}

/** The touchpoints of one person that may earn credit, in order of (instant, id). The arrays are used again for the next person. */
export interface PersonTouches {
  length: number;
  at_ms: Float64Array;
  /** The place of the kind in {@link TouchSource.kinds}. */
  kind: Uint32Array;
  /** The same number for touchpoints of one session of the person; 0 is none. */
  session: Float64Array;
}

export interface TouchSource {
  kinds: readonly TouchKind[];
  /** Visits the people in order of their numbers, from 0. People without such touchpoints may be left out. */
  visit(take: (person: number, touches: PersonTouches) => void): Promise<void>;
}

export function emptyTouches(): PersonTouches {
  return { length: 0, at_ms: new Float64Array(256), kind: new Uint32Array(256), session: new Float64Array(256) };
}

/** Makes room for `length` touchpoints, and sets the length. */
export function resize(touches: PersonTouches, length: number): void {
  touches.length = length;
  if (length <= touches.at_ms.length) return;
  touches.at_ms = new Float64Array(2 * length);
  touches.kind = new Uint32Array(2 * length);
  touches.session = new Float64Array(2 * length);
}
