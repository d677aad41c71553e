/** Numbers as readers see them. Money comes as micros, millionths of the currency's unit, and is shown to the cent, exactly. */

const LOCALE = 'en-GB';

const formats = new Map<string, Intl.NumberFormat>();
function formatOf(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const name = JSON.stringify(options);
  const known = formats.get(name) ?? new Intl.NumberFormat(LOCALE, options);
  formats.set(name, known);
  return known;
}

/** Shown where there is no figure. It is never a zero. */
export const NOTHING = '–';

/** Micros as a decimal text. */
function decimal(micros: string): string {
  const negative = micros.startsWith('-');
  const digits = micros.replace('-', '').padStart(7, '0');
  return `${negative ? '-' : ''}${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

/** Money with cents, such as €1,204.50. */
export function money(micros: string | null | undefined, currency: string): string {
  if (micros === null || micros === undefined) return NOTHING;
  return formatOf({ style: 'currency', currency, currencyDisplay: 'narrowSymbol' }).format(
    decimal(micros) as Intl.StringNumericLiteral,
  );
}

/** Money for headlines: no cents from a thousand on. */
export function roundMoney(micros: string | null | undefined, currency: string): string {
  if (micros === null || micros === undefined) return NOTHING;
  const small = Math.abs(Number(micros)) < 1_000_000_000;
  return formatOf({
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    ...(small ? {} : { maximumFractionDigits: 0 }),
  }).format(decimal(micros) as Intl.StringNumericLiteral);
}

/** Money that comes as a decimal text. */
export function decimalMoney(text: string | null | undefined, currency: string): string {
  if (text === null || text === undefined) return NOTHING;
  return formatOf({ style: 'currency', currency, currencyDisplay: 'narrowSymbol' }).format(
    text as Intl.StringNumericLiteral,
  );
}

export function count(value: number | null | undefined, digits = 0): string {
  return value === null || value === undefined
    ? NOTHING
    : formatOf({ maximumFractionDigits: digits, minimumFractionDigits: digits }).format(value);
}

/** A per cent sign with a space that does not break, as the sentences of the server have it. */
const percent = (text: string): string => text.replace(/ ?%/, '\u00a0%');

/** A share of 1 as per cent. */
export function share(value: number | null | undefined, digits = 0): string {
  return value === null || value === undefined || !Number.isFinite(value)
    ? NOTHING
    : percent(formatOf({ style: 'percent', maximumFractionDigits: digits }).format(value));
}

/** A change in per cent with its sign, such as +12 %. */
export function change(points: number | null | undefined): string {
  if (points === null || points === undefined) return NOTHING;
  return percent(`${points > 0 ? '+' : ''}${formatOf({ maximumFractionDigits: 0 }).format(points)}%`);
}

/** The quotient of two amounts; null without a denominator. */
export function ratioOf(part: string | null | undefined, whole: string | null | undefined): number | null {
  if (part === null || part === undefined || whole === null || whole === undefined || Number(whole) === 0) return null;
  return Number(part) / Number(whole);
}

/** A day such as 28 Nov; a month stays as it is. */
export function shortDay(day: string): string {
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) return day;
  return new Intl.DateTimeFormat(LOCALE, { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(
    new Date(`${day}T00:00Z`),
  );
}

/** An instant such as 28 Nov 2026, 14:05, where the reader is. */
export function instant(at: string): string {
  if (at === '') return NOTHING;
  return new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at));
}

/** Names of data in words: `paid_search` becomes “paid search”. */
export function words(name: string): string {
  return name.replace(/_/g, ' ');
}
