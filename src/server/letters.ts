/** Reads conflicts and dead letters, oldest first, in pages. */
import type { RecordName } from '../domain/index.ts';
import { formatInstant } from '../domain/time.ts';
import { sentFields } from '../log/kept-record.ts';
import type { Snapshot, Warehouse } from '../warehouse/port.ts';
import type { Row } from '../warehouse/schema.ts';

/** The place of a letter in the order of pages. */
interface Place {
  log_seq: number;
  collector_id: string;
}

export interface Page {
  brand_id: string | null;
  limit: number;
  /** The last letter of the previous page. */
  after: Place | undefined;
  /** Aborted when the client is gone. */
  signal?: AbortSignal;
  /** The key that asks. */
  owner?: string;
  /** Looks at the reason of an empty page. @throws not_found for a brand that nobody knows. */
  checkEmpty?: (snapshot: Snapshot) => Promise<void>;
}

export type PageJson = { next: string | null } & Record<string, unknown>;

/** Reads `next` of a page: `log_seq:collector_id`. @returns null for any other text. */
export function parsePlace(next: string): Place | null {
  const [, log_seq, collector_id] = /^(\d{1,15}):([A-Za-z0-9_-]{1,64})$/.exec(next) ?? [];
  return log_seq === undefined || collector_id === undefined ? null : { log_seq: Number(log_seq), collector_id };
}

export async function readConflicts(warehouse: Warehouse, page: Page): Promise<PageJson> {
  const rows = await readPage(
    warehouse,
    page,
    'select record, brand_id, id, payload, epoch_ms(received_at) as received_ms, collector_id, log_seq from conflicts',
  );
  return cut(rows, page.limit, 'conflicts', ({ record, brand_id, id, payload }) => ({
    record,
    brand_id,
    id,
    payload: JSON.parse(payload as string),
  }));
}

export async function readDeadLetters(
  warehouse: Warehouse,
  page: Page & { state: 'open' | 'replayed' | undefined },
): Promise<PageJson> {
  const replayed =
    page.state === undefined ? '' : `having count_where(state = 'replayed') ${page.state === 'open' ? '= 0' : '> 0'}`;
  const rows = await readPage(
    warehouse,
    page,
    `select dead_letter_id, min(brand_id) as brand_id, min(record) as record, min(payload) as payload, min(reason) as reason, count_where(state = 'replayed') as replays,
       min(epoch_ms(received_at)) as received_ms, min(collector_id) as collector_id, min(log_seq) as log_seq
     from dead_letters group by dead_letter_id ${replayed}`,
  );
  return cut(rows, page.limit, 'dead_letters', ({ dead_letter_id, record, brand_id, payload, reason, replays }) => ({
    dead_letter_id,
    record,
    brand_id,
    state: Number(replays) > 0 ? 'replayed' : 'open',
    reason,
    payload: sentFields(record as RecordName, JSON.parse(payload as string)),
  }));
}

function readPage(warehouse: Warehouse, page: Page, from: string): Promise<Row[]> {
  const conditions = ['1 = 1'];
  const parameters: Record<string, string | number> = {};
  if (page.brand_id !== null) {
    conditions.push('p.brand_id = $brand_id');
    parameters['brand_id'] = page.brand_id;
  }
  if (page.after !== undefined) {
    conditions.push('(p.log_seq > $seq or (p.log_seq = $seq and p.collector_id > $collector_id))');
    parameters['seq'] = page.after.log_seq;
    parameters['collector_id'] = page.after.collector_id;
  }
  return warehouse.read(
    async (snapshot) => {
      const rows = await snapshot.query(
        `select p.* from (${from}) p where ${conditions.join(' and ')} order by p.log_seq, p.collector_id limit ${page.limit + 1}`,
        parameters,
      );
      if (rows.length === 0) await page.checkEmpty?.(snapshot);
      return rows;
    },
    { signal: page.signal, owner: page.owner },
  );
}

function cut(rows: readonly Row[], limit: number, name: string, show: (row: Row) => Record<string, unknown>): PageJson {
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    [name]: shown.map((row) => ({
      ...show(row),
      received_at: formatInstant(Number(row['received_ms'])),
      log_seq: Number(row['log_seq']),
      collector_id: row['collector_id'],
    })),
    next: last === undefined ? null : `${last['log_seq']}:${last['collector_id']}`,
  };
}
