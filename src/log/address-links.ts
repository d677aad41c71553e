/** Links of customers with their addresses, which come with events that name both. */
import { takeAddressLink } from '../domain/email-person.ts';
import { recordKind } from '../domain/index.ts';
import { type FlatRecord, isProblem, type ReadContext } from '../domain/record.ts';
import type { Caller } from './envelope.ts';

/** Links that this process sent to the log lately. The same link comes with every event of a customer. */
const MAX_LATELY = 50_000;

export class AddressLinks {
  private readonly lately = new Set<string>();

  /** Takes the link from a record that was read. @returns it as a record, or null if there is none or the log has it. */
  take(record: FlatRecord, caller: Caller, context: ReadContext): FlatRecord | null {
    const input = takeAddressLink(record);
    // A page may name its visitor. It may not say who is one person with whom.
    if (input === null || caller.from_page) return null;
    return this.fresh([input], context)[0] ?? null;
  }

  /** Those links, as records, that this process did not send to the log lately. */
  fresh(inputs: ReadonlyArray<Record<string, unknown>>, context: ReadContext): FlatRecord[] {
    return inputs.flatMap((input) => {
      const link = recordKind('identity_links').read(input, context);
      return isProblem(link) || this.lately.has(link['link_id'] as string) ? [] : [link];
    });
  }

  /** Forgets what it noted, because links were erased and may come again. */
  forget(): void {
    this.lately.clear();
  }

  /** Notes that links are on disk. */
  noted(ids: readonly string[]): void {
    for (const id of ids) {
      if (this.lately.size >= MAX_LATELY) this.lately.clear();
      this.lately.add(id);
    }
  }
}
