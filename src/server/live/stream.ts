/** One open stream of server-sent events (HTML standard, 9.2). It never holds more than the socket takes. */
import type { ServerResponse } from 'node:http';
import { formatPosition, type Position } from '../../warehouse/position.ts';
import type { LiveBatch, LiveCount, LiveEvent } from './events.ts';

/** Events of one message; the others are counted. A batch is a second. */
const MOST_EVENTS = 20;
const HEARTBEAT_MS = 15_000;
const RECONNECT_MS = 3_000;
/** A client that takes nothing for this long is cut off. */
const STALL_MS = 30_000;

type Count = Omit<LiveCount, 'brand_id'>;

export class LiveStream {
  private readonly heartbeat: NodeJS.Timeout;
  private stalled: NodeJS.Timeout | undefined;
  /** Events that could not be told while the client took nothing. */
  private untold = 0;

  /** @param sees the brand, null for all; and if ids of orders are told. */
  constructor(
    private readonly response: ServerResponse,
    private readonly sees: { brand_id: string | null; with_orders: boolean },
    headers: Record<string, string>,
  ) {
    response.writeHead(200, {
      ...headers,
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      // Proxies such as nginx would keep the events until their buffer is full.
      'x-accel-buffering': 'no',
      // A stream that ended leaves no idle connection, for which a server that stops would wait.
      connection: 'close',
    });
    this.heartbeat = setInterval(() => this.write(': still here\n\n'), HEARTBEAT_MS).unref();
    response.once('close', () => this.clear());
    response.on('drain', () => {
      clearTimeout(this.stalled);
      this.stalled = undefined;
    });
  }

  start(position: Position, is_resumed: boolean): void {
    this.write(`retry: ${RECONNECT_MS}\n`);
    this.message('start', { resumed: is_resumed }, position);
  }

  /** Tells what the brand of the key had of a batch. */
  tell({ position, events, counts }: LiveBatch): void {
    const isOwn = (row: { brand_id: string }): boolean =>
      this.sees.brand_id === null || row.brand_id === this.sees.brand_id;
    const own_counts = byKind(counts.filter(isOwn));
    const all = own_counts.reduce((sum, { n }) => sum + n, 0);
    if (all === 0) return;
    if (this.response.writableNeedDrain) {
      this.untold += all;
      return;
    }
    const shown: LiveEvent[] = events
      .filter(isOwn)
      .slice(-MOST_EVENTS)
      .map((event) => (this.sees.with_orders ? event : { ...event, conversion_id: null }));
    const untold = this.untold;
    this.untold = 0;
    this.message('events', { events: shown, counts: own_counts, left_out: all - shown.length, untold }, position);
  }

  /** Ends the stream, and says why. The client need not come back. */
  end(reason: 'signed_out' | 'closing'): void {
    this.message('end', { reason });
    this.response.end();
    this.clear();
  }

  private message(event: string, data: object, position?: Position): void {
    const id = position === undefined ? '' : `id: ${formatPosition(position)}\n`;
    this.write(`${id}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  private write(text: string): void {
    if (this.response.destroyed || this.response.writableEnded) return;
    if (this.response.write(text)) return;
    this.stalled ??= setTimeout(() => this.response.destroy(), STALL_MS).unref();
  }

  private clear(): void {
    clearInterval(this.heartbeat);
    clearTimeout(this.stalled);
  }
}

/** Counts of all brands together. */
function byKind(counts: readonly LiveCount[]): Count[] {
  const sums = new Map<string, Count>();
  for (const { kind, by, n } of counts) {
    const name = `${kind} ${by ?? ''}`;
    sums.set(name, { kind, by, n: (sums.get(name)?.n ?? 0) + n });
  }
  return [...sums.values()].sort((a, b) => b.n - a.n || (a.kind < b.kind ? -1 : 1));
}
