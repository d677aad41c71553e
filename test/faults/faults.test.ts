/** Whatever breaks: what was acknowledged is there, once. The same faults at full size: `npm run faults`. */
import { expect, test } from 'vitest';
import { runScenario } from './harness.ts';
import { SCENARIOS } from './scenarios.ts';

test.each(SCENARIOS.map((scenario) => [scenario.fault, scenario] as const))(
  'nothing acknowledged is lost or there twice: %s',
  async (_, scenario) => {
    const { lost, twice, problems, acknowledged, found, damaged } = await runScenario(scenario, 'small');
    expect({ lost, twice, problems }).toEqual({ lost: 0, twice: 0, problems: [] });
    expect(found + damaged).toBe(acknowledged);
  },
  120_000,
);
