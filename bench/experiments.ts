/** The time to put one person into an arm, with and without the record on disk, and that of a send list. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeConfig } from '../src/config.ts';
import { openTributary } from '../src/tributary.ts';
import { quantile, save, show } from './report.ts';

const CALLER = { key_brand_id: null };
const WHICH = { brand_id: 'default', experiment_id: 'bench' };

export async function benchExperiments(calls: number): Promise<void> {
  console.log(`experiments: ${calls} people one by one, then lists of 10,000`);
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
    const figures: Record<string, number> = {};
    for (const trial of [true, false]) {
      const name = trial ? 'decided' : 'written';
      const times: number[] = [];
      for (let i = 0; i < calls; i++) times.push(await assign([{ customer_id: `${name}-${i}` }], trial));
      for (const percent of [50, 99]) {
        const value = quantile(times, percent / 100);
        figures[`${name}_p${percent}_ms`] = value;
        show(`one person, ${name}, ${percent} %`, `${value.toFixed(2)} ms`);
      }
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
