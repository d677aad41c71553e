/** What an acknowledgement says of records that are known with other content, as far as this process remembers. */

import { recordKind } from '../domain/index.ts';
import { sentId } from '../domain/page-conversion.ts';
import type { Acknowledgement } from './acknowledgement.ts';
import type { KeptPart } from './kept-part.ts';
import type { KeptRecord } from './kept-record.ts';
import type { RecentIds } from './recent-ids.ts';

const CONFLICT =
  'conflict: this id was accepted before with other content, and the first record counts; send a change as a record of its own, such as an adjustment, or another event under another id';

/** @param indexes the places of the records in their envelope. */
export function conflictsOf(
  records: readonly KeptRecord[],
  indexes: readonly number[],
  recent: RecentIds,
): NonNullable<Acknowledgement['conflicts']> {
  const conflicts: NonNullable<Acknowledgement['conflicts']> = [];
  for (let i = 0; i < records.length; i++) {
    const kept = records[i]!;
    const { id_field, kept: which } = recordKind(kept.record);
    if (which === 'latest') continue;
    if (recent.conflicts(kept, id_field))
      conflicts.push({ index: indexes[i]!, id: sentId(kept.item, id_field) as string, reason: CONFLICT });
  }
  return conflicts;
}

/** The same for a part, by the places of its records. */
export function conflictsOfPart(part: KeptPart, recent: RecentIds): Array<{ index: number; reason: string }> {
  if (recordKind(part.record).kept === 'latest') return [];
  return part.conflicts(recent).map((index) => ({ index, reason: CONFLICT }));
}
