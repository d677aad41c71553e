/** Regret of the advice on budgets in worlds with a known response, beside chasing the last touch and leaving spend alone. docs/advice.md. */
import { scoreWorld } from '../src/simulation/budget/score.ts';
import { summaryOf } from '../src/simulation/budget/summary.ts';
import { save, show, showRatio } from './report.ts';

const WORLDS = 100;
/** The method was made on other seeds. */
const FIRST_SEED = 1_001;
/** The goal: the regret of the advice, as a part of that of chasing the last touch. */
const MOST_REGRET = 0.5;

/** @param seeds `FIRST,COUNT` for other worlds than those that are reported; they are not written to a file. */
export function benchAdvice(scale: number, seeds?: string): void {
  const [first = FIRST_SEED, asked = WORLDS] = seeds === undefined ? [] : seeds.split(',').map(Number);
  if (![first, asked].every(Number.isSafeInteger) || asked < 1)
    throw new Error('--seeds: give the first seed and the number of worlds, as in --seeds 5001,100');
  const worlds = Math.max(2, Math.round(asked * scale));
  console.log(
    `advice: ${worlds} worlds from seed ${first}, 104 weeks of history, then 52 weeks with a decision each; a point for ten worlds`,
  );
  const scores = Array.from({ length: worlds }, (_, i) => {
    if (i % 10 === 9) process.stdout.write('.');
    return scoreWorld(first + i);
  });
  process.stdout.write('\n');
  const percent = (part: number): string => `${(100 * part).toFixed(2)} %`;
  const summary = summaryOf(scores);
  for (const [name, { regret, worst, worst_of_revenue, worst_seed, worlds_below }] of Object.entries(summary))
    show(
      name,
      `regret ${percent(regret)}; worst world beside leaving alone: ${percent(worst)} less of what channels bring (seed ${worst_seed}), ${percent(worst_of_revenue)} of net revenue; ${worlds_below} worlds lose over 1 %`,
    );
  showRatio('regret of the advice / of the last touch', summary.advice.regret / summary.last_touch.regret, {
    at_most: MOST_REGRET,
  });
  showRatio('worlds in which the advice loses over 1 %', summary.advice.worlds_below, { at_most: 0 });
  if (seeds === undefined) save('advice', { first_seed: first, worlds }, { summary, worlds: scores });
}
