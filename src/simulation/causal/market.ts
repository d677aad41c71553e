/** Periods in which a person wants to buy. In them, orders and touches are more frequent. No record shows them. */
import type { Random } from '../../domain/random.ts';
import { MS_PER_DAY } from '../../domain/time.ts';
import type { Setup } from './setup.ts';

export interface Spell {
  from_ms: number;
  until_ms: number;
}

const SHORTEST_DAYS = 0.25;

/** Draws a person's spells, in order, without overlap. */
export function drawSpells(setup: Setup, joined_ms: number, random: Random): Spell[] {
  const spells: Spell[] = [];
  if (!setup.market) return spells;
  const { per_30_days, mean_days } = setup.market;
  for (let at = joined_ms; ; ) {
    const from_ms = Math.floor(at + random.exponential(30 / per_30_days) * MS_PER_DAY);
    if (from_ms >= setup.end_ms) return spells;
    const days = SHORTEST_DAYS + random.exponential(mean_days - SHORTEST_DAYS);
    const until_ms = Math.floor(from_ms + days * MS_PER_DAY);
    spells.push({ from_ms, until_ms: Math.min(until_ms, setup.end_ms) });
    at = until_ms;
  }
}

export function inMarket(spells: readonly Spell[], at_ms: number): boolean {
  return spells.some(({ from_ms, until_ms }) => at_ms >= from_ms && at_ms < until_ms);
}
