/** Experiments without any effect, simulated: how often each interval leaves out 0 all the same. */
import { Random } from '../domain/random.ts';
import { alwaysValid } from '../learning/always-valid.ts';
import type { Interval } from '../learning/bootstrap.ts';
import { normalBound } from '../learning/distributions.ts';
import { adjustedMeans, differenceOf, type Estimate, type Moments, meanOf, ratioOf } from '../learning/moments.ts';
import { newcombe } from '../learning/two-rates.ts';
import { LEAST } from '../reports/experiments/decide.ts';
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

export const ONE_LOOK = ['conversion_rate', 'net_revenue', 'adjusted_net_revenue', 'average_order_value'] as const;
export const MANY_LOOKS = [
  'fixed_conversion_rate',
  'always_valid_conversion_rate',
  'always_valid_net_revenue',
  /** Of a list that is assigned at once. */
  'list_always_valid_conversion_rate',
  'list_always_valid_net_revenue',
  /** As the report decides: by the always-valid interval until the end, then by the fixed one. */
  'decided_conversion_rate',
] as const;
type Measured = (typeof ONE_LOOK)[number] | (typeof MANY_LOOKS)[number];

const CONVERTED = 0;
const NET = 1;
const BEFORE = 2;
const MEASURES = 3;

/** Sums of the measures of one arm, one person after the other. */
class Arm {
  units = 0;
  private readonly sums = new Float64Array(MEASURES);
  private readonly products = new Float64Array(MEASURES * MEASURES);

  add(values: readonly number[]): void {
    this.units += 1;
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
    const arms = [new Arm(), new Arm()] as const;
    const seen = new Set<Measured>();
    for (let look = 1; look <= looks; look++) {
      while (arms[0].units + arms[1].units < (people * look) / looks)
        arms[random.chance(first_share) ? 0 : 1].add(personOf(random));
      lookAt(arms, look / looks, { alpha, z }, seen);
    }
    atEnd(arms, alpha, seen);
    if (seen.has('always_valid_conversion_rate') || seen.has('conversion_rate')) seen.add('decided_conversion_rate');
    let look = 0;
    for (const both of listAtOnce(new Random(seed, 'false alarms of a list', run), { people, looks, first_share }))
      atLook(both, { share: ++look / looks, alpha, prefix: 'list_' }, seen);
    for (const name of seen) alarms[name] += 1 / runs;
    onRun(run + 1);
  }
  return alarms;
}

/** What one person brings before and after; the arm changes nothing. */
function personOf(random: Random): number[] {
  const rate = random.chance(BUYERS.loyal_share) ? BUYERS.loyal_rate : BUYERS.other_rate;
  const bought = (): number => (random.chance(rate) ? random.lognormal(BUYERS.mean, BUYERS.sigma) : 0);
  const [before, after] = [bought() + bought(), bought()];
  return [after > 0 ? 1 : 0, after, before];
}

const leavesOut0 = ({ low, high }: Interval): boolean => low > 0 || high < 0;

function lookAt(
  [a, b]: readonly [Arm, Arm],
  share: number,
  { alpha, z }: { alpha: number; z: number },
  seen: Set<Measured>,
): void {
  if (a.units < 2 || b.units < 2) return;
  atLook([a.moments(), b.moments()], { share, alpha, prefix: '' }, seen);
  if (leavesOut0(newcombe(a.converted, b.converted, z))) seen.add('fixed_conversion_rate');
}

function atLook(
  [first, second]: readonly [Moments, Moments],
  { share, alpha, prefix }: { share: number; alpha: number; prefix: '' | 'list_' },
  seen: Set<Measured>,
): void {
  const converted = first.sums[CONVERTED]! + second.sums[CONVERTED]!;
  if (Math.min(first.units, second.units) < LEAST.people || converted < LEAST.converted) return;
  const looked = (name: Measured, one: Estimate, other: Estimate): void => {
    const { difference, variance } = differenceOf(one, other, alpha);
    if (variance > 0 && leavesOut0(alwaysValid(difference, variance, share, alpha))) seen.add(name);
  };
  looked(`${prefix}always_valid_conversion_rate`, meanOf(first, CONVERTED), meanOf(second, CONVERTED));
  looked(`${prefix}always_valid_net_revenue`, meanOf(first, NET), meanOf(second, NET));
}

function atEnd([a, b]: readonly [Arm, Arm], alpha: number, seen: Set<Measured>): void {
  const both = [a.moments(), b.moments()] as const;
  if (leavesOut0(newcombe(a.converted, b.converted, normalBound(alpha)))) seen.add('conversion_rate');
  const check = (name: Measured, one: Estimate | null, other: Estimate | null): void => {
    if (one !== null && other !== null && leavesOut0(differenceOf(one, other, alpha).interval)) seen.add(name);
  };
  check('net_revenue', meanOf(both[0], NET), meanOf(both[1], NET));
  const { means } = adjustedMeans(both, NET, BEFORE);
  check('adjusted_net_revenue', ...means);
  const [one, other] = both.map((moments) => ratioOf(moments, NET, CONVERTED, moments.sums[CONVERTED]!));
  check('average_order_value', one!, other!);
}
