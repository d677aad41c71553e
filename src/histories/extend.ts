/**
 * Adds fresh rows of the log to histories. Everything is read before anything is added, so a read that fails changes nothing. The
 * new position is told last: until then no report counts the new rows.
 */

import { withVerdicts } from '../attribution/touches.ts';
import { NO_VERDICTS, VERDICTS } from '../attribution/verdict-relations.ts';
import { latestVerdicts, RECLASSIFIED } from '../log/verdicts.ts';
import type { Columns, Snapshot } from '../warehouse/port.ts';
import { atOrBefore, between, type Position } from '../warehouse/position.ts';
import { read, readAll } from '../warehouse/read-row.ts';
import { materialise } from '../warehouse/relation.ts';
import { mapInTurns, sortInTurns, WorkTurns } from '../warehouse/work-turns.ts';
import { extendConsents } from './consents/consent-rows.ts';
import { extendEmails } from './emails/fill-emails.ts';
import { fits, LABEL_NAMES, labelOf, labelTexts, MAX_LABELS, MAX_TOUCHES } from './fill.ts';
import { FreshRows } from './fresh-rows.ts';
import { filledRows, type Histories, type Label, newestFresh, olderFresh, placeOf, reserve } from './histories.ts';
import { keyHalves } from './key-index.ts';
import { continueLabels } from './label-facts.ts';
import { extendOrders } from './orders/fill-orders.ts';
import { extendSegments } from './orders/fill-segments.ts';
import { hashed } from './relations.ts';
import { sharedCopy, typeOf } from './room.ts';

/** The rows between two positions. */
interface Span {
  after: Position;
  upto: Position;
}

/** SQL for what finds a touchpoint `t` in memory. */
const WHERE_IT_IS = `${keyHalves('t.subject_key', 'subject')}, float64(epoch_ms(t.occurred_at)) as at_ms, float64(t.log_seq) as log_seq, t.collector_id as collector_id`;

/**
 * Adds the rows up to a position of the snapshot.
 * @returns false if they do not fit. Then the histories are of no more use.
 */
export async function extendHistories(histories: Histories, snapshot: Snapshot, upto: Position): Promise<boolean> {
  if (!fits(upto)) return false;
  const span = { after: histories.position, upto };
  const numbers = await LabelNumbers.of(histories);
  const touches = await readTouches(snapshot, span, numbers);
  if (!(await isWhole(histories, snapshot, upto, touches))) return false;
  const ties = touches.length === 0 ? new FreshRows(['tie']) : await readTies(snapshot, span);
  const { reclassified, relabelled } = await readReclassified(snapshot, span, numbers);
  if (numbers.size > MAX_LABELS || histories.length + touches.length > MAX_TOUCHES) return false;
  for (const name of upto.keys()) if (!histories.collectors.includes(name)) histories.collectors.push(name);
  await extendOrders(histories.orders, snapshot, upto);
  if (!(await extendSegments(histories.orders, snapshot, upto))) return false;
  if (!(await extendConsents(histories.consents, snapshot, upto, histories))) return false;
  const { emails } = histories;
  if (emails !== null) histories.emails = await extendEmails(emails, snapshot, upto, histories.subjects);
  numbers.keep();
  for (const name of touches.collectors) histories.writers.add(histories.collectors.indexOf(name));
  await addTouches(histories, touches, ties);
  await relabel(histories, relabelled);
  histories.reclassified = new Map([...histories.reclassified, ...reclassified]);
  histories.position = new Map(upto);
  return true;
}

/**
 * Where several collectors write, an engine may let a fresh touchpoint take the place of an older one with the same id. Then there
 * are fewer touchpoints than those in memory and the fresh ones together.
 */
async function isWhole(histories: Histories, snapshot: Snapshot, upto: Position, touches: FreshRows): Promise<boolean> {
  const before = [...histories.writers].map((writer) => histories.collectors[writer]!);
  if (touches.length === 0 || new Set([...before, ...touches.collectors]).size < 2) return true;
  const [row] = await snapshot.query(`select count(*) as n from touchpoints t where ${atOrBefore('t', upto)}`);
  return read(row, { n: 'number' }).n === histories.length + touches.length;
}

/** The numbers of labels. New ones are kept together, once everything is read. */
class LabelNumbers {
  private readonly added = new Map<string, number>();
  private readonly labels: Label[] = [];

  private constructor(
    private readonly histories: Histories,
    private readonly known: Map<string, number>,
  ) {}

  static async of(histories: Histories): Promise<LabelNumbers> {
    histories.label_numbers ??= new Map(await mapInTurns(histories.labels.entries(), numberOfLabel));
    return new LabelNumbers(histories, histories.label_numbers);
  }

  get size(): number {
    return this.histories.labels.length + this.labels.length;
  }

  /** @param cells the columns of {@link labelTexts}. */
  of(cells: Columns['cells'], row: number): number {
    const texts = cells.map((cell) => cell[row] as string | null);
    const text = JSON.stringify(texts);
    const number = this.known.get(text) ?? this.added.get(text);
    if (number !== undefined) return number;
    const next = this.size;
    this.labels.push(labelOf(texts));
    this.added.set(text, next);
    return next;
  }

  keep(): void {
    if (this.labels.length > 0) {
      const labels = [...this.histories.labels, ...this.labels];
      continueLabels(this.histories.labels, labels);
      this.histories.labels = labels;
    }
    for (const [text, number] of this.added) this.known.set(text, number);
    const { label, labels } = this.histories;
    if (label instanceof Uint16Array && labels.length > 2 ** 16) this.histories.label = sharedCopy(label, Uint32Array);
  }
}

const numberOfLabel = ([number, label]: [number, Label]): [string, number] => [
  JSON.stringify(LABEL_NAMES.map((name) => label[name])),
  number,
];

async function readTouches(snapshot: Snapshot, { after, upto }: Span, numbers: LabelNumbers): Promise<FreshRows> {
  const touches = new FreshRows(['message', 'session', 'label']);
  const sql = `select ${WHERE_IT_IS}, float64(${hashed('t.message_id')}) as message, float64(${hashed('t.session_id')}) as session, ${labelTexts(NO_VERDICTS)}
    from touchpoints t where ${between('t', after, upto)}`;
  await snapshot.columns(sql, {}, ({ rows, cells }) => {
    const [message, session, ...labels] = cells.slice(FreshRows.PLACE_COLUMNS);
    touches.add({ rows, cells }, [
      message as ArrayLike<number>,
      session as ArrayLike<number>,
      Float64Array.from({ length: rows }, (_, row) => numbers.of(labels, row)),
    ]);
  });
  return touches;
}

/**
 * The touchpoints of the instants that fresh rows share with others, and their places in order of their ids. Later ones come first:
 * places only grow, so the order among those that were there stays right while they are told.
 */
async function readTies(snapshot: Snapshot, { after, upto }: Span): Promise<FreshRows> {
  const seen = atOrBefore('t', upto);
  const ties = new FreshRows(['tie']);
  const sql = `with instants as (select distinct t.occurred_at as occurred_at from touchpoints t where ${between('t', after, upto)}),
      tied as (
        select t.subject_key as subject_key, t.occurred_at as occurred_at, t.log_seq as log_seq, t.collector_id as collector_id,
          row_number() over (partition by t.occurred_at order by t.touchpoint_id) as tie_no, count(*) over (partition by t.occurred_at) as n
        from touchpoints t where ${seen} and t.occurred_at in (select i.occurred_at from instants i))
    select ${WHERE_IT_IS}, float64(t.tie_no) as tie_no from tied t where t.n > 1 order by t.occurred_at, t.tie_no desc`;
  await snapshot.columns(sql, {}, ({ rows, cells }) =>
    ties.add({ rows, cells }, [cells[FreshRows.PLACE_COLUMNS] as ArrayLike<number>]),
  );
  return ties;
}

/** The touchpoints that were reclassified, with their labels, and the last reclassification of each collector. */
async function readReclassified(
  snapshot: Snapshot,
  { after, upto }: Span,
  numbers: LabelNumbers,
): Promise<{ reclassified: Position; relabelled: FreshRows }> {
  const relabelled = new FreshRows(['label']);
  const fresh = between('r', after, upto);
  const rows = await snapshot.query(
    `select r.collector_id as collector_id, max(r.log_seq) as log_seq from reclassifications r where ${fresh} group by r.collector_id`,
  );
  const last = readAll(rows, { collector_id: 'text', log_seq: 'number' });
  const reclassified = new Map(last.map(({ collector_id, log_seq }) => [collector_id, log_seq]));
  if (last.length === 0) return { reclassified, relabelled };
  const of_fresh = `join (select distinct r.brand_id as brand_id, r.touchpoint_id as touchpoint_id from reclassifications r where ${fresh}) f
    on f.brand_id = r.brand_id and f.touchpoint_id = r.touchpoint_id`;
  const judged = await materialise(snapshot, VERDICTS, latestVerdicts(upto, RECLASSIFIED, of_fresh));
  const verdicts = { ...NO_VERDICTS, judged };
  const sql = `select ${WHERE_IT_IS}, ${labelTexts(verdicts)}
    from touchpoints t ${withVerdicts(verdicts)} where v.touchpoint_id is not null and ${atOrBefore('t', upto)}`;
  await snapshot.columns(sql, {}, ({ rows: count, cells }) => {
    const labels = cells.slice(FreshRows.PLACE_COLUMNS);
    relabelled.add({ rows: count, cells }, [Float64Array.from({ length: count }, (_, row) => numbers.of(labels, row))]);
  });
  return { reclassified, relabelled };
}

/** Adds touchpoints at the end of the arrays. */
async function addTouches(histories: Histories, touches: FreshRows, ties: FreshRows): Promise<void> {
  const first = histories.length;
  const length = first + touches.length;
  const places = new Map<number, number>();
  const turns = new WorkTurns();
  const subjects = subjectsOf(histories, touches);
  reserve(histories, length, histories.subjects.size);
  for (let i = 0; i < touches.length; i++) {
    if (turns.ends(64)) await turns.next();
    const place = first + i;
    const { at_ms, log_seq, collector } = touches.row(i, histories.collectors);
    histories.at_ms[place] = at_ms;
    histories.message[place] = touches.value('message', i);
    histories.session[place] = touches.value('session', i);
    histories.label[place] = touches.value('label', i);
    histories.log_seq[place] = log_seq;
    histories.collector[place] = collector;
    places.set(numberOf(collector, log_seq), place);
    histories.first_ms = Math.min(histories.first_ms, at_ms);
  }
  histories.length = length;
  await tellTies(histories, places, ties);
  await chain(histories, subjects, first);
}

const numberOf = (collector: number, log_seq: number): number => collector * 2 ** 32 + log_seq;

async function tellTies(histories: Histories, places: ReadonlyMap<number, number>, ties: FreshRows): Promise<void> {
  if (histories.tie instanceof Uint16Array && ties.largest('tie') >= 2 ** 16)
    histories.tie = sharedCopy(histories.tie, Uint32Array);
  const turns = new WorkTurns();
  for (let i = 0; i < ties.length; i++) {
    if (turns.ends(64)) await turns.next();
    const row = ties.row(i, histories.collectors);
    const place = places.get(numberOf(row.collector, row.log_seq)) ?? findPlace(histories, row);
    if (place >= 0) Atomics.store(histories.tie, place, ties.value('tie', i));
  }
}

function findPlace(histories: Histories, row: ReturnType<FreshRows['row']>): number {
  const subject = histories.subjects.find(row.subject_high, row.subject_low);
  return subject < 0 ? -1 : placeOf(histories, subject, row);
}

/**
 * Puts the rows from `first` on into the chains of their subjects, in order of instant and tie. The newest of a subject goes first, so
 * a chain is followed once, however many rows are new. Reports that read a chain find a whole one, also in other threads: a row leads on
 * before another leads to it.
 */
async function chain(histories: Histories, subjects: Uint32Array, first: number): Promise<void> {
  const { at_ms, tie, newest, older } = histories;
  const filled = filledRows(histories);
  const isAfter = (a: number, b: number): boolean => (at_ms[a]! - at_ms[b]! || tie[a]! - tie[b]!) > 0;
  const newestFirst = (i: number, k: number): number =>
    subjects[i]! - subjects[k]! || at_ms[first + k]! - at_ms[first + i]! || tie[first + k]! - tie[first + i]!;
  const sorted = await sortInTurns(
    subjects.map((_, i) => i),
    newestFirst,
  );
  const turns = new WorkTurns();
  let subject = -1;
  let later = -1;
  let earlier = -1;
  for (const i of sorted) {
    if (subjects[i] !== subject) {
      subject = subjects[i]!;
      later = -1;
      earlier = newestFresh(histories, subject);
    }
    const place = first + i;
    while (earlier >= 0 && isAfter(earlier, place)) {
      later = earlier;
      earlier = olderFresh(histories, earlier);
      if (turns.ends(256)) await turns.next();
    }
    Atomics.store(older, place - filled, earlier + 1);
    if (later < 0) Atomics.store(newest, subject, place + 1);
    else Atomics.store(older, later - filled, place + 1);
    later = place;
    if (turns.ends(256)) await turns.next();
  }
}

/** The number of the subject of each row. */
function subjectsOf({ subjects }: Histories, touches: FreshRows): Uint32Array {
  return Uint32Array.from({ length: touches.length }, (_, i) => {
    const { subject_high, subject_low } = touches.row(i, []);
    return subjects.add(subject_high, subject_low);
  });
}

async function relabel(histories: Histories, relabelled: FreshRows): Promise<void> {
  if (relabelled.length === 0) return;
  // Reports may be reading the labels, so they get new ones.
  histories.label = sharedCopy(histories.label, typeOf(histories.label));
  const turns = new WorkTurns();
  for (let i = 0; i < relabelled.length; i++) {
    if (turns.ends(64)) await turns.next();
    const place = findPlace(histories, relabelled.row(i, histories.collectors));
    if (place >= 0) histories.label[place] = relabelled.value('label', i);
  }
}
