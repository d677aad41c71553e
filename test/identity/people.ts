/** Made-up people with records that repeat them with typing errors; some live in one household. */
import { Random } from '../../src/domain/random.ts';

export interface MadeRecord {
  person: string;
  first_name: string;
  last_name: string;
  email: string;
  phone: string;
  city: string;
  birthday: string;
}

const SYLLABLES = [
  'ma',
  'ri',
  'an',
  'jo',
  'el',
  'ka',
  'to',
  'ben',
  'lu',
  'cas',
  'dor',
  'fi',
  'gus',
  'hel',
  'no',
  'pe',
  'ti',
  'ul',
  'wen',
  'zo',
];

const pad = (number: number): string => String(number).padStart(2, '0');

/** @param copies how often one person is recorded: drawn from these. */
export function madePeople(seed: number, people: number, copies: readonly number[]): MadeRecord[] {
  const random = new Random(seed, 'people of tests');
  const word = (parts: number): string => Array.from({ length: parts }, () => random.pick(SYLLABLES)).join('');
  const [firsts, lasts, cities] = [60, 200, 15].map((count) =>
    Array.from({ length: count }, () => word(random.integer(2, 3))),
  );
  const typo = (text: string): string => {
    const at = random.integer(0, Math.max(0, text.length - 2));
    const letter = /\d/.test(text[at] ?? '') ? String(random.integer(0, 9)) : random.pick([...'abcdeilmnorst']);
    const kind = random.integer(0, 2);
    if (kind === 0) return text.slice(0, at) + letter + text.slice(at + 1);
    if (kind === 1) return text.slice(0, at) + text.slice(at + 1);
    return text.slice(0, at) + (text[at + 1] ?? '') + (text[at] ?? '') + text.slice(at + 2);
  };
  const records: MadeRecord[] = [];
  for (let person = 0; person < people; ) {
    const [last_name, city] = [random.pick(lasts!), random.pick(cities!)];
    const landline = `030${random.integer(1_000_000, 9_999_999)}`;
    const free = random.sample(firsts!, 10);
    random.shuffle(free);
    for (let in_household = random.pick([1, 1, 2, 3]); in_household > 0 && person < people; in_household--, person++) {
      // Nobody has the first name of another one of the household.
      const first_name = free.pop()!;
      const one: MadeRecord = {
        person: `p${person}`,
        first_name,
        last_name,
        email: `${first_name}.${last_name}${random.integer(1, 99)}@example.com`,
        phone: landline,
        city,
        birthday: `${random.integer(1940, 2005)}-${pad(random.integer(1, 12))}-${pad(random.integer(1, 28))}`,
      };
      records.push(one);
      for (let copy = random.pick(copies); copy > 1; copy--) records.push(mistyped(one, random, typo));
    }
  }
  random.shuffle(records);
  return records;
}

function mistyped(one: MadeRecord, random: Random, typo: (text: string) => string): MadeRecord {
  const changed = { ...one };
  for (const field of ['first_name', 'last_name', 'email', 'phone', 'city', 'birthday'] as const) {
    const fate = random.unit();
    if (fate < 0.12) changed[field] = '';
    else if (fate < 0.22) changed[field] = typo(one[field]);
  }
  return changed;
}
