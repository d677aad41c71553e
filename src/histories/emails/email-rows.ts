/**
 * The email events of the log in memory, subject by subject. They stay apart from touchpoints, because they never earn credit and a pass
 * must not walk them. Of opens and clicks touchpoints tell.
 *
 * Rows that come after the filling are added at the end, and a chain leads through those of a subject, in no order. A report reads a
 * copy of {@link EmailRows}: it stays as it is while rows are added or arrays grow. Only the event loop reads them.
 */
import type { Position } from '../../warehouse/position.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import type { KeyIndex } from '../key-index.ts';
import { grown, shared } from '../room.ts';

/** What email events have in common, as texts. */
export const EMAIL_LABEL_COLUMNS = {
  brand_id: 'text',
  event_type: 'text',
  campaign_id: 'text?',
  email_id: 'text?',
  campaign_kind: 'text?',
  bounce_kind: 'text?',
} as const;
export type EmailLabelColumn = keyof typeof EMAIL_LABEL_COLUMNS;
export const EMAIL_LABEL_NAMES = Object.keys(EMAIL_LABEL_COLUMNS) as EmailLabelColumn[];
export type EmailLabel = Readonly<Record<EmailLabelColumn, string | null>>;

export interface EmailColumns {
  at_ms: Float64Array;
  /** Number of a label. */
  label: Uint32Array;
  /** The hash of the message, as touchpoints have it; 0 is none. */
  message: Float64Array;
  log_seq: Uint32Array;
  /** Number of a collector. */
  collector: Uint8Array;
}
const COLUMNS = ['at_ms', 'label', 'message', 'log_seq', 'collector'] as const;

export interface EmailRows extends EmailColumns {
  /** All email events up to here are in the rows. */
  position: Position;
  collectors: string[];
  /** The numbers of collectors that have rows. */
  writers: Set<number>;
  /** The list is replaced by a longer one when new labels come. */
  labels: readonly EmailLabel[];
  /** The number of a label by its texts as JSON. */
  label_numbers: Map<string, number>;
  /** The rows of subject number s that were there at the filling are those from starts[s] to before starts[s + 1]. */
  starts: Uint32Array;
  length: number;
  /** By subject, 1 and the place of its newest fresh row; 0 if it has none. */
  newest: Uint32Array;
  /** By fresh row, counted from the first one, 1 and the place of the one that came before; 0 if there is none. */
  older: Uint32Array;
  /** By subject, 1 and the first byte of the MD5 of its brand and id; 0 if it has no email event and nobody asked. */
  named_group: Uint16Array;
}

export const filledEmails = ({ starts }: Pick<EmailRows, 'starts'>): number => starts.at(-1)!;

export const lengthWithRoom = (length: number): number => length + Math.max(4_096, length >> 3);

/** Columns with room for `length` rows. */
export function emailColumns(length: number): EmailColumns {
  return {
    at_ms: shared(Float64Array, length),
    label: shared(Uint32Array, length),
    message: shared(Float64Array, length),
    log_seq: shared(Uint32Array, length),
    collector: shared(Uint8Array, length),
  };
}

/** Makes room for rows and subjects. Reports go on with the arrays that they have. */
export function reserveEmails(rows: EmailRows, length: number, subjects: number): void {
  if (length > rows.at_ms.length) {
    const room = lengthWithRoom(length);
    for (const name of COLUMNS) Object.assign(rows, { [name]: grown<EmailColumns[typeof name]>(rows[name], room) });
    rows.older = grown(rows.older, room - filledEmails(rows));
    // A report that has the old arrays must not meet a place beyond them.
    rows.newest = grown(rows.newest, rows.newest.length);
  }
  if (subjects > rows.newest.length) rows.newest = grown(rows.newest, lengthWithRoom(subjects));
  if (subjects > rows.named_group.length) rows.named_group = grown(rows.named_group, lengthWithRoom(subjects));
}

/** The rows of a subject as they lie in the order of subjects. */
export function emailRange({ starts }: Pick<EmailRows, 'starts'>, subject: number): [from: number, until: number] {
  return subject + 1 < starts.length ? [starts[subject]!, starts[subject + 1]!] : [0, 0];
}

/** New rows in which the fresh ones are in order with the others. @param view a copy, to which no row is added. */
export async function rebuildEmails(view: EmailRows, subjects: KeyIndex): Promise<EmailRows> {
  const { length, older, newest } = view;
  const turns = new WorkTurns();
  const count = subjects.size;
  const filled = filledEmails(view);
  const starts = shared(Uint32Array, count + 1);
  const target = emailColumns(lengthWithRoom(length));
  let to = 0;
  const copy = (from: number, until: number): void => {
    for (const name of COLUMNS) target[name].set(view[name].subarray(from, until), to);
    to += until - from;
  };
  for (let subject = 0; subject < count; subject++) {
    if (turns.ends(64)) await turns.next();
    const [from, until] = emailRange(view, subject);
    if (until > from) copy(from, until);
    for (let place = (newest[subject] ?? 0) - 1; place >= 0; place = older[place - filled]! - 1)
      if (place < length) copy(place, place + 1);
    starts[subject + 1] = to;
  }
  return {
    ...view,
    ...target,
    starts,
    length: to,
    newest: shared(Uint32Array, lengthWithRoom(count)),
    older: shared(Uint32Array, target.at_ms.length - to),
    label_numbers: new Map(view.label_numbers),
  };
}

/** The bytes that the arrays take. */
export function emailBytes(rows: EmailRows): number {
  return [...COLUMNS.map((name) => rows[name]), rows.starts, rows.newest, rows.older, rows.named_group].reduce(
    (sum, array) => sum + array.byteLength,
    0,
  );
}
