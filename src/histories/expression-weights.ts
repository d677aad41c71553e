/** The weights of a custom expression. What its bounds do not decide, the engine computes: attribution/expression-values.ts. */
import type { TouchValues } from '../attribution/expression-values.ts';
import type { Model, Plan } from '../attribution/plan.ts';
import { SETTING_COLUMNS } from '../domain/settings.ts';
import { MS_PER_DAY } from '../domain/time.ts';
import type { Snapshot } from '../warehouse/port.ts';
import { fill } from '../warehouse/relation.ts';
import type { Label } from './histories.ts';
import { EXPRESSION_TOUCHES } from './relations.ts';
import { type Asking, byPolicy, LeftToEngine, type Path, scaled, writeSums } from './weights.ts';

/** If more touches have to be asked for, the query of the whole report is cheaper. */
const MAX_ASKED = 200_000;
/** Weights from here on are refused by the engine. */
const MOST_WEIGHT = 1e300;

const SETTINGS = SETTING_COLUMNS.filter(({ in_expressions }) => in_expressions);

/** A path that waits for the engine, and its weights once they are told. */
interface Waiting {
  policy: number;
  ages_ms: Float64Array;
  labels: Uint32Array;
  weights: Float64Array;
}

export class ExpressionWeights implements Asking {
  private readonly waiting = new Map<number, Waiting>();
  private asked = 0;
  private is_told = false;
  private readonly settings: Array<Record<string, number>>;
  private weights = new Float64Array(64);
  private errors = new Float64Array(64);
  private readonly touch: TouchValues = {
    k: 0,
    n: 0,
    age_days: 0,
    texts: {},
    settings: {},
    error: 0,
    is_open: false,
  };

  constructor(
    plan: Plan,
    private readonly model: Model,
    private readonly labels: readonly Label[],
  ) {
    this.settings = byPolicy(plan, (settings) =>
      Object.fromEntries(SETTINGS.map(({ column, of }) => [column, of(settings)])),
    );
  }

  /** Writes the running sums of a path. @returns false if it waits. @throws LeftToEngine for a weight that is refused. */
  weigh(path: Path, sums: Float64Array): boolean {
    const told = this.is_told ? this.waiting.get(path.order) : undefined;
    if (told !== undefined) {
      writeSums(path, told.weights, 0, sums);
      return true;
    }
    if (path.length > this.weights.length) {
      this.weights = new Float64Array(2 * path.length);
      this.errors = new Float64Array(2 * path.length);
    }
    if (this.evaluate(path) && this.isDecided(path)) {
      writeSums(path, this.weights, 0, sums);
      return true;
    }
    this.keep(path);
    return false;
  }

  /** Computes the weights. @returns false if one of them is open. */
  private evaluate({ first, length, ages_ms, labels, policy }: Path): boolean {
    const { touch } = this;
    const weightOf = this.model.of!;
    touch.n = length;
    touch.settings = this.settings[policy]!;
    touch.is_open = false;
    for (let k = 0; k < length; k++) {
      touch.k = k + 1;
      touch.age_days = ages_ms[first + k]! / MS_PER_DAY;
      touch.texts = this.labels[labels[first + k]!]!;
      const weight = weightOf(touch);
      if (touch.is_open) return false;
      const { error } = touch;
      if (weight + error < 0 || weight - error >= MOST_WEIGHT) throw new LeftToEngine();
      if (weight - error < 0 || weight + error >= MOST_WEIGHT) return false;
      this.weights[k] = weight;
      this.errors[k] = error;
    }
    return true;
  }

  /** True if every engine scales the weights to the same whole numbers. */
  private isDecided({ length }: Path): boolean {
    const { weights, errors } = this;
    let peak = 0;
    let error = 0;
    for (let k = 0; k < length; k++) {
      peak = Math.max(peak, weights[k]!);
      error = Math.max(error, errors[k]!);
    }
    if (error === 0) return true;
    if (peak - error <= 0) return false;
    for (let k = 0; k < length; k++)
      if (scaled(weights[k]! - errors[k]!, peak + error) !== scaled(weights[k]! + errors[k]!, peak - error))
        return false;
    return true;
  }

  private keep({ order, policy, first, length, ages_ms, labels }: Path): void {
    this.asked += length;
    if (this.asked > MAX_ASKED) throw new LeftToEngine();
    this.waiting.set(order, {
      policy,
      ages_ms: ages_ms.slice(first, first + length),
      labels: labels.slice(first, first + length),
      weights: new Float64Array(length),
    });
  }

  async ask(snapshot: Snapshot): Promise<void> {
    this.is_told = true;
    if (this.waiting.size === 0) return;
    const rows = [...this.waiting.values()].flatMap(({ policy, ages_ms, labels }, path_no) =>
      Array.from(ages_ms, (age_ms, i) => {
        const { channel, touchpoint_type } = this.labels[labels[i]!]!;
        const own = { channel, touchpoint_type, ...this.settings[policy]! };
        return { path_no, k: i + 1, n: ages_ms.length, age_ms, ...own };
      }),
    );
    await fill(snapshot, EXPRESSION_TOUCHES, rows);
    const paths = [...this.waiting.values()];
    const settings = SETTINGS.map(({ column }) => `t.${column} as ${column}, `).join('');
    await snapshot.columns(
      `select float64(path_no) as path_no, float64(k) as place, case when coalesce(w >= 0.0 and w < ${MOST_WEIGHT}, 1 = 0) then w else -1.0 end as weight
       from (
         select path_no, k, ${this.model.weight} as w
         from (select t.path_no as path_no, t.k as k, t.n as n, ${settings}t.channel as channel, t.touchpoint_type as touchpoint_type,
           float64(t.age_ms) / ${MS_PER_DAY}.0 as age_days from ${EXPRESSION_TOUCHES.name} t) p) weighed`,
      {},
      ({ rows: count, cells }) => {
        const [path_nos, places, weights] = cells as ReadonlyArray<ArrayLike<number>>;
        for (let i = 0; i < count; i++) {
          if (weights![i]! < 0) throw new LeftToEngine();
          paths[path_nos![i]!]!.weights[places![i]! - 1] = weights![i]!;
        }
      },
    );
  }
}
