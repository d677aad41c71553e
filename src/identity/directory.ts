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
/** Lines that are kept while no read uses them, for reports as of a position before the first of the line that goes along. */
const MAX_ASIDE = 2;
/** Sets of brands and rules whose tables are kept up to date in the background. */
const MAX_ASKED = 8;
/** How often a read begins anew when what it needs was just replaced. */
const ATTEMPTS = 4;

/** A line beside the one that goes along, and how many reads use it. */
interface Aside {
  line: Promise<Line>;
  users: number;
}

/** Where a position is found, until `release` is called. */
interface Place {
  line: Line;
  view: View;
  release: () => Promise<void>;
}

const nothingToRelease = async (): Promise<void> => {};

/** Says that there are more links than may be joined in this thread. */
class TooManyNear extends Error {}

export class PersonDirectory {
  private readonly near_links: number;
  private readonly turns = new Turns();
  private readonly aside = new Map<string, Aside>();
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
    const { line, view, release } = await this.locate(snapshot, position);
    try {
      return await work(line, view);
    } finally {
      await release();
    }
  }

  /** The line and the view that hold a position; what they lack is read from the snapshot. */
  private async locate(snapshot: Snapshot, position: Position): Promise<Place> {
    // A mark outlives the snapshot, so its position has to say what it holds.
    const token = formatPosition(new Map(position));
    try {
      const { line, step } = await this.turns.take(() => this.goAlong(snapshot, position, token));
      if (step !== undefined) return { line, view: { step, draft: null }, release: nothingToRelease };
      const mark = line.marks.findLast((m) => m.step >= line.earliest && isBefore(m.position, position));
      if (!mark) return await this.besides(snapshot, position, token);
      const draft = await this.read(snapshot, line, { after: mark.position, upto: position }, mark.step);
      const release = (): Promise<void> => line.ask('dropDraft', draft).catch(() => undefined);
      return { line, view: { step: mark.step, draft }, release };
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

  /** A line that holds one position, from the log's beginning. It is not forgotten while a read uses it. */
  private async besides(snapshot: Snapshot, position: Position, token: string): Promise<Place> {
    const aside = this.aside.get(token) ?? { line: this.makeAside(snapshot, position), users: 0 };
    // The one asked for last goes to the end.
    this.aside.delete(token);
    this.aside.set(token, aside);
    aside.users += 1;
    const release = async (): Promise<void> => {
      aside.users -= 1;
      this.forgetAside();
    };
    try {
      return { line: await aside.line, view: { step: 0, draft: null }, release };
    } catch (error) {
      if (this.aside.get(token) === aside) this.aside.delete(token);
      throw error;
    }
  }

  private forgetAside(): void {
    for (const [token, { line, users }] of this.aside) {
      if (this.aside.size <= MAX_ASIDE) return;
      if (users > 0) continue;
      this.aside.delete(token);
      line.then((forgotten) => forgotten.forget()).catch(() => undefined);
    }
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
