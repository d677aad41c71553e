/**
 * A cache of answers. The key of an answer holds all that it depends on: the question as it was asked, its settings
 * (`config_hash`) and the log position (`as_of`). A new event makes a new position and so a new key, so no cached answer is ever out of date.
 */
import { formatInstant } from '../domain/time.ts';
import { type Cancellation, unlessAborted } from './cancellation.ts';
import type { Answers, ReportContext, ReportJson, Resolved, ServedBy } from './context.ts';
import { Progress } from './progress.ts';

const MAX_CHARACTERS = 64_000_000;
const MAX_ANSWER_CHARACTERS = 8_000_000;

/** An answer that is being computed, and what may end it. */
interface UnderWay extends Asking {
  answer: Promise<ReportJson>;
}

/** What belongs to one request: what ends its work, and what is told how far it is. */
interface Asking {
  cancellation?: Cancellation | undefined;
  progress?: Progress | undefined;
}

/** Waits for an answer that another request computes, until the client of this one is gone. */
async function join(shared: UnderWay, own: Asking): Promise<ReportJson> {
  const release = shared.cancellation?.hold();
  if (shared.progress !== undefined) own.progress?.follow(shared.progress);
  try {
    return await unlessAborted(shared.answer, own.cancellation?.signal);
  } finally {
    release?.();
  }
}

/** Keeps answers up to a total number of characters. It drops the least recently used answers first. */
export class AnswerCache implements Answers {
  hits = 0;
  private characters = 0;
  private era = 0;
  private readonly answers = new Map<string, { answer: ReportJson; characters: number }>();
  private readonly under_way = new Map<string, UnderWay>();

  async once(
    key: string,
    make: () => Promise<ReportJson>,
    { cancellation, progress = new Progress() }: Asking = {},
  ): Promise<{ answer: ReportJson; known: boolean }> {
    const kept = this.find(key);
    if (kept !== undefined) return { answer: kept, known: true };
    const shared = this.under_way.get(key);
    if (shared !== undefined) {
      const answer = await join(shared, { cancellation, progress });
      this.hits += 1;
      return { answer, known: true };
    }
    progress.begin();
    const { era } = this;
    const making: UnderWay = { answer: make(), cancellation, progress };
    this.under_way.set(key, making);
    // A request that comes after the end of the work begins it anew.
    const forget = (): void => {
      if (this.under_way.get(key) === making) this.under_way.delete(key);
    };
    cancellation?.signal.addEventListener('abort', forget, { once: true });
    try {
      const answer = await making.answer;
      if (era === this.era) this.keep(key, answer);
      return { answer, known: false };
    } finally {
      forget();
      cancellation?.signal.removeEventListener('abort', forget);
    }
  }

  /** Forgets all answers: rows of the log were erased. Those under way are not kept. */
  clear(): void {
    this.era += 1;
    this.characters = 0;
    this.answers.clear();
    this.under_way.clear();
  }

  private find(key: string): ReportJson | undefined {
    const found = this.answers.get(key);
    if (found === undefined) return undefined;
    this.answers.delete(key);
    this.answers.set(key, found);
    this.hits += 1;
    return found.answer;
  }

  private keep(key: string, answer: ReportJson): void {
    const characters = roughCharacters(answer);
    if (characters > MAX_ANSWER_CHARACTERS) return;
    this.characters += characters - (this.answers.get(key)?.characters ?? 0);
    this.answers.delete(key);
    this.answers.set(key, { answer, characters });
    for (const [oldest, kept] of this.answers) {
      if (this.characters <= MAX_CHARACTERS) return;
      this.answers.delete(oldest);
      this.characters -= kept.characters;
    }
  }
}

/** Items of a long list whose JSON is measured; the others are taken to be as long on average. */
const MEASURED_ITEMS = 50;

/** About the length of a value's JSON. A long list is not written for it, because that would hold the event loop. */
function roughCharacters(value: unknown): number {
  if (Array.isArray(value) && value.length > MEASURED_ITEMS) {
    const step = value.length / MEASURED_ITEMS;
    const measured = Array.from({ length: MEASURED_ITEMS }, (_, i) => value[Math.floor(i * step)]);
    return Math.ceil(step * JSON.stringify(measured).length);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return (JSON.stringify(value) ?? '').length;
  return Object.entries(value).reduce((sum, [name, inner]) => sum + name.length + 4 + roughCharacters(inner), 0);
}

/** What the figures of answers came from. */
const served = new WeakMap<ReportJson, ServedBy>();

/**
 * Gives the answer to a resolved question. `make` computes it if it is not cached. Callers that ask at the same time share one
 * computation, and its failure.
 * @param shape tells apart answers that depend on the same inputs and differ in form.
 * @param make is given a function to tell that histories serve the answer; else it is the query.
 */
export async function answerOnce(
  context: ReportContext,
  resolved: Resolved,
  shape: string,
  make: (served_by: (source: ServedBy) => void) => Promise<ReportJson>,
): Promise<ReportJson> {
  const makeNoted = async (): Promise<ReportJson> => {
    let source: ServedBy = 'sql';
    const made = await make((own) => {
      source = own;
    });
    served.set(made, source);
    return made;
  };
  if (context.answers === undefined) {
    const made = await makeNoted();
    context.served_by?.(served.get(made)!);
    return made;
  }
  // The hash includes the brands already. They are in the key as well, so that a bug in the hash cannot show one brand the
  // figures of another.
  const brands = resolved.plan.brands.map(({ brand_id }) => brand_id).join(',');
  // All parameters are in the key as they were asked, so that no report has to list its own ones for the cache.
  // What an answer says of fits changes without them: a scheduled fit fails, a newer artifact is there.
  const notes = JSON.stringify(resolved.plan.models.flatMap(({ scores }) => scores?.notes ?? []));
  const key = [shape, brands, resolved.config_hash, resolved.as_of, notes, context.question ?? ''].join('\n');
  const { answer, known } = await context.answers.once(key, makeNoted, context);
  context.served_by?.(served.get(answer) ?? 'sql');
  return known ? { ...answer, generated_at: formatInstant(context.clock()) } : answer;
}
