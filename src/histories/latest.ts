/** The last value of each key of one path. Few keys are searched one by one, which is faster than a map. */
const FEW = 32;

export class Latest {
  private readonly keys = new Float64Array(FEW);
  private readonly values = new Uint32Array(FEW);
  private readonly many = new Map<number, number>();
  private length = 0;

  clear(): void {
    this.length = 0;
    if (this.many.size > 0) this.many.clear();
  }

  /** The value of a key, or -1. */
  find(key: number): number {
    for (let i = this.length - 1; i >= 0; i--) if (this.keys[i] === key) return this.values[i]!;
    return this.many.size === 0 ? -1 : (this.many.get(key) ?? -1);
  }

  /** @param value from 0 to below 2^32. */
  set(key: number, value: number): void {
    for (let i = this.length - 1; i >= 0; i--)
      if (this.keys[i] === key) {
        this.values[i] = value;
        return;
      }
    if (this.length < FEW) {
      this.keys[this.length] = key;
      this.values[this.length] = value;
      this.length += 1;
    } else this.many.set(key, value);
  }
}
