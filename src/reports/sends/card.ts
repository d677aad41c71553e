/** The card of a blast, or of all blasts with one basis: the effect, its controls, and a sentence. */
import type { ReportJson } from '../context.ts';
import type { Side } from './compare.ts';
import { type Basis, type Comparison, compare, concludes, controlsOf, type Estimate } from './effects.ts';
import { sentenceOf } from './sentence.ts';

export function cardOf(sides: readonly Side[], basis: Basis, window_ms: number): ReportJson {
  const effect = compare(sides, 'effect');
  const controls = controlsOf(sides);
  const conclusion = concludes(basis, effect.found, controls);
  const whole = effect.found?.orders.difference ?? 0;
  return {
    basis,
    is_causal: basis === 'random_order',
    ...comparedOf(effect),
    conclusion,
    sentence: sentenceOf({ basis, effect: effect.found, controls, conclusion, window_ms }),
    controls: controls.map(({ control, verdict, compared }) => ({
      control,
      verdict,
      leaked_part: compared.found !== null && whole > 0 ? compared.found.orders.difference / whole : null,
      ...comparedOf(compared),
    })),
  };
}

const comparedOf = ({ people, other_people, found }: Comparison): ReportJson => ({
  compared_people: people,
  compared_others: other_people,
  ...estimateOf('orders', found?.orders),
  ...estimateOf('revenue', found?.net),
});

const estimateOf = (name: string, found: Estimate | undefined): ReportJson => ({
  [`${name}_sent`]: found?.sent ?? null,
  [`${name}_not_sent`]: found?.not_sent ?? null,
  [`${name}_difference`]: found?.difference ?? null,
  [`${name}_low`]: found?.interval.low ?? null,
  [`${name}_high`]: found?.interval.high ?? null,
});
