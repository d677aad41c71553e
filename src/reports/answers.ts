/**
 * Answers that were given before, by what they depend on: the question with its settings (`config_hash`) and the log position
 * (`as_of`). A new event makes a new position and so a new key: nothing is ever out of date, and nothing has to be dropped for it.
 */
import { formatInstant } from '../domain/time.ts';
import type { Answers, ReportContext, ReportJson } from './context.ts';
import type { Resolved } from './parameters.ts';

const MAX_CHARACTERS = 64_000_000;
const MAX_ANSWER_CHARACTERS = 8_000_000;

/** The least recently used go first. */
export class AnswerCache implements Answers {
  /** Answers served from here since the start. */
  hits = 0;
  private characters = 0;
  private readonly answers = new Map<string, { answer: ReportJson; characters: number }>();

  get(key: string): ReportJson | undefined {
    const found = this.answers.get(key);
    if (found === undefined) return undefined;
    this.answers.delete(key);
    this.answers.set(key, found);
    this.hits += 1;
    return found.answer;
  }

  set(key: string, answer: ReportJson): void {
    const characters = JSON.stringify(answer).length;
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

/**
 * The answer to a resolved question, made by `make` unless it is known.
 * @param shape tells apart answers that differ in form and not in what they depend on.
 */
export async function answerOnce(
  context: ReportContext,
  resolved: Resolved,
  shape: string,
  make: () => Promise<ReportJson>,
): Promise<ReportJson> {
  const key = [shape, resolved.config_hash, resolved.as_of].join('\n');
  const known = context.answers?.get(key);
  if (known !== undefined) return { ...known, generated_at: formatInstant(context.clock()) };
  const answer = await make();
  context.answers?.set(key, answer);
  return answer;
}
