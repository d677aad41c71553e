/** The consents that come with events, in their field `consent`. Each becomes a record of its own beside its event. */
import { HEADER_SOURCES } from '../domain/consent/browser-signals.ts';
import type { Problem } from '../domain/errors.ts';
import { type RecordName, recordKind } from '../domain/index.ts';
import { type FlatRecord, isProblem, type ReadContext } from '../domain/record.ts';
import { formatInstant, MS_PER_HOUR } from '../domain/time.ts';

/** People whose last consent this process remembers. */
const MAX_LATELY = 50_000;
/** A grant that only repeats what was said is kept again after this time. */
const REPEATED_MS = MS_PER_HOUR;

/** What a person said last, as far as this process knows. */
interface Lately {
  text: string;
  at_ms: number;
}

/** A consent that was taken, to be noted when it is on disk. */
export interface SaidConsent extends Lately {
  record: FlatRecord;
  person: string;
}

const hasConsent = (name: RecordName): boolean => 'consent' in recordKind(name).schema.properties;

export class SaidConsents {
  private readonly lately = new Map<string, Lately>();

  /**
   * Reads the consent of an event that was read.
   * @param input the event as it was sent. @param warn told of a consent that cannot be read; the event stays.
   */
  of(
    name: RecordName,
    input: unknown,
    read: FlatRecord,
    context: ReadContext,
    warn: (warning: Problem) => void,
  ): SaidConsent | null {
    const sent = (input as Record<string, unknown>)['consent'];
    if (name === 'consents') this.lately.delete(personOf(read));
    if (!hasConsent(name) || typeof sent !== 'object' || sent === null || Array.isArray(sent)) return null;
    const { brand_id, customer_id, anonymous_id, occurred_at } = read;
    const who = { brand_id, ...(customer_id ? { customer_id } : {}), ...(anonymous_id ? { anonymous_id } : {}) };
    const { sent_at } = input as Record<string, unknown>;
    const draft = {
      ...sent,
      ...who,
      occurred_at: formatInstant(occurred_at as number),
      ...(sent_at === undefined ? {} : { sent_at }),
    };
    const { warn: _of_event, ...quietly } = context;
    const record = recordKind('consents').read(draft, quietly);
    if (isProblem(record)) {
      warn({ field: `consent.${record.field}`, reason: `${record.reason}. The event was taken without its consent` });
      return null;
    }
    return { record, person: personOf(record), text: JSON.stringify(sent), at_ms: occurred_at as number };
  }

  /** True if this process remembers that the person said something else last. @param in_request as of {@link isRepeated}. */
  isChange({ person, text }: SaidConsent, in_request: ReadonlyMap<string, Lately>): boolean {
    const before = in_request.get(person) ?? this.lately.get(person);
    return before !== undefined && before.text !== text;
  }

  /** Forgets what it noted, because consents were erased and may come again. */
  forget(): void {
    this.lately.clear();
  }

  /** Notes that consents are on disk. */
  noted(consents: readonly SaidConsent[]): void {
    for (const { person, text, at_ms } of consents) {
      if (this.lately.size >= MAX_LATELY) this.lately.clear();
      this.lately.set(person, { text, at_ms });
    }
  }

  /**
   * True if the person said the same a moment ago, so that it holds already. What was denied in words is always kept, since another
   * process may have taken a grant meanwhile; the header of a browser is kept once an hour.
   * @param in_request the last consent of each person that was read before in the same request.
   */
  isRepeated({ record, person, text, at_ms }: SaidConsent, in_request: ReadonlyMap<string, Lately>): boolean {
    const before = in_request.get(person) ?? this.lately.get(person);
    if (before?.text !== text) return false;
    const is_grant = /true|granted/.test(text) && !/false|denied/.test(text);
    if (!is_grant && !HEADER_SOURCES.has(record['source'])) return false;
    return at_ms >= before.at_ms && at_ms - before.at_ms < REPEATED_MS;
  }
}

const personOf = ({ brand_id, customer_id, anonymous_id }: FlatRecord): string =>
  JSON.stringify([brand_id, customer_id, anonymous_id]);
