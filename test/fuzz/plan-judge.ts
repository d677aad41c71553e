/** Imports a file by a plan, beside a server that stores nothing, and adds up what the report of the import counts. */
import { freshCheckpoint } from '../../src/cli/import/checkpoint.ts';
import { DryRun } from '../../src/cli/import/dry-run.ts';
import type { Fate, Outcome } from '../../src/cli/import/groups.ts';
import { Importer } from '../../src/cli/import/importer.ts';
import { PlanMapping } from '../../src/cli/import/plan-mapping.ts';
import { type Refusal, RejectedFile } from '../../src/cli/import/rejected.ts';
import type { Io } from '../../src/cli/io.ts';
import { readingSettings } from '../../src/cli/reading-settings.ts';
import { makeConfig } from '../../src/config.ts';
import type { RecordName } from '../../src/domain/index.ts';
import type { ImportPlan } from '../../src/mapping/plan.ts';
import type { FileRow, RowSource } from '../../src/mapping/row-source.ts';
import { NO_EDGES } from '../../src/privacy/retention/edges.ts';
import { decoded, referenceCsv, referenceNdjson } from './reference-rows.ts';
import { inTime, open, wrongError } from './row-judge.ts';
import type { Verdict } from './trials.ts';

const NOW_MS = Date.UTC(2026, 3, 1);

interface Judged {
  kind: 'csv' | 'ndjson';
  bytes: Buffer;
  plan: ImportPlan;
  batch: number;
}

export async function judgePlan({ kind, bytes, plan, batch }: Judged): Promise<Verdict> {
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
  const dry = new DryRun(
    { clock: () => NOW_MS, defaultCurrency: () => 'USD' },
    readingSettings(makeConfig({}), 'nothing', new Uint8Array(32), NO_EDGES),
  );
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
