/** The part `parsers`: small files of rows, read by the importer and by a slow reader of the same rules; exports through their presets. */
import type { Random } from '../../src/domain/random.ts';
import { parquetFiles, parquetTrial } from './parquet-files.ts';
import type { PartResult, Plan } from './part.ts';
import { exportsOfVendors, exportTrial } from './plan-files.ts';
import { csvFile, ndjsonFile } from './row-files.ts';
import { judge } from './row-judge.ts';
import { type Trial, tryAll } from './trials.ts';

/** So many pieces at most, so that reading them takes no time to speak of. */
const MOST_PIECES = 24;

interface Maker {
  /** How often it is chosen; less if an input takes long. */
  share: number;
  make: (random: Random) => Trial | Promise<Trial>;
}

async function makersIn(folder: string): Promise<Maker[]> {
  const exports = await exportsOfVendors();
  let files: ReturnType<typeof parquetFiles> | undefined;
  const parquet = () => {
    // Few runs need them.
    files ??= parquetFiles(folder);
    return files;
  };
  return [
    { share: 740, make: (random) => rowTrial(random, csvFile) },
    { share: 200, make: (random) => rowTrial(random, ndjsonFile) },
    { share: 59.8, make: (random) => exportTrial(random, random.pick(exports)) },
    { share: 0.2, make: async (random) => parquetTrial(random, await parquet(), folder) },
  ];
}

function rowTrial(random: Random, make: typeof csvFile): Trial {
  const file = make(random);
  const { kind, bytes, plan } = file;
  const piece = Math.max(random.pick([1, 2, 3, 5, 17, 64]), Math.ceil(bytes.length / MOST_PIECES));
  return { name: kind, bytes, beside: { plan, piece }, run: (shorter) => judge({ ...file, bytes: shorter }, piece) };
}

export function fuzzParsers(plan: Plan): Promise<PartResult> {
  return tryAll(plan, 'parsers', async (folder) => {
    const makers = await makersIn(folder);
    return (random) => random.weighted(makers).make(random);
  });
}
