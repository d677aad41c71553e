/** Stores the progress of an import on disk, so that it can stop and go on. There is one file per input, record and options. */
import { hash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordName } from '../../domain/index.ts';
import { replaceFile } from '../../files/private.ts';
import type { MappingOptions } from './mapping.ts';

interface ImportCounts {
  /** Rows of the file that are finished: accepted, refused or left out. */
  rows: number;
  accepted: number;
  refused: number;
  /** Rows that --where left out. */
  left_out: number;
}

export interface Checkpoint extends ImportCounts {
  file: string;
  record: RecordName;
  done: boolean;
  /** Length of the file of refused rows. Later bytes are cut off, so that a row that is refused twice is written once. */
  rejected_bytes: number;
  updated_at: string;
}

export class CheckpointFile {
  readonly path: string;
  readonly start: Checkpoint;

  /** @param restart true to ignore the progress of an earlier run. */
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

  /** Writes a new file and renames it, so that a crash leaves the old or the new checkpoint. */
  save(checkpoint: Checkpoint): void {
    mkdirSync(join(this.path, '..'), { recursive: true });
    replaceFile(this.path, JSON.stringify(checkpoint, null, 2) + '\n');
  }
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
