/** Two people are joined and parted again: every report is as if they had never been joined, to the byte. */

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { attributionReport } from '../../src/reports/attribution.ts';
import type { ReportContext, ReportJson } from '../../src/reports/context.ts';
import { journeysReport } from '../../src/reports/journeys.ts';
import { cohorts } from '../../src/reports/lifetime/cohorts.ts';
import { optionsArbitrary, type WireWorld, worlds } from '../reference/worlds.ts';
import { Engine, type WireEvent } from '../support/engine.ts';
import { ALL_BRANDS } from '../support/events.ts';
import { runsOf } from '../support/tier.ts';
import { eventsOf, parametersOf, settingsOf } from '../support/worlds.ts';

const RUNS = runsOf('TRIBUTARY_UNMERGE_WORLDS', 5, 12);

/** What was said about two people: that they are probably one, and later that they are not. */
function statement(
  no: number,
  [left_id, right_id]: readonly [string, string],
  state: 'linked' | 'unlinked',
): WireEvent {
  const occurred_at = state === 'linked' ? '2026-01-05T00:00:00Z' : '2026-01-06T00:00:00Z';
  const said = { link_id: `later-${no}-${state}`, brand_id: 'default', left_id, right_id, state, probability: 0.97 };
  return { record: 'identity_links', event: { ...said, kind: 'probabilistic', occurred_at } };
}

async function answersOf(context: ReportContext, asked: object): Promise<string[]> {
  const of = (answer: Promise<ReportJson>): Promise<string> =>
    answer.then(
      ({ as_of: _as_of, generated_at: _at, ...rest }) => JSON.stringify(rest),
      (error: Error) => error.message,
    );
  const { models: _models, week_start: _week, filter: _filter, ...shared } = asked as Record<string, unknown>;
  return [
    await of(attributionReport(context, { ...shared, models: 'linear,position_based' }, ALL_BRANDS)),
    await of(attributionReport(context, { ...shared, group_by: 'campaign_id,day' }, ALL_BRANDS)),
    await of(journeysReport(context, shared, ALL_BRANDS)),
    await of(cohorts.run(context, shared, ALL_BRANDS)),
  ];
}

/** The customers of the default brand, each with the next one. */
function pairsOf({ touchpoints, conversions }: WireWorld): Array<[string, string]> {
  const named = [...touchpoints, ...conversions].filter(({ brand_id }) => brand_id === 'default');
  const ids = [...new Set(named.flatMap(({ customer_id }) => (customer_id ? [customer_id] : [])))];
  return ids.slice(1).map((id, no) => [ids[no]!, id]);
}

test('joined and parted again is never joined', async () => {
  let joined = 0;
  const property = fc.asyncProperty(worlds(), optionsArbitrary, async (world, options) => {
    const engine = await Engine.open();
    try {
      for (const [brand_id, own] of Object.entries(options.settings ?? {}))
        engine.settings.set(brand_id, settingsOf(own));
      await engine.load(eventsOf(world), 40);
      const asked = parametersOf(options, []);
      const pairs = pairsOf(world);
      const before = await answersOf(engine.reports, asked);
      await engine.load(
        pairs.map((pair, no) => statement(no, pair, 'linked')),
        40,
      );
      if ((await answersOf(engine.reports, asked)).join('\n') !== before.join('\n')) joined++;
      await engine.load(
        pairs.map((pair, no) => statement(no, pair, 'unlinked')),
        40,
      );
      expect(await answersOf(engine.reports, asked)).toEqual(before);
    } finally {
      await engine.close();
    }
  });
  await fc.assert(property, { numRuns: RUNS, endOnFailure: true, seed: 17 });
  expect(joined).toBeGreaterThan(0);
}, 300_000);
