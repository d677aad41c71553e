/** Counts, by fold, of the steps that followed the last k touches. The held-out losses of order k come from them. */
import type { Random } from '../../domain/random.ts';
import type { Paths } from '../paths/paths.ts';
import { Sums } from './arrays.ts';
import { Steps } from './steps.ts';

export const FOLDS = 5;

/** Above this count on one path, a normal distribution replaces the single draws. */
const MAX_DRAWS = 1_000;

/** The counts of one path by fold. Each path overwrites those of the path before. */
export interface Split {
  conversions: Float64Array;
  nulls: Float64Array;
}

/**
 * Draws folds path by path; call the result in the order of the paths. Each unit of a count is drawn alone, and counts are
 * never split evenly. With even folds every fold looks like the others, and then no order looks too high.
 */
export function assignFolds(paths: Paths, random: Random): (path: number) => Split {
  const split: Split = { conversions: new Float64Array(FOLDS), nulls: new Float64Array(FOLDS) };
  const { people } = paths;
  const fold_of = people && Uint8Array.from({ length: highest(people) + 1 }, () => random.integer(0, FOLDS - 1));
  return (path) => {
    split.conversions.fill(0);
    split.nulls.fill(0);
    if (fold_of) {
      split.conversions[fold_of[people[path]!]!] = paths.conversions[path]!;
      split.nulls[fold_of[people[path]!]!] = paths.nulls[path]!;
    } else {
      draw(paths.conversions[path]!, random, split.conversions);
      draw(paths.nulls[path]!, random, split.nulls);
    }
    return split;
  };
}

/** Not Math.max(...people), because there may be millions of people. */
function highest(people: Uint32Array): number {
  return people.reduce((most, person) => Math.max(most, person), 0);
}

/** Draws a fold for each unit of a count. A fraction is one unit of that weight. */
function draw(count: number, random: Random, folds: Float64Array): void {
  let whole = Math.floor(count);
  if (count > whole) folds[random.integer(0, FOLDS - 1)]! += count - whole;
  for (let fold = 0; fold < FOLDS && whole > MAX_DRAWS; fold++) {
    const share = 1 / (FOLDS - fold);
    const sigma = Math.sqrt(whole * share * (1 - share));
    const drawn = share === 1 ? whole : Math.round(whole * share + sigma * random.normal(0, 1));
    folds[fold]! += Math.min(whole, Math.max(0, drawn));
    whole -= Math.min(whole, Math.max(0, drawn));
  }
  for (; whole > 0; whole--) folds[random.integer(0, FOLDS - 1)]!++;
}

/** Counts of one order. Steps and contexts have numbers; `[i * FOLDS + fold]` is the count of number i in a fold. */
export interface ContextCounts {
  steps: Steps;
  contexts: number;
  taken: Float64Array;
  conversions: Float64Array;
  nulls: Float64Array;
  /** The same step, and the same context, one order lower. */
  lower_step: Int32Array;
  lower_context: Int32Array;
}

/**
 * Counts for the orders 0 to `highest`. All orders predict the same: the next touch, repeats included, or the end, and then
 * the outcome. (A chain drops repeats, which changes no removal effect. Here it would give the orders different tasks.)
 */
export function countContexts(paths: Paths, highest: number, folds: (path: number) => Split): ContextCounts[] {
  const levels = Array.from({ length: highest + 1 }, (_, order) => new Level(order));
  for (let p = 0; p < paths.conversions.length; p++) {
    if (paths.conversions[p]! + paths.nulls[p]! === 0) continue;
    const split = folds(p);
    for (const level of levels) level.begin();
    for (let i = paths.offsets[p]!; i < paths.offsets[p + 1]!; i++) {
      let lower = -1;
      for (const level of levels) lower = level.step(paths.codes[i]!, split, lower);
    }
    let lower = -1;
    for (const level of levels) lower = level.end(split, lower);
  }
  return levels.map((level) => level.counts());
}

class Level {
  private readonly steps: Steps;
  private readonly taken = new Sums();
  private readonly conversions = new Sums();
  private readonly nulls = new Sums();
  private readonly lower_step: number[] = [];
  private readonly lower_context: number[] = [];
  private context = 0;

  constructor(order: number) {
    this.steps = new Steps(order);
  }

  begin(): void {
    this.context = this.steps.empty();
  }

  /** @param lower the number of this step one order lower. */
  step(code: number, { conversions, nulls }: Split, lower: number): number {
    const step = this.steps.take(this.context, code);
    for (let fold = 0; fold < FOLDS; fold++) {
      const weight = conversions[fold]! + nulls[fold]!;
      if (weight > 0) this.taken.add(step * FOLDS + fold, weight);
    }
    this.lower_step[step] = lower;
    this.context = this.steps.toOf(step);
    return step;
  }

  end({ conversions, nulls }: Split, lower: number): number {
    for (let fold = 0; fold < FOLDS; fold++) {
      this.conversions.add(this.context * FOLDS + fold, conversions[fold]!);
      this.nulls.add(this.context * FOLDS + fold, nulls[fold]!);
    }
    this.lower_context[this.context] = lower;
    return this.context;
  }

  counts(): ContextCounts {
    const contexts = this.steps.grams.size;
    return {
      steps: this.steps,
      contexts,
      taken: this.taken.all(this.steps.size * FOLDS),
      conversions: this.conversions.all(contexts * FOLDS),
      nulls: this.nulls.all(contexts * FOLDS),
      lower_step: Int32Array.from(this.lower_step),
      lower_context: Int32Array.from({ length: contexts }, (_, context) => this.lower_context[context] ?? -1),
    };
  }
}
