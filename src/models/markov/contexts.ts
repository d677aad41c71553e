/** What followed the last k touches, by fold: the counts from which held-out losses of order k are worked out. */
import type { Paths } from '../paths/paths.ts';
import { FOLDS, type Split } from './folds.ts';
import { Steps } from './steps.ts';
import { Sums } from './sums.ts';

/** Counts of one order. Steps and contexts are numbered; `[i * FOLDS + fold]` is what was counted in a fold. */
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
 * the outcome. (A chain drops repeats, which changes no removal effect; here it would leave the orders different tasks.)
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
