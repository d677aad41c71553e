/** Single events, one after the other at a fixed pace, and how long each one waited for its 202. */
import { performance } from 'node:perf_hooks';
import type { Clients } from './clients.ts';
import type { Server } from './server.ts';

/** What a quiet machine keeps. The check allows ten times that, because the machine may be busy. */
export const P99_MS = 100;
const ALLOWED_P99_MS = 10 * P99_MS;
const EVERY_MS = 20;

export interface Waits {
  events: number;
  p99_ms: number;
  slowest_ms: number;
  note: string;
  problems: string[];
}

/** Sends events whatever becomes of those before, until it is stopped. Every one has to be accepted, and soon. */
export function trickle(clients: Clients, server: Server): { stop(): Promise<Waits> } {
  const refused = clients.refused_records;
  const waits_ms: number[] = [];
  const open = new Set<Promise<unknown>>();
  let n = 0;
  const timer = setInterval(() => {
    const started = performance.now();
    const sent = clients.next(`single-${n++}`, 1, n % 2 === 0);
    const answer = clients.send(server, sent).then(() => waits_ms.push(performance.now() - started));
    open.add(answer);
    answer.finally(() => open.delete(answer));
  }, EVERY_MS);
  return {
    stop: async () => {
      clearInterval(timer);
      await Promise.all(open);
      waits_ms.sort((a, b) => a - b);
      const p99_ms = waits_ms[Math.floor(waits_ms.length * 0.99)] ?? Number.POSITIVE_INFINITY;
      const slowest_ms = waits_ms.at(-1) ?? Number.POSITIVE_INFINITY;
      const problems = [];
      if (p99_ms > ALLOWED_P99_MS) problems.push(`the p99 of a 202 was ${p99_ms.toFixed(0)} ms`);
      if (clients.refused_records > refused) problems.push(`${clients.refused_records - refused} events were refused`);
      const note = `p99 of a 202 ${p99_ms.toFixed(0)} ms, the slowest of ${waits_ms.length} ${slowest_ms.toFixed(0)} ms`;
      return { events: waits_ms.length, p99_ms, slowest_ms, note, problems };
    },
  };
}
