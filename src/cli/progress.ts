/** One line on the terminal that says how far a long command is. Silent where stderr is no terminal. */
import type { Io } from './io.ts';

const REDRAW_EVERY_MS = 100;
const BAR_WIDTH = 24;

export class Progress {
  private drawn_at = 0;
  private readonly started_at: number;

  constructor(
    private readonly io: Io,
    private readonly label: string,
  ) {
    this.started_at = io.clock();
  }

  /** @param share done, 0 to 1; null when the end is unknown. */
  update(share: number | null, text: string): void {
    const now = this.io.clock();
    if (this.io.err_columns === null || now - this.drawn_at < REDRAW_EVERY_MS) return;
    this.drawn_at = now;
    const filled = Math.round(BAR_WIDTH * Math.min(1, Math.max(0, share ?? 0)));
    const bar =
      share === null ? '' : ` [${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}] ${Math.floor(share * 100)} %`;
    this.io.err(`\r\x1b[2K${`${this.label}${bar} ${text}`.slice(0, this.io.err_columns - 1)}`);
  }

  /** Takes the line away, so that other output starts clean. */
  clear(): void {
    if (this.io.err_columns !== null && this.drawn_at > 0) this.io.err('\r\x1b[2K');
  }

  seconds(): number {
    return Math.max(0.001, (this.io.clock() - this.started_at) / 1000);
  }
}

export function count(n: number): string {
  return Math.round(n).toLocaleString('en-US');
}
