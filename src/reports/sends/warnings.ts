/** What the report on the effects of sends left out. */

import { MS_PER_DAY } from '../../domain/time.ts';
import type { Warning } from '../warning.ts';
import { LONGEST_BLAST_MS, MAX_BLASTS } from './asked.ts';
import type { Found } from './blasts.ts';
import { type Side, waveKey } from './compare.ts';
import type { Wave } from './waves.ts';

export function warningsOf(
  { further, long }: Found,
  {
    waves,
    over,
    left_out,
    sides,
  }: { waves: readonly Wave[]; over: readonly Wave[]; left_out: number; sides: readonly Side[] },
): Warning[] {
  const with_others = new Set(
    sides.filter(({ is_treated }) => !is_treated).map((own) => waveKey(own.blast_no, own.wave_no)),
  );
  const alone = over.filter(({ blast_no, wave_no }) => !with_others.has(waveKey(blast_no, wave_no)));
  const found: Warning[] = [
    {
      code: 'further_blasts',
      count: further,
      message: `blasts of the period are left out, beyond the newest ${MAX_BLASTS}; ask for a shorter period or one campaign`,
    },
    {
      code: 'long_sending',
      count: long,
      message: `emails went on for more than ${LONGEST_BLAST_MS / MS_PER_DAY} days without a pause, so they are no blast`,
    },
    {
      code: 'windows_not_over',
      count: waves.length - over.length,
      message: 'waves are left out, because their window is not over',
    },
    {
      code: 'waves_without_others',
      count: alone.length,
      message:
        'waves have nobody to compare with: everyone else was sent before the end of the window. Ask with a smaller window_hours, or send waves further apart',
    },
    {
      code: 'new_to_list',
      count: left_out,
      message: 'people were sent a blast and are not compared: they were not on the list before, or had left it',
    },
  ];
  return found.filter(({ count }) => count > 0);
}
