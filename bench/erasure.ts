/**
 * Erasure of one person, and of ten thousand at once, from a world on DuckDB: until the rows are out of every answer, and until their bytes
 * are out of the file and the certificate is signed. Each runs over a copy of the world.
 */
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeConfig } from '../src/config.ts';
import { erasuresOf } from '../src/erasing.ts';
import { openTributary } from '../src/tributary.ts';
import { save, show } from './report.ts';
import { type BenchWorld, makeBenchWarehouse } from './world.ts';

/** The most seconds that are wanted for one person, and for many. */
const GOALS_S = { one: 5, many: 300 };
const MANY = 10_000;

interface Steps {
  people: number;
  found_s: number;
  answers_s: number;
  certificate_s: number;
}

export async function benchErasure(world: BenchWorld, folder: string): Promise<void> {
  const path = join(folder, `world-${world.touchpoints}.duckdb`);
  await makeBenchWarehouse(path, world);
  const many = Math.min(MANY, Math.floor(world.people / 10));
  const results = [await erase(path, folder, 1), await erase(path, folder, many)];
  for (const { people, found_s, answers_s, certificate_s } of results)
    show(
      `erasure of ${people} from ${world.touchpoints} touchpoints`,
      `found after ${found_s.toFixed(1)} s, out of every answer after ${answers_s.toFixed(1)} s, certificate after ${certificate_s.toFixed(1)} s (goal ${people === 1 ? GOALS_S.one : GOALS_S.many} s)`,
    );
  save('erasure', { world, goals_s: GOALS_S }, results);
}

async function erase(path: string, folder: string, people: number): Promise<Steps> {
  const data = join(folder, 'erasure');
  rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { recursive: true });
  copyFileSync(path, join(data, 'warehouse.duckdb'));
  const tributary = await openTributary({
    folder: data,
    config: makeConfig({ histories_memory_bytes: 0 }),
    role: 'all',
  });
  try {
    let begun_ms = 0;
    const steps: Record<string, number> = {};
    const onStep = (step: string): void => {
      steps[step] = (performance.now() - begun_ms) / 1_000;
    };
    const erasures = erasuresOf({ ...tributary, onStep });
    for (let i = 0; i < people; i++) await erasures.request('default', `cust-${i * 10 + 7}`);
    begun_ms = performance.now();
    const done = await erasures.work();
    const certificate_s = (performance.now() - begun_ms) / 1_000;
    if (done !== people) throw new Error(`${done} of ${people} erasures are done`);
    return { people, found_s: steps['found']!, answers_s: steps['out of every answer']!, certificate_s };
  } finally {
    await tributary.close();
    rmSync(data, { recursive: true, force: true });
  }
}
