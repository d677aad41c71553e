/** The programs that spend can be read from. */
import { GOOGLE_ADS } from './google-ads/google-ads.ts';
import { META_ADS } from './meta-ads/meta-ads.ts';
import type { PullSource } from './pull.ts';
import { SPEND_SHEET } from './spend-sheet/spend-sheet.ts';

const ALL: readonly PullSource[] = [GOOGLE_ADS, META_ADS, SPEND_SHEET];

/** @returns a sentence if there is none of this name. */
export function pullSourceNamed(kind: string): PullSource | string {
  const kinds = ALL.map((source) => source.kind);
  return (
    ALL.find((source) => source.kind === kind) ??
    `${JSON.stringify(kind.slice(0, 60))} is not one of ${kinds.join(', ')}`
  );
}
