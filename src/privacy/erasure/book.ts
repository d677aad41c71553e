/**
 * Erasures in state: what was asked for, how far each is, and its certificate. The ids of the people stand in an entry of their own,
 * which is removed with the last step. A list of what was erased stays for ever, in hashes, so that a restored backup can be cleaned.
 */
import { randomBytes } from 'node:crypto';
import { subjectKey } from '../../domain/subject.ts';
import { everyEntry } from '../../state/entries.ts';
import type { Json, State } from '../../state/port.ts';
import type { SignedCertificate } from './certificate.ts';
import type { ErasurePolicy } from './policy.ts';
import { digestOf } from './subjects.ts';

const ERASURES = 'erasures';
const PEOPLE = 'erasure_people';
const LIST = 'erased_subjects';
const RESTORE = 'erasure_restore';

/** Erasures that are carried out together. */
const MAX_TOGETHER = 10_000;
/** Entries that one transaction writes. */
const MAX_WRITTEN = 500;

/**
 * `waiting` for its turn; `working`; `cleaning`: all is done but that the state itself is written anew; `done`.
 */
export type ErasureStatus = 'waiting' | 'working' | 'cleaning' | 'done';

export interface StoredErasure {
  erasure_id: string;
  brand_id: string;
  requested_ms: number;
  status: ErasureStatus;
  /** What was found before the first row went, so that a later try does not count less. */
  rows: Record<string, number>;
  newest_ms: number;
  as_of: string;
  /** Why the last try failed; empty if none did. */
  last_error: string;
  certificate: SignedCertificate | null;
}

/** The ids of the person of an erasure, while it is carried out. */
export interface ErasedPerson {
  erasure_id: string;
  brand_id: string;
  /** The id that was asked for, as the log knows it. */
  asked: string;
  /** All ids that are surely the person's; empty until they are looked for. */
  ids: string[];
  /** Ids of orders and conversions of the person. */
  orders: string[];
  salt: string;
}

/** One id of the list. */
export interface ListedSubject {
  /** The digest of the id, by which the loader knows it. */
  digest: string;
  brand_id: string;
  subject_key: string;
  until_ms: number;
  orders: ErasurePolicy['orders'];
}

export class ErasureBook {
  constructor(
    private readonly state: State,
    private readonly clock: () => number,
  ) {}

  /** Notes a request. @param ids other ids that are surely the person's. @returns its id. */
  async add(brand_id: string, asked: string, ids: readonly string[] = []): Promise<string> {
    const erasure_id = `era_${randomBytes(8).toString('hex')}`;
    const erasure: StoredErasure = {
      erasure_id,
      brand_id,
      requested_ms: this.clock(),
      status: 'waiting',
      rows: {},
      newest_ms: 0,
      as_of: '',
      last_error: '',
      certificate: null,
    };
    const salt = randomBytes(16).toString('hex');
    const person: ErasedPerson = { erasure_id, brand_id, asked, ids: [...ids], orders: [], salt };
    await this.state.transaction(async (transaction) => {
      await transaction.put(ERASURES, erasure_id, erasure as unknown as Json);
      await transaction.put(PEOPLE, erasure_id, person as unknown as Json);
    });
    return erasure_id;
  }

  async get(erasure_id: string): Promise<StoredErasure | undefined> {
    return (await this.state.get<Json>(ERASURES, erasure_id)) as unknown as StoredErasure | undefined;
  }

  /** The newest erasures, without those that the asker may not see. */
  async newest(sees: (brand_id: string) => boolean, limit: number): Promise<StoredErasure[]> {
    const all: StoredErasure[] = [];
    for await (const { value } of everyEntry<Json>(this.state, ERASURES)) all.push(value as unknown as StoredErasure);
    return all
      .filter(({ brand_id }) => sees(brand_id))
      .sort((a, b) => b.requested_ms - a.requested_ms)
      .slice(0, limit);
  }

  /** Erasures that are not done, with the ids of their people. Those whose ids are removed already have none. */
  async open(): Promise<Array<{ erasure: StoredErasure; person: ErasedPerson | undefined }>> {
    const open: Array<{ erasure: StoredErasure; person: ErasedPerson | undefined }> = [];
    for await (const { key, value } of everyEntry<Json>(this.state, ERASURES)) {
      const erasure = value as unknown as StoredErasure;
      if (erasure.status === 'done') continue;
      open.push({ erasure, person: (await this.state.get<Json>(PEOPLE, key)) as unknown as ErasedPerson | undefined });
      if (open.length === MAX_TOGETHER) break;
    }
    return open;
  }

  async save(erasures: readonly StoredErasure[], people: readonly ErasedPerson[] = []): Promise<void> {
    await this.inParts(erasures, (transaction, one) =>
      transaction.put(ERASURES, one.erasure_id, one as unknown as Json),
    );
    await this.inParts(people, (transaction, one) => transaction.put(PEOPLE, one.erasure_id, one as unknown as Json));
  }

  /** Notes that an erasure is carried out: its ids go into the list as hashes, and out of the state. */
  async finish(
    finished: ReadonlyArray<{ erasure: StoredErasure; person: ErasedPerson; until_ms: number }>,
    orders: ErasurePolicy['orders'],
  ): Promise<void> {
    await this.inParts(finished, async (transaction, { erasure, person, until_ms }) => {
      for (const id of person.ids) {
        const subject_key = subjectKey(person.brand_id, id).toString();
        const digest = digestOf({ brand_id: person.brand_id, id });
        const listed: ListedSubject = { digest, brand_id: person.brand_id, subject_key, until_ms, orders };
        await transaction.put(LIST, digest, { ...listed });
      }
      await transaction.put(ERASURES, erasure.erasure_id, erasure as unknown as Json);
      await transaction.delete(PEOPLE, erasure.erasure_id);
    });
  }

  /** All that was ever erased. */
  async list(): Promise<ListedSubject[]> {
    const listed: ListedSubject[] = [];
    for await (const { value } of everyEntry<Json>(this.state, LIST)) listed.push(value as unknown as ListedSubject);
    return listed;
  }

  /** Adds the list of another installation. The latest limit of an id counts. */
  async merge(listed: readonly ListedSubject[]): Promise<void> {
    await this.inParts(listed, async (transaction, one) => {
      const held = (await transaction.get<Json>(LIST, one.digest)) as unknown as ListedSubject | undefined;
      if (held === undefined || held.until_ms < one.until_ms) await transaction.put(LIST, one.digest, { ...one });
    });
  }

  /** Notes that a backup is being restored, from which people have to be taken out; or that they are. */
  async noteRestore(is_open: boolean): Promise<void> {
    await this.state.transaction((transaction) => transaction.put(RESTORE, 'is_open', is_open));
  }

  async isRestoring(): Promise<boolean> {
    return (await this.state.get<boolean>(RESTORE, 'is_open')) === true;
  }

  /** The same as digests of ids. */
  async digests(): Promise<Set<string>> {
    const digests = new Set<string>();
    for await (const { key } of everyEntry<Json>(this.state, LIST)) digests.add(key);
    return digests;
  }

  /** It grows with each erasure that is carried out. */
  revision(): Promise<number> {
    return this.state.revision(LIST);
  }

  private async inParts<T>(
    all: readonly T[],
    write: (transaction: Parameters<Parameters<State['transaction']>[0]>[0], one: T) => Promise<unknown>,
  ): Promise<void> {
    for (let from = 0; from < all.length; from += MAX_WRITTEN)
      await this.state.transaction(async (transaction) => {
        for (const one of all.slice(from, from + MAX_WRITTEN)) await write(transaction, one);
      });
  }
}
