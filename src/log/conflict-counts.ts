/** Counts conflicts: since the start by brand and record, and those of the last hour. It holds no ids. */
import { performance } from 'node:perf_hooks';
import type { RecordName } from '../domain/index.ts';
import { MS_PER_HOUR } from '../domain/time.ts';
import type { Warehouse } from '../warehouse/port.ts';

export interface Conflict {
  brand_id: string;
  record: RecordName;
}

/** More conflicts than this in an hour are told: some sender uses the ids of another one. */
export const MANY_CONFLICTS = 5;

const MINUTE_MS = 60_000;
const MINUTES = 60;
/** Brands that are counted by name. Conflicts of any further brand are counted together. */
const MAX_BRANDS = 200;
/** No brand has this name, since brand ids hold no parentheses. */
const OTHER_BRANDS = '(others)';

export class ConflictCounts {
  private readonly by_brand = new Map<string, Map<RecordName, number>>();
  /** The conflicts of each of the last 60 minutes, by the number of the minute. */
  private readonly minutes = new Map<number, number>();

  /** @param clock in milliseconds; it must not go back. */
  constructor(private readonly clock: () => number = () => performance.now()) {}

  add(conflicts: readonly Conflict[]): void {
    if (conflicts.length === 0) return;
    const minute = this.minute();
    this.minutes.set(minute, (this.minutes.get(minute) ?? 0) + conflicts.length);
    for (const { brand_id, record } of conflicts) {
      const brand = this.by_brand.has(brand_id) || this.by_brand.size < MAX_BRANDS ? brand_id : OTHER_BRANDS;
      const counts = this.by_brand.get(brand) ?? new Map<RecordName, number>();
      this.by_brand.set(brand, counts);
      counts.set(record, (counts.get(record) ?? 0) + 1);
    }
  }

  /** By brand and record, since the start. */
  get counts(): Array<Conflict & { n: number }> {
    return [...this.by_brand].flatMap(([brand_id, counts]) =>
      [...counts].map(([record, n]) => ({ brand_id, record, n })),
    );
  }

  get lastHour(): number {
    const oldest = this.minute() - MINUTES;
    let sum = 0;
    for (const [minute, n] of this.minutes) {
      if (minute > oldest) sum += n;
      else this.minutes.delete(minute);
    }
    return sum;
  }

  private minute(): number {
    return Math.floor(this.clock() / MINUTE_MS);
  }
}

const SHOWN_KINDS = 5;

/**
 * What `doctor` says about the conflicts of the last hour, of all collectors of the warehouse. Few of them are a warning: what was
 * sent last did not count, such as a second import with other columns. Many are a problem.
 */
export async function conflictFindings(
  warehouse: Warehouse,
  now_ms: number,
): Promise<{ problems: string[]; warnings: string[] }> {
  const rows = await warehouse.read((snapshot) =>
    snapshot.query(
      `select brand_id, record, count(*) as n from conflicts where received_at >= instant(${now_ms - MS_PER_HOUR})
       group by brand_id, record order by n desc, brand_id, record`,
    ),
  );
  const total = rows.reduce((sum, { n }) => sum + Number(n), 0);
  if (total === 0) return { problems: [], warnings: [] };
  const kinds = rows.slice(0, SHOWN_KINDS).map(({ brand_id, record, n }) => `${n} ${record} of brand ${brand_id}`);
  const more = rows.length > SHOWN_KINDS ? ', and others' : '';
  const found = [
    `${total} conflict${total === 1 ? '' : 's'} in the last hour: ${kinds.join(', ')}${more}; the first record of each id counts, GET /v1/conflicts lists the others`,
  ];
  return total > MANY_CONFLICTS ? { problems: found, warnings: [] } : { problems: [], warnings: found };
}
