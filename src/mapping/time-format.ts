/** Patterns of times, such as `dd/MM/yyyy HH:mm`, and the parts of a time that they read. */

/** The parts of a time as a clock on a wall shows it. `offset` is its zone as text, undefined if it names none. */
export interface WallTime {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  ms: number;
  offset?: string;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** The epochs that may be named as a format, with the number of units in a millisecond. */
export const EPOCHS: Readonly<Record<string, number>> = {
  epoch_s: 0.001,
  epoch_ms: 1,
  epoch_us: 1_000,
  epoch_ns: 1_000_000,
};

const TOKENS: ReadonlyArray<[string, keyof Parts, string]> = [
  ['yyyy', 'year', '(\\d{4})'],
  ['yy', 'short_year', '(\\d{2})'],
  ['MMMM', 'month_name', '([A-Za-z]{3,9})\\.?'],
  ['MMM', 'month_name', '([A-Za-z]{3,9})\\.?'],
  ['MM', 'month', '(\\d{2})'],
  ['M', 'month', '(\\d{1,2})'],
  ['dd', 'day', '(\\d{2})'],
  ['d', 'day', '(\\d{1,2})'],
  ['HH', 'hour', '(\\d{2})'],
  ['H', 'hour', '(\\d{1,2})'],
  ['hh', 'hour_12', '(\\d{2})'],
  ['h', 'hour_12', '(\\d{1,2})'],
  ['mm', 'minute', '(\\d{2})'],
  ['m', 'minute', '(\\d{1,2})'],
  ['ss', 'second', '(\\d{2})'],
  ['s', 'second', '(\\d{1,2})'],
  ['SSS', 'fraction', '(\\d{1,9})'],
  ['S', 'fraction', '(\\d{1,9})'],
  ['a', 'half', '([AaPp]\\.?[Mm]\\.?)'],
  ['EEEE', 'ignored', '([A-Za-z]{3,9})\\.?'],
  ['EEE', 'ignored', '([A-Za-z]{3,9})\\.?'],
  ['XXX', 'offset', '(Z|UTC|GMT|[+-]\\d{2}(?::?\\d{2})?)'],
  ['X', 'offset', '(Z|UTC|GMT|[+-]\\d{2}(?::?\\d{2})?)'],
];

interface Parts {
  year?: string;
  short_year?: string;
  month?: string;
  month_name?: string;
  day?: string;
  hour?: string;
  hour_12?: string;
  minute?: string;
  second?: string;
  fraction?: string;
  half?: string;
  offset?: string;
  ignored?: string;
}

interface Pattern {
  expression: RegExp;
  names: ReadonlyArray<keyof Parts>;
}

const patterns = new Map<string, Pattern | string>();
const MAX_PATTERN = 100;

/** Why a text is no format of a time, or undefined when it is one. */
export function checkTimeFormat(format: string): string | undefined {
  if (EPOCHS[format] !== undefined) return undefined;
  const pattern = compiled(format);
  return typeof pattern === 'string' ? pattern : undefined;
}

/** Reads a time by a pattern that {@link checkTimeFormat} accepts; undefined if it does not fit. */
export function readByFormat(text: string, format: string): WallTime | undefined {
  const pattern = compiled(format);
  if (typeof pattern === 'string') return undefined;
  const found = pattern.expression.exec(text);
  if (found === null) return undefined;
  const parts: Parts = {};
  for (const [i, name] of pattern.names.entries()) parts[name] = found[i + 1]!;
  const month = parts.month_name === undefined ? Number(parts.month) : monthNamed(parts.month_name);
  const hour = hourOf(parts);
  if (hour === undefined || month === 0) return undefined;
  const year = parts.year === undefined ? 2000 + Number(parts.short_year) : Number(parts.year);
  return {
    ...{ year, month, day: Number(parts.day), hour },
    minute: Number(parts.minute ?? 0),
    second: Number(parts.second ?? 0),
    ms: Number((parts.fraction ?? '').slice(0, 3).padEnd(3, '0')),
    ...(parts.offset === undefined ? {} : { offset: parts.offset }),
  };
}

function hourOf({ hour, hour_12, half }: Parts): number | undefined {
  if (hour_12 === undefined) return Number(hour ?? 0);
  const of_12 = Number(hour_12);
  if (of_12 < 1 || of_12 > 12 || half === undefined) return undefined;
  return (of_12 % 12) + (/^p/i.test(half) ? 12 : 0);
}

/** 1 to 12, or 0 when no English month begins so. */
function monthNamed(name: string): number {
  return MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1;
}

function compiled(format: string): Pattern | string {
  const known = patterns.get(format);
  if (known !== undefined) return known;
  const made = compile(format);
  if (patterns.size < 100) patterns.set(format, made);
  return made;
}

/** The pattern, or what is wrong with it. Text in '…' stands for itself, as all characters but letters do. */
function compile(format: string): Pattern | string {
  if (format.length > MAX_PATTERN) return `is longer than ${MAX_PATTERN} characters`;
  const names: Array<keyof Parts> = [];
  let expression = '';
  for (let at = 0; at < format.length; ) {
    const rest = format.slice(at);
    const token = TOKENS.find(([text]) => rest.startsWith(text));
    const quoted = /^'([^']*)'/.exec(rest);
    if (token) {
      if (names.includes(token[1])) return `names ${token[0]} twice`;
      names.push(token[1]);
      expression += token[2];
      at += token[0].length;
    } else if (quoted || !/^[A-Za-z]/.test(rest)) {
      expression += (quoted ? quoted[1]! : rest[0]!).replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&').replace(/ +/g, '\\s+');
      at += quoted ? quoted[0].length : 1;
    } else {
      // The T of ISO 8601 is written so often without quotes that it is read as it is meant.
      if (rest[0] !== 'T' && rest[0] !== 'Z')
        return `has the letter ${rest[0]}, which stands for no part of a time; write text as '${rest[0]}'`;
      expression += rest[0];
      if (rest[0] === 'Z') {
        expression = `${expression.slice(0, -1)}(Z)`;
        names.push('offset');
      }
      at += 1;
    }
  }
  const has = (...any: Array<keyof Parts>): boolean => any.some((name) => names.includes(name));
  if (!has('year', 'short_year') || !has('month', 'month_name') || !has('day'))
    return 'needs a year, a month and a day; write it as dd/MM/yyyy, or name one of epoch_s, epoch_ms, epoch_us';
  if (has('hour_12') !== has('half')) return 'needs both h and a (AM or PM), or H for hours up to 23';
  return { expression: new RegExp(`^${expression}$`), names };
}
