/** Pairs of channels and their overlap in the answer of the synergies report. */
import { ratio } from '../../domain/money.ts';
import type { ReportJson } from '../context.ts';
import { amountOf, figuresOf, rounded } from './answer.ts';
import type { ObservedPaths } from './observed-paths.ts';
import type { Overlap } from './overlap.ts';
import { CELLS, type PairCells, type PairedChannels, pairNumber } from './pair-cells.ts';
import { FALSE_DISCOVERIES, type Found, MEASURES, type PairEffects } from './pair-effects.ts';

type Names = ObservedPaths['names'];

const byName = (a: string | null, b: string | null): number =>
  (a ?? '') < (b ?? '') ? -1 : (a ?? '') > (b ?? '') ? 1 : 0;

/** The pairs; those with most paths that have both come first. */
export function pairRows(
  names: Names,
  channels: PairedChannels,
  cells: readonly PairCells[],
  effects: readonly PairEffects[],
): ReportJson[] {
  const nameOf = (bit: number): string | null => names[channels.codes[bit]!]!;
  const rows = cells.map((own, i) => ({ own, effect: effects[i]!, a: nameOf(own.a), b: nameOf(own.b) }));
  rows.sort((x, y) => y.own.both.paths - x.own.both.paths || byName(x.a, y.a) || byName(x.b, y.b));
  return rows.map(({ own, effect, a, b }) => ({
    a,
    b,
    ...Object.fromEntries(CELLS.map((cell) => [cell, figuresOf(own[cell])])),
    ...Object.fromEntries(MEASURES.map(({ name, figure }) => [name, effectShown(effect[name], figure === 2)])),
  }));
}

/** @param is_money true for an effect in micros. */
function effectShown(found: Found, is_money: boolean): ReportJson {
  if ('reason' in found)
    return {
      interaction: null,
      interval: null,
      p_value: null,
      adjusted_p_value: null,
      finding: 'too little data',
      reason: found.reason,
    };
  const { interaction, low, high, p_value, adjusted_p_value } = found.effect;
  const shown = is_money ? amountOf : rounded;
  return {
    interaction: shown(interaction),
    interval: { low: shown(low), high: shown(high) },
    p_value: rounded(p_value),
    adjusted_p_value: rounded(adjusted_p_value),
    finding: findingOf(interaction, adjusted_p_value),
    reason: null,
  };
}

function findingOf(interaction: number, adjusted_p_value: number): string {
  if (adjusted_p_value > FALSE_DISCOVERIES) return 'no difference shown';
  return interaction > 0 ? 'more together' : 'less together';
}

/** @param limit the most channels that are listed. */
export function overlapParts(names: Names, channels: PairedChannels, overlap: Overlap, limit: number): ReportJson {
  const { people, only, both, all } = overlap;
  const reached = [...people.keys()].filter((code) => people[code]! > 0);
  reached.sort((a, b) => people[b]! - people[a]! || byName(names[a]!, names[b]!));
  const pairs = channels.codes.flatMap((of_b, b) =>
    channels.codes.slice(0, b).map((of_a, a) => ({
      a: names[of_a]!,
      b: names[of_b]!,
      people: both[pairNumber(a, b)]!,
      share_of_a: ratio(both[pairNumber(a, b)]!, people[of_a]!),
      share_of_b: ratio(both[pairNumber(a, b)]!, people[of_b]!),
    })),
  );
  return {
    people: all,
    channels: reached.slice(0, limit).map((code) => ({
      channel: names[code]!,
      people: people[code]!,
      people_only_here: only[code]!,
      share_of_people: ratio(people[code]!, all),
      share_only_here: ratio(only[code]!, people[code]!),
    })),
    channels_left_out: Math.max(0, reached.length - limit),
    pairs: pairs.sort((x, y) => y.people - x.people || byName(x.a, y.a) || byName(x.b, y.b)),
  };
}
