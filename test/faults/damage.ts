/** What a disk or a crash does to the files of the spool while nobody has them open. */
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { recordKind } from '../../src/domain/index.ts';
import { decodeEntry } from '../../src/log/segment.ts';
import { queryColumn } from './count.ts';
import type { Scenario, Size } from './harness.ts';
import type { Stage } from './stage.ts';
import { waitFor } from './stage.ts';

const SEGMENTS = { limits: { batch_records: 100, segment_bytes: 200_000 } };
const BACKLOG: Record<Size, number> = { small: 3_000, deep: 25_000, full: 50_000 };

/** Paths of the segments of a stopped server, in order. */
function segments(stage: Stage): string[] {
  const spool = join(stage.data, 'spool');
  return readdirSync(spool)
    .filter((name) => name.endsWith('.seg'))
    .sort()
    .map((name) => join(spool, name));
}

async function killedWithBacklog(stage: Stage, records: number): Promise<void> {
  const server = await stage.start();
  await stage.pileUp(server, records);
  await server.kill();
}

const torn: Scenario = {
  fault: 'a torn last line in the spool',
  quick: true,
  run: async (stage, size) => {
    stage.configure(SEGMENTS);
    await killedWithBacklog(stage, BACKLOG[size]);
    const last = segments(stage).at(-1)!;
    const lines = readFileSync(last, 'utf8').trimEnd().split('\n');
    const half = lines.at(-1)!.slice(0, lines.at(-1)!.length / 2);
    appendFileSync(last, half);
    const since = performance.now();
    const server = await stage.start();
    const { spool_torn_bytes = 0 } = await server.metrics();
    const recovery_ms = await stage.recovered(server, since);
    const problems =
      spool_torn_bytes === half.length ? [] : [`${spool_torn_bytes} bytes are told of ${half.length} torn`];
    return { server, recovery_ms, note: `${half.length} bytes of half a line, counted in the metrics`, problems };
  },
};

interface Line {
  /** Where it starts and ends in its file, without the newline. */
  start: number;
  end: number;
}

/** Flips a byte in the middle of two lines of a file, and the newline after a third; returns the damaged lines. */
function damage(path: string): string[] {
  const bytes = readFileSync(path);
  const lines: Line[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(10, start);
    lines.push({ start, end });
    start = end + 1;
  }
  const middle = lines.length >> 1;
  const hit = [middle - 3, middle - 1, middle, middle + 2].map((i) => lines[i]!);
  const texts = hit.map(({ start, end }) => bytes.toString('utf8', start, end));
  for (const at of [(hit[0]!.start + hit[0]!.end) >> 1, hit[1]!.end, hit[3]!.start + 3]) bytes[at]! ^= 0xff;
  writeFileSync(path, bytes);
  return texts;
}

const MOST_TRIES = 5;
const LEAST_LINES = 8;

function worthDamaging(stage: Stage): string[] {
  return segments(stage).filter((path) => readFileSync(path, 'latin1').split('\n').length > LEAST_LINES);
}

/** Ids of the records of a line that are not in the warehouse yet. */
function recordsOf(line: string, committed_log_seq: number): string[] {
  const { log_seq, items } = decodeEntry(line)!;
  return items
    .filter((_, i) => log_seq + i > committed_log_seq)
    .map(({ record, item }) => `${record}/${item[recordKind(record).id_field]}`);
}

const corrupted: Scenario = {
  fault: 'damaged segments in the spool',
  run: async (stage, size) => {
    stage.configure(SEGMENTS);
    await killedWithBacklog(stage, BACKLOG[size]);
    // How much the loader had done by then is chance: there have to be two segments with lines enough to damage.
    for (let tries = 0; worthDamaging(stage).length < 2 && tries < MOST_TRIES; tries++)
      await killedWithBacklog(stage, BACKLOG[size]);
    const [committed] = await queryColumn<bigint>(
      join(stage.data, 'warehouse.duckdb'),
      'select coalesce(max(log_seq), 0) from commits',
    );
    // One in the middle, and the one after it: the first may be loaded already.
    const all = segments(stage);
    const worth = worthDamaging(stage);
    const middle = Math.min(worth.length >> 1, worth.length - 2);
    const chosen = [worth[middle]!, worth[middle + 1]!];
    const damaged = new Set(chosen.flatMap(damage).flatMap((line) => recordsOf(line, Number(committed))));
    const since = performance.now();
    const server = await stage.start();
    const pouring = stage.clients.pour(server, { pause_ms: 10 });
    const recovery_ms = await stage.recovered(server, since);
    await pouring.stop();
    await waitFor(async () => {
      const { quarantined_segments_total = 0 } = await server.metrics();
      return quarantined_segments_total >= chosen.length ? true : undefined;
    }, 'the damaged segments to be set aside and counted in the metrics');
    const aside = readdirSync(join(stage.data, 'spool', 'quarantine'));
    await stage.recovered(server, since);
    return {
      server,
      recovery_ms,
      damaged,
      note: `${damaged.size} records in the damaged lines of ${chosen.length} segments, of ${all.length}; ${aside.length} in quarantine, counted in the metrics`,
      problems: aside.length === chosen.length ? [] : [`${aside.length} segments are in quarantine`],
    };
  },
};

export const DAMAGES: Scenario[] = [torn, corrupted];
