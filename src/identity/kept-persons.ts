/**
 * The persons of one brand under one rule, kept between reads. After new facts, only the components with new facts are joined
 * again.
 */
import type { LinkGraph, Links } from './graph.ts';
import { joinPersons, type PersonRules } from './persons.ts';

/** The rule of a brand for its links. */
export interface BrandRule extends PersonRules {
  brand_id: string;
}

/** The rule from the settings of a brand. */
export function brandRule(brand_id: string, { identity_min_probability }: PersonRules): BrandRule {
  return { brand_id, identity_min_probability };
}

/** Changed ids, each with the person that it had before; null if that person had the name of the id. */
export type Changes = Map<string, string | null>;

/** How many components are joined in one call. They do not depend on each other, and one call for all would need much memory. */
const TOGETHER = 1_000;

export class KeptPersons {
  /** The members that differ from their person's name, each with that name. */
  readonly person_of = new Map<string, string>();
  private readonly watchers = new Set<Changes>();

  constructor(
    private readonly graph: LinkGraph,
    private readonly rule: BrandRule,
    step: number,
  ) {
    this.rejoin(graph.allRoots(), step);
  }

  /** From now on, each id that gets another person is added to `changes`, with the person that it had first. */
  watch(changes: Changes): void {
    this.watchers.add(changes);
  }

  unwatch(changes: Changes): void {
    this.watchers.delete(changes);
  }

  /** Joins some components again, with the facts up to a step. */
  rejoin(roots: Iterable<number>, step: number): void {
    const stated: number[] = [];
    for (const root of roots)
      if (this.graph.isStated(root)) stated.push(root);
      else this.graph.eachOwner(root, step, (id, person_id) => this.put(id, person_id));
    for (let from = 0; from < stated.length; from += TOGETHER)
      this.rejoinSome(this.graph.collect(stated.slice(from, from + TOGETHER), step));
  }

  private rejoinSome(links: Links): void {
    const joined = joinLinks(links, this.rule);
    for (const id of links.ids) this.put(id, joined.get(id));
  }

  /** @param person_id undefined for an id that names its person. */
  private put(id: string, person_id: string | undefined): void {
    const before = this.person_of.get(id);
    if (before === person_id) return;
    if (person_id === undefined) this.person_of.delete(id);
    else this.person_of.set(id, person_id);
    for (const changes of this.watchers) if (!changes.has(id)) changes.set(id, before ?? null);
  }
}

/** Joins links into persons. @returns the members that differ from their person's name, each with that name. */
export function joinLinks({ implicit, statements, customers }: Links, rule: PersonRules): Map<string, string> {
  return joinPersons(implicit, statements, (id) => customers.has(id), rule);
}
