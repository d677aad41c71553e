/** Which touchpoints of a walk continue the visit before them: attribution/continuations.ts, for one person in memory. */
import { PAUSE_MS, SESSION_PAUSE_MS } from '../attribution/continuations.ts';
import { TRAITS } from '../domain/touchpoint.ts';
import type { Touchpoints } from './histories.ts';
import type { LabelFacts } from './label-facts.ts';
import type { Walk } from './walk.ts';

export class Visits {
  /** 1 for the places of the walk that continue a visit. Valid after {@link mark} was true. */
  continues = new Uint8Array(1_024);
  private readonly last_of_session = new Map<number, number>();
  private before_ms = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly touchpoints: Touchpoints,
    private readonly facts: LabelFacts,
    /** Bits of traits that do not count. */
    private readonly uncounted: number,
  ) {}

  /** Marks the continuations of a walk. @returns false if there are none; then no mark is set. */
  mark(walk: Walk): boolean {
    const { label } = this.touchpoints;
    const { traits } = this.facts;
    let any = false;
    for (let i = 0; i < walk.length && !any; i++) any = (traits[label[walk.places[i]!]!]! & TRAITS.own_referrer) !== 0;
    if (!any) return false;
    if (walk.length > this.continues.length) this.continues = new Uint8Array(2 * walk.length);
    this.continues.fill(0, 0, walk.length);
    this.last_of_session.clear();
    this.before_ms = Number.NEGATIVE_INFINITY;
    // At one instant a click or an arrival comes before a page that came from its own site.
    const { at_ms } = this.touchpoints;
    for (let from = 0; from < walk.length; ) {
      let until = from + 1;
      while (until < walk.length && at_ms[walk.places[until]!] === at_ms[walk.places[from]!]) until += 1;
      for (let i = from; i < until; i++) this.step(walk, i, false);
      if (any) for (let i = from; i < until; i++) this.step(walk, i, true);
      from = until;
    }
    return true;
  }

  private step(walk: Walk, i: number, own_referrer: boolean): void {
    const place = walk.places[i]!;
    const label = this.touchpoints.label[place]!;
    const traits = this.facts.traits[label]!;
    if (this.facts.is_visit[label] === 0 || (traits & this.uncounted) !== 0) return;
    if (((traits & TRAITS.own_referrer) !== 0) !== own_referrer) return;
    const at_ms = this.touchpoints.at_ms[place]!;
    const session = this.touchpoints.session[place]!;
    if (own_referrer) {
      const in_session = session === 0 ? undefined : this.last_of_session.get(session);
      if (at_ms - this.before_ms <= PAUSE_MS || (in_session !== undefined && at_ms - in_session <= SESSION_PAUSE_MS))
        this.continues[i] = 1;
    }
    this.before_ms = at_ms;
    if (session !== 0) this.last_of_session.set(session, at_ms);
  }
}
