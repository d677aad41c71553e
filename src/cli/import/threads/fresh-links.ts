/** Links of customers with their addresses that were not met lately. The same link comes with every row of a customer. */

/** A link as it is sent. */
export type SentLink = Readonly<Record<string, unknown>>;

const MAX_LATELY = 50_000;

export class FreshLinks {
  private readonly lately = new Set<string>();

  /** Those that are new here. */
  of(links: readonly SentLink[]): SentLink[] {
    return links.filter((link) => {
      const key = JSON.stringify([link['brand_id'], link['left_id'], link['right_id']]);
      if (this.lately.has(key)) return false;
      if (this.lately.size >= MAX_LATELY) this.lately.clear();
      this.lately.add(key);
      return true;
    });
  }
}
