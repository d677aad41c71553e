/**
 * Tables of members that the engine keeps, one for each set of brands and rules that reports ask for. A table does not change
 * when persons change. The changes since the table began are recorded here and given to each read. When there are too many
 * changes, a new table begins.
 */
import { subjectKey } from '../domain/subject.ts';
import type { BrandRule, Changes, KeptPersons } from './kept-persons.ts';
import type { MemberPage } from './pages.ts';

export interface Base {
  name: string;
  /** The number of members when the table began. */
  size: number;
  parts: Map<string, { persons: KeptPersons; changes: Changes }>;
}

type MemberRow = readonly [brand_id: string, id: string, person_id: string];

/** The most changed rows before a new table begins: a share of the table, within bounds. Each read has to add these rows. */
const MAX_CHANGED = { share: 0.1, at_least: 500, at_most: 5_000 };
/**
 * The most tables. A key for one brand asks for that brand alone, so usually there is one table per brand and one for all brands.
 */
const MAX_BASES = 1_024;

export class Bases {
  private readonly bases = new Map<string, Base>();
  private made = 0;

  constructor(private readonly name: string) {}

  /** The table for some brands. It has no rows of brands without links. */
  of(rules: readonly BrandRule[], personsOf: (rule: BrandRule) => KeptPersons | undefined): Base {
    const key = JSON.stringify(rules.map((rule) => [rule.brand_id, rule.identity_min_probability]));
    const persons = rules.map((rule) => [rule.brand_id, personsOf(rule)] as const);
    const base = this.bases.get(key) ?? { name: '', size: 0, parts: new Map() };
    for (const [brand_id, kept] of persons) if (kept && !base.parts.has(brand_id)) addPart(base, brand_id, kept);
    // The table that was used last goes to the end.
    this.bases.delete(key);
    this.bases.set(key, base);
    if (base.name === '' || changed(base) > mostChanged(base)) this.begin(base);
    if (this.bases.size > MAX_BASES) this.drop(this.bases.keys().next().value!);
    return base;
  }

  named(name: string): Base | undefined {
    return [...this.bases.values()].find((base) => base.name === name);
  }

  /** Forgets the tables that contain the given persons. */
  forget(persons: KeptPersons): void {
    for (const [key, base] of this.bases)
      if ([...base.parts.values()].some((part) => part.persons === persons)) this.drop(key);
  }

  /** The rows of a table, as they were when it began. What they are is settled in this call, so later changes are not visible. */
  pages(base: Base, rows: number): Iterator<MemberPage> {
    const parts = [...base.parts].map(([brand_id, { persons, changes }]) => ({
      brand_id,
      persons,
      members: persons.members(),
      changes: new Map(changes),
    }));
    return inPages(rowsOf(parts), rows);
  }

  private begin(base: Base): void {
    this.made += 1;
    base.name = `${this.name}.${this.made}`;
    base.size = 0;
    for (const { persons, changes } of base.parts.values()) {
      changes.clear();
      base.size += persons.size;
    }
  }

  private drop(key: string): void {
    for (const { persons, changes } of this.bases.get(key)!.parts.values()) persons.unwatch(changes);
    this.bases.delete(key);
  }
}

/** Adds a brand that had no links when the table began: all its members count as changes. Many of them begin a new table. */
function addPart(base: Base, brand_id: string, persons: KeptPersons): void {
  if (persons.size > mostChanged(base)) base.name = '';
  const members = base.name === '' ? [] : persons.members();
  const changes: Changes = new Map(Array.from(members, ([number]) => [number, number]));
  persons.watch(changes);
  base.parts.set(brand_id, { persons, changes });
}

function changed(base: Base): number {
  return [...base.parts.values()].reduce((sum, part) => sum + part.changes.size, 0);
}

function mostChanged(base: Base): number {
  return Math.min(MAX_CHANGED.at_most, Math.max(MAX_CHANGED.at_least, base.size * MAX_CHANGED.share));
}

interface ListedPart {
  brand_id: string;
  persons: KeptPersons;
  members: Iterable<readonly [number: number, name: number]>;
  changes: Changes;
}

function* rowsOf(parts: readonly ListedPart[]): Generator<MemberRow> {
  for (const { brand_id, persons, members, changes } of parts) {
    const { ids } = persons.graph;
    for (const [number, name] of members) if (!changes.has(number)) yield [brand_id, ids.text(number), ids.text(name)];
    for (const [number, name] of changes) if (name !== number) yield [brand_id, ids.text(number), ids.text(name)];
  }
}

function* inPages(listed: Iterable<MemberRow>, rows: number): Generator<MemberPage> {
  let page: MemberRow[] = [];
  for (const row of listed) {
    page.push(row);
    if (page.length < rows) continue;
    yield memberPage(page);
    page = [];
  }
  if (page.length > 0) yield memberPage(page);
}

export function memberPage(rows: readonly MemberRow[]): MemberPage {
  return {
    brand_id: rows.map(([brand_id]) => brand_id),
    id: rows.map(([, id]) => id),
    person_id: rows.map(([, , person_id]) => person_id),
    subject_key: BigInt64Array.from(rows, ([brand_id, id]) => subjectKey(brand_id, id)),
    person_key: BigInt64Array.from(rows, ([brand_id, , person_id]) => subjectKey(brand_id, person_id)),
  };
}
