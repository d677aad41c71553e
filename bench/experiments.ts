/** The time to put one person into an arm, with and without the record on disk, beside that of one event; and that of a send list. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeConfig } from '../src/config.ts';
import { openTributary } from '../src/tributary.ts';
import { median, quantile, save, show } from './report.ts';

const CALLER = { key_brand_id: null };
/** The figures are medians over so many rounds. */
const ROUNDS = 5;
const TOUCH = { touchpoint_type: 'website_visit', url: 'https://shop.example/' };
const LABELS: Record<string, string> = {
  decided_p50_ms: 'one person, decided, 50 %',
  decided_p99_ms: 'one person, decided, 99 %',
  written_p50_ms: 'one person, written to disk, 50 %',
  written_p99_ms: 'one person, written to disk, 99 %',
  event_p50_ms: 'one event, written to disk, 50 %',
  event_p99_ms: 'one event, written to disk, 99 %',
};
const WHICH = { brand_id: 'default', experiment_id: 'bench' };

export async function benchExperiments(calls: number): Promise<void> {
  console.log(`experiments: ${calls} people one by one, in turns with events, then lists of 10,000`);
  const folder = mkdtempSync(join(tmpdir(), 'tributary-experiments-'));
  const now_ms = Date.now();
  const tributary = await openTributary({ folder, config: makeConfig({}) });
  try {
    const plan = {
      ...{
        experiment_id: 'bench',
        name: 'bench',
        scope: 'campaign',
        arms: { holdout: 0.1, treated: 0.9 },
        control: 'holdout',
      },
      starts_at: new Date(now_ms - 60_000).toISOString(),
      ends_at: new Date(now_ms + 86_400_000).toISOString(),
      planned_people: calls,
    };
    await tributary.experiments.accept('bench', [{ record: 'experiments', input: plan }], CALLER);
    const assign = async (people: object[], trial: boolean): Promise<number> => {
      const start = performance.now();
      await tributary.experiments.assign(WHICH, people, { trial, caller: CALLER });
      return performance.now() - start;
    };
    const event = async (i: string): Promise<number> => {
      const input = { ...TOUCH, anonymous_id: `visitor-${i}`, occurred_at: new Date().toISOString() };
      const start = performance.now();
      await tributary.collector!.accept({ source: 'bench', drafts: [{ record: 'touchpoints', input }] }, CALLER);
      return performance.now() - start;
    };
    const figures: Record<string, number> = {};
    const rounds: Record<string, number[]> = {};
    const each = Math.max(1, Math.ceil(calls / ROUNDS));
    for (let round = 0; round < ROUNDS; round++) {
      const times: Record<string, number[]> = { decided: [], written: [], event: [] };
      // In turns, so that what else the machine does meets all three.
      for (let i = 0; i < each; i++) {
        const id = `${round}-${i}`;
        times['decided']!.push(await assign([{ customer_id: `decided-${id}` }], true));
        times['written']!.push(await assign([{ customer_id: `written-${id}` }], false));
        times['event']!.push(await event(id));
      }
      for (const [name, list] of Object.entries(times))
        for (const percent of [50, 99]) {
          const figure = `${name}_p${percent}_ms`;
          rounds[figure] = [...(rounds[figure] ?? []), quantile(list, percent / 100)];
        }
    }
    for (const [name, values] of Object.entries(rounds)) {
      figures[name] = median(values);
      show(LABELS[name]!, `${figures[name].toFixed(2)} ms`);
    }
    show(
      'one person, written, over an event, 99 %',
      (figures['written_p99_ms']! / figures['event_p99_ms']!).toFixed(2),
    );
    for (const trial of [true, false]) {
      const name = trial ? 'decided' : 'written';
      const list = Array.from({ length: 10_000 }, (_, i) => ({ customer_id: `list-${name}-${i}` }));
      figures[`list_${name}_ms`] = await assign(list, trial);
      show(`list of 10,000, ${name}`, `${figures[`list_${name}_ms`]!.toFixed(0)} ms`);
    }
    save('experiments', { calls }, figures);
  } finally {
    await tributary.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
