/**
 * Emails whose `message_id` several people may have: of one to whom it was delivered, and of others who opened it, or whose order it
 * earned credit of. They are put together once all people were walked.
 */
import { HashIndex } from '../../histories/emails/hash-index.ts';
import { roomFor } from '../../histories/room.ts';
import { EmailColumns } from './person-messages.ts';

/** With more, the query is the better way: every one takes some fifty bytes. */
const MAX_SHARED = 1_000_000;
/** So many can really be of several people; their names and ids are read. */
const MAX_SPLIT = 20_000;

/** The emails of one brand. */
export class SharedEmails extends EmailColumns {
  private readonly hashes = new HashIndex();
  /** The first person with an event of it, and the first one to whom it was delivered, or -1. */
  private person = new Int32Array(64);
  private recipient = new Int32Array(64);
  /** All of them, where there are several. */
  readonly people = new Map<number, Set<number>>();
  readonly recipients = new Map<number, Set<number>>();

  get is_full(): boolean {
    return this.length > MAX_SHARED || this.people.size > MAX_SPLIT;
  }

  /** True if some of them was delivered in the period. */
  get has_deliveries(): boolean {
    return this.recipient.subarray(0, this.length).some((recipient) => recipient !== -1);
  }

  hashOf(number: number): number {
    return this.hashes.hashOf(number);
  }

  /** The number of the email with a hash, or -1. */
  find(hash: number): number {
    return this.hashes.find(hash);
  }

  /** The number of the email with a hash. @param person one who has an event of it. */
  of(hash: number, person: number): number {
    const number = this.hashes.add(hash);
    if (number === this.length) {
      this.add();
      this.person = roomFor(this.person, this.length);
      this.recipient = roomFor(this.recipient, this.length);
      this.person[number] = person;
      this.recipient[number] = -1;
    } else this.involve(number, person);
    return number;
  }

  involve(number: number, person: number): void {
    addTo(this.people, number, this.person[number]!, person);
  }

  deliverTo(number: number, person: number): void {
    if (this.recipient[number] === -1) this.recipient[number] = person;
    else addTo(this.recipients, number, this.recipient[number]!, person);
  }

  /** True if it was delivered in the period. */
  isDelivered(number: number): boolean {
    return this.recipient[number] !== -1;
  }

  recipientOf(number: number): number {
    return this.recipient[number]!;
  }

  /** The emails that were delivered and have events of several people. */
  split(): number[] {
    return [...this.people.keys()].filter((number) => this.isDelivered(number));
  }
}

function addTo(sets: Map<number, Set<number>>, number: number, first: number, other: number): void {
  if (first === other) return;
  const own = sets.get(number);
  if (own === undefined) sets.set(number, new Set([first, other]));
  else own.add(other);
}
