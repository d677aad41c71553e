/** Shows the progress of a long command as one line on the terminal. Shows nothing if stderr is not a terminal. */
import { clip } from '../present/clip.ts';
import { CLEAR_LINE, type Io } from './io.ts';

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

  /** @param share the part that is done, 0 to 1; null if the end is unknown. */
  update(share: number | null, text: string): void {
    const now = this.io.clock();
    if (this.io.err_columns === null || now - this.drawn_at < REDRAW_EVERY_MS) return;
    this.drawn_at = now;
    const filled = Math.round(BAR_WIDTH * Math.min(1, Math.max(0, share ?? 0)));
    const bar =
      share === null ? '' : ` [${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}] ${Math.floor(share * 100)} %`;
    this.io.err(CLEAR_LINE + clip(`${this.label}${bar} ${text}`, this.io.err_columns - 1));
  }

  /** Removes the line before other output. */
  clear(): void {
    if (this.io.err_columns !== null && this.drawn_at > 0) this.io.err(CLEAR_LINE);
  }

  seconds(): number {
    return Math.max(0.001, (this.io.clock() - this.started_at) / 1000);
  }
}

export function count(n: number): string {
  return Math.round(n).toLocaleString('en-US');
}
