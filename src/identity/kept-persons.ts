/**
 * The persons of one brand under one rule, kept between reads. After new facts, only the components with new facts are joined
 * again.
 */
import type { LinkGraph } from './graph.ts';
import { eachOwner, firstOwners } from './owners.ts';
import { joinPersons, type Links, type PersonRules } from './persons.ts';
import { withRoom } from './room.ts';

/** The rule of a brand for its links. */
export interface BrandRule extends PersonRules {
  brand_id: string;
}

/** The rule from the settings of a brand. */
export function brandRule(brand_id: string, { identity_min_probability }: PersonRules): BrandRule {
  return { brand_id, identity_min_probability };
}

/** Numbers of changed ids, each with the number of the name that its person had before: its own if it named itself. */
export type Changes = Map<number, number>;

/** How many components are joined in one call. They do not depend on each other, and one call for all would need much memory. */
const TOGETHER = 1_000;

export class KeptPersons {
  /** By number of an id: the number of its person's name plus 1; 0 for an id that names itself. */
  private names: Int32Array;
  private readonly watchers = new Set<Changes>();
  /** How many ids differ from their person's name. */
  size = 0;

  constructor(
    readonly graph: LinkGraph,
    private readonly rule: BrandRule,
    step: number,
  ) {
    this.names = firstOwners(graph, step);
    for (const name of this.names) if (name !== 0) this.size += 1;
    this.rejoin(graph.statedRoots(), step);
  }

  /** The number of the name of an id's person: of another id, or its own. */
  nameOf(number: number): number {
    return (this.names[number] || number + 1) - 1;
  }

  /** Each id that differs from its person's name, and that name, as they are at this call. */
  members(): Iterable<readonly [number: number, name: number]> {
    return membersOf(this.names.slice());
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
    this.names = withRoom(this.names, this.graph.ids.size);
    const stated: number[] = [];
    for (const root of roots)
      if (this.graph.isStated(root)) stated.push(root);
      else eachOwner(this.graph, root, step, (number, customer) => this.put(number, customer < 0 ? number : customer));
    for (let from = 0; from < stated.length; from += TOGETHER)
      this.rejoinSome(this.graph.collect(stated.slice(from, from + TOGETHER), step));
  }

  private rejoinSome(links: Links): void {
    const joined = joinLinks(links, this.rule);
    const { ids } = this.graph;
    for (const id of links.ids) this.put(ids.find(id), ids.find(joined.get(id) ?? id));
  }

  private put(number: number, name: number): void {
    const before = this.nameOf(number);
    if (before === name) return;
    this.names[number] = name === number ? 0 : name + 1;
    this.size += Number(name !== number) - Number(before !== number);
    for (const changes of this.watchers) if (!changes.has(number)) changes.set(number, before);
  }
}

function* membersOf(names: Int32Array): Generator<readonly [number: number, name: number]> {
  for (let number = 0; number < names.length; number++) if (names[number] !== 0) yield [number, names[number]! - 1];
}

/** Joins links into persons. @returns the members that differ from their person's name, each with that name. */
export function joinLinks({ implicit, statements, customers }: Links, rule: PersonRules): Map<string, string> {
  return joinPersons(implicit, statements, (id) => customers.has(id), rule);
}
