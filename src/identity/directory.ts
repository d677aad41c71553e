/**
 * The persons of each brand as of a log position. They are kept from read to read: one line of steps goes along with the
 * log, and each read adds what is new since the step before. A position between two steps is answered from the earlier one
 * and what came after it; one before all of them from the log's beginning, beside the line.
 */
import { randomUUID } from 'node:crypto';
import { TributaryError } from '../domain/errors.ts';
import type { Snapshot, Warehouse } from '../warehouse/port.ts';
import { formatPosition, type Position, resolvePosition } from '../warehouse/position.ts';
import { intColumn, type Row, textColumn } from '../warehouse/schema.ts';
import { Turns } from '../warehouse/turns.ts';
import { relationName } from './bases.ts';
import type { View } from './kept-membership.ts';
import type { BrandRule } from './kept-persons.ts';
import { type Host, type Input, NearHost, type Operation, type Output } from './lines.ts';
import { readFacts, type Span } from './log-links.ts';
import type { FactPage, MemberPage } from './pages.ts';
import { ThreadHost } from './thread.ts';

/** A membership that is kept, and the positions of which it knows the step. */
interface Line {
  name: string;
  host: Host;
  /** From early to late. */
  marks: Array<{ token: string; position: Position; step: number }>;
  earliest: number;
  links: number;
}

export interface DirectoryOptions {
  /** More links than this are joined in a thread. Fewer take less time than the thread takes to start. */
  near_links?: number;
}

const NEAR_LINKS = 1_000;
const MAX_MARKS = 1_000;
/** Lines beside the one that goes along, for reports as of a position before its first. */
const MAX_ASIDE = 2;
/** Sets of brands and rules whose tables are kept up to date in the background. */
const MAX_ASKED = 8;
/** How often a read begins anew when what it needs was just replaced. */
const ATTEMPTS = 4;

const COLUMNS = [
  textColumn('brand_id'),
  textColumn('id'),
  intColumn('subject_key'),
  textColumn('person_id'),
  intColumn('person_key'),
];
const NAMES = COLUMNS.map((column) => column.name);

/** Says that there are more links than may be joined in this thread. */
class TooManyNear extends Error {}

export class PersonDirectory {
  private readonly near_links: number;
  private readonly turns = new Turns();
  private readonly aside = new Map<string, Promise<Line>>();
  private readonly asked = new Map<string, readonly BrandRule[]>();
  private line: Line | undefined;
  private near: Host = new NearHost();
  private thread: ThreadHost | undefined;
  private threaded: boolean;
  private closed = false;

  constructor({ near_links = NEAR_LINKS }: DirectoryOptions = {}) {
    this.near_links = near_links;
    this.threaded = near_links === 0;
  }

  /**
   * Makes the relation `persons` (brand_id, id, subject_key, person_id, person_key) of some brands as of a position: the members,
   * which are the ids whose person has another name.
   */
  async makeRelation(snapshot: Snapshot, position: Position, rules: readonly BrandRule[]): Promise<void> {
    this.remember(rules);
    await this.at(snapshot, position, async (line, view) => {
      const relation = await ask(line, 'relation', view, rules);
      if (!relation) return undefined;
      const name = relationName(rules.map((rule) => rule.brand_id));
      let gone = false;
      const rows = async (): Promise<Row[]> => {
        const read = await readRows(line, relation.base);
        gone = read === undefined;
        if (!read) throw new Error(`the table ${relation.base} was replaced`);
        return read;
      };
      try {
        await snapshot.cachedRelation(name, relation.base, COLUMNS, rows);
      } catch (error) {
        if (gone) return undefined;
        throw error;
      }
      await definePersons(snapshot, name, relation.delta);
      return true;
    });
  }

  /** The person of an id as of a position, and the members of that person. */
  person(
    snapshot: Snapshot,
    position: Position,
    rule: BrandRule,
    id: string,
  ): Promise<{ person_id: string; ids: string[] }> {
    return this.at(snapshot, position, (line, view) => ask(line, 'person', view, rule, id));
  }

  /**
   * Brings what is kept up to the newest position of a warehouse, so that the next report finds it fresh. No report depends on
   * it.
   */
  follow(warehouse: Warehouse): Promise<void> {
    return warehouse.read(async (snapshot) => this.advance(snapshot, await resolvePosition(snapshot, undefined)));
  }

  /** Brings what is kept up to a position of a snapshot. */
  async advance(snapshot: Snapshot, position: Position): Promise<void> {
    await this.at(snapshot, position, async () => true);
    for (const rules of [...this.asked.values()]) await this.makeRelation(snapshot, position, rules);
  }

  /** Ends the thread. Reads that still ask for persons fail. */
  async close(): Promise<void> {
    this.closed = true;
    await this.thread?.close();
  }

  /** Gives the line and the view that answer for a position, until `work` has an answer. */
  private async at<T>(
    snapshot: Snapshot,
    position: Position,
    work: (line: Line, view: View) => Promise<T | undefined>,
  ): Promise<T> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const { line, view } = await this.locate(snapshot, position);
      try {
        const answer = await work(line, view);
        if (answer !== undefined) return answer;
      } finally {
        if (view.draft !== null) await ask(line, 'dropDraft', view.draft).catch(() => undefined);
      }
    }
    throw new TributaryError('busy', 'persons: links change faster than they are read; try again in a few seconds', {
      retry_after_s: 5,
    });
  }

  private async locate(snapshot: Snapshot, position: Position): Promise<{ line: Line; view: View }> {
    // A mark outlives the snapshot, so its position has to say what it holds.
    const token = formatPosition(new Map(position));
    try {
      const { line, step } = await this.turns.take(() => this.goAlong(snapshot, position, token));
      if (step !== undefined) return { line, view: { step, draft: null } };
      const mark = line.marks.findLast((m) => m.step >= line.earliest && isBefore(m.position, position));
      if (!mark) return { line: await this.besides(snapshot, position, token), view: { step: 0, draft: null } };
      const draft = await this.read(snapshot, line, { after: mark.position, upto: position }, mark.step);
      if (!(await ask(line, 'isEmpty', draft))) return { line, view: { step: mark.step, draft } };
      await ask(line, 'dropDraft', draft);
      return { line, view: { step: mark.step, draft: null } };
    } catch (error) {
      if (!(error instanceof TooManyNear)) throw error;
      this.threaded = true;
      if (this.line) this.near.forget(this.line.name);
      this.line = undefined;
      return this.locate(snapshot, position);
    }
  }

  /** The step of a position on the line, which goes on to the position if it lies ahead; no step if it lies elsewhere. */
  private async goAlong(
    snapshot: Snapshot,
    position: Position,
    token: string,
  ): Promise<{ line: Line; step: number | undefined }> {
    if (!this.line || this.line.host.lost) this.line = this.begin();
    const { line } = this;
    const mark = line.marks.find((m) => m.token === token);
    const last = line.marks.at(-1);
    if (mark || (last && !isBefore(last.position, position))) return { line, step: mark?.step };
    const draft = await this.read(snapshot, line, { after: last?.position ?? null, upto: position }, last?.step ?? 0);
    const { step, earliest, links } = await ask(line, 'keep', draft);
    line.earliest = earliest;
    line.links = links;
    line.marks = [...line.marks, { token, position: new Map(position), step }]
      .filter((m) => m.step >= earliest)
      .slice(-MAX_MARKS);
    if (line.host === this.near && links > this.near_links) throw new TooManyNear();
    return { line, step };
  }

  /** A line that holds one position, from the log's beginning. */
  private besides(snapshot: Snapshot, position: Position, token: string): Promise<Line> {
    const kept = this.aside.get(token);
    const making = kept ?? this.makeAside(snapshot, position);
    // The one asked for last goes to the end.
    this.aside.delete(token);
    this.aside.set(token, making);
    if (!kept) making.catch(() => this.aside.delete(token));
    for (const [oldest, line] of [...this.aside].slice(0, -MAX_ASIDE)) {
      this.aside.delete(oldest);
      line.then(({ host, name }) => host.forget(name)).catch(() => undefined);
    }
    return making;
  }

  private async makeAside(snapshot: Snapshot, position: Position): Promise<Line> {
    const line = this.begin();
    const draft = await this.read(snapshot, line, { after: null, upto: position }, 0);
    await ask(line, 'keep', draft);
    return line;
  }

  private begin(): Line {
    if (this.closed) throw new TributaryError('shutting_down', 'persons are not joined any more: it is closed');
    if (this.thread?.lost) {
      this.thread = undefined;
      this.aside.clear();
    }
    if (this.threaded) this.thread ??= new ThreadHost();
    return { name: randomUUID(), host: this.thread ?? this.near, marks: [], earliest: 0, links: 0 };
  }

  /** Reads a span of the log into a draft on top of a step. Returns the draft. */
  private async read(snapshot: Snapshot, line: Line, span: Span, step: number): Promise<number> {
    const draft = await ask(line, 'beginDraft', step);
    let rows = 0;
    const add = (page: FactPage): Promise<void> => {
      if (page.kind !== 'customers') rows += page.brand_id.length;
      if (line.host === this.near && rows > this.near_links) throw new TooManyNear();
      return ask(line, 'add', draft, page);
    };
    try {
      await readFacts(snapshot, span, {
        add,
        knows_ids: line.links > 0,
        newIds: (from) => ask(line, 'newIds', draft, from),
        unlinkedPairs: (from) => ask(line, 'unlinkedPairs', draft, from),
      });
      return draft;
    } catch (error) {
      await ask(line, 'dropDraft', draft).catch(() => undefined);
      throw error;
    }
  }

  private remember(rules: readonly BrandRule[]): void {
    const key = JSON.stringify(rules.map((rule) => [rule.brand_id, rule.identity_min_probability]));
    this.asked.delete(key);
    this.asked.set(key, rules);
    if (this.asked.size > MAX_ASKED) this.asked.delete(this.asked.keys().next().value!);
  }
}

function ask<K extends Operation>(line: Line, operation: K, ...input: Input<K>): Promise<Output<K>> {
  return line.host.ask(line.name, operation, ...input);
}

/** All rows of a table that is kept; undefined when it was replaced. */
async function readRows(line: Line, base: string): Promise<Row[] | undefined> {
  const cursor = await ask(line, 'openRows', base);
  if (cursor === undefined) return undefined;
  const rows: Row[] = [];
  for (;;) {
    const page = await ask(line, 'nextRows', cursor);
    if (!page) return undefined;
    if (page.id.length === 0) return rows;
    for (const row of rowsOf(page)) rows.push(row);
  }
}

function rowsOf(page: MemberPage): Row[] {
  return page.id.map((id, i) => ({
    brand_id: page.brand_id[i]!,
    id,
    subject_key: page.subject_key[i]!,
    person_id: page.person_id[i]!,
    person_key: page.person_key[i]!,
  }));
}

/** Names the members of a read: those of the kept table that did not change, and those that did. */
async function definePersons(snapshot: Snapshot, base: string, delta: MemberPage): Promise<void> {
  if (delta.id.length === 0) return snapshot.define('persons', `select ${NAMES.join(', ')} from ${base}`);
  await snapshot.relation('persons_changed', COLUMNS, rowsOf(delta));
  const columns = (alias: string): string => NAMES.map((name) => `${alias}.${name} as ${name}`).join(', ');
  await snapshot.define(
    'persons',
    `select ${columns('b')} from ${base} b
       left join persons_changed c on c.subject_key = b.subject_key and c.brand_id = b.brand_id and c.id = b.id where c.id is null
     union all select ${columns('c')} from persons_changed c where c.person_id <> c.id`,
  );
}

function isBefore(a: Position, b: Position): boolean {
  return [...a].every(([collector_id, log_seq]) => log_seq <= (b.get(collector_id) ?? -1));
}
