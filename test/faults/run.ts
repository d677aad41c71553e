/** `npm run faults`: every fault at full size, the table, and the results as JSON. Names given as arguments choose. */
import { kept, type Outcome, runScenario } from './harness.ts';
import { line, saveOutcomes, table } from './results.ts';
import { SCENARIOS } from './scenarios.ts';

const size = process.argv.includes('--small') ? 'small' : 'full';
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const chosen = SCENARIOS.filter(({ fault }) => wanted.length === 0 || wanted.some((word) => fault.includes(word)));

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());

const outcomes: Outcome[] = [];
let broken = 0;
for (const scenario of chosen) {
  if (stop.signal.aborted) break;
  try {
    const outcome = await runScenario(scenario, size, stop.signal);
    outcomes.push(outcome);
    if (!kept(outcome)) broken += 1;
    console.log(line(outcome));
    for (const problem of outcome.problems) console.log(`       problem: ${problem}`);
  } catch (error) {
    broken += 1;
    console.log(`BROKEN ${scenario.fault}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
console.log(`\n${table(outcomes)}\n`);
if (size === 'full') saveOutcomes(outcomes);
console.log(broken === 0 ? 'every promise was kept' : `${broken} of ${chosen.length} faults broke a promise`);
process.exitCode = broken === 0 ? 0 : 1;
