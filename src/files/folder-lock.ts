/**
 * The lock of a data folder: one process at a time uses it. It is an exclusive lock of SQLite on the empty file `lock.db`, which
 * the kernel holds for the process and frees when the process ends in any way (docs/decisions/0015-folder-lock.md).
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Database from 'libsql';
import { TributaryError } from '../domain/errors.ts';
import { ensureFile, replaceFile } from './private.ts';
import { processLives } from './process-lives.ts';

const FIELD = '--data';

export class FolderLock {
  private constructor(
    private readonly folder: string,
    private readonly database: InstanceType<typeof Database>,
  ) {}

  /**
   * Takes the lock, and makes the folder if it is not there. It does not wait.
   * @throws conflict when another process holds it, also one that is stopped or hangs; bad_request when it cannot be a folder.
   */
  static take(folder: string): FolderLock {
    makeFolder(folder);
    const path = resolve(folder, 'lock.db');
    // The file is never opened but by SQLite: closing any descriptor of it would free the lock that this process may hold.
    ensureFile(path, FIELD);
    const database = new Database(path);
    try {
      database.exec('pragma busy_timeout = 0');
      database.exec('begin exclusive');
    } catch (cause) {
      database.close();
      throw refusal(folder, cause);
    }
    unlessItFails(() => replaceFile(pidFile(folder), `${process.pid}\n`));
    return new FolderLock(folder, database);
  }

  /**
   * True if a process with this pid holds the lock, as far as the folder tells. A number alone may be that of another program
   * by now; the lock is not. Takes a free lock for an instant.
   */
  static isHeldBy(folder: string, pid: number): boolean {
    try {
      FolderLock.take(folder).release();
      return false;
    } catch (error) {
      const { cause } = error as { cause?: { code?: string } };
      return cause?.code === 'SQLITE_BUSY' && (holderOf(folder) ?? pid) === pid;
    }
  }

  release(): void {
    if (!this.database.open) return;
    unlessItFails(() => rmSync(pidFile(this.folder), { force: true }));
    this.database.close();
  }
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const why = code === 'EEXIST' || code === 'ENOTDIR' ? 'is a file, or in one' : `cannot be made (${code})`;
    throw new TributaryError('bad_request', `${FIELD}: ${folder} ${why}; name a folder that exists, or a new one`, {
      field: FIELD,
      cause,
    });
  }
}

function refusal(folder: string, cause: unknown): TributaryError {
  const { code, message } = cause as Error & { code?: string };
  const options = { field: FIELD, cause };
  if (code === 'SQLITE_BUSY')
    return new TributaryError(
      'conflict',
      `${FIELD}: ${folder} is in use by another process${holder(folder)}; only one process at a time may use a data folder: stop that one, or name another folder`,
      options,
    );
  if (code === 'SQLITE_NOTADB')
    return new TributaryError(
      'conflict',
      `${FIELD}: ${join(folder, 'lock.db')} is not the empty file of the lock; remove it when no process uses the folder`,
      options,
    );
  return new TributaryError(
    'conflict',
    `${FIELD}: ${folder} cannot be locked (${message}); it must be on a disk that has file locks, and the program must be allowed to write there`,
    options,
  );
}

function holder(folder: string): string {
  const pid = holderOf(folder);
  return pid !== undefined && processLives(pid) ? ` (pid ${pid})` : '';
}

/** The pid of the process that took the lock last; undefined where it could not be written. */
function holderOf(folder: string): number | undefined {
  try {
    const pid = Number(readFileSync(pidFile(folder), 'utf8'));
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** The pid says who holds the lock, not if it is held, so a full disk or a folder with its name does not matter. */
function unlessItFails(work: () => void): void {
  try {
    work();
  } catch {
    // The next process is told that another one holds the folder, without a pid.
  }
}

function pidFile(folder: string): string {
  return join(folder, 'lock.pid');
}
