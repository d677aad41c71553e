/** Reads amounts as files write them: marks of thousands, a decimal comma, a currency beside the digits, the noise of binary fractions. */
import { currencyDecimals } from '../domain/currencies.ts';

export interface ReadAmount {
  /** A plain decimal, as records take it. */
  text: string;
  /** The currency that stands beside the digits. */
  currency?: string;
}

/** Begins the reason for an amount such as 10,50. */
export const DECIMAL_COMMA = 'has a decimal comma';

const PLAIN = /^-?\d{1,15}(?:\.\d{1,9})?$/;
const NUMBER = /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;
/** Signs that stand for one currency, longest first. `$` is the US dollar unless the row names another dollar. */
const SIGNS: ReadonlyArray<[string, string]> = [
  ...([
    ['US$', 'USD'],
    ['CA$', 'CAD'],
    ['C$', 'CAD'],
    ['AU$', 'AUD'],
    ['A$', 'AUD'],
    ['NZ$', 'NZD'],
    ['HK$', 'HKD'],
    ['S$', 'SGD'],
    ['MX$', 'MXN'],
    ['R$', 'BRL'],
    ['zł', 'PLN'],
    ['Kč', 'CZK'],
    ['Ft', 'HUF'],
    ['$', 'USD'],
    ['€', 'EUR'],
    ['£', 'GBP'],
    ['₹', 'INR'],
    ['₺', 'TRY'],
    ['₽', 'RUB'],
    ['₴', 'UAH'],
    ['₩', 'KRW'],
    ['₪', 'ILS'],
    ['₫', 'VND'],
    ['฿', 'THB'],
    ['₱', 'PHP'],
    ['₦', 'NGN'],
  ] satisfies Array<[string, string]>),
];
const DOLLARS = new Set(['USD', 'CAD', 'AUD', 'NZD', 'HKD', 'SGD', 'MXN', 'TWD', 'CLP', 'COP', 'ARS']);

/** True if an amount marked with one currency may be in the other: `$` stands for many dollars. */
export function mayBe(marked: string, text: unknown, named: string): boolean {
  return marked === named || (DOLLARS.has(named) && marked === 'USD' && /(^|[^A-Z])\$/.test(String(text)));
}

/** Reads an amount. @returns the reason when the text is refused; text that is no amount at all is left to the record. */
export function readAmount(value: string | number, decimal: '.' | ','): ReadAmount | string {
  if (typeof value === 'number') return { text: fromExponent(String(value)) };
  if (decimal === '.' && PLAIN.test(value)) return { text: value };
  let text = value.trim().replace(/[\u2212\u2012\u2013]/g, '-');
  const marked = currencyBeside(text);
  if (marked) text = marked.rest;
  let negative = false;
  if (/^\(.*\)$/.test(text)) [text, negative] = [text.slice(1, -1).trim(), true];
  if (/^[+-]/.test(text)) [text, negative] = [text.slice(1).trim(), negative !== text.startsWith('-')];
  else if (text.endsWith('-')) [text, negative] = [text.slice(0, -1).trim(), !negative];
  const plain = withoutThousands(text, decimal);
  if (plain.problem !== undefined) return `${JSON.stringify(value.slice(0, 40))} ${plain.problem}`;
  const signed = negative && plain.text !== '' ? `-${plain.text}` : plain.text;
  return marked ? { text: signed, currency: marked.currency } : { text: signed };
}

/** 1,00,000.00 as India writes it. */
const LAKHS = /^\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d+)?$/;
/** A sign of decimals without digits before or behind it: .5 and 10. */
const LONE_SIGN = /^([.,])(?=\d+$)|(?<=^\d+)([.,])$/;

function withoutThousands(given: string, decimal: '.' | ','): { text: string; problem?: string } {
  const text = given.replace(LONE_SIGN, (sign, before) =>
    sign !== decimal ? sign : before === sign ? `0${sign}` : '',
  );
  if (decimal === '.' && NUMBER.test(text)) return { text: fromExponent(text) };
  const thousands = decimal === '.' ? ',' : '.';
  const grouped = new RegExp(
    `^\\d{1,3}(?:([\\${thousands}'’ \\u00a0\\u202f])\\d{3})(?:\\1\\d{3})*(?:\\${decimal}\\d+)?$`,
  );
  if (grouped.test(text))
    return { text: text.replace(new RegExp(`[^\\d\\${decimal}]`, 'g'), '').replace(decimal, '.') };
  if (decimal === '.' && LAKHS.test(text)) return { text: text.replaceAll(',', '') };
  if (decimal === ',') {
    if (/^\d+(,\d+)?$/.test(text)) return { text: text.replace(',', '.') };
    if (/^\d+\.\d+$/.test(text))
      return { text, problem: 'has a point where --decimal , puts thousands; leave --decimal out, or correct it' };
  } else if (/^[\d.]*\d,\d+$/.test(text)) return { text, problem: `${DECIMAL_COMMA}; add --decimal ,` };
  return { text };
}

/** A currency before or after the digits, and the text without it. */
function currencyBeside(text: string): { currency: string; rest: string } | undefined {
  if (/^[\d+(-]/.test(text) && /[\d)-]$/.test(text) && !/[^\d.,()' +-]/.test(text)) return undefined;
  const sign = /^[+-]/.exec(text)?.[0] ?? '';
  const bare = text.slice(sign.length).trim();
  const code = /^\(?([A-Za-z]{3})\s*(?=[\d(+-])|[\d)]\s*([A-Za-z]{3})$/.exec(bare);
  const named = (code?.[1] ?? code?.[2])?.toUpperCase();
  if (named !== undefined && currencyDecimals(named) !== undefined)
    return { currency: named, rest: sign + bare.replace(code![1] ?? new RegExp(`${code![2]}$`), '').trim() };
  for (const [mark, currency] of SIGNS) {
    const at = bare.indexOf(mark);
    if (at >= 0) return { currency, rest: sign + (bare.slice(0, at) + bare.slice(at + mark.length)).trim() };
  }
  return undefined;
}

/** 1.5e3 as 1500. Other text stays. */
function fromExponent(text: string): string {
  const m = /^([+-]?)(\d+)(?:\.(\d+))?e([+-]?\d{1,3})$/i.exec(text);
  if (!m) return text;
  return shifted(`${m[1] === '-' ? '-' : ''}${m[2]}${m[3] === undefined ? '' : `.${m[3]}`}`, Number(m[4]));
}

/** A decimal times 10^`places`, exactly. */
export function shifted(text: string, places: number): string {
  const m = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (!m) return text;
  const fraction = m[3] ?? '';
  const digits = (m[2]! + fraction)
    .padStart(Math.max(0, fraction.length - places) + 1, '0')
    .padEnd(m[2]!.length + places, '0');
  const point = digits.length - Math.max(0, fraction.length - places);
  const whole = digits.slice(0, point).replace(/^0+(?=\d)/, '');
  const rest = digits.slice(point).replace(/0+$/, '');
  return `${m[1] === '-' ? '-' : ''}${whole}${rest === '' ? '' : `.${rest}`}`;
}

/** The decimal with the other sign. */
export function negated(text: string): string {
  if (/^[+]?0*(\.0*)?$/.test(text)) return text;
  return text.startsWith('-') ? text.slice(1) : `-${text.replace(/^\+/, '')}`;
}

/**
 * A decimal without the noise of a binary fraction; undefined if it has none. Noise are six or more zeros or nines behind the digits
 * that `decimals` allows. Where more decimals are allowed than a double of this size holds, noise begins after 15 digits.
 */
export function withoutNoise(text: string, decimals: number): string | undefined {
  const m = /^([+-]?)(\d{1,30})\.(\d+)$/.exec(text);
  if (!m || m[3]!.length <= decimals) return undefined;
  const beyond = m[3]!.slice(decimals);
  if (/^0+$/.test(beyond)) return undefined;
  if (beyond.length > 6 && /^0{6}/.test(beyond)) return withPoint(m[1]!, m[2]! + m[3]!.slice(0, decimals), decimals);
  if (beyond.length > 6 && /^9{6}/.test(beyond))
    return withPoint(m[1]!, String(BigInt(m[2]! + m[3]!.slice(0, decimals)) + 1n), decimals);
  const digits = (m[2]! + m[3]!).replace(/^0+/, '');
  if (digits.length < 16 || digits.length > 17) return undefined;
  const short = Number(text).toPrecision(15).replace(/0+$/, '');
  return /^-?\d+\.\d*$/.test(short) && short.length - short.indexOf('.') - 1 <= decimals
    ? short.replace(/\.$/, '')
    : undefined;
}

function withPoint(sign: string, digits: string, decimals: number): string {
  const padded = digits.padStart(decimals + 1, '0');
  const whole = padded.slice(0, padded.length - decimals).replace(/^0+(?=\d)/, '');
  return `${sign === '-' ? '-' : ''}${whole}${decimals === 0 ? '' : `.${padded.slice(padded.length - decimals)}`}`;
}

/** The currency that the name of a column ends with, as in `Cost (EUR)`, `amount_usd` or `Total €`. */
export function currencyOfHeader(column: string): string | undefined {
  const code = /(?:^|[\s_([-])([A-Za-z]{3})\s*[)\]]?$/.exec(column)?.[1];
  const upper = code?.toUpperCase();
  // A word of three letters in lower case may be a word: amount_all.
  if (upper !== undefined && currencyDecimals(upper) !== undefined && (code === upper || /[_([]/.test(column)))
    return upper;
  return SIGNS.find(
    ([mark]) => mark.length <= 3 && new RegExp(`[\\s_([]${mark.replaceAll('$', '\\$')}[)\\]]?$`).test(column),
  )?.[1];
}
