/** How alike two texts are. Texts are compared by UTF-16 code units; columns are normalised before. */

/** Characters of a text that are compared. The time grows with the square of the length. */
export const MAX_COMPARED_CHARS = 64;

/**
 * The Jaro similarity, raised for a common beginning of at most 4 characters (weight 0.1 each), in [0, 1].
 * Source: Winkler, String Comparator Metrics and Enhanced Decision Rules in the Fellegi-Sunter Model, 1990.
 */
export function jaroWinkler(a: string, b: string): number {
  if (a === b) return 1;
  const jaro = jaroOf(a, b);
  let common = 0;
  while (common < 4 && common < a.length && common < b.length && a[common] === b[common]) common++;
  return jaro + common * 0.1 * (1 - jaro);
}

function jaroOf(a: string, b: string): number {
  const [m, n] = [a.length, b.length];
  if (m === 0 || n === 0) return 0;
  const reach = Math.max(0, Math.floor(Math.max(m, n) / 2) - 1);
  const matched_a = new Uint8Array(m);
  const matched_b = new Uint8Array(n);
  let matches = 0;
  for (let i = 0; i < m; i++) {
    const last = Math.min(n - 1, i + reach);
    for (let j = Math.max(0, i - reach); j <= last; j++) {
      if (matched_b[j] || a.charCodeAt(i) !== b.charCodeAt(j)) continue;
      matched_a[i] = matched_b[j] = 1;
      matches++;
      break;
    }
  }
  if (matches === 0) return 0;
  let moved = 0;
  for (let i = 0, j = 0; i < m; i++) {
    if (!matched_a[i]) continue;
    while (!matched_b[j]) j++;
    if (a.charCodeAt(i) !== b.charCodeAt(j)) moved++;
    j++;
  }
  return (matches / m + matches / n + (matches - moved / 2) / matches) / 3;
}

/**
 * The fewest insertions, removals, replacements and swaps of two neighbours that make one text of the other, no part of it edited
 * twice (optimal string alignment).
 */
export function editDistance(a: string, b: string): number {
  const [m, n] = [a.length, b.length];
  let before_last = new Uint16Array(n + 1);
  let last = Uint16Array.from({ length: n + 1 }, (_, j) => j);
  for (let i = 1; i <= m; i++) {
    const row = new Uint16Array(n + 1);
    row[0] = i;
    for (let j = 1; j <= n; j++) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1) ? 0 : 1;
      let least = Math.min(row[j - 1]! + 1, last[j]! + 1, last[j - 1]! + same);
      const swapped =
        i > 1 && j > 1 && a.charCodeAt(i - 1) === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === b.charCodeAt(j - 1);
      if (swapped) least = Math.min(least, before_last[j - 2]! + 1);
      row[j] = least;
    }
    before_last = last;
    last = row;
  }
  return last[n]!;
}

/** 1 less the edit distance as a share of the longer text: 1 for equal texts, 0 for texts without anything in common. */
export function editSimilarity(a: string, b: string): number {
  const longer = Math.max(a.length, b.length);
  return longer === 0 ? 1 : 1 - editDistance(a, b) / longer;
}

/** The words that two texts share, as a share of those of the text with fewer words. */
export function sharedWords(a: string, b: string): number {
  const left = new Set(a.split(' '));
  const right = new Set(b.split(' '));
  let shared = 0;
  for (const word of left) if (right.has(word)) shared++;
  return shared / Math.min(left.size, right.size);
}
