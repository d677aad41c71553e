/**
 * Fills histories from the warehouse. The engine numbers the labels and hashes other texts; the program reads numbers, in pages,
 * and puts each touchpoint at its place. docs/semantics.md 1 and 5 say what of a touchpoint counts.
 */

import { effective, withVerdicts } from '../attribution/touches.ts';
import { NO_VERDICTS, type TouchVerdicts, VERDICTS } from '../attribution/verdict-relations.ts';
import { latestVerdicts, RECLASSIFIED } from '../log/verdicts.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { atOrBefore, logNumber, type Position, resolvePosition } from '../warehouse/position.ts';
import { read, readAll } from '../warehouse/read-row.ts';
import { materialise, type Relation } from '../warehouse/relation.ts';
import { WorkTurns } from '../warehouse/work-turns.ts';
import { emptyConsents, extendConsents, inSubjectOrder } from './consents/consent-rows.ts';
import { fillEmails } from './emails/fill-emails.ts';
import { prepareMessages } from './emails/shared-messages.ts';
import { emptyChains, type Histories, type Label, lengthWithRoom, touchColumns } from './histories.ts';
import { KeyIndex, keyHalves } from './key-index.ts';
import { prepareLabels } from './label-facts.ts';
import { fillOrders } from './orders/fill-orders.ts';
import { MAX_STATEMENTS } from './orders/segment-rows.ts';
import {
  HISTORY_LABELS,
  HISTORY_SUBJECTS,
  HISTORY_TIES,
  hashed,
  LABEL_COLUMNS,
  type LabelColumn,
} from './relations.ts';
import { shared } from './room.ts';
import { sortSubjects } from './sort-subjects.ts';

/** Log positions of one page. */
const PAGE = 2_000_000;
/** More labels would take more memory than the touchpoints. */
export const MAX_LABELS = 2 ** 18;
/** The number of a collector is a byte. */
const MAX_COLLECTORS = 2 ** 8;
/** Subject numbers, and so touchpoints, fit 31 bits. */
export const MAX_TOUCHES = 2 ** 31 - 1;

export const LABEL_NAMES = Object.keys(LABEL_COLUMNS) as LabelColumn[];

/** True if the numbers of a position fit the arrays. */
export function fits(position: Position): boolean {
  return position.size <= MAX_COLLECTORS && [...position.values()].every((log_seq) => log_seq < 2 ** 32);
}

/** What the pages are read with. */
interface Source {
  position: Position;
  verdicts: TouchVerdicts;
}

/**
 * Reads the log up to a position, the whole log when left out.
 * @param most_statements more statements about segments are not kept.
 * @returns null if it does not fit the arrays; then reports are answered by the engine.
 */
export async function fillHistories(
  snapshot: Snapshot,
  upto?: Position,
  most_statements = MAX_STATEMENTS,
): Promise<Histories | null> {
  const position = upto ?? (await resolvePosition(snapshot, undefined));
  const collectors = [...position.keys()].sort();
  if (!fits(position)) return null;
  const reclassified = await lastReclassified(snapshot, position);
  const source = { position, verdicts: reclassified.size === 0 ? NO_VERDICTS : await makeVerdicts(snapshot, position) };
  const labels = await makeLabels(snapshot, source);
  if (labels === null) return null;
  await makeSubjects(snapshot, source);
  const { subjects, starts, touches } = await readSubjects(snapshot);
  if (touches > MAX_TOUCHES) return null;
  const tie = await makeTies(snapshot, source);
  const columns = touchColumns(lengthWithRoom(touches), { tie, label: labels.length });
  const histories: Histories = {
    position: new Map(position),
    reclassified,
    filled: { position: new Map(position), reclassified },
    collectors,
    writers: new Set(),
    labels,
    label_numbers: null,
    subjects,
    starts,
    length: touches,
    first_ms: Number.POSITIVE_INFINITY,
    ...columns,
    ...emptyChains({ starts, at_ms: columns.at_ms }),
    orders: await fillOrders(snapshot, position, most_statements),
    consents: emptyConsents(),
    emails: null,
    reads_emails: false,
  };
  await readTouches(snapshot, source, histories);
  await extendConsents(histories.consents, snapshot, position, histories);
  inSubjectOrder(histories.consents);
  await sortSubjects(histories);
  await prepareLabels(labels);
  histories.emails = await fillEmails(snapshot, position, subjects);
  await prepareMessages(histories);
  return histories;
}

async function lastReclassified(snapshot: Snapshot, position: Position): Promise<Position> {
  const rows = await snapshot.query(
    `select r.collector_id as collector_id, max(r.log_seq) as log_seq from reclassifications r where ${atOrBefore('r', position)} group by r.collector_id`,
  );
  return new Map(
    readAll(rows, { collector_id: 'text', log_seq: 'number' }).map(({ collector_id, log_seq }) => [
      collector_id,
      log_seq,
    ]),
  );
}

/** What consent hides is no part of the arrays: it differs by position and setting. */
async function makeVerdicts(snapshot: Snapshot, position: Position): Promise<TouchVerdicts> {
  return { ...NO_VERDICTS, judged: await materialise(snapshot, VERDICTS, latestVerdicts(position, RECLASSIFIED)) };
}

/** SQL for what the label of touchpoints `t` is made of, as texts in the order of {@link LABEL_NAMES}. */
export const labelTexts = (verdicts: TouchVerdicts): string =>
  LABEL_NAMES.map((name) => {
    const own = effective(name, verdicts);
    return `${name === 'traits' ? `text128(${own})` : own} as ${name}`;
  }).join(', ');

const labelled = (verdicts: TouchVerdicts): string =>
  LABEL_NAMES.map((name) => `${effective(name, verdicts)} as ${name}`).join(', ');

/** A label of its texts, in the order of {@link LABEL_NAMES}. */
export const labelOf = (texts: ReadonlyArray<string | null>): Label =>
  Object.fromEntries(LABEL_NAMES.map((name, i) => [name, texts[i]])) as unknown as Label;

/** Makes `history_labels` and reads it, in order of numbers. Null if there are too many. */
async function makeLabels(snapshot: Snapshot, { position, verdicts }: Source): Promise<Label[] | null> {
  await materialise(
    snapshot,
    HISTORY_LABELS,
    `with kinds as (select distinct ${labelled(verdicts)} from touchpoints t ${withVerdicts(verdicts)} where ${atOrBefore('t', position)})
     select row_number() over (order by k.touchpoint_type) - 1 as label_no, ${LABEL_NAMES.map((name) => `k.${name} as ${name}`).join(', ')} from kinds k`,
  );
  const [size] = await snapshot.query(`select count(*) as n from ${HISTORY_LABELS.name}`);
  if (read(size, { n: 'number' }).n > MAX_LABELS) return null;
  const labels: Label[] = [];
  const sql = `select ${LABEL_NAMES.map((name) => (name === 'traits' ? `text128(l.traits) as traits` : `l.${name} as ${name}`)).join(', ')}
    from ${HISTORY_LABELS.name} l order by l.label_no`;
  await snapshot.columns(sql, {}, ({ rows, cells }) => {
    for (let i = 0; i < rows; i++) labels.push(labelOf(LABEL_NAMES.map((_, c) => cells[c]![i] as string | null)));
  });
  return labels;
}

function makeSubjects(snapshot: Snapshot, { position }: Source): Promise<Relation> {
  return materialise(
    snapshot,
    HISTORY_SUBJECTS,
    `with counted as (select t.subject_key as subject_key, count(*) as touches from touchpoints t where ${atOrBefore('t', position)} group by t.subject_key)
     select c.subject_key as subject_key, row_number() over (order by c.subject_key) - 1 as slot, c.touches as touches from counted c`,
  );
}

async function readSubjects(snapshot: Snapshot): Promise<{ subjects: KeyIndex; starts: Uint32Array; touches: number }> {
  const [size] = await snapshot.query(
    `select count(*) as n, coalesce(sum(touches), 0) as touches from ${HISTORY_SUBJECTS.name}`,
  );
  const { n, touches } = read(size, { n: 'number', touches: 'number' });
  const subjects = new KeyIndex();
  const starts = shared(Uint32Array, n + 1);
  await snapshot.columns(
    `select ${keyHalves('s.subject_key', 'subject')}, float64(s.touches) as touches from ${HISTORY_SUBJECTS.name} s order by s.slot`,
    {},
    ({ rows, cells }) => {
      const [high, low, own] = cells as ReadonlyArray<ArrayLike<number>>;
      for (let i = 0; i < rows; i++) {
        const number = subjects.add(high![i]!, low![i]!);
        starts[number + 1] = starts[number]! + own![i]!;
      }
    },
  );
  return { subjects, starts, touches };
}

/** Makes `history_ties`. @returns the most touchpoints of one instant. */
async function makeTies(snapshot: Snapshot, { position }: Source): Promise<number> {
  const seen = atOrBefore('t', position);
  await materialise(
    snapshot,
    HISTORY_TIES,
    `with shared as (select t.occurred_at as at from touchpoints t where ${seen} group by t.occurred_at having count(*) > 1)
     select ${logNumber('t', position)} as touch_no, row_number() over (partition by t.occurred_at order by t.touchpoint_id) as tie_no
     from touchpoints t join shared s on s.at = t.occurred_at where ${seen}`,
  );
  const [row] = await snapshot.query(`select coalesce(max(tie_no), 0) as n from ${HISTORY_TIES.name}`);
  return read(row, { n: 'number' }).n;
}

function pageSql({ position, verdicts }: Source): string {
  const same = LABEL_NAMES.map((name) =>
    LABEL_COLUMNS[name].endsWith('?') ? `same(l.${name}, x.${name})` : `l.${name} = x.${name}`,
  );
  return `select float64(s.slot) as slot, float64(x.at_ms) as at_ms, float64(coalesce(i.tie_no, 0)) as tie_no, float64(l.label_no) as label_no,
      float64(x.message) as message, float64(x.session) as session, float64(x.log_seq) as log_seq
    from (
      select t.subject_key as subject_key, epoch_ms(t.occurred_at) as at_ms, ${logNumber('t', position)} as touch_no, t.log_seq as log_seq,
        ${hashed('t.message_id')} as message, ${hashed('t.session_id')} as session, ${labelled(verdicts)}
      from touchpoints t ${withVerdicts(verdicts)}
      where t.collector_id = $collector_id and t.log_seq > $after_seq and t.log_seq <= $until_seq) x
    join ${HISTORY_SUBJECTS.name} s on s.subject_key = x.subject_key
    join ${HISTORY_LABELS.name} l on ${same.join(' and ')}
    left join ${HISTORY_TIES.name} i on i.touch_no = x.touch_no`;
}

/** Reads all touchpoints in pages of log positions. Within a subject they are not in order yet. */
async function readTouches(snapshot: Snapshot, source: Source, histories: Histories): Promise<void> {
  const { at_ms, tie, label, message, session, log_seq, collector } = histories;
  const next = histories.starts.slice();
  const sql = pageSql(source);
  const turns = new WorkTurns();
  let { first_ms } = histories;
  for (const [c, collector_id] of histories.collectors.entries()) {
    const last = source.position.get(collector_id)!;
    for (let after_seq = 0; after_seq < last; after_seq += PAGE) {
      const until_seq = Math.min(last, after_seq + PAGE);
      await snapshot.columns(sql, { collector_id, after_seq, until_seq }, ({ rows, cells }) => {
        const [slots, ats, ties, labels, messages, sessions, seqs] = cells as ReadonlyArray<ArrayLike<number>>;
        if (rows > 0) histories.writers.add(c);
        for (let i = 0; i < rows; i++) {
          const at = next[slots![i]!]!++;
          at_ms[at] = ats![i]!;
          tie[at] = ties![i]!;
          label[at] = labels![i]!;
          message[at] = messages![i]!;
          session[at] = sessions![i]!;
          log_seq[at] = seqs![i]!;
          collector[at] = c;
          first_ms = Math.min(first_ms, ats![i]!);
        }
      });
      if (turns.ends(1)) await turns.next();
    }
  }
  histories.first_ms = first_ms;
}
