/** Work that many requests ask for at once. */

const ignore = (): void => undefined;

/**
 * One run works at a time. Requests that ask meanwhile share the next run, which begins after they asked. So each of them sees
 * everything that happened before it asked.
 */
export class SharedWork<T> {
  private running: Promise<void> | undefined;
  private next: Promise<T> | undefined;

  constructor(private readonly work: () => Promise<T>) {}

  run(): Promise<T> {
    if (this.next !== undefined) return this.next;
    if (this.running === undefined) return this.begin();
    this.next = this.running.then(() => this.begin());
    return this.next;
  }

  private begin(): Promise<T> {
    this.next = undefined;
    const work = this.work();
    const ended = work.then(ignore, ignore);
    this.running = ended;
    ended.then(() => {
      if (this.running === ended) this.running = undefined;
    });
    return work;
  }
}
