/**
 * Carries erasures out. All that wait are done together, since most of the time goes into writing the files anew. Each step can be
 * repeated: after a crash the next run begins with the first step, and finds nothing to do where it was done.
 */
import { formatInstant } from '../../domain/time.ts';
import type { State } from '../../state/port.ts';
import { CARE_TIMEOUT_MS, type Warehouse } from '../../warehouse/port.ts';
import { Turns } from '../../warehouse/turns.ts';
import { type ErasedPerson, ErasureBook, type ErasureStatus, type StoredErasure } from './book.ts';
import { type Certificate, signCertificate, type ToldDestination } from './certificate.ts';
import { erasureOf } from './changes.ts';
import { copiesLeft } from './copies.ts';
import { findRows } from './find.ts';
import type { ErasurePolicy } from './policy.ts';
import { digestOf, type Subject } from './subjects.ts';

/** What the rest of the program does for an erasure. */
export interface ErasureParts {
  state: State;
  warehouse: Warehouse;
  clock: () => number;
  policy: ErasurePolicy;
  /** The ids that are surely of each person, the given one first, and the position up to which the log was read. */
  idsOf: (people: ReadonlyArray<{ brand_id: string; id: string }>) => Promise<{ as_of: string; ids: string[][] }>;
  /** From now on, records of these subjects are not loaded if they happened up to a limit (milliseconds); null for all. */
  suppress: (subjects: ReadonlyArray<{ brand_id: string; id: string }>, until_ms: number | null) => Promise<void>;
  suppressOrders: (brand_id: string, orders: readonly string[]) => Promise<void>;
  /** Loads what was accepted, and removes it from the spool. @returns the files that were removed or written anew. */
  clearSpool: (people: readonly ErasedPerson[]) => Promise<string[]>;
  /** Makes the frozen runs anew whose results name something that was erased. */
  remakeRuns: () => Promise<void>;
  /** Takes the people out of the entries of the state. @returns how many entries, by erasure and collection. */
  eraseState: (people: readonly ErasedPerson[]) => Promise<Map<string, Record<string, number>>>;
  tell: (people: readonly ErasedPerson[]) => Promise<Map<string, ToldDestination[]>>;
  /** Forgets what is kept in memory and in files beside the log. @returns the names of removed files. */
  forget: () => Promise<string[]>;
  /** Sentences about exports that may name people of a brand. */
  exportsOf: (brand_id: string) => Promise<string[]>;
  /** What the operator has to see to. */
  left_to_you: readonly string[];
  /** Called after each step, by its name. */
  onStep?: (step: string) => void;
}

type Open = Array<{ erasure: StoredErasure; person: ErasedPerson }>;

export class Erasures {
  readonly book: ErasureBook;
  private readonly turns = new Turns();

  constructor(private readonly parts: ErasureParts) {
    this.book = new ErasureBook(parts.state, parts.clock);
  }

  /** Asks for the erasure of a person. @param asked an id of the person, as the log knows it. */
  request(brand_id: string, asked: string, ids: readonly string[] = []): Promise<string> {
    return this.book.add(brand_id, asked, ids);
  }

  /** Carries out what waits. @returns how many erasures are done. */
  work(signal?: AbortSignal): Promise<number> {
    return this.turns.take(() => this.workOnce(signal));
  }

  private async workOnce(signal?: AbortSignal): Promise<number> {
    const open = await this.book.open();
    if (open.length === 0) return 0;
    const working = open.flatMap(({ erasure, person }) => (person === undefined ? [] : [{ erasure, person }]));
    try {
      if (working.length > 0) await this.erase(working, signal);
      this.parts.onStep?.('certified');
      await this.parts.state.purge();
    } catch (error) {
      const last_error = error instanceof Error ? error.message : String(error);
      const failed = (await this.book.open()).map(({ erasure }) => ({ ...erasure, last_error }));
      await this.book.save(failed);
      throw error;
    }
    const cleaned = (await this.book.open()).filter(({ erasure }) => erasure.status === 'cleaning');
    await this.book.save(cleaned.map(({ erasure }) => ({ ...erasure, status: 'done', last_error: '' })));
    return cleaned.length;
  }

  private async erase(open: Open, signal: AbortSignal | undefined): Promise<void> {
    const { warehouse, policy } = this.parts;
    const stop = (): void => signal?.throwIfAborted();
    const done = (step: string): void => this.parts.onStep?.(step);
    const files = await this.find(open);
    done('found');
    stop();
    const people = open.map(({ person }) => person);
    // The salt of the first serves all: what is made with it is about rows, not about people.
    const { salt } = people[0]!;
    await warehouse.erase(erasureOf({ subjects: subjectsOf(open), policy, until_ms: null, salt }));
    stop();
    files.push(...(await this.parts.forget()));
    done('out of every answer');
    if (policy.runs === 'recompute') await this.parts.remakeRuns();
    done('runs made anew');
    const told = await this.parts.tell(people);
    done('destinations told');
    stop();
    files.push(...(await warehouse.purge()));
    done('written anew');
    // What began before the rows went may have kept something of them since.
    files.push(...(await this.parts.forget()));
    const entries = await this.parts.eraseState(people);
    done('out of the state');
    await this.certify(open, { files, told, entries });
  }

  /** Lets no record of the people in any more, and finds all that is stored of them. @returns the files that changed. */
  private async find(open: Open): Promise<string[]> {
    const { suppress, suppressOrders, idsOf, clearSpool, policy, warehouse } = this.parts;
    await this.book.save(open.map(({ erasure }) => ({ ...erasure, status: 'working' satisfies ErasureStatus })));
    const known = open.flatMap(({ person: { brand_id, asked, ids } }) =>
      [asked, ...ids].map((id) => ({ brand_id, id })),
    );
    await suppress(known, null);
    this.parts.onStep?.('suppressed');
    const files = await clearSpool(open.map(({ person }) => person));
    const found = await idsOf(open.map(({ person: { brand_id, asked } }) => ({ brand_id, id: asked })));
    for (const [i, { erasure, person }] of open.entries()) {
      erasure.status = 'working';
      erasure.as_of = erasure.as_of || found.as_of;
      person.ids = [...new Set([...person.ids, ...found.ids[i]!])];
    }
    await this.book.save(
      [],
      open.map(({ person }) => person),
    );
    await suppress(subjectsOf(open), null);
    // Records that named only an id that was found just now.
    files.push(...(await clearSpool(open.map(({ person }) => person))));
    const rows = await warehouse.read((snapshot) => findRows(snapshot, subjectsOf(open)), {
      for: 'keeping',
      timeout_ms: CARE_TIMEOUT_MS,
    });
    for (const [i, { erasure, person }] of open.entries()) {
      const own = rows.get(i)!;
      for (const [table, n] of Object.entries(own.rows)) erasure.rows[table] = Math.max(erasure.rows[table] ?? 0, n);
      erasure.newest_ms = Math.max(erasure.newest_ms, own.newest_ms);
      person.orders = [...new Set([...person.orders, ...own.orders])];
      if (policy.orders === 'remove') await suppressOrders(person.brand_id, person.orders);
    }
    await this.book.save(
      open.map(({ erasure }) => erasure),
      open.map(({ person }) => person),
    );
    return files;
  }

  private async certify(
    open: Open,
    {
      files,
      told,
      entries,
    }: { files: string[]; told: Map<string, ToldDestination[]>; entries: Map<string, Record<string, number>> },
  ): Promise<void> {
    const { state, clock, policy, suppress, exportsOf, left_to_you } = this.parts;
    const copies = await copiesLeft(state);
    const completed_ms = clock();
    const finished = [];
    for (const { erasure, person } of open) {
      const until_ms = Math.max(completed_ms, erasure.newest_ms);
      const { erasure_id, brand_id } = erasure;
      await suppress(
        person.ids.map((id) => ({ brand_id, id })),
        until_ms,
      );
      const certificate: Certificate = {
        version: 1,
        erasure_id,
        brand_id,
        requested_at: formatInstant(erasure.requested_ms),
        completed_at: formatInstant(completed_ms),
        as_of: erasure.as_of,
        policy: { ...policy },
        suppressed_until: formatInstant(until_ms),
        subjects: person.ids.map((id) => digestOf({ brand_id, id })).sort(),
        rows: erasure.rows,
        state: entries.get(erasure_id) ?? {},
        files: [...new Set(files)].sort(),
        destinations: told.get(erasure_id) ?? [],
        left_to_you: [...left_to_you, ...copies, ...(await exportsOf(brand_id))],
      };
      const signed = await signCertificate(state, certificate);
      finished.push({
        erasure: { ...erasure, status: 'cleaning' as const, last_error: '', certificate: signed },
        person,
        until_ms,
      });
    }
    await this.book.finish(finished, policy.orders);
  }
}

function subjectsOf(open: Open): Subject[] {
  return open.flatMap(({ person: { brand_id, ids } }, erasure_no) => ids.map((id) => ({ brand_id, id, erasure_no })));
}
