/** Numbers of a few texts, from 0. */
export class Names {
  private readonly numbers = new Map<string, number>();
  readonly texts: string[] = [];

  add(text: string): number {
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    this.numbers.set(text, this.texts.length);
    return this.texts.push(text) - 1;
  }

  /** The number of a text, or -1. */
  find(text: string): number {
    return this.numbers.get(text) ?? -1;
  }
}
