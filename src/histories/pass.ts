/**
 * One pass over the people who ordered: candidates, touches, weights and credit of every order, and the journeys. It gives the same
 * figures as attribution/query.ts, to the last digit. Threads make passes over different people, and their parts are added.
 */
import { reasonStages } from '../attribution/eligibility.ts';
import { MAX_PATH_LENGTH } from '../attribution/plan.ts';
import { TRAITS } from '../domain/touchpoint.ts';
import { WorkTurns } from '../warehouse/work-turns.ts';
import { type Asked, NOT_CHOSEN } from './asked.ts';
import { partsOfPolicy } from './asked-orders.ts';
import { Candidates } from './candidates.ts';
import type { Touchpoints } from './histories.ts';
import { Interactions } from './interactions.ts';
import { addEvent, JourneyTally } from './journey-tally.ts';
import { PassSums, type PassSumsData } from './pass-sums.ts';
import { PathCredit } from './path-credit.ts';
import type { PersonParts } from './person-parts.ts';
import { roomFor } from './room.ts';
import { Walk } from './walk.ts';
import type { MemoryModel } from './weights.ts';

const NO_ORDERS = new Uint32Array(0);

/** A path whose weights under a model wait for the engine. */
interface Waiting {
  order: number;
  model: number;
  touches: Uint32Array;
}

/** What a pass over some of the people found, as data, for another thread. */
export interface PassPart {
  sums: PassSumsData;
  waiting: readonly Waiting[];
}

export class Pass {
  readonly sums: PassSums;
  private readonly walk: Walk;
  private readonly candidates: Candidates;
  private readonly interactions: Interactions | null;
  private readonly stages: ReturnType<typeof reasonStages>;
  private readonly paths: PathCredit;
  private readonly journeys: JourneyTally;
  private readonly waiting: Waiting[] = [];
  /** 1 for the models that the path is weighed under. */
  private readonly ready: Uint8Array;
  private readonly chooses_all: boolean;
  /** The orders of one person by whether they are chosen. */
  private sorted = new Uint32Array(64);
  private readonly has_organic: boolean;

  constructor(
    private readonly touchpoints: Touchpoints,
    private readonly asked: Asked,
    models: readonly MemoryModel[],
  ) {
    const { plan, tables } = asked;
    this.sums = new PassSums(asked);
    this.walk = new Walk(touchpoints, plan.positions.touchpoints, asked.hiding);
    this.candidates = new Candidates(plan, touchpoints, tables.facts);
    this.interactions = plan.collapse === 'none' ? null : new Interactions(touchpoints, tables.facts);
    this.journeys = new JourneyTally(asked, touchpoints, this.sums.journeys);
    this.stages = reasonStages(plan);
    this.ready = new Uint8Array(models.length);
    this.chooses_all = !asked.event_group.includes(NOT_CHOSEN);
    this.has_organic = this.sums.organic.some((sums) => sums !== null);
    this.paths = new PathCredit(touchpoints, asked, models, this.sums);
  }

  /** Walks the people of the parts. Paths that wait for a power are left for {@link finish}. @throws the reason of the signal. */
  async run(parts: Pick<PersonParts, 'take'>, signal?: AbortSignal): Promise<void> {
    const turns = new WorkTurns();
    const rest = async (): Promise<void> => {
      await turns.next();
      signal?.throwIfAborted();
    };
    for (let people = parts.take(); people !== null; people = parts.take())
      for (const person of people) {
        if (turns.ends(32)) await rest();
        const own = this.beginPerson(person);
        let firsts: number[] | null = null;
        for (let i = own.from; i < own.until; i++) {
          if (turns.ends(32)) await rest();
          firsts = this.creditOrder(this.asked.orders.by_person[i]!, person, firsts);
        }
        this.walkJourneys(person, own.from, own.until);
      }
  }

  private beginPerson(person: number): { from: number; until: number } {
    const { orders } = this.asked;
    const { by_person } = orders;
    const from = orders.person_starts[person]!;
    const until = orders.person_starts[person + 1]!;
    sortByTime(by_person, from, until, orders.at_ms);
    const { brand_no } = partsOfPolicy(orders.policy[by_person[from]!]!);
    this.walk.take(orders.subjects, person, { brand_no, last_ms: orders.at_ms[by_person[until - 1]!]! });
    this.candidates.ofPerson(this.walk);
    return { from, until };
  }

  /** @param firsts those of the person by {@link firstsOf}, once they are known. @returns the same. */
  private creditOrder(order: number, person: number, firsts: number[] | null): number[] | null {
    const count = this.candidates.ofOrder(this.asked.orders, order, person);
    const is_chosen = this.isChosen(order);
    if (is_chosen && this.candidates.crowded) this.sums.counts.crowded_orders += 1;
    const is_shown = count > 0 && this.credit(order, person, count, is_chosen);
    this.countEvents(order, is_shown);
    return count === 0 && is_chosen ? this.leave(order, firsts ?? this.firstsOf()) : firsts;
  }

  /** What was found, for another thread. */
  part(): PassPart {
    return { sums: this.sums.data(), waiting: this.waiting };
  }

  /** Adds what a pass over other people found. */
  async add({ sums, waiting }: PassPart): Promise<void> {
    await this.sums.add(sums);
    for (const one of waiting) this.waiting.push(one);
  }

  /** True if some value event of an order is chosen. */
  private isChosen(order: number): boolean {
    if (this.chooses_all) return true;
    const { event_group, orders } = this.asked;
    for (let e = orders.event_starts[order]!; e < orders.event_starts[order + 1]!; e++)
      if (event_group[e] !== NOT_CHOSEN) return true;
    return false;
  }

  /** Orders that are not chosen end a gap between the others, and no more. */
  private walkJourneys(person: number, from: number, until: number): void {
    const { by_person, policy } = this.asked.orders;
    const { brand_no } = partsOfPolicy(policy[by_person[from]!]!);
    let chosen = 0;
    for (let i = from; i < until; i++) if (this.isChosen(by_person[i]!)) chosen += 1;
    if (chosen === 0) return;
    if (chosen === until - from) {
      this.journeys.ofPerson(this.walk, { person, brand_no, orders: by_person, from, until, others: NO_ORDERS });
      return;
    }
    this.sorted = roomFor(this.sorted, until - from);
    // The chosen orders come first, then the others.
    let [own, other] = [0, chosen];
    for (let i = from; i < until; i++) {
      const order = by_person[i]!;
      if (this.isChosen(order)) this.sorted[own++] = order;
      else this.sorted[other++] = order;
    }
    const others = this.sorted.subarray(chosen, other);
    this.journeys.ofPerson(this.walk, { person, brand_no, orders: this.sorted, from: 0, until: chosen, others });
  }

  /** Credits the paths that waited. Call it once the powers are told. */
  finish(): void {
    const { orders, event_group } = this.asked;
    for (const { order, model, touches } of this.waiting) {
      this.paths.take(order, touches, touches.length);
      this.weigh(model, this.isChosen(order));
      for (let e = orders.event_starts[order]!; e < orders.event_starts[order + 1]!; e++) {
        if (event_group[e] === NOT_CHOSEN) continue;
        this.paths.takeEvent(e);
        this.paths.creditEvent(e, model);
      }
    }
  }

  private countEvents(order: number, attributed: boolean): void {
    const { orders, event_group } = this.asked;
    for (let e = orders.event_starts[order]!; e < orders.event_starts[order + 1]!; e++) {
      if (event_group[e] === NOT_CHOSEN) continue;
      addEvent(this.sums.net, 0, orders, e);
      if (orders.is_order[e] === 0) continue;
      this.sums.counts.total_orders += 1;
      if (attributed) this.sums.counts.attributed_orders += 1;
    }
  }

  /** For each stage, the earliest touchpoint of the person that passes it. */
  private firstsOf(): number[] {
    const { walk } = this;
    return this.stages.stages.map(({ refused }) => {
      const shown = this.firstOf(walk.places, walk.length, refused);
      if ((refused & TRAITS.no_consent) !== 0) return shown;
      return Math.min(shown, this.firstOf(walk.hidden, walk.hidden.length, refused));
    });
  }

  /** The instant of the first of some places without any of the traits `refused`. */
  private firstOf(places: Uint32Array, length: number, refused: number): number {
    const { label, at_ms } = this.touchpoints;
    for (let i = 0; i < length; i++) {
      const place = places[i]!;
      if ((this.asked.tables.facts.traits[label[place]!]! & refused) === 0) return at_ms[place]!;
    }
    return Number.POSITIVE_INFINITY;
  }

  /** Leaves the value of an order to no touch, with the reason. */
  private leave(order: number, firsts: number[]): number[] {
    const { orders, event_group } = this.asked;
    const stage = firsts.findIndex((first_ms) => first_ms > orders.at_ms[order]!);
    const reason = stage < 0 ? this.stages.rest : this.stages.stages[stage]!.reason;
    const { sums, groups } = this.sums.restOf(reason);
    for (let e = orders.event_starts[order]!; e < orders.event_starts[order + 1]!; e++) {
      if (event_group[e] === NOT_CHOSEN) continue;
      addEvent(sums, event_group[e]!, orders, e);
      groups.add(event_group[e]!);
    }
    return firsts;
  }

  /** Credits an order with touches. @returns true if some of them is shown. */
  private credit(order: number, person: number, count: number, is_chosen: boolean): boolean {
    const { found } = this.candidates;
    const places = this.interactions === null ? count : this.interactions.collapse(found, count);
    const from = Math.max(0, places - MAX_PATH_LENGTH);
    const is_shown = this.paths.take(order, found, places);
    const { first, length, labels } = this.paths.path;
    this.sums.path_facts?.take(order, labels, first, length, this.asked.tables.email);
    for (let i = from; i < places; i++) this.sums.credited[this.touchpoints.label[found[i]!]!] = 1;
    if (is_chosen && places > MAX_PATH_LENGTH) this.sums.counts.cut_paths += 1;
    const { ready } = this;
    for (let model = 0; model < ready.length; model++) {
      ready[model] = 0;
      if (!is_chosen && !this.asked.plan.models[model]!.checked) continue;
      if (this.weigh(model, is_chosen)) ready[model] = 1;
      else this.waiting.push({ order, model, touches: found.slice(from, places) });
    }
    const { event_group, orders } = this.asked;
    for (let e = orders.event_starts[order]!; e < orders.event_starts[order + 1]!; e++) {
      if (event_group[e] === NOT_CHOSEN) continue;
      if (this.has_organic) this.sums.attributed_groups.add(event_group[e]!);
      this.paths.takeEvent(e);
      if (orders.is_order[e] === 1) this.countTouches(order, person);
      for (let model = 0; model < ready.length; model++) if (ready[model] === 1) this.paths.creditEvent(e, model);
    }
    return is_chosen && is_shown;
  }

  private weigh(model: number, is_chosen: boolean): boolean {
    if (!this.paths.weigh(model)) return false;
    if (is_chosen && this.paths.path.is_zero) this.sums.zero_paths[model]! += 1;
    return true;
  }

  private readonly isChosenEvent = (event: number): boolean => this.asked.event_group[event] !== NOT_CHOSEN;

  private countTouches(order: number, person: number): void {
    const { group, email, slot, path } = this.paths;
    const { spread, slots } = this.sums;
    let has_email = false;
    for (let k = 0; k < path.length; k++) {
      this.sums.groups.count(group[k]!, order, person);
      spread?.count(group[k]!, order, person, this.asked.orders, this.isChosenEvent);
      slots?.count(slot[k]!, order, person);
      if (email[k]! < 0) continue;
      has_email = true;
      this.sums.emails.count(email[k]!, order, person);
    }
    if (has_email) this.sums.counts.email_orders += 1;
  }
}

/** Sorts the orders of a person by time. Most people have one. */
function sortByTime(orders: Uint32Array, from: number, until: number, at_ms: Float64Array): void {
  for (let i = from + 1; i < until; i++) {
    if (at_ms[orders[i]!]! >= at_ms[orders[i - 1]!]!) continue;
    orders.subarray(from, until).sort((a, b) => at_ms[a]! - at_ms[b]!);
    return;
  }
}
