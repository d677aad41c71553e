/** What a pass finds. Passes over different people can be added: every figure is a sum over people, or a set. */
import type { UnattributedReason } from '../attribution/eligibility.ts';
import type { Asked } from './asked.ts';
import { ExactSums, type ExactSumsData } from './exact.ts';
import { JourneySums, type JourneySumsData } from './journey-sums.ts';
import { PathFacts, type PathFactsData } from './path-facts.ts';
import { PersonSpread, type PersonSpreadData } from './person-spread.ts';
import { SlotSums, type SlotSumsData } from './slot-sums.ts';
import { Tally, type TallyData } from './tally.ts';

/** Value that no touch earned for one reason, by event group, and the event groups. */
interface Rest {
  sums: ExactSums;
  groups: Set<number>;
}

/** The sums as data, for another thread. */
export interface PassSumsData {
  counts: PassSums['counts'];
  groups: TallyData;
  emails: TallyData;
  rest: ReadonlyArray<{ reason: UnattributedReason; sums: ExactSumsData; groups: ReadonlySet<number> }>;
  attributed_groups: ReadonlySet<number>;
  organic: ReadonlyArray<ExactSumsData | null>;
  zero_paths: Float64Array;
  journeys: JourneySumsData;
  credited: Uint8Array;
  net: ExactSumsData;
  path_facts: PathFactsData | null;
  spread: PersonSpreadData | null;
  slots: SlotSumsData | null;
}

export class PassSums {
  readonly counts = { total_orders: 0, attributed_orders: 0, email_orders: 0, cut_paths: 0, crowded_orders: 0 };
  readonly groups: Tally;
  readonly emails: Tally;
  readonly rest = new Map<UnattributedReason, Rest>();
  /** The event groups with credit, and by model the value that a model with absolute weights gives to no touch there. */
  readonly attributed_groups = new Set<number>();
  readonly organic: ReadonlyArray<ExactSums | null>;
  /** By model, the orders whose touches all have zero weights. */
  readonly zero_paths: Float64Array;
  readonly journeys: JourneySums;
  /** 1 for labels with credit. */
  readonly credited: Uint8Array;
  readonly net = new ExactSums();
  /** Null unless the report asks for it. */
  readonly path_facts: PathFacts | null;
  readonly spread: PersonSpread | null;
  readonly slots: SlotSums | null;
  private readonly event_groups: number;

  constructor(asked: Asked) {
    const { plan, orders, tables, event_groups, journey_details, path_facts, has_spread, slots } = asked;
    const { models } = plan;
    this.event_groups = event_groups;
    this.groups = new Tally(models.length, event_groups, tables.groups + 1);
    this.emails = new Tally(models.length, 1, tables.emails);
    this.zero_paths = new Float64Array(models.length);
    this.organic = models.map(({ absolute }) => (absolute ? this.byEventGroup() : null));
    this.journeys = new JourneySums(journey_details ? tables.channels : null);
    this.credited = new Uint8Array(tables.labels);
    this.path_facts = path_facts ? new PathFacts(orders.orders) : null;
    this.spread = has_spread ? new PersonSpread() : null;
    this.slots = slots === null ? null : new SlotSums(slots);
  }

  /** The value that no touch earned for a reason. */
  restOf(reason: UnattributedReason): Rest {
    const known = this.rest.get(reason);
    if (known) return known;
    const rest = { sums: this.byEventGroup(), groups: new Set<number>() };
    this.rest.set(reason, rest);
    return rest;
  }

  data(): PassSumsData {
    const { counts, attributed_groups, zero_paths, journeys, credited } = this;
    return {
      counts,
      groups: this.groups.data(),
      emails: this.emails.data(),
      rest: [...this.rest].map(([reason, { sums, groups }]) => ({ reason, sums: sums.data(), groups })),
      attributed_groups,
      organic: this.organic.map((sums) => sums?.data() ?? null),
      zero_paths,
      journeys: journeys.data(),
      credited,
      net: this.net.data(),
      path_facts: this.path_facts?.data() ?? null,
      spread: this.spread?.data() ?? null,
      slots: this.slots?.data() ?? null,
    };
  }

  /** Adds the sums of other people, from another thread. */
  async add(other: PassSumsData): Promise<void> {
    for (const name of Object.keys(this.counts) as Array<keyof PassSums['counts']>)
      this.counts[name] += other.counts[name];
    const numbers = await this.groups.add(other.groups);
    await this.emails.add(other.emails);
    for (const { reason, sums, groups } of other.rest) {
      const own = this.restOf(reason);
      own.sums.addAll(sums, this.event_groups);
      for (const group of groups) own.groups.add(group);
    }
    for (const group of other.attributed_groups) this.attributed_groups.add(group);
    for (const [model, sums] of other.organic.entries())
      if (sums !== null) this.organic[model]!.addAll(sums, this.event_groups);
    for (const [model, count] of other.zero_paths.entries()) this.zero_paths[model]! += count;
    this.journeys.addAll(other.journeys);
    for (const [label, is_credited] of other.credited.entries()) this.credited[label]! |= is_credited;
    this.net.addAll(other.net, 1);
    if (other.path_facts !== null) this.path_facts!.addAll(other.path_facts);
    if (other.spread !== null) this.spread!.addAll(other.spread, numbers);
    if (other.slots !== null) this.slots!.addAll(other.slots);
  }

  private byEventGroup(): ExactSums {
    const sums = new ExactSums();
    sums.reserve(this.event_groups);
    return sums;
  }
}
