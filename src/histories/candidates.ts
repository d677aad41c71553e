/** Which touchpoints of a person may earn credit of an order: attribution/eligibility.ts and crowded.ts, in memory. */
import { SESSION_PAUSE_MS } from '../attribution/continuations.ts';
import { refusedTraits, uncountedTraits } from '../attribution/eligibility.ts';
import type { CandidateLimits } from '../attribution/plan.ts';
import { SETTING_COLUMNS, WINDOWS, windowColumn } from '../domain/settings.ts';
import type { PassPlan } from './asked.ts';
import type { AskedOrders } from './asked-orders.ts';
import type { Touchpoints } from './histories.ts';
import type { LabelFacts } from './label-facts.ts';
import { Visits } from './visits.ts';
import type { Walk } from './walk.ts';
import { byPolicy } from './weights.ts';

/** What of the orders decides their candidates. */
export type AskedForCandidates = Pick<AskedOrders, 'at_ms' | 'previous_ms' | 'policy' | 'conversions'>;

export class Candidates {
  /** The candidates of the last order, in order of time. */
  found = new Uint32Array(1_024);
  /** True if the last order has more candidates than it keeps. */
  crowded = false;
  /** What may earn credit, whatever the order is. */
  private earning = new Uint32Array(1_024);
  private earners = 0;
  private readonly refused: number;
  private readonly visits: Visits;
  /** By policy, the length of each window and of the longest. */
  private readonly windows_ms: number[][];
  private readonly longest_ms: number[];
  private readonly limits: CandidateLimits;

  constructor(
    plan: PassPlan,
    private readonly touchpoints: Touchpoints,
    private readonly facts: LabelFacts,
  ) {
    this.refused = refusedTraits(plan);
    this.visits = new Visits(touchpoints, facts, uncountedTraits(plan));
    const columns = WINDOWS.map((name) => SETTING_COLUMNS.find(({ column }) => column === windowColumn(name))!);
    this.windows_ms = byPolicy(plan, (settings) => columns.map(({ of }) => of(settings)));
    this.longest_ms = this.windows_ms.map((windows) => Math.max(...windows));
    this.limits = plan.limits;
  }

  /** How long before an order of a policy a touchpoint may lie that is a candidate, or decides whether a candidate continues a visit. */
  reachOf(policy: number): number {
    return this.longest_ms[policy]! + SESSION_PAUSE_MS;
  }

  /** Takes the walk of a person. */
  ofPerson(walk: Walk): void {
    if (walk.length > this.earning.length) this.earning = new Uint32Array(2 * walk.length);
    const { label } = this.touchpoints;
    const { traits } = this.facts;
    const marked = this.visits.mark(walk);
    this.earners = 0;
    for (let i = 0; i < walk.length; i++) {
      const place = walk.places[i]!;
      if ((traits[label[place]!]! & this.refused) !== 0 || (marked && this.visits.continues[i] === 1)) continue;
      this.earning[this.earners++] = place;
    }
  }

  /** Finds the candidates of an order of this person. @returns how many it keeps. */
  ofOrder(orders: AskedForCandidates, order: number, person: number): number {
    const { at_ms: order_ms, previous_ms, policy, conversions } = orders;
    const { at_ms, label } = this.touchpoints;
    const own = policy[order]!;
    const windows = this.windows_ms[own]!;
    const order_at = order_ms[order]!;
    const first_ms = order_at - this.longest_ms[own]!;
    const previous = previous_ms[order]!;
    const { most, least, of_person } = this.limits;
    const kept = Math.max(least, Math.min(most, Math.floor(of_person / conversions[person]!)));
    if (kept + 1 > this.found.length) this.found = new Uint32Array(2 * (kept + 1));
    const { found, earning } = this;
    let count = 0;
    this.crowded = false;
    for (let i = this.until(order_at) - 1; i >= 0; i--) {
      const place = earning[i]!;
      const at = at_ms[place]!;
      if (at < first_ms || at <= previous) break;
      if (at < order_at - windows[this.facts.window[label[place]!]!]!) continue;
      if (count === kept) {
        this.crowded = true;
        break;
      }
      found[count++] = place;
    }
    for (let a = 0, b = count - 1; a < b; a++, b--) {
      const place = found[a]!;
      found[a] = found[b]!;
      found[b] = place;
    }
    return count;
  }

  /** How many of the earning touchpoints lie at or before an instant. */
  private until(ms: number): number {
    const { at_ms } = this.touchpoints;
    let [low, high] = [0, this.earners];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (at_ms[this.earning[middle]!]! <= ms) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
