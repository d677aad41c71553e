/**
 * Puts lines that come customer by customer into order of arrival, in bounded memory. Lines are collected by stretch of time
 * and spilled to disk when there are too many. Then each stretch is sorted by itself.
 */
import { appendFile, type FileHandle, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

const STAMP_DIGITS = 15;

export class ArrivalOrder {
  private readonly stretches = new Map<number, { lines: string[]; spilled: boolean }>();
  private held_chars = 0;

  /**
   * @param spill_dir a folder for this class alone; it is made when needed.
   * @param stretch_ms length of a stretch. All lines of one stretch must fit into memory.
   */
  constructor(
    private readonly spill_dir: string,
    private readonly stretch_ms: number,
  ) {}

  /** Characters in memory, by which the caller decides when to {@link spill}. */
  get held(): number {
    return this.held_chars;
  }

  add(arrives_at_ms: number, line: string): void {
    const key = Math.floor(arrives_at_ms / this.stretch_ms);
    let stretch = this.stretches.get(key);
    if (!stretch) {
      stretch = { lines: [], spilled: false };
      this.stretches.set(key, stretch);
    }
    // The stamp has a fixed width, so sorting the text sorts by time, then by content. The order of adding does not matter.
    stretch.lines.push(String(arrives_at_ms).padStart(STAMP_DIGITS, '0') + line);
    this.held_chars += line.length + STAMP_DIGITS;
  }

  async spill(): Promise<void> {
    await mkdir(this.spill_dir, { recursive: true });
    for (const [key, stretch] of this.stretches) {
      if (stretch.lines.length === 0) continue;
      await appendFile(this.pathOf(key), stretch.lines.join('\n') + '\n');
      stretch.lines = [];
      stretch.spilled = true;
    }
    this.held_chars = 0;
  }

  /** Writes every line, oldest arrival first, and forgets them. */
  async drainTo(file: FileHandle): Promise<void> {
    for (const key of [...this.stretches.keys()].sort((a, b) => a - b)) {
      const { lines, spilled } = this.stretches.get(key)!;
      this.stretches.delete(key);
      if (spilled) {
        for (const line of (await readFile(this.pathOf(key), 'utf8')).split('\n')) if (line !== '') lines.push(line);
        await rm(this.pathOf(key));
      }
      lines.sort();
      await file.appendFile(lines.map((line) => line.slice(STAMP_DIGITS) + '\n').join(''));
    }
    this.held_chars = 0;
  }

  private pathOf(key: number): string {
    return join(this.spill_dir, `${key}.lines`);
  }
}
