/**
 * The messages that may belong to more than one person. A report puts an email, its opens and its clicks together person by person, by the
 * hash of the message. For most messages that is all there is: one subject got the email, and no other one has an event of it. The others
 * are found here once, when rows are put in order, so that a report looks for other people only where there may be some.
 */
import { WorkTurns } from '../../warehouse/work-turns.ts';
import { filledRows, type Histories, type Touchpoints } from '../histories.ts';
import { roomFor } from '../room.ts';
import { type EmailRows, filledEmails } from './email-rows.ts';
import { HashIndex } from './hash-index.ts';

/** The table of a part holds about so many messages, so that it takes a few megabytes. */
const PART = 250_000;
const HASHES = 2 ** 53;

type Rows = Pick<Touchpoints, 'starts' | 'message' | 'length'>;

/** By the starts of email events, which are replaced when rows are put in order. */
const known = new WeakMap<Uint32Array, Promise<HashIndex>>();

/** Finds what {@link DoubtfulMessages} are made from, so that the first report does not have to. */
export async function prepareMessages(histories: Histories): Promise<void> {
  if (histories.emails !== null) await sharedMessages(histories, histories.emails);
}

/** The messages that may belong to more than one person. */
export class DoubtfulMessages {
  /** A bit for each hash, so that most of the others need no look into the sets. */
  private readonly bits: Uint8Array;

  private constructor(private readonly sets: readonly HashIndex[]) {
    const size = sets.reduce((sum, set) => sum + set.size, 0);
    this.bits = new Uint8Array(2 ** Math.ceil(Math.log2(Math.max(64, 2 * size))));
    for (const set of sets)
      for (let number = 0; number < set.size; number++) {
        const hash = set.hashOf(number);
        this.bits[this.byteOf(hash)]! |= 1 << (hash & 7);
      }
  }

  static async of(touchpoints: Rows, emails: EmailRows): Promise<DoubtfulMessages> {
    const sets = [await sharedMessages(touchpoints, emails), await freshMessages(touchpoints, emails)];
    return new DoubtfulMessages(sets.filter(({ size }) => size > 0));
  }

  has(hash: number): boolean {
    return (this.bits[this.byteOf(hash)]! & (1 << (hash & 7))) !== 0 && this.sets.some((set) => set.find(hash) >= 0);
  }

  private byteOf(hash: number): number {
    return (hash >>> 3) & (this.bits.length - 1);
  }
}

/** The hashes of messages in order that more than one subject has. */
function sharedMessages(touchpoints: Rows, emails: EmailRows): Promise<HashIndex> {
  const own = known.get(emails.starts) ?? findShared(touchpoints, emails);
  known.set(emails.starts, own);
  return own;
}

/** The hashes of messages of fresh rows. Who else has them is not known. */
async function freshMessages(touchpoints: Rows, emails: EmailRows): Promise<HashIndex> {
  const fresh = new HashIndex();
  const turns = new WorkTurns();
  for (const [{ message, length }, from] of [
    [emails, filledEmails(emails)],
    [touchpoints, filledRows(touchpoints)],
  ] as const)
    for (let place = from; place < length; place++) {
      if (turns.ends(4_096)) await turns.next();
      if (message[place] !== 0) fresh.add(message[place]!);
    }
  return fresh;
}

/** 1 for the labels of deliveries. */
export const isDelivery = ({ labels }: Pick<EmailRows, 'labels'>): Uint8Array =>
  Uint8Array.from(labels, ({ event_type }) => Number(event_type === 'delivered'));

async function findShared(touchpoints: Rows, emails: EmailRows): Promise<HashIndex> {
  const found = new HashIndex();
  const parts = Math.max(1, Math.ceil(filledEmails(emails) / PART));
  const is_delivery = isDelivery(emails);
  const turns = new WorkTurns();
  for (let part = 0; part < parts; part++) {
    const owners = new Owners((part * HASHES) / parts, ((part + 1) * HASHES) / parts);
    for (let subject = 0; subject + 1 < emails.starts.length; subject++) {
      if (turns.ends(1_024)) await turns.next();
      for (let place = emails.starts[subject]!; place < emails.starts[subject + 1]!; place++)
        if (is_delivery[emails.label[place]!] === 1) owners.add(emails.message[place]!, subject, found);
    }
    for (let subject = 0; subject + 1 < touchpoints.starts.length; subject++) {
      if (turns.ends(1_024)) await turns.next();
      for (let place = touchpoints.starts[subject]!; place < touchpoints.starts[subject + 1]!; place++)
        owners.check(touchpoints.message[place]!, subject, found);
    }
  }
  return found;
}

/** Who got the messages of a range of hashes first. */
class Owners {
  private readonly index = new HashIndex();
  private owners = new Uint32Array(1_024);

  /** @param low the hashes above it belong to the range. @param high those up to it do. */
  constructor(
    private readonly low: number,
    private readonly high: number,
  ) {}

  add(hash: number, subject: number, shared: HashIndex): void {
    if (!(hash > this.low && hash <= this.high)) return;
    const { size } = this.index;
    const number = this.index.add(hash);
    if (number === size) {
      this.owners = roomFor(this.owners, number + 1);
      this.owners[number] = subject;
    } else if (this.owners[number] !== subject) shared.add(hash);
  }

  check(hash: number, subject: number, shared: HashIndex): void {
    if (!(hash > this.low && hash <= this.high)) return;
    const number = this.index.find(hash);
    if (number >= 0 && this.owners[number] !== subject) shared.add(hash);
  }
}
