/** The promise that every fault is tried against, as tests: what was acknowledged is there, once. */
import { expect, inject, test } from 'vitest';
import { runScenario, type Scenario, type Size } from './harness.ts';

/** A test for each scenario, at a size. */
export function promiseKept(scenarios: readonly Scenario[], size: Size): void {
  for (const scenario of scenarios) {
    const cannot = scenario.needs_clickhouse && inject('clickhouse_url') === '';
    test.skipIf(cannot)(`nothing acknowledged is lost or there twice: ${scenario.fault}`, async () => {
      const { lost, twice, problems, acknowledged, found, damaged } = await runScenario(scenario, size);
      expect({ lost, twice, problems }).toEqual({ lost: 0, twice: 0, problems: [] });
      expect(found + damaged).toBe(acknowledged);
    });
  }
}
