/**
 * New arrays in which fresh touchpoints are in order with the others. Rows may be added to the old histories meanwhile: they are
 * not in the new ones, which end at the position where the work began.
 */
import { WorkTurns } from '../warehouse/work-turns.ts';
import { rebuildEmails } from './emails/email-rows.ts';
import { prepareMessages } from './emails/shared-messages.ts';
import {
  emptyChains,
  type Histories,
  lengthWithRoom,
  newestFresh,
  olderFresh,
  TOUCH_COLUMNS,
  type TouchColumns,
  touchColumns,
  viewOf,
} from './histories.ts';
import { prepareLabels } from './label-facts.ts';
import { shared } from './room.ts';

export async function rebuildHistories(old: Histories): Promise<Histories> {
  const { position, reclassified, length } = old;
  const columns = viewOf(old);
  const { emails } = columns;
  const subjects = old.subjects.size;
  const starts = shared(Uint32Array, subjects + 1);
  const target = touchColumns(lengthWithRoom(length), {
    tie: columns.tie instanceof Uint16Array ? 0 : 2 ** 16,
    // Labels that come meanwhile may be among those of the copied rows.
    label: columns.label instanceof Uint16Array ? 0 : 2 ** 16,
  });
  const turns = new WorkTurns();
  let to = 0;
  /** Rows that lie together and are not copied yet. */
  let [from, until] = [0, 0];
  const copyRun = (): void => {
    for (const name of TOUCH_COLUMNS) target[name].set(columns[name].subarray(from, until), to - (until - from));
  };
  for (let subject = 0; subject < subjects; subject++) {
    if (turns.ends(64)) await turns.next();
    const [first, end] =
      subject + 1 < old.starts.length ? [old.starts[subject]!, old.starts[subject + 1]!] : [until, until];
    const fresh = freshOf(columns, subject, length);
    if (fresh.length === 0) {
      to += end - first;
      until = end;
    } else {
      copyRun();
      const order = inOrder(columns, first, end, fresh);
      for (const name of TOUCH_COLUMNS)
        for (let i = 0; i < order.length; i++) target[name][to + i] = columns[name][order[i]!]!;
      to += order.length;
      [from, until] = [end, end];
    }
    if (until - from > MAX_RUN) {
      copyRun();
      from = until;
    }
    starts[subject + 1] = to;
  }
  copyRun();
  // The old histories may number further labels otherwise, so what is known of labels must not be shared with them.
  const labels = [...old.labels];
  await prepareLabels(labels);
  const rebuilt: Histories = {
    ...old,
    ...target,
    labels,
    label_numbers: null,
    position,
    reclassified,
    filled: { position, reclassified },
    starts,
    length: to,
    ...emptyChains({ starts, at_ms: target.at_ms }),
    emails: emails === null ? null : await rebuildEmails(emails, old.subjects),
  };
  await prepareMessages(rebuilt);
  return rebuilt;
}

/** The fresh touchpoints of a subject before a place, in order. */
function freshOf(view: Histories, subject: number, length: number): number[] {
  const fresh: number[] = [];
  for (let place = newestFresh(view, subject); place >= 0; place = olderFresh(view, place))
    if (place < length) fresh.push(place);
  return fresh.reverse();
}

/** So many rows are copied in one go. */
const MAX_RUN = 100_000;

/** The places of a range and of a list, both in order, in one order. */
function inOrder({ at_ms, tie }: TouchColumns, first: number, end: number, fresh: readonly number[]): number[] {
  const order: number[] = [];
  let f = 0;
  for (let place = first; place < end; place++) {
    while (f < fresh.length && (at_ms[fresh[f]!]! - at_ms[place]! || tie[fresh[f]!]! - tie[place]!) < 0)
      order.push(fresh[f++]!);
    order.push(place);
  }
  while (f < fresh.length) order.push(fresh[f++]!);
  return order;
}
