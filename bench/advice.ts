/** Regret of the advice on budgets in worlds with a known response, beside chasing the last touch and leaving spend alone. docs/advice.md. */
import { scoreWorld } from '../src/simulation/budget/score.ts';
import { summaryOf } from '../src/simulation/budget/summary.ts';
import { show } from './report.ts';

const WORLDS = 100;
/** The method was made on the seeds 1 to 170. */
const FIRST_SEED = 1_001;

export function benchAdvice(scale: number): void {
  const worlds = Math.max(2, Math.round(WORLDS * scale));
  const scores = Array.from({ length: worlds }, (_, i) => scoreWorld(FIRST_SEED + i));
  const percent = (part: number): string => `${(100 * part).toFixed(2)} %`;
  console.log(
    `advice: ${worlds} worlds from seed ${FIRST_SEED}, 104 weeks of history, then 52 weeks with a decision each`,
  );
  const summary = summaryOf(scores);
  for (const [name, { regret, worst, worst_of_revenue, worst_seed, worlds_below }] of Object.entries(summary))
    show(
      name,
      `regret ${percent(regret)}; worst world beside leaving alone: ${percent(worst)} less of what channels bring (seed ${worst_seed}), ${percent(worst_of_revenue)} of net revenue; ${worlds_below} worlds lose over 1 %`,
    );
  show('regret of the advice / of the last touch', (summary.advice.regret / summary.last_touch.regret).toFixed(3));
}
