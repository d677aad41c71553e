/** Parquet files whose number of rows is known, as they are or with changed bytes. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openRows } from '../../src/cli/import/rows.ts';
import type { Random } from '../../src/domain/random.ts';
import { openScratch } from '../../src/files/scratch.ts';
import { mutateBytes } from './hostile.ts';
import { wrongError } from './row-judge.ts';
import type { Trial, Verdict } from './trials.ts';

/** Parquet files with so many rows as their names say, in a folder. */
export async function parquetFiles(folder: string): Promise<Map<number, Buffer>> {
  const { connection, close } = await openScratch(1);
  const files = new Map<number, Buffer>();
  for (const rows of [0, 1, 7, 5_000]) {
    const path = join(folder, `${rows}.parquet`);
    const columns = `'c' || i as customer_id, 'email_click' as touchpoint_type, timestamp '2026-03-01' as occurred_at, [i] as list`;
    await connection.run(`copy (select ${columns} from range(${rows}) r(i)) to '${path}' (format parquet)`);
    files.set(rows, readFileSync(path));
  }
  close();
  return files;
}

export function parquetTrial(random: Random, files: Map<number, Buffer>, folder: string): Trial {
  const [rows, whole] = random.pick([...files]);
  const bytes = random.chance(0.5) ? whole : mutateBytes(random, whole);
  const run = (shorter: Buffer) => judgeParquet(shorter, rows, shorter.equals(whole), join(folder, 'f.parquet'));
  return { name: 'parquet', bytes, beside: { rows }, run };
}

/** A changed file is refused, or has as many rows as it had. */
async function judgeParquet(bytes: Buffer, rows: number, is_whole: boolean, path: string): Promise<Verdict> {
  writeFileSync(path, bytes);
  let read = 0;
  try {
    const source = await openRows(path, () => true);
    try {
      for await (const portion of source.rows(0))
        for (const { line } of portion.rows)
          if (line !== ++read) return { kind: 'broken', problem: `row ${read} is told as ${line}` };
    } finally {
      await source.close();
    }
  } catch (error) {
    const problem = is_whole ? `a sound file is refused: ${(error as Error).message}` : wrongError(error as Error);
    return problem === undefined ? { kind: 'refused' } : { kind: 'broken', problem };
  }
  return read === rows ? { kind: 'read' } : { kind: 'broken', problem: `${read} rows of ${rows}` };
}
