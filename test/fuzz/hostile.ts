/** Texts, numbers and bytes that programs stumble over. All of it is a pure function of the random stream. */
import type { Random } from '../../src/domain/random.ts';

/** Stands in inputs for eight hex digits that differ each time an input is sent, so that a replay is not a repeat. */
export const SALT = 'zsaltz00';

/** Personal data that no failure may repeat. It is put only where records hold personal data. */
export const PERSONAL = [
  'Ann.Secret+7@mail.example',
  '198.51.100.77',
  '2001:db8:7:7::77',
  'tel:+4930-1234567',
] as const;

const LONG = [300, 1_001, 4_001, 20_000] as const;

const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then', 'length', '$ref', ''];
const SPECIAL = [
  ...[
    '\uFEFF',
    '\u0000',
    '\u0085',
    '\u009F',
    '\u001F',
    '\u2028',
    '\u202E',
    '\uFFFD',
    '\uD800',
    '\uDC00x',
    '💥',
    'ﷺ',
    'é',
  ],
  ...[
    '\r\n',
    '\t',
    ' ',
    '"',
    "'",
    '\\',
    '`',
    '%',
    '%00',
    '%2e%2e%2f',
    '../',
    '..\\',
    '/etc/passwd',
    '{}',
    '[]',
    'null',
  ],
  ...["' or 1=1 --", "'; drop table touchpoints; --", '" union select 1', '$1', '?', 'select 1', 'pg_sleep(9)'],
  ...[
    '*',
    '**',
    '[a-z]*',
    '{a,b}',
    '(a+)+$',
    '<script>alert(1)</script>',
    '=1+1',
    '@SUM(A1)',
    '-',
    '--',
    'NaN',
    'Infinity',
  ],
  ...['-0', '1e400', '0x10', '1_000', '١٢٣', '1,5', 'true', 'undefined', '[object Object]', '\u0130', 'ß', 'a\u0301'],
];

export const NUMBERS = [
  ...[0, -0, 1, -1, 0.1, 1e-7, 1e21, 1e308, 5e-324, 2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 63), 9.2e18, 1e13, 999_999.999],
  ...[0.1 + 0.2, 123_456_789.123_456_7, 1e6, 100, 1000, 1001, 65_536],
];

export const INSTANTS = [
  ...['0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z', '+275760-09-13T00:00:00Z', '-000001-01-01T00:00:00Z'],
  ...['2026-02-30T00:00:00Z', '2026-03-01T24:00:00Z', '2026-03-01T00:00:60Z', '1970-01-01T00:00:00Z', '2026-03-01'],
  ...['2026-03-01T00:00:00', '2026-03-01T00:00:00+14:00', '2026-03-01T00:00:00-23:59', '2026-03-29T02:30:00+01:00'],
  ...[
    '2026-03-01T00:00:00.123456789Z',
    '20260301T000000Z',
    '2026-W09-7',
    '1772323200',
    '0000-00-00',
    '2000-02-29',
    '1900-02-29',
  ],
];

const WEB_PIECES = [
  (n: number) => `https://${'a.'.repeat(n)}com/`,
  (n: number) => `https://x.example/?${'utm_source=a&'.repeat(n)}`,
  (n: number) => `https://x.example/${'%'.repeat(n)}`,
  (n: number) => `https://x.example/${'%2'.repeat(n)}`,
  (n: number) => `https://x.example/${'%f0%9f'.repeat(n)}`,
  (n: number) => `https://${'a-'.repeat(n)}.xn--${'a'.repeat(n)}/`,
  (n: number) => `https://[${':'.repeat(n)}]/`,
  (n: number) => `http://${'u:p@'.repeat(n)}h/`,
  (n: number) => `https://x.example/${'../'.repeat(n)}?#${'#'.repeat(n)}`,
  (n: number) => `${'android-app://'.repeat(n)}`,
  (n: number) => `https://x.example/?${'&=;+'.repeat(n)}`,
  (n: number) => `https://x.example/?gclid=${'%00'.repeat(n)}`,
];
const AGENT_PIECES = [
  (n: number) => `Mozilla/5.0 (${'('.repeat(n)}`,
  (n: number) => `Mozilla/5.0 ${'Version/1.0 '.repeat(n)}Safari`,
  (n: number) => `${'bot '.repeat(n)}`,
  (n: number) => `Mozilla/5.0 (${'Linux; Android 1;'.repeat(n)}`,
  (n: number) => `${' '.repeat(n)}x`,
  (n: number) => `${'Chrome/'.repeat(n)}${'9'.repeat(n)}`,
  (n: number) => `Opera${'/'.repeat(n)}${'.'.repeat(n)}`,
];

/** A URL or a user agent that is costly for a careless reader. */
export function crafted(random: Random, agent: boolean): string {
  const text = random.pick(agent ? AGENT_PIECES : WEB_PIECES)(random.pick([3, 50, 700, 2_000]));
  // Mostly under the limits of the fields, so that it is read at all.
  return random.chance(0.8) ? text.slice(0, agent ? 1_000 : 4_000) : text;
}

/** Any text, mostly a bad one. */
export function hostileText(random: Random): string {
  const kind = random.unit();
  if (kind < 0.15) return random.pick(NAMES);
  if (kind < 0.55) return random.pick(SPECIAL);
  if (kind < 0.65) return random.pick(SPECIAL) + random.pick(SPECIAL) + random.pick(NAMES);
  if (kind < 0.72) return random.pick(SPECIAL).repeat(random.pick([10, 300]));
  if (kind < 0.77) return 'x'.repeat(random.pick(LONG));
  if (kind < 0.85) return String(random.pick(NUMBERS));
  if (kind < 0.92) return random.pick(INSTANTS);
  return random.hex(random.integer(1, 4));
}

/** A text for a place in a path: the caller percent-encodes it, or not. */
export function encodedPiece(random: Random, text: string): string {
  const kind = random.unit();
  // Halves of surrogate pairs have no encoding.
  if (kind < 0.8) return encodeURIComponent(text.toWellFormed());
  if (kind < 0.9) return [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
  // Raw bytes, without those that would end the line of the request.
  return Buffer.from(text)
    .toString('latin1')
    .replace(/[\r\n\0 ]/g, '_');
}

/** Any JSON value, mostly of a wrong type. */
export function hostileValue(random: Random, depth = 0): unknown {
  const kind = random.unit();
  if (kind < 0.35) return hostileText(random);
  if (kind < 0.55) return random.pick(NUMBERS);
  if (kind < 0.65) return random.pick([null, true, false, [], {}, [[]], [null], '']);
  if (depth > 3) return null;
  if (kind < 0.8) return Array.from({ length: random.integer(1, 4) }, () => hostileValue(random, depth + 1));
  if (kind < 0.97)
    return Object.fromEntries(
      Array.from({ length: random.integer(1, 4) }, () => [hostileText(random), hostileValue(random, depth + 1)]),
    );
  return nested(random.pick([20, 200, 2_000]));
}

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { a: value };
  return value;
}

/** Changes a few bytes: flips, cuts, repeats, insertions. */
export function mutateBytes(random: Random, bytes: Buffer): Buffer {
  let changed = Buffer.from(bytes);
  for (let left = random.integer(1, 4); left > 0; left--) {
    const at = random.integer(0, Math.max(0, changed.length - 1));
    const span = random.pick([1, 1, 4, 64]);
    const kind = random.integer(0, 5);
    if (kind <= 1 && changed.length > 0)
      changed[at] = kind === 0 ? changed[at]! ^ (1 << random.integer(0, 7)) : random.integer(0, 255);
    else if (kind === 2) changed = changed.subarray(0, at);
    else if (kind === 3) changed = Buffer.concat([changed.subarray(0, at), changed.subarray(at + span)]);
    else if (kind === 4) changed = Buffer.concat([changed.subarray(0, at + span), changed.subarray(at)]);
    else
      changed = Buffer.concat([
        changed.subarray(0, at),
        Buffer.from(random.pick([...SPECIAL, '\u00ff\u00ff\u00ff\u00ff', '999999999999'])),
        changed.subarray(at),
      ]);
  }
  return changed;
}
