/** How far an import has come, on disk, so that it can be stopped and go on. One file per input, record and options. */
import { hash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordName } from '../../domain/index.ts';
import type { MappingOptions } from './mapping.ts';

interface ImportCounts {
  /** Rows of the file that are done with: accepted, refused or left out. */
  rows: number;
  accepted: number;
  refused: number;
  /** Rows that --where leaves out. */
  left_out: number;
}

export interface Checkpoint extends ImportCounts {
  file: string;
  record: RecordName;
  done: boolean;
  /** Where the file of refused rows ended, so that a row refused twice is written once. */
  rejected_bytes: number;
  updated_at: string;
}

export class CheckpointFile {
  readonly path: string;
  readonly start: Checkpoint;

  /** @param restart forget what an earlier run did. */
  constructor(
    data: string,
    file: string,
    record: RecordName,
    options: MappingOptions & { brand?: string | undefined },
    restart: boolean,
  ) {
    const absolute = realpathSync(file);
    const { size, mtimeMs } = statSync(absolute);
    const { map, set, where, brand } = options;
    const key = hash(
      'sha256',
      JSON.stringify([absolute, size, mtimeMs, record, map, set, where, brand ?? null]),
      'hex',
    ).slice(0, 32);
    this.path = join(data, 'imports', `${key}.json`);
    const fresh: Checkpoint = {
      file: absolute,
      record,
      done: false,
      rows: 0,
      accepted: 0,
      refused: 0,
      left_out: 0,
      rejected_bytes: 0,
      updated_at: '',
    };
    this.start = restart ? fresh : (readCheckpoint(this.path) ?? fresh);
  }

  /** Written beside and renamed, so that a crash leaves the old one or the new one. */
  save(checkpoint: Checkpoint): void {
    mkdirSync(join(this.path, '..'), { recursive: true });
    writeFileSync(`${this.path}.new`, JSON.stringify(checkpoint, null, 2) + '\n');
    renameSync(`${this.path}.new`, this.path);
  }
}

/** A checkpoint that cannot be read is none: importing again is harmless. */
function readCheckpoint(path: string): Checkpoint | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Checkpoint;
  } catch {
    return undefined;
  }
}
