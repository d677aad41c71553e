/** Exports of vendors with a few accidents, and Parquet files, through whole plans: what the report counts must add up. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { freshCheckpoint } from '../../src/cli/import/checkpoint.ts';
import { DryRun } from '../../src/cli/import/dry-run.ts';
import type { Fate, Outcome } from '../../src/cli/import/groups.ts';
import { Importer } from '../../src/cli/import/importer.ts';
import type { ImportPlan } from '../../src/cli/import/plan.ts';
import { PlanMapping } from '../../src/cli/import/plan-mapping.ts';
import { withFlags } from '../../src/cli/import/plan-options.ts';
import { presetNamed } from '../../src/cli/import/presets/index.ts';
import { planOfPreset } from '../../src/cli/import/presets/preset.ts';
import { type Refusal, RejectedFile } from '../../src/cli/import/rejected.ts';
import type { FileRow, RowSource } from '../../src/cli/import/row-source.ts';
import { openRows } from '../../src/cli/import/rows.ts';
import { firstRows } from '../../src/cli/import/sample.ts';
import type { Io } from '../../src/cli/io.ts';
import type { RecordName } from '../../src/domain/index.ts';
import type { Random } from '../../src/domain/random.ts';
import { openScratch } from '../../src/files/scratch.ts';
import { mutateBytes } from './hostile.ts';
import { decoded, referenceCsv, referenceNdjson } from './reference-rows.ts';
import { mutated } from './row-files.ts';
import { inTime, open, type Trial, type Verdict, wrongError } from './row-judge.ts';

const EXPORTS = join(import.meta.dirname, '../cli/import/presets/files');
const NOW_MS = Date.UTC(2026, 3, 1);
const NO_FLAGS = {
  ...{ map: [], set: [], default: [], values: [], negate: [], divide: [], sum: [], where: [] },
  ...{ timeZone: ['Europe/Berlin'], timeFormat: [] },
};

interface Export {
  name: string;
  kind: 'csv' | 'ndjson';
  text: string;
  plan: ImportPlan;
}

/** Orders whose rows are one record together, beside a record of each row. */
const LINES: Export = {
  name: 'lines',
  kind: 'csv',
  text: `order_id,who,at,value,sku,refund\n${['1,a,2026-03-01,10,x,', '1,a,2026-03-01,10,y,2', '2,b,2026-03-01,20,x,', '3,,2026-03-02,5,z,1'].join('\n')}\n`,
  plan: {
    time_zone: 'UTC',
    records: [
      {
        record: 'conversions',
        group_lines: 'order_id',
        fields: {
          customer_id: { from: 'who' },
          conversion_type: { value: 'purchase' },
          conversion_value: { from: 'value' },
          currency: { value: 'EUR' },
          occurred_at: { from: 'at' },
          product_ids: { from: 'sku' },
        },
      },
      {
        record: 'adjustments',
        where: [{ column: 'refund', op: '!=', values: ['0'] }],
        fields: {
          amount: { from: 'refund', negate: true },
          currency: { value: 'EUR' },
          reason: { value: 'refund' },
          occurred_at: { from: 'at' },
        },
      },
    ],
  },
};

/** The exports of the tests of presets, each with the plan of its preset. */
export async function exportsOfVendors(): Promise<Export[]> {
  const found = [LINES];
  for (const name of readdirSync(EXPORTS)) {
    const path = join(EXPORTS, name);
    const preset = presetNamed(/^[a-z0-9_]+/.exec(name)![0]);
    const { columns, skip } = await firstRows(path, {}, [preset]);
    const set = preset.currency_at === undefined ? [] : ['currency=EUR'];
    const plan = withFlags(planOfPreset(preset, columns), {
      ...NO_FLAGS,
      set,
      ...(skip === undefined ? {} : { skip }),
    });
    const kind = extname(name) === '.ndjson' ? 'ndjson' : 'csv';
    found.push({ name, kind, text: readFileSync(path, 'utf8'), plan });
  }
  return found;
}

/** An export with other rows than it had, whole or with one of its records. */
export function exportTrial(random: Random, { name, kind, text, plan }: Export): Trial {
  const one = random.chance(0.5) ? [random.pick(plan.records)] : plan.records;
  const own: ImportPlan = { ...plan, records: one };
  const batch = random.pick([1, 3, 1_000]);
  const changed = Buffer.from(mutated(random, otherRows(random, text), [',', '\n', '"']));
  const bytes = random.chance(0.1) ? mutateBytes(random, changed) : changed;
  const run = (shorter: Buffer) => judgePlan({ kind, bytes: shorter, plan: own, batch });
  return {
    name: kind === 'csv' ? 'export' : 'export of json',
    bytes,
    beside: { name, batch, records: one.map(({ record }) => record) },
    run,
  };
}

/** Some lines of a text are left out, repeated, moved, or get a cell of another one. */
function otherRows(random: Random, text: string): string {
  const lines = text.split('\n');
  for (let left = random.integer(0, 4); left > 0; left--) {
    const [at, other] = [random.integer(1, lines.length - 1), random.integer(1, lines.length - 1)];
    const kind = random.integer(0, 3);
    if (kind === 0) lines.splice(at, 1);
    else if (kind === 1) lines.splice(at, 0, lines[other] ?? '');
    else if (kind === 2) [lines[at], lines[other]] = [lines[other] ?? '', lines[at] ?? ''];
    else {
      const cells = (lines[at] ?? '').split(',');
      cells[random.integer(0, cells.length - 1)] = random.pick((lines[other] ?? '').split(','));
      lines[at] = cells.join(',');
    }
  }
  return lines.join('\n');
}

interface Judged {
  kind: 'csv' | 'ndjson';
  bytes: Buffer;
  plan: ImportPlan;
  batch: number;
}

async function judgePlan({ kind, bytes, plan, batch }: Judged): Promise<Verdict> {
  const asked = { ...plan.file, encoding: 'utf-8' };
  const done = await inTime(4 * bytes.length, async () => {
    try {
      return await imported(await open({ kind, bytes, plan: asked }), plan, batch);
    } catch (error) {
      return error as Error;
    }
  });
  if (typeof done === 'string') return { kind: 'slow', problem: done };
  if (done instanceof Error) {
    const problem = wrongError(done);
    return problem === undefined ? { kind: 'refused' } : { kind: 'broken', problem };
  }
  const text = decoded(bytes, 'utf-8', 'utf-8');
  const rows = kind === 'csv' ? referenceCsv(text, asked)?.rows : referenceNdjson(text);
  const problem =
    rows?.length === done.read.length ? wrongCounts(done) : `${done.read.length} rows read of ${rows?.length}`;
  return problem === undefined ? { kind: 'read' } : { kind: 'broken', problem };
}

/** All that became of the rows of a file, as the parts of the importer told it, and as its report counts it. */
interface Imported {
  plan: ImportPlan;
  read: FileRow[];
  outcomes: Array<{ record: RecordName; outcome: Outcome }>;
  left_out: FileRow[];
  /** Whether each item was accepted, in the order of the items of its record. */
  answers: Map<RecordName, boolean[]>;
  refusals: Refusal[];
  state: Importer['state'];
}

class Watched extends PlanMapping {
  readonly outcomes: Imported['outcomes'] = [];
  readonly left_out: FileRow[] = [];

  override take(row: FileRow, done: Outcome[][]): Fate {
    const fate = super.take(row, done);
    if (fate === 'left out') this.left_out.push(row);
    this.keep(done);
    return fate;
  }

  override close(done: Outcome[][]): void {
    super.close(done);
    this.keep(done);
  }

  /** The importer empties the lists after each call. */
  private keep(done: Outcome[][]): void {
    for (const [i, list] of done.entries())
      for (const outcome of list) this.outcomes.push({ record: this.mappings[i]!.record, outcome });
  }
}

class Kept extends RejectedFile {
  readonly all: Refusal[] = [];

  override add(refusals: readonly Refusal[]): void {
    this.all.push(...refusals);
  }
}

const IO = { err: () => undefined } as unknown as Io;

async function imported(source: RowSource, plan: ImportPlan, batch_items: number): Promise<Imported> {
  const mapping = new Watched(plan);
  mapping.bind(source);
  const read: FileRow[] = [];
  const answers: Imported['answers'] = new Map();
  const dry = new DryRun({ clock: () => NOW_MS, defaultCurrency: () => 'USD' });
  const client = Object.assign(Object.create(dry) as DryRun, {
    send: async (record: RecordName, items: readonly unknown[]) => {
      const answer = await dry.send(record, items);
      const out = new Set(answer.rejected.map(({ index }) => index));
      answers.set(record, [...(answers.get(record) ?? []), ...items.map((_, i) => !out.has(i))]);
      return answer;
    },
  });
  const rejected = new Kept(IO, source, 'f.csv', undefined, 0);
  const watched: RowSource = {
    ...source,
    async *rows(skip) {
      for await (const portion of source.rows(skip)) {
        read.push(...portion.rows);
        yield portion;
      }
    },
  };
  const importer = new Importer({
    ...{ client, mapping, rejected, batch_items, source: watched },
    checkpoint: { path: '', start: freshCheckpoint('f'), save: () => undefined },
    ...{ stop: new AbortController().signal, clock: () => NOW_MS, onProgress: () => undefined },
  });
  await importer.run();
  const { outcomes, left_out } = mapping;
  return { plan, read, outcomes, left_out, answers, refusals: rejected.all, state: importer.state };
}

/** What does not add up; undefined if all does. */
function wrongCounts({ plan, read, outcomes, left_out, answers, refusals, state }: Imported): string | undefined {
  const [refused, first, later] = [new Set<FileRow>(), new Set<FileRow>(), new Set<FileRow>()];
  const next = new Map<RecordName, number>();
  let accepted = 0;
  for (const { record, outcome } of outcomes) {
    const place = next.get(record) ?? 0;
    if ('item' in outcome) next.set(record, place + 1);
    const is_accepted = 'item' in outcome && answers.get(record)?.[place] === true;
    if (is_accepted) accepted++;
    for (const [i, row] of outcome.rows.entries()) (is_accepted ? (i === 0 ? first : later) : refused).add(row);
  }
  const told = Object.values(state.accepted).reduce((sum, n) => sum + n, 0);
  const taken = new Set([...refused, ...first, ...later]);
  const collected = [...later].filter((row) => !first.has(row) && !refused.has(row)).length;
  const written = refusals.flatMap(({ rows }) => rows);
  const counts = `read ${state.rows}, accepted ${told}, refused ${state.refused}, left out ${state.left_out}, collected ${state.collected}`;
  if (state.rows !== read.length) return `${counts}: ${read.length} rows were read`;
  if (told !== accepted) return `${counts}: ${accepted} records were accepted`;
  if (state.left_out !== left_out.length) return `${counts}: ${left_out.length} rows were left out`;
  if (state.refused !== refused.size) return `${counts}: ${refused.size} rows were refused`;
  if (state.collected !== collected) return `${counts}: ${collected} rows were collected`;
  if (taken.size + left_out.filter((row) => !taken.has(row)).length !== read.length)
    return `${counts}: ${taken.size} rows have an outcome, and ${left_out.length} were left out`;
  if (left_out.some((row) => taken.has(row))) return `${counts}: a row was left out and has an outcome`;
  if (new Set(written.map(({ line }) => line)).size !== written.length)
    return `${counts}: a refused row is written twice`;
  if (written.length !== state.refused) return `${counts}: ${written.length} refused rows are written`;
  if (refusals.some(({ reason }) => reason === '')) return 'a refusal has no reason';
  const one = plan.records.length === 1 && plan.records[0]!.each === undefined;
  const sum = told + state.refused + state.left_out + state.collected;
  return one && sum !== state.rows ? `${counts}: these are ${sum}` : undefined;
}

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
