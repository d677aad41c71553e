/** Markov attribution written down as the definition says: strings for states, a dense matrix, Gauss with pivots, one deletion a channel. */
import type { PathRow } from './paths.ts';

export interface MarkovReference {
  probability: number;
  value_per_journey: number;
  /** By channel. */
  conversions: Map<string, number>;
  value: Map<string, number>;
}

function statesOf({ path }: PathRow, order: number): string[][] {
  if (path.length <= order) return [path];
  const grams = Array.from({ length: path.length - order + 1 }, (_, i) => path.slice(i, i + order));
  return grams.filter((gram, i) => i === 0 || gram.join('\0') !== grams[i - 1]!.join('\0'));
}

/** Probabilities (and value) of a conversion, from the start, with or without a channel. */
function solve(rows: readonly PathRow[], order: number, removed: string | null): { p: number; v: number } {
  const names: string[][] = [];
  const number = new Map<string, number>();
  const numberOf = (gram: string[]): number => {
    const key = gram.join('\0');
    if (!number.has(key)) number.set(key, names.push(gram) - 1);
    return number.get(key)!;
  };
  const journeys = rows.filter((row) => row.conversions + row.nulls > 0);
  const walks = journeys.map((row) => statesOf(row, order).map(numberOf));
  const n = names.length;
  const out = new Array<number>(n).fill(0);
  const jump = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  const converted = new Array<number>(n).fill(0);
  const worth = new Array<number>(n).fill(0);
  const start = new Array<number>(n).fill(0);
  let total = 0;
  walks.forEach((walk, j) => {
    const row = journeys[j]!;
    const weight = row.conversions + row.nulls;
    total += weight;
    start[walk[0]!]! += weight;
    walk.forEach((state, i) => {
      out[state]! += weight;
      const next = walk[i + 1];
      if (next !== undefined) jump[state]![next]! += weight;
    });
    converted[walk.at(-1)!]! += row.conversions;
    worth[walk.at(-1)!]! += row.value;
  });
  const kept = names.map((gram) => removed === null || !gram.includes(removed));
  // (I - Q) x = r over the states that are kept; the others lead nowhere.
  const matrix = jump.map((row, s) =>
    row.map((count, t) => (s === t ? 1 : 0) - (kept[s] && kept[t] ? count / out[s]! : 0)),
  );
  const right = (counts: number[]): number[] => counts.map((count, s) => (kept[s] ? count / out[s]! : 0));
  const [c, v] = gauss(matrix, [right(converted), right(worth)]);
  const from = (x: number[]): number =>
    start.reduce((sum, count, s) => sum + (kept[s] ? (count / total) * x[s]! : 0), 0);
  return { p: from(c!), v: from(v!) };
}

function gauss(matrix: number[][], rights: number[][]): number[][] {
  const n = matrix.length;
  const a = matrix.map((row, s) => [...row, ...rights.map((right) => right[s]!)]);
  for (let k = 0; k < n; k++) {
    const pivot = a.slice(k).reduce((best, row, i) => (Math.abs(row[k]!) > Math.abs(a[best]![k]!) ? k + i : best), k);
    [a[k], a[pivot]] = [a[pivot]!, a[k]!];
    for (let i = k + 1; i < n; i++) {
      const factor = a[i]![k]! / a[k]![k]!;
      if (factor !== 0) for (let j = k; j < n + rights.length; j++) a[i]![j]! -= factor * a[k]![j]!;
    }
  }
  return rights.map((_, right) => {
    const x = new Array<number>(n).fill(0);
    for (let i = n - 1; i >= 0; i--) {
      let sum = a[i]![n + right]!;
      for (let j = i + 1; j < n; j++) sum -= a[i]![j]! * x[j]!;
      x[i] = sum / a[i]![i]!;
    }
    return x;
  });
}

export function markovReference(rows: readonly PathRow[], order: number): MarkovReference {
  const all = solve(rows, order, null);
  const channels = [...new Set(rows.flatMap((row) => row.path))];
  const without = channels.map((channel) => solve(rows, order, channel));
  const effect = (whole: number, left: number): number => (whole === 0 ? 0 : 1 - left / whole);
  return {
    probability: all.p,
    value_per_journey: all.v,
    conversions: new Map(channels.map((channel, i) => [channel, effect(all.p, without[i]!.p)])),
    value: new Map(channels.map((channel, i) => [channel, effect(all.v, without[i]!.v)])),
  };
}
