/** The rests of a loop. A stop ends every rest at once; someone who waits for the loop ends only those that may be cut. */
export class Rests {
  private current: { end: () => void; may_be_cut: boolean } | undefined;
  private over = false;

  /** Waits for `ms` milliseconds, or less if the rest is ended. */
  async take(ms: number, may_be_cut = true): Promise<void> {
    if (this.over) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      const end = (): void => {
        clearTimeout(timer);
        resolve();
      };
      this.current = { end, may_be_cut };
    });
    this.current = undefined;
  }

  /** Ends the current rest if it may be cut. */
  cut(): void {
    if (this.current?.may_be_cut) this.current.end();
  }

  /** Ends the current rest, whatever it is, and all that are taken later. */
  endAll(): void {
    this.over = true;
    this.current?.end();
  }
}
