/** The part `http`: requests of every kind to a real server. */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Random } from '../../src/domain/random.ts';
import { ClickHouseServer } from '../support/clickhouse.ts';
import { callsOf } from './calls.ts';
import { type Ending, exchange } from './connection.ts';
import { PERSONAL } from './hostile.ts';
import { wrongWith } from './judge.ts';
import {
  causeOf,
  counted,
  emptyResult,
  MANY_FINDINGS,
  MAX_DELAY_MS,
  MAX_RSS_MB,
  type PartResult,
  type Plan,
} from './part.ts';
import { bytesOf, type Known, type Request, requestOf } from './requests.ts';
import { FuzzedServer, KEYS } from './server.ts';
import { shrink } from './shrink.ts';

const PART = 'http';
const TOGETHER = 400;
const LANES = 24;
/** A flush each time this many inputs were sent, so that loading is never far behind. */
const FLUSH_EVERY = 20_000;
const SHOWN = 4_000;
const PAUSE_MS = 1_000;

export async function fuzzHttp(plan: Plan): Promise<PartResult> {
  const engine = plan.engine === 'clickhouse' ? await ClickHouseServer.start() : undefined;
  const warehouse = engine && `clickhouse://default@${new URL(engine.url).host}/fuzz`;
  const secrets = Object.values(KEYS);
  const server = await FuzzedServer.start([...secrets, ...PERSONAL], warehouse);
  try {
    const run = new HttpRun(plan, server, await knownOf(server));
    return await run.all();
  } finally {
    await server.stop();
    await engine?.stop();
  }
}

async function knownOf(server: FuzzedServer): Promise<Known> {
  const calls = callsOf(await (await fetch(`${server.address}/openapi.json`)).text());
  const made = await server.call('POST', '/v1/keys', { name: 'one brand', scope: 'admin', brand_id: 'shop-eu' });
  const page = await server.call('POST', '/v1/keys', { name: 'page', scope: 'page', brand_id: 'shop-eu' });
  const run = await server.call('POST', '/v1/runs', { model: 'linear' });
  const ids = {
    run_id: [run.run_id ?? run.run?.run_id ?? 'run'],
    customer_id: ['customer-1'],
    conversion_id: ['conversion-1'],
  };
  return { calls, keys: [...Object.values(KEYS), made.key, page.key], page_key: KEYS.TRIBUTARY_PAGE_KEY, ids };
}

class HttpRun {
  private salt = 0;
  private accepted = 0;
  private readonly causes = new Set<string>();
  private readonly result = emptyResult(PART);

  constructor(
    private readonly plan: Plan,
    private readonly server: FuzzedServer,
    private readonly known: Known,
  ) {}

  async all(): Promise<PartResult> {
    const { result, plan, server } = this;
    const began = performance.now();
    try {
      for (let from = plan.from; from < plan.inputs && !this.over; from += TOGETHER) {
        await this.batch(from, Math.min(TOGETHER, plan.inputs - from));
        if ((from / TOGETHER) % (FLUSH_EVERY / TOGETHER) === 0) await server.flush();
      }
      result.seconds = (performance.now() - began) / 1_000;
      await this.finish();
    } catch (error) {
      if (server.ended === undefined) throw error;
      this.found(
        plan.from + result.inputs,
        `${server.ended}: ${server.tail}`,
        `one of ${TOGETHER} inputs from that number on`,
      );
    }
    return result;
  }

  private get over(): boolean {
    return this.result.findings.length >= MANY_FINDINGS || this.plan.stop.aborted;
  }

  private async send(requests: readonly Request[], lanes: number): Promise<Ending[]> {
    this.salt += 1;
    const endings = await exchange(this.server.address, requests, this.salt.toString(16).padStart(8, '0'), lanes);
    for (const ending of endings)
      if (typeof ending === 'object' && ending.status === 202) this.accepted += JSON.parse(ending.body).accepted;
    return endings;
  }

  private async batch(from: number, many: number): Promise<void> {
    const { plan, known, result, server } = this;
    const requests = Array.from({ length: many }, (_, i) =>
      requestOf(new Random(plan.seed, PART, from + i), known, from + i),
    );
    await server.ask('start');
    const endings = await this.send(requests, LANES);
    const { max_ms } = await server.ask('tell');
    for (let i = 0; i < many; i++) {
      const ending = endings[i]!;
      counted(result.counts, typeof ending === 'object' ? ending.status : ending);
      const problem = wrongWith(requests[i]!, ending, known.keys);
      if (problem !== undefined) await this.tell(from + i, requests[i]!, problem);
    }
    if (server.leaked !== undefined && !this.causes.has('leak')) {
      this.causes.add('leak');
      this.found(from, `the log holds ${server.leaked}: ${server.tail}`, `one of ${many} inputs from that number on`);
    }
    result.inputs += many;
    if (max_ms > MAX_DELAY_MS) await this.late(from, requests);
    else result.max_delay_ms = Math.max(result.max_delay_ms, max_ms);
  }

  /** The delay of requests that are sent over some connections, until what they sent is loaded. */
  private async delayOf(requests: readonly Request[], lanes = 1): Promise<number> {
    await this.server.ask('start');
    const endings = await this.send(requests, lanes);
    if (endings.some((ending) => typeof ending === 'object' && ending.status === 202)) await this.server.flush();
    return (await this.server.ask('tell')).max_ms;
  }

  /** The delay of one request that is sent alone; the least of some tries. */
  private async leastDelay(request: Request, tries = 3): Promise<number> {
    let least = Number.POSITIVE_INFINITY;
    for (let left = tries; left > 0 && least > MAX_DELAY_MS && !this.plan.stop.aborted; left--)
      least = Math.min(least, await this.delayOf([request]));
    return least;
  }

  /** Some inputs were slow together: finds those that are slow alone, if there are any. */
  private async late(from: number, requests: readonly Request[]): Promise<void> {
    const { result } = this;
    this.plan.progress?.(`${PART}: inputs from ${from} on were late and are sent again`);
    // Mostly the machine was busy: then they are in time when they are sent together again.
    const again = await this.delayOf(requests, LANES);
    if (again <= MAX_DELAY_MS) {
      result.max_delay_ms = Math.max(result.max_delay_ms, again);
      return;
    }
    for (const [i, request] of requests.entries()) {
      if (this.over) return;
      const cause = `late ${request.method} ${request.target.split(/[?/]/).slice(0, 4).join('/')}`;
      if (this.causes.has(cause)) continue;
      let delay = await this.leastDelay(request);
      if (delay > MAX_DELAY_MS) {
        // A machine that is busy for seconds shows the same, so it is asked again later.
        await sleep(PAUSE_MS);
        delay = Math.min(delay, await this.leastDelay(request));
      }
      result.max_delay_ms = Math.max(result.max_delay_ms, delay);
      if (delay <= MAX_DELAY_MS) continue;
      this.causes.add(cause);
      const least = await shrink(request, async (smaller) => (await this.leastDelay(smaller)) > MAX_DELAY_MS, 30);
      this.found(from + i, `the event loop was late by ${delay.toFixed(0)} ms`, shown(least));
    }
  }

  private async tell(number: number, request: Request, problem: string): Promise<void> {
    const cause = causeOf(problem);
    if (this.causes.has(cause)) return;
    this.causes.add(cause);
    const least = await shrink(request, async (smaller) => {
      const again = wrongWith(smaller, (await this.send([smaller], 1))[0]!, this.known.keys);
      return again !== undefined && causeOf(again) === cause;
    });
    const log = problem.includes('500') ? ` (log: ${this.server.tail})` : '';
    this.found(number, problem + log, shown(least));
  }

  private found(number: number, problem: string, input: string): void {
    this.result.findings.push({ part: PART, number, problem, input });
    this.plan.progress?.(`${PART}: number ${number}: ${problem}: ${input}`);
  }

  /** At the end: everything accepted is counted, nothing is wrong with the data, and the memory is bounded. */
  private async finish(): Promise<void> {
    const { server, result, plan } = this;
    await server.flush();
    const doctor = await server.call('GET', '/v1/doctor');
    // Repeats of ids with other content are a part of the inputs, and the doctor rightly names them.
    const problems = (doctor.problems as string[]).filter((problem) => !problem.includes('conflicts in the last hour'));
    if (problems.length > 0) this.found(plan.inputs, `doctor: ${problems.join('; ')}`, 'all inputs');
    const { lag_records, durable_log_seq, loader } = doctor.collector;
    const records = this.known.calls
      .filter(({ tag }) => tag === 'collect')
      .map(({ path }) => path.slice('/v1/'.length));
    const rows = (doctor.warehouse.tables as { table: string; rows: number }[])
      .filter(({ table }) => records.includes(table))
      .reduce((sum, table) => sum + table.rows, 0);
    if (lag_records > 0) this.found(plan.inputs, `${lag_records} records are not loaded after a flush`, 'all inputs');
    // Of a client that went before its answer, more may be accepted than the answers say.
    if (durable_log_seq < this.accepted)
      this.found(
        plan.inputs,
        `${this.accepted} records were accepted, and the log has ${durable_log_seq}`,
        'all inputs',
      );
    const known = rows + loader.duplicates + loader.conflicts + (loader.dead_letters ?? 0);
    // A claim of a page that a server contradicts is a row and a conflict, so there may be more.
    if (known < durable_log_seq)
      this.found(
        plan.inputs,
        `the log has ${durable_log_seq} records, and ${known} are accounted for: ${rows} rows, ${JSON.stringify(loader)}`,
        'all inputs',
      );
    result.counts['records'] = durable_log_seq;
    const { rss_bytes, heap_bytes } = await server.ask('collect');
    result.rss_mb = rss_bytes / 1e6;
    result.heap_mb = heap_bytes / 1e6;
    if (result.rss_mb > MAX_RSS_MB)
      this.found(plan.inputs, `the server takes ${result.rss_mb.toFixed(0)} MB`, 'all inputs');
  }
}

function shown(request: Request): string {
  const text = JSON.stringify(bytesOf(request, '00000001').toString('latin1'));
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}… (${text.length} characters)` : text;
}
