/** The families of the hazard on worlds large enough to tell the channels apart. */
import { describe, expect, test } from 'vitest';
import { fitHazard } from '../../src/models/hazard/fit.ts';
import { channelTotals } from '../../src/models/hazard/totals.ts';
import type { HazardFamily } from '../../src/models/settings.ts';
import { hazardWorld, PLACEBO, WORKING } from './hazard-world.ts';

const FAMILIES: HazardFamily[] = ['additive', 'boosted_trees', 'random_forest'];

describe.each(FAMILIES)('%s', (family) => {
  test('finds the strongest channel', () => {
    const working = hazardWorld({ ...WORKING, people: 1_500 });
    const { channels, incremental_fraction } = channelTotals(fitHazard(working, { family }), working);
    expect(channels[0]!.channel).toBe('email');
    // The additive hazard does not know how keen a person is, so it believes in display as well.
    expect(channels[0]!.share).toBeGreaterThan(family === 'additive' ? 0.34 : 0.45);
    expect(incremental_fraction).toBeGreaterThan(0.1);
    expect(incremental_fraction).toBeLessThan(0.8);
  });
});

test('the default family claims next to nothing in worlds where no touch has an effect', () => {
  for (const seed of [21, 22, 23, 24]) {
    const placebo = hazardWorld({ ...PLACEBO, seed });
    expect(channelTotals(fitHazard(placebo), placebo).incremental_fraction).toBeLessThan(0.08);
  }
});
