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

/** The kernel counts processor time in hundredths of a second. */
const TICKS_PER_SECOND = 100;

/** User and system time of all processes that this one started, directly or not, and that have ended. Linux only, else 0. */
function processorSeconds(): number {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
  } catch {
    return 0;
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

/** What a command took. `processor_seconds` is user and system time of the process and of all that it started. */
export interface Taken {
  seconds: number;
  processor_seconds: number;
  peak_bytes: number;
}

interface CommandOptions {
  exits?: readonly number[];
  limit_ms?: number;
  /** Another checkout whose program is run. */
  checkout?: string | undefined;
}

/** Runs a command of the product to its end. @throws when it ends in another way than `exits`, or takes longer than the limit. */
export async function command(
  args: readonly string[],
  { exits = [0], limit_ms = 6 * 3_600_000, checkout }: CommandOptions = {},
): Promise<Taken> {
  const started = performance.now();
  const before = processorSeconds();
  const entry = checkout === undefined ? ENTRY : join(checkout, 'bin/tributary.js');
  const child = spawn(process.execPath, [entry, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  const watch = new Watch(child.pid, null);
  const code = await ended(child, limit_ms);
  watch.stop();
  if (!exits.includes(code as number)) throw new Error(`tributary ${args.join(' ')}: ${code}`);
  const seconds = (performance.now() - started) / 1_000;
  return { seconds, processor_seconds: processorSeconds() - before, peak_bytes: watch.take().peak_bytes };
}
