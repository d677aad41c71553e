/**
 * Comparisons of two records. Each has levels, from 0 (different) to the last (equal), and -1 where one of the two records says
 * nothing. Columns that depend on each other are one comparison, because a Fellegi-Sunter score adds up its comparisons as if
 * they were independent.
 */
import type { Column, Records } from './records.ts';
import type { Role } from './roles.ts';
import { editDistance, editSimilarity, jaroWinkler, sharedWords } from './similarity.ts';

export interface Comparison {
  name: string;
  /** The names of the levels, from different to equal. */
  levels: readonly string[];
  /** The columns that it reads. */
  columns: readonly Column[];
  /** The level of two records; -1 where it is not known. */
  level(a: number, b: number): number;
  /** True if the people of one household, or of one network, agree in it as one person does. */
  shared: boolean;
  /** For a level that says that a value is equal: the column of that value, whose frequency then counts. */
  equal: ReadonlyArray<Column | undefined>;
}

export const MISSING = -1;

const SHARED: ReadonlySet<Role> = new Set([
  'surname',
  'phone',
  'phone_hash',
  'device',
  'house_number',
  'address',
  'category',
]);
/** Remembered similarities of one column. When there are more they are computed again. */
const MAX_REMEMBERED = 1 << 21;

type TextLevel = (a: string, b: string) => number;

/** A function of two numbered texts of a column, remembered. */
function remembered(column: Column, level: TextLevel): (a: number, b: number) => number {
  let known = new Map<number, number>();
  const distinct = column.texts.length;
  return (a, b) => {
    const key = a < b ? a * distinct + b : b * distinct + a;
    const held = known.get(key);
    if (held !== undefined) return held;
    if (known.size >= MAX_REMEMBERED) known = new Map();
    const found = level(column.texts[a]!, column.texts[b]!);
    known.set(key, found);
    return found;
  };
}

/** Compares one column by its own texts. @param level the level of two different texts, below the last. */
function ofColumn(column: Column, levels: readonly string[], level: TextLevel): Comparison {
  const last = levels.length - 1;
  const unequal = remembered(column, level);
  const { values } = column;
  return {
    name: column.name,
    levels,
    columns: [column],
    shared: SHARED.has(column.role),
    equal: levels.map((_, i) => (i === last ? column : undefined)),
    level: (a, b) => {
      const [x, y] = [values[a]!, values[b]!];
      if (x < 0 || y < 0) return MISSING;
      return x === y ? last : unequal(x, y);
    },
  };
}

const NAME_LEVELS = ['different', 'alike', 'nearly equal', 'exchanged', 'equal'] as const;

function nameLevel(a: string, b: string): number {
  const similarity = jaroWinkler(a, b);
  return similarity >= 0.9 ? 2 : similarity >= 0.75 ? 1 : 0;
}

/** Compares a name, and finds it in the column of the other name, where the two were exchanged. */
function ofName(column: Column, other: Column | undefined): Comparison {
  const own = ofColumn(column, NAME_LEVELS, nameLevel);
  if (!other) return own;
  const counterpart = counterparts(column, other);
  const back = counterparts(other, column);
  const exchanged = (a: number, b: number): boolean => {
    const [x, y] = [column.values[a]!, other.values[b]!];
    return x >= 0 && y >= 0 && counterpart[x] === y;
  };
  const returned = (a: number, b: number): boolean => {
    const [x, y] = [other.values[a]!, column.values[b]!];
    return x >= 0 && y >= 0 && back[x] === y;
  };
  return {
    ...own,
    level: (a, b) => {
      const level = own.level(a, b);
      if (level === NAME_LEVELS.length - 1) return level;
      return exchanged(a, b) || returned(a, b) ? 3 : level;
    },
  };
}

/** For each text of a column the number of the same text in another one, or -1. */
function counterparts(from: Column, to: Column): Int32Array {
  const numbers = new Map(to.texts.map((text, i) => [text, i]));
  return Int32Array.from(from.texts, (text) => numbers.get(text) ?? -1);
}

function fullNameLevel(a: string, b: string): number {
  if (a.split(' ').sort().join(' ') === b.split(' ').sort().join(' ')) return 3;
  const similarity = jaroWinkler(a, b);
  if (similarity >= 0.92 || sharedWords(a, b) === 1) return 2;
  return similarity >= 0.8 || sharedWords(a, b) >= 0.5 ? 1 : 0;
}

/** One digit wrong, two exchanged, or one part (year, month, day) wrong is how dates are mistyped. */
function dateLevel(a: string, b: string): number {
  const edits = editDistance(a, b);
  if (edits === 1) return 3;
  const parts = [a.slice(0, 4) === b.slice(0, 4), a.slice(4, 6) === b.slice(4, 6), a.slice(6) === b.slice(6)];
  const equal_parts = parts.filter(Boolean).length;
  if (equal_parts === 2) return 2;
  if (a.slice(0, 4) === b.slice(0, 4) && a.slice(4, 6) === b.slice(6) && a.slice(6) === b.slice(4, 6)) return 2;
  return edits === 2 ? 1 : 0;
}

/**
 * A family shares its host and often a surname before the @, so an address is alike only if that part is alike by itself. Two people of
 * one name have other numbers in it, so with other digits it is nearly equal only after one edit.
 */
function emailLevel(a: string, b: string): number {
  const [local_a, local_b] = [a.split('@')[0]!, b.split('@')[0]!];
  const edits = editDistance(a, b);
  if (edits === 1 || (edits <= 3 && digitsOf(a) === digitsOf(b))) return 3;
  if (local_a === local_b && local_a.length > 3) return 2;
  return editSimilarity(a, b) >= 0.7 && editSimilarity(local_a, local_b) >= 0.7 ? 1 : 0;
}

/**
 * Compares addresses. Two that are only alike, because people of one name wrote their name before the @, say no more than the names
 * do: then nothing is known of them.
 */
function ofEmail(column: Column, names: readonly Column[]): Comparison {
  const levels = ['different', 'alike', 'same name at another host', 'nearly equal', 'equal'];
  const own = ofColumn(column, levels, emailLevel);
  /** What stands before the @ besides the names of the record; undefined without any of them. */
  const besides = (record: number): string | undefined => {
    const local = column.texts[column.values[record]!]!.split('@')[0]!;
    const words = names.flatMap(({ values, texts }) => (values[record]! < 0 ? [] : texts[values[record]!]!.split(' ')));
    const rest = words.reduce((text, word) => (word.length > 2 ? text.replace(word, '') : text), local);
    return rest === local ? undefined : rest;
  };
  return {
    ...own,
    level: (a, b) => {
      const level = own.level(a, b);
      if (level !== 1) return level;
      const [left, right] = [besides(a), besides(b)];
      if (left === undefined || right === undefined) return level;
      return left !== right && editDistance(left, right) > 1 ? MISSING : level;
    },
  };
}

const digitsOf = (text: string): string => text.replace(/\D/g, '');

function textLevel(a: string, b: string): number {
  const similarity = Math.max(jaroWinkler(a, b), editSimilarity(a, b));
  if (similarity >= 0.9 || a.replaceAll(' ', '') === b.replaceAll(' ', '')) return 2;
  return similarity >= 0.8 || sharedWords(a, b) >= 0.5 ? 1 : 0;
}

const oneEdit: TextLevel = (a, b) => (editDistance(a, b) === 1 ? 1 : 0);

/**
 * Compares places or networks: by the first of the columns in which the two are equal, or nearly equal. The columns are in order from
 * narrow to wide, as a city follows from its postcode.
 * @param near 1 for texts that are nearly equal, else 0; without it only equal ones count.
 */
function ofPlace(columns: readonly Column[], near: TextLevel | undefined): Comparison {
  const names = ['different'];
  const equal: Array<Column | undefined> = [undefined];
  const steps = near ? 2 : 1;
  for (const column of columns.toReversed()) {
    if (near) {
      names.push(`${column.name} nearly equal`);
      equal.push(undefined);
    }
    names.push(`${column.name} equal`);
    equal.push(column);
  }
  const nearly = columns.map((column) => (near ? remembered(column, near) : () => 0));
  return {
    name: columns.map((column) => column.name).join(', '),
    levels: names,
    columns,
    shared: true,
    equal,
    level: (a, b) => {
      let known = false;
      for (const [i, { values }] of columns.entries()) {
        const [x, y] = [values[a]!, values[b]!];
        if (x < 0 || y < 0) continue;
        known = true;
        const wider = steps * (columns.length - 1 - i);
        if (x === y) return wider + steps;
        if (nearly[i]!(x, y) > 0) return wider + 1;
      }
      return known ? 0 : MISSING;
    },
  };
}

const BY_ROLE: Partial<Record<Role, (column: Column) => Comparison>> = {
  full_name: (column) => ofColumn(column, NAME_LEVELS, fullNameLevel),
  birth_date: (column) =>
    ofColumn(column, ['different', 'two digits differ', 'one part differs', 'one digit differs', 'equal'], dateLevel),
  phone: (column) => ofColumn(column, ['different', 'one digit differs', 'equal'], oneEdit),
  identifier: (column) => ofColumn(column, ['different', 'one character differs', 'equal'], oneEdit),
  house_number: (column) => ofColumn(column, ['different', 'one character differs', 'equal'], oneEdit),
  address: (column) => ofColumn(column, ['different', 'alike', 'nearly equal', 'equal'], textLevel),
  text: (column) => ofColumn(column, ['different', 'alike', 'nearly equal', 'equal'], textLevel),
  email_hash: (column) => ofColumn(column, ['different', 'equal'], () => 0),
  phone_hash: (column) => ofColumn(column, ['different', 'equal'], () => 0),
  device: (column) => ofColumn(column, ['different', 'equal'], () => 0),
  category: (column) => ofColumn(column, ['different', 'equal'], () => 0),
};

const NAMES: readonly Role[] = ['given_name', 'surname', 'full_name'];
const PLACES: readonly Role[] = ['postcode', 'city', 'region'];

/** The comparisons of some records, by the roles of their columns. */
export function comparisonsOf({ columns }: Records): Comparison[] {
  const ofRole = (role: Role): Column[] => columns.filter((column) => column.role === role);
  const found: Comparison[] = [];
  for (const column of columns) {
    const make = BY_ROLE[column.role];
    if (column.role === 'given_name') found.push(ofName(column, ofRole('surname')[0]));
    else if (column.role === 'surname') found.push(ofName(column, ofRole('given_name')[0]));
    else if (column.role === 'email') found.push(ofEmail(column, NAMES.flatMap(ofRole)));
    else if (make) found.push(make(column));
  }
  const places = PLACES.flatMap(ofRole);
  const addresses = ofRole('ip');
  // The city of a visitor comes from the address of the network; that of a customer stands beside a postcode.
  const postal = addresses.length === 0 || ofRole('postcode').length > 0;
  const networks = [...addresses, ...addresses.map(subnetColumn), ...(postal ? [] : places), ...ofRole('time_zone')];
  if (postal && places.length > 0) found.push(ofPlace(places, nearPlace));
  if (networks.length > 0) found.push(ofPlace(networks, undefined));
  return found;
}

const nearPlace: TextLevel = (a, b) => (editDistance(a, b) === 1 || jaroWinkler(a, b) >= 0.9 ? 1 : 0);

/** The networks of IP addresses: the first three numbers of an IPv4 address, the first three groups (48 bits) of an IPv6 address. */
function subnetColumn(column: Column): Column {
  const texts: string[] = [];
  const numbers = new Map<string, number>();
  const subnet_of = column.texts.map((ip) => {
    const text = ip.includes(':') ? ip.split(':').slice(0, 3).join(':') : ip.split('.').slice(0, 3).join('.');
    let number = numbers.get(text);
    if (number === undefined) {
      number = texts.length;
      texts.push(text);
      numbers.set(text, number);
    }
    return number;
  });
  const values = column.values.map((value) => (value < 0 ? -1 : subnet_of[value]!));
  return { name: `network of ${column.name}`, role: 'network', values, texts };
}
