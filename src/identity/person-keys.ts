/** Who belongs to whom, as lists of keys for readers in memory. They are kept while they stay the same. */
import { formatPosition, type Position } from '../warehouse/position.ts';
import type { View } from './kept-membership.ts';
import type { BrandRule } from './kept-persons.ts';
import type { Line } from './line.ts';
import type { MemberPage } from './pages.ts';
import { readPages } from './relation.ts';

/** Subjects that differ from their person's name, each with the key of that name. */
export interface KeyPairs {
  subject_key: readonly BigInt64Array[];
  person_key: readonly BigInt64Array[];
}

/** The persons of some brands at a position. */
export interface PersonKeys {
  /** A list that stays the same between reads; the same object while it does. */
  base: KeyPairs;
  /** What differs from it. A subject that now is its own person's name has itself as person. */
  changed: KeyPairs;
}

/** So many lists are kept, by position, by step, and as bases. */
const MAX_KEPT = 8;

export class KeptPersonKeys {
  private readonly bases = new Map<string, KeyPairs>();
  private readonly by_step = new Map<string, PersonKeys>();
  private readonly by_position = new Map<string, PersonKeys>();

  /** The persons at a position, which never change. `find` reads them if they are not kept. */
  async at(position: Position, rules: readonly BrandRule[], find: () => Promise<PersonKeys>): Promise<PersonKeys> {
    const name = JSON.stringify([formatPosition(position), rules]);
    const keys = this.by_position.get(name) ?? (await find());
    keep(this.by_position, name, keys);
    return keys;
  }

  /** The persons of some brands in a view; undefined when its step can no longer be read. @throws Replaced */
  async of(line: Line, view: View, rules: readonly BrandRule[]): Promise<PersonKeys | undefined> {
    // A draft is of one read. A step never changes, and most fresh rows make none.
    const step = view.draft === null ? JSON.stringify([line.name, view.step, rules]) : null;
    const known = step === null ? undefined : this.by_step.get(step);
    if (known) return known;
    const relation = await line.ask('relation', view, rules);
    if (!relation) return undefined;
    const base = this.bases.get(relation.base) ?? (await readBase(line, relation.base));
    keep(this.bases, relation.base, base);
    const keys = { base, changed: pairsOf([relation.delta]) };
    if (step !== null) keep(this.by_step, step, keys);
    return keys;
  }
}

/** Keeps what was used last. */
function keep<T>(kept: Map<string, T>, name: string, value: T): void {
  kept.delete(name);
  kept.set(name, value);
  if (kept.size > MAX_KEPT) kept.delete(kept.keys().next().value!);
}

async function readBase(line: Line, base: string): Promise<KeyPairs> {
  const pages: MemberPage[] = [];
  await readPages(line, base, (page) => void pages.push(page));
  return pairsOf(pages);
}

function pairsOf(pages: readonly MemberPage[]): KeyPairs {
  return { subject_key: pages.map((page) => page.subject_key), person_key: pages.map((page) => page.person_key) };
}
