/** What a column of a file of people holds, and the form in which its texts are compared. */
import { MAX_COMPARED_CHARS } from './similarity.ts';

export const ROLES = [
  'given_name',
  'surname',
  'full_name',
  'birth_date',
  'email',
  'phone',
  'postcode',
  'city',
  'region',
  'address',
  'house_number',
  'identifier',
  'email_hash',
  'phone_hash',
  'device',
  'ip',
  'network',
  'time_zone',
  'category',
  'text',
  'ignored',
] as const;
export type Role = (typeof ROLES)[number];

type Normalise = (text: string) => string;

/** The function that brings the texts of a column into one form. A text that says nothing becomes ''. */
export function normalised(role: Role, cells: ReadonlyArray<string | null | undefined>): Normalise {
  if (role === 'birth_date') return dates(cells);
  return FORMS[role] ?? words;
}

const FORMS: Partial<Record<Role, Normalise>> = {
  email: (text) => cut(unspoken(text) ? '' : text.trim().toLowerCase().normalize('NFKC')),
  phone: (text) => text.replace(/\D/g, '').replace(/^0+/, ''),
  postcode: compact,
  identifier: compact,
  email_hash: trimmed,
  phone_hash: trimmed,
  device: trimmed,
  house_number: compact,
  ip: trimmed,
  time_zone: trimmed,
};

function trimmed(text: string): string {
  return text.trim().toLowerCase();
}

/** Lower case, without accents and punctuation, one space between words. */
function words(text: string): string {
  if (unspoken(text)) return '';
  return cut(
    text
      .normalize('NFKD')
      .replace(/\p{M}+/gu, '')
      .toLowerCase()
      .replace(/['’`]/g, '')
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim(),
  );
}

function compact(text: string): string {
  return words(text).replaceAll(' ', '');
}

const cut = (text: string): string => text.slice(0, MAX_COMPARED_CHARS);

const UNSPOKEN = new Set(['', 'null', 'none', 'nan', 'n/a', 'na', 'unknown', 'undefined', '-', '?']);
const unspoken = (text: string): boolean => UNSPOKEN.has(text.trim().toLowerCase());

const YEAR_FIRST = /^(\d{4})[-/. ]?(\d{1,2})[-/. ]?(\d{1,2})(?:[T ].*)?$/;
const YEAR_LAST = /^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})$/;

/** True if a text has the form of a calendar date, whatever its numbers. */
export function looksLikeDate(text: string): boolean {
  return YEAR_FIRST.test(text.trim()) || YEAR_LAST.test(text.trim());
}

/** Dates become eight digits, year, month, day. Whether the day or the month comes first is read from the whole column. */
function dates(cells: ReadonlyArray<string | null | undefined>): Normalise {
  let [first_over_12, second_over_12] = [0, 0];
  for (const cell of cells) {
    const parts = YEAR_LAST.exec((cell ?? '').trim());
    if (parts && Number(parts[1]) > 12) first_over_12++;
    if (parts && Number(parts[2]) > 12) second_over_12++;
  }
  const day_first = first_over_12 >= second_over_12;
  const two = (part: string): string => part.padStart(2, '0');
  return (text) => {
    const trimmed = text.trim();
    const year_first = YEAR_FIRST.exec(trimmed);
    if (year_first) return year_first[1]! + two(year_first[2]!) + two(year_first[3]!);
    const year_last = YEAR_LAST.exec(trimmed);
    if (!year_last) return trimmed.replace(/\D/g, '').slice(0, 8);
    const [month, day] = day_first ? [year_last[2]!, year_last[1]!] : [year_last[1]!, year_last[2]!];
    return year_last[3]! + two(month) + two(day);
  };
}
