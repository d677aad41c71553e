/**
 * The members of persons, kept between reads: the links as one graph per brand, and the persons under each rule that reports ask
 * for. Facts are added in drafts. A draft is either kept, which makes a new step, or used by one read and dropped; then
 * nothing else changes. Pure, so it can run in a thread.
 */
import { assert } from '../domain/errors.ts';
import { type Base, Bases, memberPage } from './bases.ts';
import { Draft, newIds, unlinkedPairs } from './draft.ts';
import { LinkGraph } from './graph.ts';
import { type BrandRule, joinLinks, KeptPersons } from './kept-persons.ts';
import { type FactPage, type IdPage, type MemberPage, PAGE_ROWS, type UnlinkedPage } from './pages.ts';

/** The facts that a read sees: those up to a step, and those of a draft on top of the step. */
export interface View {
  step: number;
  draft: number | null;
}

/** The members of a view, as a kept table and the rows that differ from it. */
export interface Relation {
  /** The name of the kept table, for {@link KeptMembership.openRows}. A table with other content has another name. */
  base: string;
  /** Rows of the view that are new or different. An id that now is its own person's name has itself as `person_id`. */
  delta: MemberPage;
}

/** The most facts that are kept with their steps. With more facts, the older half of the steps is merged into one step. */
const MAX_UNFOLDED = 100_000;
/** The most rules that are kept for a brand. A comparison of runs needs two. */
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

  /** @param name a part of the name of every table, so that tables of two memberships never have the same name. */
  constructor(name: string, { max_unfolded = MAX_UNFOLDED }: { max_unfolded?: number } = {}) {
    this.bases = new Bases(name);
    this.max_unfolded = max_unfolded;
  }

  /** Begins a draft on top of a step. @returns the number of the draft. */
  beginDraft(step: number): number {
    this.made += 1;
    this.drafts.set(this.made, new Draft(step));
    return this.made;
  }

  add(draft: number, page: FactPage): void {
    this.draft(draft).add(page, this.graphs);
  }

  /** The ids of a draft that its step does not know, at most one page. */
  newIds(draft: number): IdPage {
    return newIds(this.draft(draft), this.graphs, PAGE_ROWS);
  }

  /** A page of the unlinked pairs of a draft, for which the time of each record is needed. */
  unlinkedPairs(draft: number, from: number): UnlinkedPage {
    return unlinkedPairs(this.draft(draft), this.graphs, from, PAGE_ROWS);
  }

  dropDraft(draft: number): void {
    this.drafts.delete(draft);
  }

  /**
   * Adds the facts of a draft as a new step. The persons of the components with new facts are joined again.
   * @returns the new step, the earliest step that can still be read, the number of pairs in all brands, and how many components
   * were joined again.
   */
  keep(number: number): { step: number; earliest: number; links: number; rejoined: number } {
    const draft = this.draft(number);
    assert(draft.step === this.step, `a draft on step ${draft.step} cannot be kept after step ${this.step}`);
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

  /** The members of some brands in a view; undefined when its step can no longer be read. */
  relation(view: View, rules: readonly BrandRule[]): Relation | undefined {
    if (view.step < this.folded) return undefined;
    const base = this.bases.of(rules, (rule) => this.personsOf(rule));
    const rows: Array<readonly [brand_id: string, id: string, person_id: string]> = [];
    for (const rule of rules) {
      const { changes, persons } = base.parts.get(rule.brand_id) ?? {};
      const ids = persons?.graph.ids;
      const seen = this.seenOtherwise(view, rule);
      for (const id of new Set([...Array.from(changes?.keys() ?? [], (number) => ids!.text(number)), ...seen.keys()])) {
        const number = ids?.find(id) ?? -1;
        const kept = number < 0 ? id : ids!.text(persons!.nameOf(number));
        const changed = changes?.get(number);
        const before = changed === undefined ? kept : ids!.text(changed);
        const after = seen.get(id) ?? kept;
        if (before !== after) rows.push([rule.brand_id, id, after]);
      }
    }
    return { base: base.name, delta: memberPage(rows) };
  }

  /** Opens a cursor over the rows of a kept table; undefined when the table was replaced. */
  openRows(base: string): number | undefined {
    const found: Base | undefined = this.bases.named(base);
    if (!found) return undefined;
    this.made += 1;
    this.cursors.set(this.made, this.bases.pages(found, PAGE_ROWS));
    // The oldest cursor is forgotten, because its reader may never have read it to the end.
    if (this.cursors.size > MAX_CURSORS) this.cursors.delete(this.cursors.keys().next().value!);
    return this.made;
  }

  /** The next page of rows. An empty page is the last one; undefined when the cursor was forgotten. */
  nextRows(cursor: number): MemberPage | undefined {
    const next = this.cursors.get(cursor)?.next();
    if (next && !next.done) return next.value;
    return this.cursors.delete(cursor) ? memberPage([]) : undefined;
  }

  /** The person of an id in a view, with all its members; undefined when the step can no longer be read. */
  person(view: View, rule: BrandRule, id: string): { person_id: string; ids: string[] } | undefined {
    if (view.step < this.folded) return undefined;
    const seen = this.seenOtherwise(view, rule);
    const graph = this.graphs.get(rule.brand_id);
    const kept = this.personsOf(rule);
    const keptOf = (of: string): string => {
      const number = graph?.ids.find(of) ?? -1;
      return number < 0 || !kept ? of : graph!.ids.text(kept.nameOf(number));
    };
    const personOf = (of: string): string => seen.get(of) ?? keptOf(of);
    const together = seen.has(id) ? seen.keys() : graph ? graph.collect(graph.rootsOf([id]), view.step).ids : [];
    const person_id = personOf(id);
    return { person_id, ids: [...together].filter((other) => other !== person_id && personOf(other) === person_id) };
  }

  /** Adds the new facts of a brand. @returns how many components were joined again. */
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

  /** Ids whose person in the view may differ from the kept one, with the name of their person in the view. */
  private seenOtherwise(view: View, rule: BrandRule): Map<string, string> {
    const graph = this.graphs.get(rule.brand_id);
    const draft = view.draft === null ? undefined : this.draft(view.draft).graphs.get(rule.brand_id);
    const roots = new Set([
      ...(graph?.rootsAfter(view.step) ?? []),
      ...(graph?.rootsOf(draft?.ids.texts() ?? []) ?? []),
    ]);
    if (roots.size === 0 && !draft) return new Map();
    const parts = [graph?.collect(roots, view.step), draft?.collect(draft.allRoots(), 0)].filter((part) => !!part);
    const links = {
      ids: parts.flatMap((part) => part.ids),
      implicit: parts.flatMap((part) => part.implicit),
      statements: parts.flatMap((part) => part.statements),
      customers: new Set(parts.flatMap((part) => [...part.customers])),
    };
    const joined = joinLinks(links, rule);
    return new Map(links.ids.map((id) => [id, joined.get(id) ?? id]));
  }

  private personsOf(rule: BrandRule): KeptPersons | undefined {
    const graph = this.graphs.get(rule.brand_id);
    if (!graph) return undefined;
    const by_rule = this.persons.get(rule.brand_id) ?? new Map<number, KeptPersons>();
    this.persons.set(rule.brand_id, by_rule);
    const { identity_min_probability } = rule;
    const kept = by_rule.get(identity_min_probability) ?? new KeptPersons(graph, rule, this.step);
    // The rule that was used last goes to the end.
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
    assert(draft, `draft ${number} of persons is not open`);
    return draft;
  }
}
