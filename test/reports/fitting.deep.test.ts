/** The same events give the same fits and reports, in whatever order they arrive, on either engine. */
import { expect, inject, test } from 'vitest';
import { Random } from '../../src/domain/random.ts';
import { attributionReport } from '../../src/reports/attribution.ts';
import { Engine, type EngineName } from '../support/engine.ts';
import { ALL_BRANDS } from '../support/events.ts';
import { PERIOD, shopEvents, train } from './fit-shop.ts';

function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = new Random(seed, 'shuffle');
  const found = [...items];
  for (let i = found.length - 1; i > 0; i--) {
    const j = random.integer(0, i);
    [found[i], found[j]] = [found[j]!, found[i]!];
  }
  return found;
}

test.skipIf(inject('clickhouse_url') === '')(
  'fits and their reports depend neither on arrival nor on the engine',
  async () => {
    const events = shopEvents(2_500);
    const answers = [];
    for (const [i, name] of (['duckdb', 'duckdb', 'clickhouse'] as EngineName[]).entries()) {
      const engine = await Engine.open(name);
      await engine.load(i === 0 ? events : shuffled(events, 9), [20_000, 700, 900][i]);
      const cards = [await train(engine, { model: 'markov' }), await train(engine, { model: 'algorithmic' })].map(
        ({ training_ms: _took, created_at: _made, ...card }) => card,
      );
      const report = await attributionReport(
        engine.reports,
        { ...PERIOD, models: 'data_driven,linear', group_by: 'channel' },
        ALL_BRANDS,
      );
      answers.push({ cards, report });
      await engine.close();
    }
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  },
);
