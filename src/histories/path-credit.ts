/** The credit of one path: weights, the exact division of each value, and the sums of the groups. docs/semantics.md 7. */
import { MAX_PATH_LENGTH, MICRO_CONVERSIONS, WEIGHT_SCALE } from '../attribution/plan.ts';
import type { Asked } from './asked.ts';
import { type ExactSums, shareOf } from './exact.ts';
import type { Touchpoints } from './histories.ts';
import type { LargeValue } from './orders/value-events.ts';
import type { PersonSpread } from './person-spread.ts';
import type { SlotSums } from './slot-sums.ts';
import type { Tally } from './tally.ts';
import type { MemoryModel, Path } from './weights.ts';

/** Where credit is added. */
interface Sums {
  groups: Tally;
  emails: Tally;
  /** Value of orders with touches that a model with absolute weights gives to none, by event group; null for other models. */
  organic: ReadonlyArray<ExactSums | null>;
  /** How the credit of the first model spreads over people, if the report asks for it. */
  spread: PersonSpread | null;
  /** The same by slot, if touchpoints have slots. */
  slots: SlotSums | null;
}

/** Takes credit for people of a random group. */
type TakesCredit = Pick<PersonSpread, 'credit'>;

export class PathCredit {
  readonly path: Path = {
    order: 0,
    policy: 0,
    first: 0,
    length: 0,
    ages_ms: new Float64Array(MAX_PATH_LENGTH),
    labels: new Uint32Array(MAX_PATH_LENGTH),
    is_zero: false,
  };
  /** The running sums of the weights and what they are parts of, by model. */
  private readonly sums: Float64Array[];
  private readonly totals: Float64Array;
  /** The group of each touch for the event that was taken; -1 is no email. */
  readonly group = new Int32Array(MAX_PATH_LENGTH);
  readonly email = new Int32Array(MAX_PATH_LENGTH);
  /** The slot of each touch of the path; 0 is none. */
  readonly slot = new Int32Array(MAX_PATH_LENGTH);
  /** Takes the credit of the first model; and by touch, the number that it takes it for. */
  private readonly spread: TakesCredit | null;
  private readonly spread_group: Int32Array;
  /** By order, the random group of its person. */
  private readonly person_group: Uint8Array;

  constructor(
    private readonly touchpoints: Touchpoints,
    private readonly asked: Asked,
    private readonly models: readonly MemoryModel[],
    private readonly sums_of: Sums,
  ) {
    this.sums = models.map(() => new Float64Array(MAX_PATH_LENGTH + 1));
    this.totals = new Float64Array(models.length);
    this.spread = sums_of.slots ?? sums_of.spread;
    this.spread_group = sums_of.slots === null ? this.group : this.slot;
    this.person_group = asked.slots?.person_group ?? asked.orders.person_group;
  }

  /** Takes the path of an order: its first `places` touches, oldest first. @returns true if some touch of it is shown. */
  take(order: number, touches: Uint32Array, places: number): boolean {
    const { path } = this;
    const { at_ms, label } = this.touchpoints;
    const { group, hidden_group } = this.asked.tables;
    const { slots } = this.asked;
    const order_ms = this.asked.orders.at_ms[order]!;
    path.order = order;
    path.policy = this.asked.orders.policy[order]!;
    path.first = Math.max(0, places - MAX_PATH_LENGTH);
    path.length = places - path.first;
    if (places > path.ages_ms.length) {
      path.ages_ms = new Float64Array(2 * places);
      path.labels = new Uint32Array(2 * places);
    }
    for (let i = 0; i < places; i++) {
      const place = touches[i]!;
      path.ages_ms[i] = order_ms - at_ms[place]!;
      path.labels[i] = label[place]!;
    }
    if (slots !== null) for (let k = 0; k < path.length; k++) this.slot[k] = slots.of_place[touches[path.first + k]!]!;
    if (hidden_group === null) return true;
    for (let i = path.first; i < places; i++) if (group[path.labels[i]!] !== hidden_group) return true;
    return false;
  }

  /** Weighs the path under a model. @returns false if the engine has to compute something first. */
  weigh(i: number): boolean {
    const { path } = this;
    const model = this.models[i]!;
    const sums = this.sums[i]!;
    path.is_zero = false;
    if (typeof model === 'string') return true;
    if (!model(path, sums)) return false;
    const total = sums[path.length]!;
    this.totals[i] = this.sums_of.organic[i] === null ? total : Math.max(WEIGHT_SCALE, total);
    return true;
  }

  /** Finds the groups of the touches for a value event of the order. */
  takeEvent(event: number): void {
    const { groups, emails } = this.sums_of;
    const { group, email } = this.asked.tables;
    const { first, length, labels } = this.path;
    const event_group = this.asked.event_group[event]!;
    for (let k = 0; k < length; k++) {
      const own = labels[first + k]!;
      this.group[k] = groups.groupOf(event_group, group[own]!);
      this.email[k] = email[own]! < 0 ? -1 : emails.groupOf(0, email[own]!);
    }
  }

  /** Adds the credit that a model gives the touches of the path for the value event that was taken. */
  creditEvent(event: number, model: number): void {
    const { orders } = this.asked;
    const { groups, emails } = this.sums_of;
    const large = orders.large.size === 0 ? undefined : orders.large.get(event);
    if (large !== undefined) this.addLarge(event, model, large);
    else {
      const after = orders.after[event]!;
      const before = orders.before[event]!;
      const credited = this.share(
        model,
        after,
        before,
        groups.micros[model]!,
        emails.micros[model]!,
        this.spreadOf(model),
      );
      this.sums_of.organic[model]?.add(this.asked.event_group[event]!, after - before - credited);
    }
    if (orders.is_order[event] === 1)
      this.share(model, MICRO_CONVERSIONS, 0, groups.millionths[model]!, emails.millionths[model]!, null);
  }

  private spreadOf(model: number): TakesCredit | null {
    return model === 0 ? this.spread : null;
  }

  /** Adds the parts of `after` less those of `before`, each V * S_k div S - V * S_(k-1) div S. @returns the sum of what it added. */
  private share(
    i: number,
    after: number,
    before: number,
    of_groups: ExactSums,
    of_emails: ExactSums,
    spread: TakesCredit | null,
  ): number {
    if (after === 0 && before === 0) return 0;
    const n = this.path.length;
    const model = this.models[i]!;
    if (model === 'first' || model === 'last') {
      this.add(model === 'first' ? 0 : n - 1, after - before, of_groups, of_emails, spread);
      return after - before;
    }
    const sums = this.sums[i]!;
    const total = this.totals[i]!;
    const inverse = 1 / total;
    const after_ratio = after * inverse;
    const before_ratio = before * inverse;
    let last = 0;
    for (let k = 1; k <= n; k++) {
      const sum = sums[k]!;
      let so_far = sum === total ? after : shareOf(after_ratio, after, sum, total);
      if (before !== 0) so_far -= sum === total ? before : shareOf(before_ratio, before, sum, total);
      this.add(k - 1, so_far - last, of_groups, of_emails, spread);
      last = so_far;
    }
    return last;
  }

  private add(k: number, part: number, of_groups: ExactSums, of_emails: ExactSums, spread: TakesCredit | null): void {
    of_groups.add(this.group[k]!, part);
    if (this.email[k]! >= 0) of_emails.add(this.email[k]!, part);
    spread?.credit(this.spread_group[k]!, this.person_group[this.path.order]!, part);
  }

  /** {@link share} for values of any size and sign. Division truncates toward zero, as it does for bigint. */
  private addLarge(event: number, i: number, value: LargeValue): void {
    const { groups, emails, organic } = this.sums_of;
    const spread = this.spreadOf(i);
    const n = this.path.length;
    const total = typeof this.models[i]! === 'string' ? 1n : BigInt(this.totals[i]!);
    let before = 0n;
    for (let k = 1; k <= n; k++) {
      const sum = this.sumAt(i, k);
      const so_far = (value.after * sum) / total - (value.before * sum) / total;
      groups.micros[i]!.addLarge(this.group[k - 1]!, so_far - before);
      if (this.email[k - 1]! >= 0) emails.micros[i]!.addLarge(this.email[k - 1]!, so_far - before);
      spread?.credit(this.spread_group[k - 1]!, this.person_group[this.path.order]!, so_far - before);
      before = so_far;
    }
    organic[i]?.addLarge(this.asked.event_group[event]!, value.after - value.before - before);
  }

  /** The sum of the weights of the first k touches. */
  private sumAt(i: number, k: number): bigint {
    const model = this.models[i]!;
    if (model === 'first') return 1n;
    if (model === 'last') return k === this.path.length ? 1n : 0n;
    return BigInt(this.sums[i]![k]!);
  }
}
