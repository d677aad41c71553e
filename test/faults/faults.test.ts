/** Whatever breaks: what was acknowledged is there, once. The same faults at full size: `npm run faults`. */
import { expect, inject, test } from 'vitest';
import { runScenario } from './harness.ts';
import { SCENARIOS } from './scenarios.ts';

for (const scenario of SCENARIOS) {
  const cannot = scenario.needs_clickhouse && inject('clickhouse_url') === '';
  test.skipIf(cannot)(
    `nothing acknowledged is lost or there twice: ${scenario.fault}`,
    async () => {
      const { lost, twice, problems, acknowledged, found, damaged } = await runScenario(scenario, 'small');
      expect({ lost, twice, problems }).toEqual({ lost: 0, twice: 0, problems: [] });
      expect(found + damaged).toBe(acknowledged);
    },
    120_000,
  );
}
