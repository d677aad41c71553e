/** Runs a process and measures from outside its time, its resident memory, and the bytes that it spills to disk. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ENTRY = new URL('../bin/tributary.js', import.meta.url).pathname;
const SAMPLE_MS = 200;

/** The peak of a process's resident memory so far; 0 once it has ended. */
export function peakMemory(pid: number | undefined): number {
  try {
    const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return line ? Number(line[1]) * 1024 : 0;
  } catch {
    return 0;
  }
}

/** Bytes of the files under a folder; 0 when there is none. */
export function folderBytes(folder: string): number {
  try {
    return readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
  } catch {
    return 0; // The folder does not exist, or a file was removed while the folder was read.
  }
}

/** Samples a process a few times a second. `take` gives the peaks. */
export class Watch {
  private peak_bytes = 0;
  private spill_bytes = 0;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly pid: number | undefined,
    private readonly spill_folder: string | null,
  ) {
    this.timer = setInterval(() => this.look(), SAMPLE_MS);
  }

  /** The highest memory of the process so far, and the most on disk since the last call. */
  take(): { peak_bytes: number; spill_bytes: number } {
    this.look();
    const { peak_bytes, spill_bytes } = this;
    this.spill_bytes = 0;
    return { peak_bytes, spill_bytes };
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    this.peak_bytes = Math.max(this.peak_bytes, peakMemory(this.pid));
    if (this.spill_folder !== null) this.spill_bytes = Math.max(this.spill_bytes, folderBytes(this.spill_folder));
  }
}

/** Waits for the end of a process. Returns its exit code, or the reason why it has none. */
export async function ended(child: ChildProcess, limit_ms: number): Promise<number | string> {
  const timer = setTimeout(() => child.kill('SIGKILL'), limit_ms);
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
    child.once('exit', (...end) => resolve(end)),
  );
  clearTimeout(timer);
  return code ?? `ended by ${signal}`;
}

/** Runs a command of the product to its end. @throws when it ends in another way than `exits`, or takes longer than the limit. */
export async function command(
  args: readonly string[],
  { exits = [0], limit_ms = 6 * 3_600_000 }: { exits?: readonly number[]; limit_ms?: number } = {},
): Promise<{ seconds: number; peak_bytes: number }> {
  const started = performance.now();
  const child = spawn(process.execPath, [ENTRY, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  const watch = new Watch(child.pid, null);
  const code = await ended(child, limit_ms);
  watch.stop();
  if (!exits.includes(code as number)) throw new Error(`tributary ${args.join(' ')}: ${code}`);
  return { seconds: (performance.now() - started) / 1_000, peak_bytes: watch.take().peak_bytes };
}
