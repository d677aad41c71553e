/** Experiments without any effect, simulated: how often each interval leaves out 0 all the same. */
import { Random } from '../domain/random.ts';
import { alwaysValid } from '../learning/always-valid.ts';
import type { Interval } from '../learning/bootstrap.ts';
import { normalBound } from '../learning/distributions.ts';
import {
  adjustedMeans,
  commonDifference,
  differenceOf,
  type Estimate,
  type Moments,
  meanOf,
  ratioOf,
} from '../learning/moments.ts';
import { newcombe } from '../learning/two-rates.ts';
import { areEnough, LEAST } from '../reports/experiments/enough.ts';
import { BUYERS, listAtOnce } from './list-at-once.ts';

export interface Simulated {
  runs: number;
  /** People of both arms. */
  people: number;
  /** How often each run is looked at. */
  looks: number;
  alpha: number;
  /** The share of people in the control. */
  first_share: number;
  seed: number;
}

export const ONE_LOOK = [
  'conversion_rate',
  'net_revenue',
  'adjusted_net_revenue',
  'average_order_value',
  'refunds',
  'refund_rate',
] as const;
export const MANY_LOOKS = [
  'fixed_conversion_rate',
  'always_valid_conversion_rate',
  'always_valid_net_revenue',
  'always_valid_average_order_value',
  'always_valid_refund_rate',
  /** Of a list that is assigned at once. */
  'list_always_valid_conversion_rate',
  'list_always_valid_net_revenue',
  'list_always_valid_average_order_value',
  /** As the report decides: by the always-valid interval until the end, then by the fixed one. */
  'decided_conversion_rate',
] as const;
type Measured = (typeof ONE_LOOK)[number] | (typeof MANY_LOOKS)[number];

const CONVERTED = 0;
const NET = 1;
const BEFORE = 2;
const REFUNDS = 3;
const MEASURES = 4;
/** The part of orders that is refunded: half of them in full, the others in part. Net revenue is simulated without refunds. */
const REFUNDED = 0.1;

/** Sums of the measures of one arm, one person after the other. */
class Arm {
  units = 0;
  refunded = 0;
  private readonly sums = new Float64Array(MEASURES);
  private readonly products = new Float64Array(MEASURES * MEASURES);

  add(values: readonly number[]): void {
    this.units += 1;
    if (values[REFUNDS]! > 0) this.refunded += 1;
    for (let i = 0; i < MEASURES; i++) {
      this.sums[i]! += values[i]!;
      for (let j = 0; j < MEASURES; j++) this.products[i * MEASURES + j]! += values[i]! * values[j]!;
    }
  }

  get converted() {
    return { successes: this.sums[CONVERTED]!, trials: this.units };
  }

  moments(): Moments {
    const { units, sums, products } = this;
    const covariances = Array.from({ length: MEASURES }, (_, i) =>
      Array.from(
        { length: MEASURES },
        (_, j) => (products[i * MEASURES + j]! - (sums[i]! * sums[j]!) / units) / (units - 1),
      ),
    );
    return { units, sums: [...sums], covariances };
  }
}

/** @returns the part of runs in which each interval left out 0: at the end, or at any look. */
export function falseAlarms(
  { runs, people, looks, alpha, first_share, seed }: Simulated,
  onRun: (done: number) => void = () => {},
): Record<Measured, number> {
  const alarms = Object.fromEntries([...ONE_LOOK, ...MANY_LOOKS].map((name) => [name, 0])) as Record<Measured, number>;
  const z = normalBound(alpha);
  for (let run = 0; run < runs; run++) {
    const random = new Random(seed, 'false alarms', run);
    const refunding = new Random(seed, 'refunds', run);
    const arms = [new Arm(), new Arm()] as const;
    const seen = new Set<Measured>();
    for (let look = 1; look <= looks; look++) {
      while (arms[0].units + arms[1].units < (people * look) / looks)
        arms[random.chance(first_share) ? 0 : 1].add(personOf(random, refunding));
      lookAt(arms, look / looks, { alpha, z }, seen);
    }
    atEnd(arms, alpha, seen);
    if (seen.has('always_valid_conversion_rate') || seen.has('conversion_rate')) seen.add('decided_conversion_rate');
    let look = 0;
    for (const both of listAtOnce(new Random(seed, 'false alarms of a list', run), { people, looks, first_share }))
      for (const name of alwaysValidAlarms({ both, refunded: 0, share: ++look / looks, alpha }))
        seen.add(`list_always_valid_${name}` as Measured);
    for (const name of seen) if (name in alarms) alarms[name] += 1 / runs;
    onRun(run + 1);
  }
  return alarms;
}

/** What one person brings before and after; the arm changes nothing. */
function personOf(random: Random, refunding: Random): number[] {
  const rate = random.chance(BUYERS.loyal_share) ? BUYERS.loyal_rate : BUYERS.other_rate;
  const bought = (): number => (random.chance(rate) ? random.lognormal(BUYERS.mean, BUYERS.sigma) : 0);
  const [before, after] = [bought() + bought(), bought()];
  const back = after > 0 && refunding.chance(REFUNDED) ? (refunding.chance(0.5) ? 1 : refunding.unit()) : 0;
  return [after > 0 ? 1 : 0, after, before, back * after];
}

const leavesOut0 = ({ low, high }: Interval): boolean => low > 0 || high < 0;

/** What one look sees: moments of both arms in the places of the measures, and people with a refund. */
interface Look {
  both: readonly [Moments, Moments];
  refunded: number;
  share: number;
  alpha: number;
}

function lookAt(
  [a, b]: readonly [Arm, Arm],
  share: number,
  { alpha, z }: { alpha: number; z: number },
  seen: Set<Measured>,
): void {
  if (a.units < 2 || b.units < 2) return;
  const look = { both: [a.moments(), b.moments()], refunded: a.refunded + b.refunded, share, alpha } as const;
  for (const name of alwaysValidAlarms(look)) seen.add(`always_valid_${name}` as Measured);
  if (leavesOut0(newcombe(a.converted, b.converted, z))) seen.add('fixed_conversion_rate');
}

/** The measures that an always-valid interval would decide by, as the report does. */
function alwaysValidAlarms({ both, refunded, share, alpha }: Look): string[] {
  return comparedAt(both, refunded).flatMap(([name, one, other]) => {
    const { difference, variance } = commonDifference(one, other);
    return variance > 0 && leavesOut0(alwaysValid(difference, variance, share, alpha)) ? [name] : [];
  });
}

/** The measures with enough people for a conclusion, with their values in both arms. */
function comparedAt(
  both: readonly [Moments, Moments],
  refunded: number,
): Array<readonly [name: string, Estimate, Estimate]> {
  const [first, second] = both;
  const units = [first.units, second.units] as const;
  const converted = first.sums[CONVERTED]! + second.sums[CONVERTED]!;
  if (Math.min(...units) < LEAST.people) return [];
  const found: Array<readonly [name: string, Estimate | null, Estimate | null]> = [];
  const { mean, ratio } = LEAST.expected;
  const pair = (name: string, of: (moments: Moments) => Estimate | null): void => {
    found.push([name, of(first), of(second)]);
  };
  const perOrder = (upper: number, lower: number) => (moments: Moments) =>
    ratioOf(moments, upper, lower, moments.sums[CONVERTED]!);
  if (areEnough(units, converted, mean)) {
    pair('conversion_rate', (moments) => meanOf(moments, CONVERTED));
    pair('net_revenue', (moments) => meanOf(moments, NET));
  }
  if (areEnough(units, converted, ratio)) pair('average_order_value', perOrder(NET, CONVERTED));
  if (areEnough(units, refunded, mean)) pair('refunds', (moments) => meanOf(moments, REFUNDS));
  if (areEnough(units, refunded, ratio)) pair('refund_rate', perOrder(REFUNDS, NET));
  return found.flatMap(([name, one, other]) => (one === null || other === null ? [] : [[name, one, other] as const]));
}

function atEnd([a, b]: readonly [Arm, Arm], alpha: number, seen: Set<Measured>): void {
  const both = [a.moments(), b.moments()] as const;
  const compared = comparedAt(both, a.refunded + b.refunded);
  for (const [name, one, other] of compared) {
    const { interval } = differenceOf(one, other, alpha);
    const decides = name === 'conversion_rate' ? newcombe(a.converted, b.converted, normalBound(alpha)) : interval;
    if (leavesOut0(decides)) seen.add(name as Measured);
  }
  if (!compared.some(([name]) => name === 'net_revenue')) return;
  const { means } = adjustedMeans(both, NET, BEFORE);
  if (leavesOut0(differenceOf(...means, alpha).interval)) seen.add('adjusted_net_revenue');
}
