/** Stores the progress of an import on disk, so that it can stop and go on. There is one file per input and plan. */
import { hash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordName } from '../../domain/index.ts';
import { canonicalJson } from '../../domain/record.ts';
import { replaceFile } from '../../files/private.ts';
import type { Note } from '../../mapping/notes.ts';
import type { ImportPlan } from '../../mapping/plan.ts';

export interface Checkpoint {
  file: string;
  done: boolean;
  /** Rows of the file that are finished: accepted, refused, collected or left out. */
  rows: number;
  /** Records, by kind. */
  accepted: Partial<Record<RecordName, number>>;
  refused: number;
  /** Rows that --where left out. */
  left_out: number;
  /** Rows that --where let through, by the place of the record in the plan. */
  matched: number[];
  /** Rows that went into the record of a row before (--group-lines). */
  collected: number;
  /** Accepted records whose id the server remembers with other content. */
  conflicts: number;
  /** Why rows were refused. */
  reasons: Note[];
  /** What a person should know about accepted rows. */
  notes: Note[];
  /** Micros by record, field and currency; the currency is empty where the record names none. */
  sums: Record<string, Record<string, Record<string, string>>>;
  /** Length of the file of refused rows. Later bytes are cut off, so that a row that is refused twice is written once. */
  rejected_bytes: number;
  updated_at: string;
}

export function freshCheckpoint(file: string): Checkpoint {
  return {
    ...{ file, done: false, rows: 0, accepted: {}, refused: 0, left_out: 0, matched: [], collected: 0, conflicts: 0 },
    ...{ reasons: [], notes: [], sums: {}, rejected_bytes: 0, updated_at: '' },
  };
}

export class CheckpointFile {
  readonly path: string;
  readonly start: Checkpoint;

  /** @param restart true to ignore the progress of an earlier run. @param keeps false to store nothing. */
  constructor(data: string, file: string, plan: ImportPlan, { restart, keeps }: { restart: boolean; keeps: boolean }) {
    const absolute = realpathSync(file);
    const { size, mtimeMs } = statSync(absolute);
    const key = hash('sha256', JSON.stringify([absolute, size, mtimeMs, sorted(plan)]), 'hex').slice(0, 32);
    this.path = keeps ? join(data, 'imports', `${key}.json`) : '';
    const fresh = freshCheckpoint(absolute);
    this.start = restart || !keeps ? fresh : { ...fresh, ...readCheckpoint(this.path) };
  }

  /** Writes a new file and renames it, so that a crash leaves the old or the new checkpoint. */
  save(checkpoint: Checkpoint): void {
    if (this.path === '') return;
    mkdirSync(join(this.path, '..'), { recursive: true });
    replaceFile(this.path, JSON.stringify(checkpoint, null, 2) + '\n');
  }
}

/** The plan as a text that does not depend on the order of its keys. */
function sorted(plan: ImportPlan): string {
  return canonicalJson(plan) ?? JSON.stringify(plan);
}

/** Reads a checkpoint. One that cannot be read is ignored: importing again is harmless. */
function readCheckpoint(path: string): Checkpoint | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Checkpoint;
  } catch {
    return undefined;
  }
}
