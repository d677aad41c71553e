/**
 * Chooses the order that predicts held-out paths best. The fit on its own data cannot decide, because a higher order always
 * fits better, and the probability of converting is the same for all orders.
 */
import { Random } from '../../domain/random.ts';
import type { Paths } from '../paths/paths.ts';
import { MAX_ORDER } from './chain.ts';
import { assignFolds, type ContextCounts, countContexts, FOLDS } from './contexts.ts';

/** Losses are natural logarithms of held-out likelihood, negated: smaller is better. */
export interface OrderLoss {
  order: number;
  /** Per prediction of the next step: a touch, or the end of the path. */
  next_loss: number;
  /** Per path: the loss of predicting whether it ends in a conversion. */
  conversion_loss: number;
  /** Per path: the sum of both along it. The choice is made by this loss. */
  journey_loss: number;
}

/** A difference of sums of fractions below this counts as 0. */
const NOTHING = 1e-9;

/**
 * Cross-validated losses of the orders 1 to 4 over the same predictions, seeded. Folds are drawn by path, or by person where
 * people are known, because the paths of one person resemble each other. The probabilities of a context are mixed with those of
 * the context one touch shorter. The shorter one weighs more where the context is rare and where many different steps followed
 * it (interpolation of Witten and Bell 1991). The shortest context gives every step the same chance.
 */
export function chooseOrder(paths: Paths, seed: number): OrderLoss[] {
  const levels = countContexts(paths, MAX_ORDER, assignFolds(paths, new Random(seed, 'markov-folds')));
  let lower: Predictions | undefined;
  const losses: OrderLoss[] = [];
  levels.forEach((counts, order) => {
    const predictions = predict(counts, lower, paths.states.length);
    if (order > 0) losses.push({ order, ...lossOf(counts, predictions) });
    lower = predictions;
  });
  return losses;
}

/** Probabilities for each fold, from all other folds: of a step, of the end, and of a conversion at the end. */
interface Predictions {
  step: Float64Array;
  end: Float64Array;
  conversion: Float64Array;
}

function predict(counts: ContextCounts, lower: Predictions | undefined, states: number): Predictions {
  const { steps, contexts, taken, conversions, nulls, lower_step, lower_context } = counts;
  const known = trainingOf(counts);
  const anything = 1 / (states + 1);
  const step = new Float64Array(taken.length);
  for (let s = 0; s < steps.size; s++) {
    const others = outside(taken, s);
    for (let fold = 0; fold < FOLDS; fold++) {
      const shorter = lower ? lower.step[lower_step[s]! * FOLDS + fold]! : anything;
      const context = steps.fromOf(s) * FOLDS + fold;
      step[s * FOLDS + fold] = mixed(others[fold]!, known.seen[context]!, known.kinds[context]!, shorter);
    }
  }
  const end = new Float64Array(contexts * FOLDS);
  const conversion = new Float64Array(contexts * FOLDS);
  for (let c = 0; c < contexts; c++) {
    const converted = outside(conversions, c);
    const not = outside(nulls, c);
    for (let fold = 0; fold < FOLDS; fold++) {
      const at = c * FOLDS + fold;
      const below = lower_context[c]! * FOLDS + fold;
      const ended = converted[fold]! + not[fold]!;
      const kinds = Number(converted[fold]! > 0) + Number(not[fold]! > 0);
      // A context in which no path ended has no outcome to predict.
      const known_below = lower !== undefined && below >= 0;
      end[at] = mixed(ended, known.seen[at]!, known.kinds[at]!, known_below ? lower.end[below]! : anything);
      conversion[at] = mixed(converted[fold]!, ended, kinds, known_below ? lower.conversion[below]! : 0.5);
    }
  }
  return { step, end, conversion };
}

/** For each context, from the other folds: how many steps followed it, and how many different steps. */
function trainingOf({ steps, contexts, taken, conversions, nulls }: ContextCounts): {
  seen: Float64Array;
  kinds: Float64Array;
} {
  const seen = new Float64Array(contexts * FOLDS);
  const kinds = new Float64Array(contexts * FOLDS);
  const add = (context: number, others: Float64Array): void => {
    for (let fold = 0; fold < FOLDS; fold++) {
      seen[context * FOLDS + fold]! += others[fold]!;
      if (others[fold]! > 0) kinds[context * FOLDS + fold]!++;
    }
  };
  for (let s = 0; s < steps.size; s++) add(steps.fromOf(s), outside(taken, s));
  for (let c = 0; c < contexts; c++) {
    const converted = outside(conversions, c);
    const not = outside(nulls, c);
    add(
      c,
      converted.map((count, fold) => count + not[fold]!),
    );
  }
  return { seen, kinds };
}

/** For each fold: the counts of all other folds. */
function outside(counts: Float64Array, number: number): Float64Array {
  const own = counts.subarray(number * FOLDS, (number + 1) * FOLDS);
  let all = 0;
  for (const count of own) all += count;
  return own.map((count) => (all - count > NOTHING ? all - count : 0));
}

function mixed(count: number, seen: number, kinds: number, shorter: number): number {
  return seen + kinds === 0 ? shorter : (count + kinds * shorter) / (seen + kinds);
}

function lossOf({ taken, conversions, nulls }: ContextCounts, predictions: Predictions): Omit<OrderLoss, 'order'> {
  let next = 0;
  let predicted = 0;
  let outcome = 0;
  let paths = 0;
  const add = (count: number, probability: number): number => (count > 0 ? -count * Math.log(probability) : 0);
  taken.forEach((count, i) => {
    next += add(count, predictions.step[i]!);
    predicted += count;
  });
  conversions.forEach((converted, i) => {
    const ended = converted + nulls[i]!;
    next += add(ended, predictions.end[i]!);
    predicted += ended;
    paths += ended;
    outcome += add(converted, predictions.conversion[i]!) + add(nulls[i]!, 1 - predictions.conversion[i]!);
  });
  return {
    next_loss: next / predicted,
    conversion_loss: outcome / paths,
    journey_loss: (next + outcome) / paths,
  };
}
