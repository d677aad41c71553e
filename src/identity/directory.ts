/**
 * The persons of each brand as of a log position. They are kept from read to read: one line of steps goes along with the
 * log, and each read adds what is new since the step before. A position between two steps is answered from the earlier one
 * and what came after it; one before all of them from the log's beginning, beside the line.
 */
import { TributaryError } from '../domain/errors.ts';
import type { Snapshot, Warehouse } from '../warehouse/port.ts';
import { formatPosition, type Position, resolvePosition } from '../warehouse/position.ts';
import { Turns } from '../warehouse/turns.ts';
import type { View } from './kept-membership.ts';
import type { BrandRule } from './kept-persons.ts';
import { Line } from './line.ts';
import { type Host, NearHost, Replaced } from './lines.ts';
import { readFacts, type Span } from './log-links.ts';
import type { FactPage } from './pages.ts';
import { makePersons } from './relation.ts';
import { ThreadHost } from './thread.ts';

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

/** Says that there are more links than may be joined in this thread. */
class TooManyNear extends Error {}

export class PersonDirectory {
  private readonly near_links: number;
  private readonly turns = new Turns();
  private readonly aside = new Map<string, Promise<Line>>();
  private readonly asked = new Map<string, readonly BrandRule[]>();
  private line: Line | undefined;
  private readonly near: Host = new NearHost();
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
    await this.at(snapshot, position, (line, view) => makePersons(snapshot, line, view, rules));
  }

  /** The person of an id as of a position, and the members of that person. */
  person(
    snapshot: Snapshot,
    position: Position,
    rule: BrandRule,
    id: string,
  ): Promise<{ person_id: string; ids: string[] }> {
    return this.at(snapshot, position, (line, view) => line.ask('person', view, rule, id));
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
      try {
        const answer = await this.once(snapshot, position, work);
        if (answer !== undefined) return answer;
      } catch (error) {
        if (!(error instanceof Replaced)) throw error;
      }
    }
    throw new TributaryError('busy', 'persons: links change faster than they are read; try again in a few seconds', {
      retry_after_s: 5,
    });
  }

  private async once<T>(
    snapshot: Snapshot,
    position: Position,
    work: (line: Line, view: View) => Promise<T | undefined>,
  ): Promise<T | undefined> {
    const { line, view } = await this.locate(snapshot, position);
    try {
      return await work(line, view);
    } finally {
      if (view.draft !== null) await line.ask('dropDraft', view.draft).catch(() => undefined);
    }
  }

  /** The line and the view that hold a position; what they lack is read from the snapshot. */
  private async locate(snapshot: Snapshot, position: Position): Promise<{ line: Line; view: View }> {
    // A mark outlives the snapshot, so its position has to say what it holds.
    const token = formatPosition(new Map(position));
    try {
      const { line, step } = await this.turns.take(() => this.goAlong(snapshot, position, token));
      if (step !== undefined) return { line, view: { step, draft: null } };
      const mark = line.marks.findLast((m) => m.step >= line.earliest && isBefore(m.position, position));
      if (!mark) return { line: await this.besides(snapshot, position, token), view: { step: 0, draft: null } };
      const draft = await this.read(snapshot, line, { after: mark.position, upto: position }, mark.step);
      if (!(await line.ask('isEmpty', draft))) return { line, view: { step: mark.step, draft } };
      await line.ask('dropDraft', draft);
      return { line, view: { step: mark.step, draft: null } };
    } catch (error) {
      if (!(error instanceof TooManyNear)) throw error;
      this.threaded = true;
      // Another read may have begun a line in the thread meanwhile.
      if (this.line?.host === this.near) {
        this.line.forget();
        this.line = undefined;
      }
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
    const { step, earliest, links } = await line.ask('keep', draft);
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
      line.then((forgotten) => forgotten.forget()).catch(() => undefined);
    }
    return making;
  }

  private async makeAside(snapshot: Snapshot, position: Position): Promise<Line> {
    const line = this.begin();
    const draft = await this.read(snapshot, line, { after: null, upto: position }, 0);
    await line.ask('keep', draft);
    return line;
  }

  private begin(): Line {
    if (this.closed) throw new TributaryError('shutting_down', 'persons are not joined any more: it is closed');
    if (this.thread?.lost) {
      this.thread = undefined;
      this.aside.clear();
    }
    if (this.threaded) this.thread ??= new ThreadHost();
    return new Line(this.thread ?? this.near);
  }

  /** Reads a span of the log into a draft on top of a step. Returns the draft. */
  private async read(snapshot: Snapshot, line: Line, span: Span, step: number): Promise<number> {
    const draft = await line.ask('beginDraft', step);
    let rows = 0;
    // One page is taken in while the next one is read.
    let adding: Promise<void> = Promise.resolve();
    const add = (page: FactPage): Promise<void> => {
      if (page.kind !== 'customers') rows += page.brand_id.length;
      if (line.host === this.near && rows > this.near_links) throw new TooManyNear();
      const before = adding;
      adding = line.ask('add', draft, page);
      adding.catch(() => undefined); // Whoever waits for it next is told.
      return before;
    };
    try {
      await readFacts(snapshot, span, {
        add,
        knows_ids: line.links > 0,
        newIds: () => line.ask('newIds', draft),
        unlinkedPairs: (from) => line.ask('unlinkedPairs', draft, from),
      });
      await adding;
      return draft;
    } catch (error) {
      await line.ask('dropDraft', draft).catch(() => undefined);
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

function isBefore(a: Position, b: Position): boolean {
  return [...a].every(([collector_id, log_seq]) => log_seq <= (b.get(collector_id) ?? -1));
}
