/** Reads email events into memory, and adds those that came since. */
import { hash } from 'node:crypto';
import { subjectKey } from '../../domain/subject.ts';
import type { Snapshot } from '../../warehouse/port.ts';
import { atOrBefore, between, isWithin, type Position } from '../../warehouse/position.ts';
import { read, readAll } from '../../warehouse/read-row.ts';
import { materialise } from '../../warehouse/relation.ts';
import { WorkTurns } from '../../warehouse/work-turns.ts';
import type { KeyIndex } from '../key-index.ts';
import { HISTORY_EMAIL_LABELS, HISTORY_RECIPIENTS, hashed } from '../relations.ts';
import { shared } from '../room.ts';
import {
  EMAIL_LABEL_COLUMNS,
  EMAIL_LABEL_NAMES,
  type EmailLabel,
  type EmailRows,
  emailColumns,
  filledEmails,
  lengthWithRoom,
  reserveEmails,
} from './email-rows.ts';

/** Log positions of one page. */
const PAGE = 2_000_000;
const MAX_LABELS = 2 ** 18;
const MAX_COLLECTORS = 2 ** 8;

/** SQL for the email events `e` that can count. */
const COUNTS = 'e.occurred_at is not null and e.event_type is not null and e.customer_id is not null';

/** Reads the email events up to a position. Their subjects are added. @returns null if they do not fit. */
export async function fillEmails(
  snapshot: Snapshot,
  position: Position,
  subjects: KeyIndex,
): Promise<EmailRows | null> {
  const collectors = [...position.keys()].sort();
  if (collectors.length > MAX_COLLECTORS) return null;
  const seen = `${atOrBefore('e', position)} and ${COUNTS}`;
  const labels = await readLabels(snapshot, seen);
  if (labels === null) return null;
  const { slots, events, groups } = await readRecipients(snapshot, seen, subjects);
  const starts = shared(Uint32Array, subjects.size + 1);
  for (let slot = 0; slot < slots.length; slot++) starts[slots[slot]! + 1]! += events[slot]!;
  for (let subject = 0; subject < subjects.size; subject++) starts[subject + 1]! += starts[subject]!;
  const length = starts.at(-1)!;
  const rows: EmailRows = {
    ...emailColumns(lengthWithRoom(length)),
    position: new Map(position),
    collectors,
    writers: new Set(),
    labels,
    label_numbers: new Map(labels.map((label, number) => [textOf(label), number])),
    starts,
    length,
    newest: shared(Uint32Array, lengthWithRoom(subjects.size)),
    older: shared(Uint32Array, lengthWithRoom(length) - length),
    named_group: shared(Uint16Array, lengthWithRoom(subjects.size)),
  };
  for (let slot = 0; slot < slots.length; slot++) rows.named_group[slots[slot]!] = groups[slot]! + 1;
  await readPages(snapshot, position, rows, slots);
  return rows;
}

const textOf = (label: EmailLabel): string => JSON.stringify(EMAIL_LABEL_NAMES.map((name) => label[name]));

const labelOf = (texts: ReadonlyArray<string | null>): EmailLabel =>
  Object.fromEntries(EMAIL_LABEL_NAMES.map((name, i) => [name, texts[i]])) as EmailLabel;

const LABEL_TEXTS = EMAIL_LABEL_NAMES.map((name) => `e.${name} as ${name}`).join(', ');

/** Makes `history_email_labels` and reads it, in order of numbers. Null if there are too many. */
async function readLabels(snapshot: Snapshot, seen: string): Promise<EmailLabel[] | null> {
  await materialise(
    snapshot,
    HISTORY_EMAIL_LABELS,
    `with kinds as (select distinct ${LABEL_TEXTS} from email_events e where ${seen})
     select row_number() over (order by k.event_type) - 1 as label_no, ${EMAIL_LABEL_NAMES.map((name) => `k.${name} as ${name}`).join(', ')} from kinds k`,
  );
  const [size] = await snapshot.query(`select count(*) as n from ${HISTORY_EMAIL_LABELS.name}`);
  if (read(size, { n: 'number' }).n > MAX_LABELS) return null;
  const labels: EmailLabel[] = [];
  await snapshot.columns(
    `select ${LABEL_TEXTS} from ${HISTORY_EMAIL_LABELS.name} e order by e.label_no`,
    {},
    ({ rows, cells }) => {
      for (let i = 0; i < rows; i++) labels.push(labelOf(cells.map((cell) => cell[i] as string | null)));
    },
  );
  return labels;
}

/** Makes `history_recipients`. @returns by its slot, the number of the subject, its events, and the group that its name is in. */
async function readRecipients(
  snapshot: Snapshot,
  seen: string,
  subjects: KeyIndex,
): Promise<{ slots: Uint32Array; events: Uint32Array; groups: Uint8Array }> {
  await materialise(
    snapshot,
    HISTORY_RECIPIENTS,
    `with counted as (select e.brand_id as brand_id, e.customer_id as id, count(*) as events from email_events e where ${seen} group by e.brand_id, e.customer_id)
     select c.brand_id as brand_id, c.id as id, row_number() over (order by c.brand_id, c.id) - 1 as slot, c.events as events from counted c`,
  );
  const [size] = await snapshot.query(`select count(*) as n from ${HISTORY_RECIPIENTS.name}`);
  const { n } = read(size, { n: 'number' });
  const [slots, events, groups] = [new Uint32Array(n), new Uint32Array(n), new Uint8Array(n)];
  const turns = new WorkTurns();
  const STEP = 50_000;
  for (let from = 0; from < n; from += STEP) {
    const sql = `select float64(r.slot) as slot, r.brand_id as brand_id, r.id as id, float64(r.events) as events, float64(hash256(concat(r.brand_id, '/', r.id))) as person_group
      from ${HISTORY_RECIPIENTS.name} r where r.slot >= ${from} and r.slot < ${from + STEP}`;
    const parts: Array<Parameters<Parameters<Snapshot['columns']>[2]>[0]> = [];
    await snapshot.columns(sql, {}, (part) => void parts.push(part));
    for (const { rows, cells } of parts)
      for (let i = 0; i < rows; i++) {
        if (turns.ends(64)) await turns.next();
        const slot = cells[0]![i] as number;
        slots[slot] = subjectOf(subjects, cells[1]![i] as string, cells[2]![i] as string);
        events[slot] = cells[3]![i] as number;
        groups[slot] = cells[4]![i] as number;
      }
  }
  return { slots, events, groups };
}

function subjectOf(subjects: KeyIndex, brand_id: string, id: string): number {
  const key = subjectKey(brand_id, id);
  return subjects.add(Number(key >> 32n), Number(key & 0xffffffffn));
}

/** Reads all rows in pages of log positions. */
async function readPages(snapshot: Snapshot, position: Position, to: EmailRows, slots: Uint32Array): Promise<void> {
  const same = EMAIL_LABEL_NAMES.map((name) =>
    EMAIL_LABEL_COLUMNS[name].endsWith('?') ? `same(l.${name}, e.${name})` : `l.${name} = e.${name}`,
  );
  const sql = `select float64(r.slot) as slot, float64(epoch_ms(e.occurred_at)) as at_ms, float64(l.label_no) as label_no, float64(${hashed('e.message_id')}) as message, float64(e.log_seq) as log_seq
    from email_events e
    join ${HISTORY_RECIPIENTS.name} r on r.brand_id = e.brand_id and r.id = e.customer_id
    join ${HISTORY_EMAIL_LABELS.name} l on ${same.join(' and ')}
    where ${COUNTS} and e.collector_id = $collector_id and e.log_seq > $after_seq and e.log_seq <= $until_seq`;
  const next = to.starts.slice();
  const turns = new WorkTurns();
  for (const [c, collector_id] of to.collectors.entries()) {
    const last = position.get(collector_id)!;
    for (let after_seq = 0; after_seq < last; after_seq += PAGE) {
      const until_seq = Math.min(last, after_seq + PAGE);
      await snapshot.columns(sql, { collector_id, after_seq, until_seq }, ({ rows, cells }) => {
        const [own, ats, labels, messages, seqs] = cells as ReadonlyArray<ArrayLike<number>>;
        if (rows > 0) to.writers.add(c);
        for (let i = 0; i < rows; i++) {
          const at = next[slots[own![i]!]!]!++;
          to.at_ms[at] = ats![i]!;
          to.label[at] = labels![i]!;
          to.message[at] = messages![i]!;
          to.log_seq[at] = seqs![i]!;
          to.collector[at] = c;
        }
      });
      if (turns.ends(1)) await turns.next();
    }
  }
}

/** A fresh row before it is added. */
interface Fresh {
  brand_id: string;
  id: string;
  at_ms: number;
  message: number;
  log_seq: number;
  collector_id: string;
  label: number;
}

/**
 * Adds the rows up to a later position. Everything is read before anything is added.
 * @returns the rows; others if all had to be read again; null if they do not fit.
 */
export async function extendEmails(
  rows: EmailRows,
  snapshot: Snapshot,
  upto: Position,
  subjects: KeyIndex,
): Promise<EmailRows | null> {
  if (isWithin(upto, rows.position)) return rows;
  const added: EmailLabel[] = [];
  const fresh = await readFresh(snapshot, rows, upto, added);
  if (!(await isWhole(rows, snapshot, upto, fresh))) return fillEmails(snapshot, upto, subjects);
  const collectors = [...new Set([...rows.collectors, ...fresh.map(({ collector_id }) => collector_id)])];
  if (rows.labels.length + added.length > MAX_LABELS || collectors.length > MAX_COLLECTORS) return null;
  for (const label of added) rows.label_numbers.set(textOf(label), rows.label_numbers.size);
  if (added.length > 0) rows.labels = [...rows.labels, ...added];
  rows.collectors = collectors;
  const turns = new WorkTurns();
  const own = new Uint32Array(fresh.length);
  for (const [i, { brand_id, id }] of fresh.entries()) {
    own[i] = subjectOf(subjects, brand_id, id);
    if (turns.ends(64)) await turns.next();
  }
  reserveEmails(rows, rows.length + fresh.length, subjects.size);
  const filled = filledEmails(rows);
  const first = rows.length;
  for (const [i, { brand_id, id, at_ms, message, log_seq, collector_id, label }] of fresh.entries()) {
    const subject = own[i]!;
    const place = first + i;
    rows.at_ms[place] = at_ms;
    rows.label[place] = label;
    rows.message[place] = message;
    rows.log_seq[place] = log_seq;
    const writer = collectors.indexOf(collector_id);
    rows.writers.add(writer);
    rows.collector[place] = writer;
    if (rows.named_group[subject] === 0) rows.named_group[subject] = 1 + groupOfName(`${brand_id}/${id}`);
    rows.older[place - filled] = rows.newest[subject]!;
    rows.newest[subject] = place + 1;
    if (turns.ends(64)) await turns.next();
  }
  // Both are told at once: whoever reads the rows up to this position needs no look at each of them.
  rows.length = first + fresh.length;
  rows.position = new Map(upto);
  return rows;
}

/** hash256 of the engines. @param name brand and id of a person: `brand_id/id`. */
export const groupOfName = (name: string): number => Number.parseInt(hash('md5', name, 'hex').slice(0, 2), 16);

async function readFresh(snapshot: Snapshot, rows: EmailRows, upto: Position, added: EmailLabel[]): Promise<Fresh[]> {
  const fresh: Fresh[] = [];
  const numbers = new Map<string, number>();
  const numberOf = (texts: ReadonlyArray<string | null>): number => {
    const text = JSON.stringify(texts);
    const known = rows.label_numbers.get(text) ?? numbers.get(text);
    if (known !== undefined) return known;
    const next = rows.labels.length + added.length;
    added.push(labelOf(texts));
    numbers.set(text, next);
    return next;
  };
  const sql = `select e.customer_id as id, float64(epoch_ms(e.occurred_at)) as at_ms, float64(${hashed('e.message_id')}) as message, float64(e.log_seq) as log_seq, e.collector_id as collector_id, ${LABEL_TEXTS}
    from email_events e where ${COUNTS} and ${between('e', rows.position, upto)}`;
  await snapshot.columns(sql, {}, ({ rows: count, cells }) => {
    const [ids, ats, messages, seqs, collectors, ...texts] = cells;
    for (let i = 0; i < count; i++)
      fresh.push({
        brand_id: texts[0]![i] as string,
        id: ids![i] as string,
        at_ms: ats![i] as number,
        message: messages![i] as number,
        log_seq: seqs![i] as number,
        collector_id: collectors![i] as string,
        label: numberOf(texts.map((cell) => cell[i] as string | null)),
      });
  });
  return fresh;
}

/** Where several collectors write, an engine may let a fresh row take the place of an older one with the same id. */
async function isWhole(rows: EmailRows, snapshot: Snapshot, upto: Position, fresh: readonly Fresh[]): Promise<boolean> {
  const before = [...rows.writers].map((writer) => rows.collectors[writer]!);
  if (fresh.length === 0 || new Set([...before, ...fresh.map(({ collector_id }) => collector_id)]).size < 2)
    return true;
  const [row] = await snapshot.query(
    `select count(*) as n from email_events e where ${atOrBefore('e', upto)} and ${COUNTS}`,
  );
  return read(row, { n: 'number' }).n === rows.length + fresh.length;
}

/** The groups of names of persons that no email event names, from `persons`. */
export async function readNamedGroups(
  snapshot: Snapshot,
  persons: string,
  subjects: KeyIndex,
  rows: EmailRows,
): Promise<void> {
  const sql = `select p.brand_id as brand_id, p.person_id as id from ${persons} p group by p.brand_id, p.person_id`;
  const turns = new WorkTurns();
  reserveEmails(rows, rows.length, subjects.size);
  for (const { brand_id, id } of readAll(await snapshot.query(sql), { brand_id: 'text', id: 'text' })) {
    if (turns.ends(64)) await turns.next();
    const subject = subjectOf(subjects, brand_id, id);
    if (subject < rows.named_group.length) rows.named_group[subject] = 1 + groupOfName(`${brand_id}/${id}`);
  }
}
