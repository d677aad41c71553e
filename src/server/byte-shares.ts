/** Bytes in memory, counted per owner (a key) and in total, so that one owner cannot take the room of all others. */
export class ByteShares {
  private total = 0;
  private readonly owners = new Map<string, number>();

  constructor(
    private readonly max_total: number,
    private readonly max_of_owner: number,
  ) {}

  add(owner: string, bytes: number): void {
    this.total += bytes;
    this.owners.set(owner, (this.owners.get(owner) ?? 0) + bytes);
  }

  remove(owner: string, bytes: number): void {
    this.total -= bytes;
    const left = (this.owners.get(owner) ?? 0) - bytes;
    if (left > 0) this.owners.set(owner, left);
    else this.owners.delete(owner);
  }

  isEmpty(owner: string): boolean {
    return !this.owners.has(owner);
  }

  /** Which limit would be passed with so many more bytes: that of the owner, that of all, or none. */
  excess(owner: string, more = 0): 'owner' | 'total' | null {
    if ((this.owners.get(owner) ?? 0) + more > this.max_of_owner) return 'owner';
    return this.total + more > this.max_total ? 'total' : null;
  }
}

/** Requests without a key share the part of one owner. */
export function ownerOf(key: { key_id: string } | null): string {
  return key?.key_id ?? '';
}
