/** ULIDs: 26 characters that sort by time (github.com/ulid/spec): 48 bits of milliseconds, then 80 random bits. */

const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** @param random 10 random bytes. */
export function ulid(now_ms: number, random: Uint8Array): string {
  let text = '';
  for (let left = now_ms, i = 0; i < 10; i++, left = Math.floor(left / 32)) text = DIGITS[left % 32]! + text;
  for (let part = 0; part < 10; part += 5) {
    const [a = 0, b = 0, c = 0, d = 0, e = 0] = random.subarray(part, part + 5);
    for (const digit of [
      a >> 3,
      (a << 2) | (b >> 6),
      b >> 1,
      (b << 4) | (c >> 4),
      (c << 1) | (d >> 7),
      d >> 2,
      (d << 3) | (e >> 5),
      e,
    ])
      text += DIGITS[digit & 31];
  }
  return text;
}
