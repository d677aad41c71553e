import { count } from './figures.ts';

/** A share of resamples in words, such as “8 of 10”. Near 0 and 1 it says at least how many. */
export function ofTen(share: number): string {
  if (share > 0.95) return share === 1 ? 'all' : 'more than 19 of 20';
  if (share < 0.05) return share === 0 ? 'none' : 'fewer than 1 of 20';
  return `${count(Math.round(share * 10))} of 10`;
}
