/** Annotations: what happened on some days, beside the figures. People write them, and the program writes some by itself. */
import { randomBytes } from 'node:crypto';
import { badRequest, TributaryError } from '../domain/errors.ts';
import { nameFault } from '../domain/text.ts';
import { formatInstant, parseDate } from '../domain/time.ts';
import { everyEntry } from '../state/entries.ts';
import type { Json, State, StateTransaction } from '../state/port.ts';

export const ANNOTATIONS = 'annotations';
/** Who or what wrote it: a person; or the program, because settings, models or sources changed. */
export const ANNOTATION_KINDS = ['by_hand', 'settings', 'models', 'sources'] as const;
export type AnnotationKind = (typeof ANNOTATION_KINDS)[number];
export const MAX_ANNOTATION_LENGTH = 280;
/** Annotations that are kept. Over this number, further ones of people are refused, and the program makes none. */
const MAX_ANNOTATIONS = 5_000;
/** The most annotations of one answer; the last days come first in the choice. */
const MAX_LISTED = 1_000;

export interface Annotation {
  annotation_id: string;
  /** Null for all brands. */
  brand_id: string | null;
  first_day: string;
  last_day: string;
  text: string;
  kind: AnnotationKind;
  /** The name of the key or person; null for the program. */
  created_by: string | null;
  created_at: string;
}

export type Draft = Pick<Annotation, 'brand_id' | 'first_day' | 'last_day' | 'text' | 'kind' | 'created_by'>;

/** The place of an annotation is its day, so that a list is in order of days. */
const placeOf = ({ first_day, annotation_id }: Pick<Annotation, 'first_day' | 'annotation_id'>): string =>
  `${first_day}/${annotation_id}`;

export class Annotations {
  constructor(
    private readonly state: State,
    private readonly clock: () => number,
  ) {}

  /**
   * Annotations that have a day from `start` up to and without `end`, in order of days.
   * @param sees if the asker may see those of a brand; null stands for those of all brands.
   */
  async list(
    { start, end }: { start?: string | undefined; end?: string | undefined },
    sees: (brand_id: string | null) => boolean,
  ): Promise<Annotation[]> {
    const found: Annotation[] = [];
    for await (const { value } of everyEntry(this.state, ANNOTATIONS)) {
      const one = value as unknown as Annotation;
      const in_days = (end === undefined || one.first_day < end) && (start === undefined || one.last_day >= start);
      if (in_days && sees(one.brand_id)) found.push(one);
    }
    return found.slice(-MAX_LISTED);
  }

  /** Stores an annotation. @throws bad_request naming the field; conflict when there are too many; state_unavailable. */
  async add(draft: Draft): Promise<Annotation> {
    check(draft);
    return this.state.transaction(async (transaction) => {
      const made = await this.put(transaction, draft, `ann_${randomBytes(6).toString('hex')}`);
      if (made === null)
        throw new TributaryError('conflict', `there are ${MAX_ANNOTATIONS} annotations, the limit; delete some first`);
      return made;
    });
  }

  /**
   * Stores an annotation of the program within a transaction. The same id on the same day is one annotation. Its text is cut to the limit.
   * @returns null when there are too many.
   */
  async put(transaction: StateTransaction, draft: Draft, annotation_id: string): Promise<Annotation | null> {
    const known = await transaction.list(ANNOTATIONS, { limit: MAX_ANNOTATIONS });
    if (known.length >= MAX_ANNOTATIONS) return null;
    const text =
      draft.text.length > MAX_ANNOTATION_LENGTH ? `${draft.text.slice(0, MAX_ANNOTATION_LENGTH - 1)}…` : draft.text;
    const made = { annotation_id, ...draft, text, created_at: formatInstant(this.clock()) };
    await transaction.put(ANNOTATIONS, placeOf(made), made as unknown as Json);
    return made;
  }

  /**
   * Deletes an annotation.
   * @param may throws if the asker may not.
   * @throws not_found; what `may` throws; state_unavailable.
   */
  async delete(annotation_id: string, may: (annotation: Annotation) => void): Promise<void> {
    for await (const { key, value } of everyEntry(this.state, ANNOTATIONS)) {
      const one = value as unknown as Annotation;
      if (one.annotation_id !== annotation_id) continue;
      may(one);
      await this.state.transaction((transaction) => transaction.delete(ANNOTATIONS, key));
      return;
    }
    throw unknownAnnotation();
  }
}

export function unknownAnnotation(): TributaryError {
  return new TributaryError('not_found', 'annotation_id: there is no such annotation; list them first', {
    field: 'annotation_id',
  });
}

function check({ first_day, last_day, text }: Draft): void {
  const first = dayNumber('day', first_day);
  if (dayNumber('last_day', last_day) < first) throw badRequest('last_day', 'lies before day; send a later day');
  if (text.trim() === '') throw badRequest('text', 'is empty; say what happened');
  if (text.length > MAX_ANNOTATION_LENGTH)
    throw badRequest('text', `is ${text.length} characters long; the limit is ${MAX_ANNOTATION_LENGTH}`);
  const fault = nameFault(text);
  if (fault) throw badRequest('text', fault);
}

/** @throws bad_request. */
export function dayNumber(field: string, day: string): number {
  const number = parseDate(day);
  if (typeof number === 'string') throw badRequest(field, number);
  return number;
}
