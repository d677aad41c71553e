/** An experiment without any effect whose whole list is assigned at the start, as of one campaign: then orders come, one after the other. */
import type { Random } from '../domain/random.ts';
import type { Moments } from '../learning/moments.ts';

/** What people of the list are like: the part who order often, the orders that they place, and those of the others; values of orders. */
export const BUYERS = { loyal_share: 0.2, loyal_rate: 0.15, other_rate: 0.02, mean: 80, sigma: 0.8 };

interface ListOrder {
  person: number;
  value: number;
}

/** Counts of one arm: people, people who ordered, net revenue and its squares over people. */
class ListArm {
  people = 0;
  private converted = 0;
  private net = 0;
  private squares = 0;

  add(before: number, value: number): void {
    if (before === 0) this.converted += 1;
    this.net += value;
    this.squares += (before + value) ** 2 - before ** 2;
  }

  /** Of the conversion rate, then of net revenue. Whoever did not order has no revenue, so the products are the revenue. */
  moments(): Moments {
    const { people, converted, net, squares } = this;
    const spread = (sum: number, of_squares: number): number => (of_squares - sum ** 2 / people) / (people - 1);
    const both = (net * (1 - converted / people)) / (people - 1);
    const covariances = [
      [spread(converted, converted), both],
      [both, spread(net, squares)],
    ];
    return { units: people, sums: [converted, net], covariances };
  }
}

/** The moments of both arms at each look, at equal distances of time. Both have people. */
export function* listAtOnce(
  random: Random,
  { people, looks, first_share }: { people: number; looks: number; first_share: number },
): Generator<readonly [Moments, Moments]> {
  const arms = [new ListArm(), new ListArm()] as const;
  const arm_of = new Uint8Array(people);
  const orders: ListOrder[][] = Array.from({ length: looks }, () => []);
  for (let person = 0; person < people; person++) {
    arm_of[person] = random.chance(first_share) ? 0 : 1;
    arms[arm_of[person]! as 0 | 1].people += 1;
    const rate = random.chance(BUYERS.loyal_share) ? BUYERS.loyal_rate : BUYERS.other_rate;
    for (let n = random.poisson(rate); n > 0; n--)
      orders[random.integer(0, looks - 1)]!.push({ person, value: random.lognormal(BUYERS.mean, BUYERS.sigma) });
  }
  const net = new Float64Array(people);
  if (arms[0].people < 2 || arms[1].people < 2) return;
  for (const placed of orders) {
    for (const { person, value } of placed) {
      arms[arm_of[person]! as 0 | 1].add(net[person]!, value);
      net[person]! += value;
    }
    yield [arms[0].moments(), arms[1].moments()];
  }
}
