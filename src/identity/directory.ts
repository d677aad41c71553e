/**
 * The persons of each brand as of a log position. They are kept between reads in a {@link Line}, which stores who belongs
 * to whom. Each read of newer log positions adds one step to it. A position between two steps is answered
 * from the earlier step and a draft with the facts after it. A position before all steps gets its own line, read from the log's
 * beginning.
 */
import { TributaryError } from '../domain/errors.ts';
import type { Snapshot, Warehouse } from '../warehouse/port.ts';
import { formatPosition, type Position, resolvePosition } from '../warehouse/position.ts';
import { Turns } from '../warehouse/turns.ts';
import type { View } from './kept-membership.ts';
import type { BrandRule } from './kept-persons.ts';
import { Line } from './line.ts';
import { type Host, NearHost, Replaced } from './lines.ts';
import { linkCount, readFacts, type Span } from './log-links.ts';
import type { FactPage } from './pages.ts';
import { KeptPersonKeys, type PersonKeys } from './person-keys.ts';
import { keepTable, makePersons } from './relation.ts';
import { ThreadHost } from './thread.ts';

export interface DirectoryOptions {
  /** More links than this are joined in a thread. Fewer take less time than the thread takes to start. */
  near_links?: number;
}

const NEAR_LINKS = 1_000;
const MAX_MARKS = 1_000;
/** How many lines for old positions are kept while no read uses them. */
const MAX_UNUSED_OLD_LINES = 2;
/** Sets of brands and rules whose tables are kept up to date in the background. */
const MAX_ASKED = 8;
/** How often a read is tried again when a line or table that it needs was replaced. */
const ATTEMPTS = 4;

/** A line for one old position, and the number of reads that use it. */
interface OldLine {
  line: Promise<Line>;
  users: number;
}

/** The line and view of a position. They stay valid until `release` is called. */
interface Place {
  line: Line;
  view: View;
  release: () => Promise<void>;
}

const nothingToRelease = async (): Promise<void> => {};

/** There are too many links to join them in the main thread. */
class TooManyForMainThread extends Error {}

export class PersonDirectory {
  private readonly near_links: number;
  private readonly turns = new Turns();
  private readonly old_lines = new Map<string, OldLine>();
  private readonly asked = new Map<string, readonly BrandRule[]>();
  private line: Line | undefined;
  private readonly near: Host = new NearHost();
  private keys = new KeptPersonKeys();
  private thread: ThreadHost | undefined;
  private threaded: boolean;
  private closed = false;

  constructor({ near_links = NEAR_LINKS }: DirectoryOptions = {}) {
    this.near_links = near_links;
    this.threaded = near_links === 0;
  }

  /**
   * Makes the relation `persons` (brand_id, id, subject_key, person_id, person_key) of some brands as of a position. It lists
   * only the members that differ from their person's name.
   */
  async makeRelation(snapshot: Snapshot, position: Position, rules: readonly BrandRule[]): Promise<void> {
    this.remember(rules);
    await this.at(snapshot, position, (line, view) => makePersons(snapshot, line, view, rules));
  }

  /** The members of {@link makeRelation} as lists of keys, without a table. What was asked before needs no query. */
  personKeys(snapshot: Snapshot, position: Position, rules: readonly BrandRule[]): Promise<PersonKeys> {
    return this.keys.at(position, rules, () =>
      this.at(snapshot, position, (line, view) => this.keys.of(line, view, rules)),
    );
  }

  /** The person of an id as of a position, with all its members. */
  person(
    snapshot: Snapshot,
    position: Position,
    rule: BrandRule,
    id: string,
  ): Promise<{ person_id: string; ids: string[] }> {
    return this.at(snapshot, position, (line, view) => line.ask('person', view, rule, id));
  }

  /**
   * Advances the kept persons and tables to the newest position of a warehouse, so that the next report needs less time. No
   * report depends on it.
   */
  follow(warehouse: Warehouse): Promise<void> {
    return warehouse.read(async (snapshot) => {
      const position = await resolvePosition(snapshot, undefined);
      await this.at(snapshot, position, async () => true);
      for (const rules of [...this.asked.values()])
        await this.at(snapshot, position, (line, view) => keepTable(snapshot, line, view, rules));
    });
  }

  /** Forgets all persons: rows of the log were erased. The next read reads the facts about ids again. */
  forget(): Promise<void> {
    return this.turns.take(async () => {
      this.line?.forget();
      this.line = undefined;
      // A read that uses one begins again.
      for (const { line } of this.old_lines.values()) line.then((old) => old.forget()).catch(() => undefined);
      this.old_lines.clear();
      this.keys = new KeptPersonKeys();
    });
  }

  /** Ends the thread. Later reads of persons fail. */
  async close(): Promise<void> {
    this.closed = true;
    await this.thread?.close();
  }

  /** Calls `work` with the line and view of a position, and repeats it until it returns an answer. */
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
    throw new TributaryError(
      'busy',
      'persons: identity links change faster than they can be read; try again in a few seconds',
      {
        retry_after_s: 5,
      },
    );
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

  /** Finds or makes the line and view of a position. Missing facts are read from the snapshot. */
  private async locate(snapshot: Snapshot, position: Position): Promise<Place> {
    // A mark (a position with its step) is used after the snapshot ends, so it copies the position.
    const token = formatPosition(new Map(position));
    try {
      const { line, step } = await this.turns.take(() => this.extendLine(snapshot, position, token));
      if (step !== undefined) return { line, view: { step, draft: null }, release: nothingToRelease };
      const mark = line.marks.findLast((m) => m.step >= line.earliest && isBefore(m.position, position));
      if (!mark) return await this.lineForOldPosition(snapshot, position, token);
      const draft = await this.read(snapshot, line, { after: mark.position, upto: position }, mark.step);
      const release = (): Promise<void> => line.ask('dropDraft', draft).catch(() => undefined);
      return { line, view: { step: mark.step, draft }, release };
    } catch (error) {
      if (!(error instanceof TooManyForMainThread)) throw error;
      this.threaded = true;
      // In the meantime another read may have begun a line in the thread. That one is kept.
      if (this.line?.host === this.near) {
        this.line.forget();
        this.line = undefined;
      }
      return this.locate(snapshot, position);
    }
  }

  /** The step of a position on the line. A later position is added as a new step; any other unknown position has no step. */
  private async extendLine(
    snapshot: Snapshot,
    position: Position,
    token: string,
  ): Promise<{ line: Line; step: number | undefined }> {
    if (!this.line && !this.threaded) this.threaded = (await linkCount(snapshot)) > this.near_links;
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
    if (line.host === this.near && links > this.near_links) throw new TooManyForMainThread();
    return { line, step };
  }

  /** A line for one old position, read from the log's beginning. It is not forgotten while a read uses it. */
  private async lineForOldPosition(snapshot: Snapshot, position: Position, token: string): Promise<Place> {
    const found = this.old_lines.get(token);
    const old_line = found ?? { line: this.makeOldLine(snapshot, position), users: 0 };
    // The line that was used last goes to the end.
    this.old_lines.delete(token);
    this.old_lines.set(token, old_line);
    old_line.users += 1;
    const release = async (): Promise<void> => {
      old_line.users -= 1;
      this.forgetOldLines();
    };
    try {
      return { line: await old_line.line, view: { step: 0, draft: null }, release };
    } catch (error) {
      if (this.old_lines.get(token) === old_line) this.old_lines.delete(token);
      // Another read made it and was stopped. This one reads the facts itself.
      if (found !== undefined) return this.lineForOldPosition(snapshot, position, token);
      throw error;
    }
  }

  private forgetOldLines(): void {
    for (const [token, { line, users }] of this.old_lines) {
      if (this.old_lines.size <= MAX_UNUSED_OLD_LINES) return;
      if (users > 0) continue;
      this.old_lines.delete(token);
      line.then((forgotten) => forgotten.forget()).catch(() => undefined);
    }
  }

  private async makeOldLine(snapshot: Snapshot, position: Position): Promise<Line> {
    const line = this.begin();
    const draft = await this.read(snapshot, line, { after: null, upto: position }, 0);
    await line.ask('keep', draft);
    return line;
  }

  private begin(): Line {
    if (this.closed)
      throw new TributaryError('shutting_down', 'persons: cannot be read, because the program is shutting down');
    if (this.thread?.lost) {
      this.thread = undefined;
      this.old_lines.clear();
    }
    if (this.threaded) this.thread ??= new ThreadHost();
    return new Line(this.thread ?? this.near);
  }

  /** Reads the facts of a span of the log into a draft on top of a step. @returns the number of the draft. */
  private async read(snapshot: Snapshot, line: Line, span: Span, step: number): Promise<number> {
    // Reading begins while the thread still starts.
    const beginning = line.ask('beginDraft', step);
    beginning.catch(() => undefined); // Each use of `beginning` throws the error.
    let rows = 0;
    // One page is added while the next one is read.
    let adding: Promise<void> = Promise.resolve();
    const add = (page: FactPage): Promise<void> => {
      if (page.kind !== 'customers') rows += page.brand_id.length;
      if (line.host === this.near && rows > this.near_links) throw new TooManyForMainThread();
      const before = adding;
      adding = beginning.then((draft) => line.ask('add', draft, page));
      adding.catch(() => undefined); // The next await of `adding` throws the error.
      return before;
    };
    try {
      await readFacts(snapshot, span, {
        add,
        knows_ids: line.links > 0,
        newIds: async () => line.ask('newIds', await beginning),
        unlinkedPairs: async (from) => line.ask('unlinkedPairs', await beginning, from),
      });
      await adding;
      return await beginning;
    } catch (error) {
      await beginning.then((draft) => line.ask('dropDraft', draft)).catch(() => undefined);
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
