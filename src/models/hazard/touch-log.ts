/** The touches of all people of a fit, with the names that the fit knows. */

import { TributaryError } from '../../domain/errors.ts';
import { grown } from '../../histories/room.ts';
import { inBlocks, WorkTurns } from '../../warehouse/work-turns.ts';
import { codeStates, isView, type Naming, stateOf } from '../grain.ts';
import { MAX_FIT_TOUCHES } from '../paths/paths.ts';
import { TouchRules } from './touch-rules.ts';
import type { TouchKind, TouchSource } from './touch-source.ts';

/** Views and actions of a channel are fitted apart where it has at least this many of each. */
const SPLIT_TOUCHES = 500;

/** The touches of all people. Those of person p are offsets[p] to before offsets[p + 1]. */
export interface TouchLog {
  states: string[];
  touch_offsets: Uint32Array;
  touch_ms: Float64Array;
  touch_state: Uint16Array;
  naming: Naming;
}

/** Reads the touches of `people` persons. @throws unprocessable above a limit of a fit. */
export async function readTouchLog(source: TouchSource, people: number, naming: Naming | 'auto'): Promise<TouchLog> {
  const rules = new TouchRules(source.kinds);
  const touch_offsets = new Uint32Array(people + 1);
  let touch_ms = new Float64Array(1 << 16);
  let touch_kind = new Uint32Array(1 << 16);
  let known = 0;
  await source.visit((person, touches) => {
    const kept = rules.keep(touches);
    // Above the limit they are only counted.
    if (known + kept <= MAX_FIT_TOUCHES) {
      if (known + kept > touch_ms.length) {
        touch_ms = grown(touch_ms, 2 * (known + kept));
        touch_kind = grown(touch_kind, 2 * (known + kept));
      }
      touch_ms.set(touches.at_ms.subarray(0, kept), known);
      touch_kind.set(touches.kind.subarray(0, kept), known);
    }
    known += kept;
    touch_offsets[person + 1] = known;
  });
  if (known > MAX_FIT_TOUCHES)
    throw new TributaryError(
      'unprocessable',
      `end: ${known} touches lie before it; a fit takes at most ${MAX_FIT_TOUCHES}. Fit one brand, or choose an earlier end`,
      { field: 'end' },
    );
  fillGaps(touch_offsets);
  const counts = new Float64Array(source.kinds.length);
  await inBlocks(known, (from, until) => {
    for (let t = from; t < until; t++) counts[touch_kind[t]!]! += 1;
  });
  const chosen: Naming =
    naming === 'auto' ? { grain: 'channel', split_views: worthSplitting(source.kinds, counts) } : naming;
  const { states, codes } = codeStates(source.kinds.map((kind, i) => (counts[i] === 0 ? null : stateOf(kind, chosen))));
  const touch_state = new Uint16Array(known);
  await inBlocks(known, (from, until) => {
    for (let t = from; t < until; t++) touch_state[t] = codes[touch_kind[t]!]!;
  });
  await sortTies(touch_offsets, touch_ms, touch_state);
  return { states, touch_offsets, touch_ms: touch_ms.slice(0, known), touch_state, naming: chosen };
}

/** The channels with enough views and enough actions to fit an effect of each. */
function worthSplitting(kinds: readonly TouchKind[], counts: Float64Array): string[] {
  const channels = new Map<string, { views: number; actions: number }>();
  for (const [i, kind] of kinds.entries()) {
    const sums = channels.get(kind.channel!) ?? { views: 0, actions: 0 };
    sums[isView(kind) ? 'views' : 'actions'] += counts[i]!;
    channels.set(kind.channel!, sums);
  }
  const worth = [...channels].filter(([, { views, actions }]) => views >= SPLIT_TOUCHES && actions >= SPLIT_TOUCHES);
  return worth.map(([channel]) => channel).sort();
}

/** Puts the touches of a person at one instant in the order of their codes. They are in order of time. */
async function sortTies(offsets: Uint32Array, touch_ms: Float64Array, touch_state: Uint16Array): Promise<void> {
  const turns = new WorkTurns();
  for (let p = 0; p + 1 < offsets.length; p++) {
    if (turns.ends(256)) await turns.next();
    const end = offsets[p + 1]!;
    for (let from = offsets[p]!; from < end; ) {
      let until = from + 1;
      while (until < end && touch_ms[until] === touch_ms[from]) until += 1;
      if (until - from > 1) touch_state.subarray(from, until).sort();
      from = until;
    }
  }
}

/** Sets the offset of each person without entries to the end of the person before. */
export function fillGaps(offsets: Uint32Array): void {
  for (let p = 1; p < offsets.length; p++) if (offsets[p]! < offsets[p - 1]!) offsets[p] = offsets[p - 1]!;
}
