/** The models of a plan for paths in memory: rules, fitted models and custom expressions. */
import { type Model, type Plan, type ScorePath, WEIGHT_SCALE } from '../attribution/plan.ts';
import { ExpressionWeights } from './expression-weights.ts';
import type { Label } from './histories.ts';
import {
  type Asking,
  Decays,
  LeftToEngine,
  type MemoryModel,
  type Path,
  ruleModel,
  type Weigh,
  writeSums,
} from './weights.ts';

export interface MemoryModels {
  models: MemoryModel[];
  /** What may wait for the engine after a pass. */
  asking: Asking[];
  /** One of them: the powers of rules. */
  decays: Decays;
}

export function memoryModels(plan: Plan, labels: readonly Label[]): MemoryModels {
  const decays = new Decays();
  const asking: Asking[] = [decays];
  const scores = new Map<string, Scored>();
  const models = plan.models.map((model): MemoryModel => {
    if (model.scores) return scoredModel(model, labels, scores);
    if (!model.of) return ruleModel(model.name, plan, decays)!;
    const weights = new ExpressionWeights(plan, model, labels);
    asking.push(weights);
    return (path, sums) => weights.weigh(path, sums);
  });
  return { models, asking, decays };
}

/** True for a rule model. Its weights need only the settings of a plan, so a thread can make them. */
export const isRule = (model: Model): boolean => model.scores === undefined && model.of === undefined;

/** True if a model has weights in memory. */
export function isInMemory(model: Model, plan: Plan): boolean {
  return (
    model.scores !== undefined || model.of !== undefined || ruleModel(model.name, plan, new Decays()) !== undefined
  );
}

/** The scores of the last path. Models of one artifact share them. */
interface Scored {
  score: ScorePath;
  order: number;
  last: ReturnType<ScorePath> | null;
}

function scoredModel({ scores, absolute }: Model, labels: readonly Label[], known: Map<string, Scored>): Weigh {
  const { artifact_id, column } = scores!;
  const own = known.get(artifact_id) ?? { score: scores!.inMemory(labels), order: -1, last: null };
  known.set(artifact_id, own);
  const write = absolute ? writeAbsoluteSums : writeSums;
  return (path, sums) => {
    if (own.last === null || own.order !== path.order) {
      own.last = own.score({ length: path.first + path.length, kinds: path.labels, ages_ms: path.ages_ms });
      own.order = path.order;
    }
    const weights = own.last[column];
    for (let i = path.first; i < path.first + path.length; i++)
      if (!(weights[i]! >= 0 && weights[i]! < Number.POSITIVE_INFINITY)) throw new LeftToEngine();
    write(path, weights, path.first, sums);
    return true;
  };
}

/** Writes the running sums of weights that are shares of the whole order: W = floor(w * 2^40 + 0.5). */
function writeAbsoluteSums(path: Path, weights: ArrayLike<number>, from: number, sums: Float64Array): void {
  let sum = 0;
  for (let k = 0; k < path.length; k++) {
    sum += Math.floor(weights[from + k]! * WEIGHT_SCALE + 0.5);
    sums[k + 1] = sum;
  }
}
