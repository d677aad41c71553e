/** From the 202 of an event to the first report that counts it, at rest and beside a stream of other events. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../src/domain/random.ts';
import { EventStream } from './event-stream.ts';
import { LiveServer, withCopy } from './live-server.ts';
import { quantile, save, show, showRatio } from './report.ts';
import type { BenchWorld } from './world.ts';

const EVENTS_PER_SECOND = 1_000;
/** Probes come at random times, so that they do not follow the rhythm of the loader. */
const PAUSE_MS = [0, 200] as const;
/** A probe that no report counts after this time ends the bench. */
const LIMIT_MS = 60_000;
/** A day that the world does not reach: all of its orders are probes. */
const QUESTION = { start: '2026-01-10', end: '2026-01-11', models: 'linear', group_by: 'channel' };

interface Seen {
  visible_ms: number[];
  /** The times of the reports that were asked meanwhile, because the last of them is part of each figure. */
  report_ms: number[];
}

export async function benchVisible(folder: string, world: BenchWorld, seconds: number): Promise<void> {
  console.log(
    `visible: from the 202 of an order to the first report that counts it, ${world.touchpoints} touchpoints, ${seconds} s each`,
  );
  await withCopy(folder, world, async (data) => {
    const server = await LiveServer.start(data);
    try {
      const prober = new Prober(server);
      await prober.run(Math.min(5, seconds / 2)); // warms up
      const at_rest = await prober.run(seconds);
      tell('at rest', at_rest);
      const stream = new EventStream(server, world, EVENTS_PER_SECOND);
      const beside_events = await prober.run(seconds);
      await stream.stop();
      tell(`beside ${EVENTS_PER_SECOND} events a second`, beside_events);
      show('other events accepted, and refused', `${stream.accepted}, ${stream.refused}`);
      save(
        'visible',
        { world, seconds, events_per_second: EVENTS_PER_SECOND, question: QUESTION },
        { at_rest, beside_events },
      );
    } finally {
      await server.stop();
    }
  });
}

function tell(state: string, { visible_ms, report_ms }: Seen): void {
  const [p50, report_p50] = [visible_ms, report_ms].map((times) => quantile(times, 0.5).toFixed(0));
  show(
    `${state}: p50 of ${visible_ms.length} orders`,
    `${p50} ms (p50 of the reports asked meanwhile: ${report_p50} ms)`,
  );
  showRatio(`${state}: p99, ms`, quantile(visible_ms, 0.99), { at_most: 500 });
}

class Prober {
  private readonly random = new Random(12, 'visible');
  private readonly run_id = randomBytes(4).toString('hex');
  private sent = 0;

  constructor(private readonly server: LiveServer) {}

  async run(seconds: number): Promise<Seen> {
    const seen: Seen = { visible_ms: [], report_ms: [] };
    const until = performance.now() + seconds * 1_000;
    while (performance.now() < until) {
      await this.sendOrder();
      const accepted = performance.now();
      for (;;) {
        const { ms, text } = await this.server.report(QUESTION);
        seen.report_ms.push(ms);
        const elapsed = performance.now() - accepted;
        if (ordersIn(text) >= this.sent) {
          seen.visible_ms.push(elapsed);
          break;
        }
        if (elapsed > LIMIT_MS) throw new Error(`no report counted the order after ${LIMIT_MS / 1_000} s`);
      }
      await sleep(this.random.between(...PAUSE_MS));
    }
    return seen;
  }

  private async sendOrder(): Promise<void> {
    this.sent += 1;
    const id = `probe-${this.run_id}-${this.sent}`;
    const order = {
      conversion_id: id,
      customer_id: id,
      conversion_type: 'purchase',
      conversion_value: '10.00',
      currency: 'USD',
    };
    await this.server.send('/v1/conversions', [{ ...order, occurred_at: '2026-01-10T12:00:00Z' }]);
  }
}

function ordersIn(report: string): number {
  return JSON.parse(report).models.linear.summary.total_conversions;
}
