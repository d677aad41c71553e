/** Which subjects are one person, by number of their keys in a book. */
import type { KeyPairs, PersonKeys } from '../../identity/person-keys.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import type { KeyIndex } from '../key-index.ts';
import { listsOf } from './lists.ts';

/** Pairs of a subject and its person, as numbers. */
interface Pairs {
  subject: Uint32Array;
  person: Uint32Array;
}

/** The pairs of a list that stays the same, ready to be asked. */
interface Base {
  /** By number of a subject, the number of its person plus 1; 0 where it names itself. */
  person_of: Uint32Array;
  /** The subjects that person p names are subject[starts[p]] … subject[starts[p + 1] - 1]. */
  starts: Uint32Array;
  subject: Float64Array;
}

export class People {
  private constructor(
    private readonly base: Base,
    /** Subjects that have another person than in the base. */
    private readonly moved: ReadonlyMap<number, number>,
    /** By person, the subjects of `moved` that joined it. */
    private readonly joined: ReadonlyMap<number, readonly number[]>,
  ) {}

  /** The people of a list. They are kept as long as the list and the keys. */
  static of(keys: KeyIndex, list: PersonKeys): Promise<People> {
    return keptFor(known_people, keys, list, () => People.make(keys, list));
  }

  private static async make(keys: KeyIndex, { base, changed }: PersonKeys): Promise<People> {
    const { subject, person } = await numbersOf(keys, changed);
    const moved = new Map<number, number>();
    const joined = new Map<number, number[]>();
    for (let i = 0; i < subject.length; i++) {
      const [own, to] = [subject[i]!, person[i]!];
      moved.set(own, to);
      if (to === own) continue;
      const others = joined.get(to);
      if (others) others.push(own);
      else joined.set(to, [own]);
    }
    return new People(await keptFor(known_bases, keys, base, () => makeBase(keys, base)), moved, joined);
  }

  /** The person of a subject; itself if no other id names it. */
  personOf(subject: number): number {
    if (this.moved.size > 0) {
      const moved = this.moved.get(subject);
      if (moved !== undefined) return moved;
    }
    const { person_of } = this.base;
    return subject < person_of.length && person_of[subject] !== 0 ? person_of[subject]! - 1 : subject;
  }

  /** True if a person has no other subject than the one that names it. */
  isAlone(person: number): boolean {
    const { starts } = this.base;
    return (
      (this.joined.size === 0 || !this.joined.has(person)) &&
      (person + 1 >= starts.length || starts[person] === starts[person + 1])
    );
  }

  /** Calls `take` with each subject of a person, first with the one that names it. */
  eachSubject(person: number, take: (subject: number) => void): void {
    const { starts, subject } = this.base;
    take(person);
    if (person + 1 < starts.length)
      for (let i = starts[person]!; i < starts[person + 1]!; i++)
        if (this.moved.size === 0 || !this.moved.has(subject[i]!)) take(subject[i]!);
    if (this.joined.size > 0) for (const own of this.joined.get(person) ?? []) take(own);
  }
}

type Kept<K extends object, T> = WeakMap<KeyIndex, WeakMap<K, Promise<T>>>;

const known_people: Kept<PersonKeys, People> = new WeakMap();
const known_bases: Kept<KeyPairs, Base> = new WeakMap();

function keptFor<K extends object, T>(known: Kept<K, T>, keys: KeyIndex, list: K, make: () => Promise<T>): Promise<T> {
  const of_keys = known.get(keys) ?? new WeakMap<K, Promise<T>>();
  known.set(keys, of_keys);
  const made = of_keys.get(list) ?? make();
  of_keys.set(list, made);
  return made;
}

async function makeBase(keys: KeyIndex, pairs: KeyPairs): Promise<Base> {
  const { subject, person } = await numbersOf(keys, pairs);
  let size = 0;
  for (let i = 0; i < subject.length; i++) size = Math.max(size, subject[i]! + 1, person[i]! + 1);
  const person_of = new Uint32Array(size);
  for (let i = 0; i < subject.length; i++) person_of[subject[i]!] = person[i]! + 1;
  const { starts, values } = listsOf(size, person, subject);
  return { person_of, starts, subject: values };
}

/** The numbers of keys. Keys that are not known yet are added. */
async function numbersOf(keys: KeyIndex, { subject_key, person_key }: KeyPairs): Promise<Pairs> {
  const of = async (pages: readonly BigInt64Array[]): Promise<Uint32Array> => {
    const numbers = new Uint32Array(pages.reduce((sum, page) => sum + page.length, 0));
    const turns = new WorkTurns();
    let at = 0;
    for (const page of pages) {
      // The halves of a key, as the engine gives them.
      const halves = new Int32Array(page.buffer, page.byteOffset, 2 * page.length);
      for (let i = 0; i < page.length; i++) numbers[at++] = keys.add(halves[2 * i + HIGH]!, halves[2 * i + LOW]!);
      if (turns.ends(1)) await turns.next();
    }
    return numbers;
  };
  return { subject: await of(subject_key), person: await of(person_key) };
}

const [LOW, HIGH] = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? [0, 1] : [1, 0];
