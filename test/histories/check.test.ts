/** The check in the background finds an answer that differs from the query, and only such a one. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HistoriesKeeper } from '../../src/histories/keeper.ts';
import { attribution } from '../../src/reports/attribution.ts';
import type { ReportJson } from '../../src/reports/context.ts';
import { HistoriesCheck, type HistoriesDiffer } from '../../src/reports/histories-check.ts';
import { Engine } from '../support/engine.ts';
import { ALL_BRANDS, order, touch } from '../support/events.ts';
import { at, MARCH } from '../support/time.ts';

let engine: Engine;
const keeper = new HistoriesKeeper({ memory_bytes: 100_000_000 });
beforeAll(async () => {
  engine = await Engine.open();
  await engine.load([
    { record: 'touchpoints', event: touch('t1', 'email_click', at(5), { campaign_id: 'spring' }) },
    { record: 'conversions', event: order('o1', '100.00', at(9)) },
  ]);
  await keeper.follow(engine.warehouse);
});
afterAll(() => engine.close());

async function checked(change: (answer: ReportJson) => ReportJson): Promise<{ check: HistoriesCheck; told: string[] }> {
  const context = { ...engine.reports, histories: keeper.at.bind(keeper) };
  const told: string[] = [];
  const check = new HistoriesCheck(context, (error: HistoriesDiffer) => told.push(error.message));
  const asked = { ...MARCH, models: 'linear,last_touch', compare: 'previous_period' };
  const answer = await attribution.run(context, asked, ALL_BRANDS);
  check.remember({ report: attribution, asked, asker: ALL_BRANDS, answer: change(answer) });
  await engine.load([{ record: 'conversions', event: order(`later${told.length}`, '1.00', at(10)) }]);
  await check.run();
  return { check, told };
}

test('an answer that the query gives, too, is in order, also after the log has gone on', async () => {
  const { check, told } = await checked((answer) => answer);
  expect(told).toEqual([]);
  expect(check).toMatchObject({ checks: 1, differences: 0 });
});

test('an answer that differs is told with its position, without names or sums', async () => {
  const { check, told } = await checked((answer) => ({ ...answer, warnings: ['one too many'] }));
  expect(told).toHaveLength(1);
  expect(told[0]).toMatch(/^histories: the report attribution \(config_hash [0-9a-f]{16}, as_of main:\d+\) differs/);
  expect(check).toMatchObject({ checks: 1, differences: 1 });
});

test('one of many questions is asked again, and each has its chance', async () => {
  const chosen = new Set<string>();
  for (let seed = 1; seed <= 30; seed++) {
    let state = seed;
    const random = (): number => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647;
    };
    const check = new HistoriesCheck(engine.reports, () => undefined, random);
    const asked: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      const answer = { report_period: { start: '', end: '' }, as_of: '', generated_at: '' };
      const run = async (): Promise<ReportJson> => {
        asked.push(name);
        return answer;
      };
      check.remember({ report: { name, run }, asked: {}, asker: ALL_BRANDS, answer });
    }
    await check.run();
    await check.run();
    expect(asked).toHaveLength(1);
    chosen.add(asked[0]!);
  }
  expect([...chosen].sort()).toEqual(['a', 'b', 'c']);
});
