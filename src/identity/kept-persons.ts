/** The persons of one brand under one rule, kept: after a new fact only the components that it touched are joined again. */
import type { LinkGraph, Links } from './graph.ts';
import { joinPersons, type PersonRules } from './persons.ts';

/** What a brand asks of a link. */
export interface BrandRule extends PersonRules {
  brand_id: string;
}

/** The rule that a brand's settings say. */
export function brandRule(brand_id: string, { identity_min_probability }: PersonRules): BrandRule {
  return { brand_id, identity_min_probability };
}

/** Ids and the person that each had before; null where the person had the name of the id. */
export type Changes = Map<string, string | null>;

/** Components that are joined in one go. They do not depend on each other, and all at once would need much memory for a moment. */
const TOGETHER = 1_000;

export class KeptPersons {
  /** The members: ids whose person has another name, with that name. */
  readonly person_of = new Map<string, string>();
  private readonly watchers = new Set<Changes>();

  constructor(
    private readonly graph: LinkGraph,
    private readonly rule: BrandRule,
    step: number,
  ) {
    this.rejoin(graph.allRoots(), step);
  }

  /** From now on an id that gets another person is put down, with the one that it had first. */
  watch(changes: Changes): void {
    this.watchers.add(changes);
  }

  unwatch(changes: Changes): void {
    this.watchers.delete(changes);
  }

  /** Joins some components again, by what holds at a step. */
  rejoin(roots: Iterable<number>, step: number): void {
    const all = [...roots];
    for (let from = 0; from < all.length; from += TOGETHER)
      this.rejoinSome(this.graph.collect(all.slice(from, from + TOGETHER), step));
  }

  private rejoinSome(links: Links): void {
    const joined = joinLinks(links, this.rule);
    for (const id of links.ids) {
      const [before, after] = [this.person_of.get(id), joined.get(id)];
      if (before === after) continue;
      if (after === undefined) this.person_of.delete(id);
      else this.person_of.set(id, after);
      for (const changes of this.watchers) if (!changes.has(id)) changes.set(id, before ?? null);
    }
  }
}

/** The members among some ids, with the names of their persons. */
export function joinLinks({ implicit, statements, customers }: Links, rule: BrandRule): Map<string, string> {
  const members = joinPersons(rule.brand_id, implicit, statements, (id) => customers.has(id), rule);
  return new Map(members.map(({ id, person_id }) => [id, person_id]));
}
