/**
 * Marks of what goes out in this moment. The note in state that a mail is handed over must be on disk before the mail ends, and writing it
 * takes some milliseconds. If the process is killed meanwhile, the note may be there although the end was never sent. A mark is made when
 * the note is on disk, right before the end is sent, and not waited for: it outlives the process, and not the machine. So on the same machine,
 * since the same start, a note without a mark says that the mail surely did not go out.
 */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** A new one at each start of the machine (Linux, random(4)). */
const BOOT_ID = '/proc/sys/kernel/random/boot_id';

export class HandedMarks {
  /** The machine, its start and the folder; null where the start of the machine is not known. Then no mark says anything. */
  readonly place: string | null;
  private readonly folder: string;

  /** @param data_folder marks lie in it. */
  constructor(data_folder: string) {
    this.folder = join(data_folder, 'schedules', 'handed');
    this.place = existsSync(BOOT_ID)
      ? createHash('sha256')
          .update(`${readFileSync(BOOT_ID, 'utf8')}\0${hostname()}\0${realpathSync(data_folder)}`)
          .digest('hex')
          .slice(0, 32)
      : null;
  }

  /** @param name hex digits. */
  make(name: string): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    closeSync(openSync(join(this.folder, name), 'w', 0o600));
  }

  /** True unless what was noted in a place surely did not go out. */
  mayHaveGone(name: string, noted_in: string | null): boolean {
    return this.place === null || noted_in !== this.place || existsSync(join(this.folder, name));
  }

  clear(name: string): void {
    rmSync(join(this.folder, name), { force: true });
  }
}
