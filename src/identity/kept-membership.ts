/**
 * Which ids belong to which person, kept from read to read: links as graphs by brand, and the persons that they add up to
 * under each rule that was asked for. Facts come in drafts. A draft is either kept, which makes a step, or looked at
 * from beside: then it is what one read sees of the log, and changes nothing. Pure; it may live in a thread of its own.
 */
import { assert } from '../domain/errors.ts';
import { type Base, Bases, memberPage } from './bases.ts';
import { Draft, newIds, unlinkedPairs } from './draft.ts';
import { LinkGraph } from './graph.ts';
import { type BrandRule, joinLinks, KeptPersons } from './kept-persons.ts';
import { type FactPage, type IdPage, type MemberPage, PAGE_ROWS, type UnlinkedPage } from './pages.ts';

/** What a read sees: the facts up to a step, and those of a draft on top of it. */
export interface View {
  step: number;
  draft: number | null;
}

/** What is left to be said of a view, beside a table that is kept. */
export interface Relation {
  /** Names the kept table, for {@link KeptMembership.openRows}; another content has another name. */
  base: string;
  /** Rows of the view that the table lacks, or has otherwise. An id that is no member any more is its own person. */
  delta: MemberPage;
}

/** Facts that are kept with their steps. Beyond it the older half of the steps becomes one. */
const MAX_UNFOLDED = 100_000;
/** Rules that are kept for a brand; a comparison of runs asks for two. */
const MAX_RULES = 3;
const MAX_CURSORS = 64;

export class KeptMembership {
  private readonly graphs = new Map<string, LinkGraph>();
  private readonly persons = new Map<string, Map<number, KeptPersons>>();
  private readonly drafts = new Map<number, Draft>();
  private readonly bases: Bases;
  private readonly cursors = new Map<number, Iterator<MemberPage>>();
  private begun = false;
  private step = 0;
  private folded = 0;
  private made = 0;

  private readonly max_unfolded: number;

  /** @param name is in the name of every table, so that two of these never mean different rows by one name. */
  constructor(name: string, { max_unfolded = MAX_UNFOLDED }: { max_unfolded?: number } = {}) {
    this.bases = new Bases(name);
    this.max_unfolded = max_unfolded;
  }

  /** Begins a draft on top of a step. */
  beginDraft(step: number): number {
    this.made += 1;
    this.drafts.set(this.made, new Draft(step));
    return this.made;
  }

  add(draft: number, page: FactPage): void {
    this.draft(draft).add(page, this.graphs);
  }

  /** The ids of a draft that its step did not know; where there are more than a page, its first. */
  newIds(draft: number): IdPage {
    return newIds(this.draft(draft), this.graphs, PAGE_ROWS);
  }

  /** A page of the pairs of a draft whose records are needed one by one. */
  unlinkedPairs(draft: number, from: number): UnlinkedPage {
    return unlinkedPairs(this.draft(draft), this.graphs, from, PAGE_ROWS);
  }

  dropDraft(draft: number): void {
    this.drafts.delete(draft);
  }

  /**
   * Takes a draft in: what it says holds from a new step on. Components that it touches are joined again.
   * @returns the step, the earliest step that can still be asked for, the pairs of ids over all brands, and how many components
   * were joined again.
   */
  keep(number: number): { step: number; earliest: number; links: number; rejoined: number } {
    const draft = this.draft(number);
    assert(draft.step === this.step, `a draft on step ${draft.step} is kept after step ${this.step}`);
    this.drafts.delete(number);
    let rejoined = 0;
    if (!this.begun) for (const [brand_id, graph] of draft.graphs) this.graphs.set(brand_id, graph);
    else if (draft.graphs.size > 0) {
      this.step += 1;
      for (const [brand_id, graph] of draft.graphs) rejoined += this.absorb(brand_id, graph);
      this.fold();
    }
    this.begun = true;
    const links = [...this.graphs.values()].reduce((sum, graph) => sum + graph.links, 0);
    return { step: this.step, earliest: this.folded, links, rejoined };
  }

  /** The members of some brands in a view; undefined when its step is too long ago. */
  relation(view: View, rules: readonly BrandRule[]): Relation | undefined {
    if (view.step < this.folded) return undefined;
    const base = this.bases.of(rules, (rule) => this.personsOf(rule));
    const rows: Array<readonly [brand_id: string, id: string, person_id: string]> = [];
    for (const rule of rules) {
      const { changes, persons } = base.parts.get(rule.brand_id) ?? {};
      const seen = this.seenOtherwise(view, rule);
      for (const id of new Set([...(changes?.keys() ?? []), ...seen.keys()])) {
        const kept = persons?.person_of.get(id) ?? null;
        const before = changes?.has(id) ? changes.get(id)! : kept;
        const after = seen.has(id) ? seen.get(id)! : kept;
        if (before !== after) rows.push([rule.brand_id, id, after ?? id]);
      }
    }
    return { base: base.name, delta: memberPage(rows) };
  }

  /** Begins to read the rows of a kept table; undefined when it is not the one of today any more. */
  openRows(base: string): number | undefined {
    const found: Base | undefined = this.bases.named(base);
    if (!found) return undefined;
    this.made += 1;
    this.cursors.set(this.made, this.bases.pages(found, PAGE_ROWS));
    // One that nobody reads to its end is forgotten.
    if (this.cursors.size > MAX_CURSORS) this.cursors.delete(this.cursors.keys().next().value!);
    return this.made;
  }

  /** The next page of rows; an empty one is the last; undefined when the cursor was forgotten. */
  nextRows(cursor: number): MemberPage | undefined {
    const next = this.cursors.get(cursor)?.next();
    if (next && !next.done) return next.value;
    return this.cursors.delete(cursor) ? memberPage([]) : undefined;
  }

  /** The person of an id in a view, and the members of that person; undefined when the step is too long ago. */
  person(view: View, rule: BrandRule, id: string): { person_id: string; ids: string[] } | undefined {
    if (view.step < this.folded) return undefined;
    const seen = this.seenOtherwise(view, rule);
    const graph = this.graphs.get(rule.brand_id);
    const person_of = this.personsOf(rule)?.person_of;
    const personOf = (of: string): string => (seen.has(of) ? seen.get(of) : person_of?.get(of)) ?? of;
    const together = seen.has(id) ? seen.keys() : graph ? graph.collect(graph.rootsOf([id]), view.step).ids : [];
    const person_id = personOf(id);
    return { person_id, ids: [...together].filter((other) => other !== person_id && personOf(other) === person_id) };
  }

  /** Takes the new facts of a brand in. Returns how many components were joined again. */
  private absorb(brand_id: string, draft: LinkGraph): number {
    const graph = this.graphs.get(brand_id) ?? new LinkGraph(brand_id);
    this.graphs.set(brand_id, graph);
    graph.absorb(draft, this.step);
    const roots = graph.rootsAfter(this.step - 1);
    for (const kept of this.persons.get(brand_id)?.values() ?? []) kept.rejoin(roots, this.step);
    return roots.size;
  }

  private fold(): void {
    const unfolded = (): number => [...this.graphs.values()].reduce((sum, graph) => sum + graph.unfolded, 0);
    while (this.folded < this.step && unfolded() > this.max_unfolded) {
      this.folded += Math.ceil((this.step - this.folded) / 2);
      for (const graph of this.graphs.values()) graph.fold(this.folded);
    }
  }

  /** Ids of which a view may see another person than is kept: their person in the view, or null for their own name. */
  private seenOtherwise(view: View, rule: BrandRule): Map<string, string | null> {
    const graph = this.graphs.get(rule.brand_id);
    const draft = view.draft === null ? undefined : this.draft(view.draft).graphs.get(rule.brand_id);
    const roots = new Set([...(graph?.rootsAfter(view.step) ?? []), ...(graph?.rootsOf(draft?.ids ?? []) ?? [])]);
    if (roots.size === 0 && !draft) return new Map();
    const parts = [graph?.collect(roots, view.step), draft?.collect(draft.allRoots(), 0)].filter((part) => !!part);
    const links = {
      ids: parts.flatMap((part) => part.ids),
      implicit: parts.flatMap((part) => part.implicit),
      statements: parts.flatMap((part) => part.statements),
      customers: new Set(parts.flatMap((part) => [...part.customers])),
    };
    const joined = joinLinks(links, rule);
    return new Map(links.ids.map((id) => [id, joined.get(id) ?? null]));
  }

  private personsOf(rule: BrandRule): KeptPersons | undefined {
    const graph = this.graphs.get(rule.brand_id);
    if (!graph) return undefined;
    const by_rule = this.persons.get(rule.brand_id) ?? new Map<number, KeptPersons>();
    this.persons.set(rule.brand_id, by_rule);
    const { identity_min_probability } = rule;
    const kept = by_rule.get(identity_min_probability) ?? new KeptPersons(graph, rule, this.step);
    // The one asked for last goes to the end.
    by_rule.delete(identity_min_probability);
    by_rule.set(identity_min_probability, kept);
    if (by_rule.size > MAX_RULES) {
      const [oldest, forgotten] = by_rule.entries().next().value!;
      by_rule.delete(oldest);
      this.bases.forget(forgotten);
    }
    return kept;
  }

  private draft(number: number): Draft {
    const draft = this.drafts.get(number);
    assert(draft, `draft ${number} of persons is open`);
    return draft;
  }
}
