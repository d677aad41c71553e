/** The queue of clicks and opens: what is taken is written once and in order, it has a bound, and a failing disk costs only events. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TouchpointInput } from '../../src/domain/touchpoint.ts';
import type { Envelope } from '../../src/log/envelope.ts';
import { EventQueue } from '../../src/server/event-queue.ts';
import { LinkCounts } from '../../src/server/link-metrics.ts';
import { runsOf } from '../support/tier.ts';

const event = (n: number): TouchpointInput => ({ touchpoint_id: `click_${n}` }) as TouchpointInput;

/** A queue before a collector that a test directs. */
function queueOf(accept: (ids: string[]) => Promise<void> = async () => undefined, max_items = 1_000) {
  const counts = new LinkCounts();
  const written: string[][] = [];
  const errors: unknown[] = [];
  let accepted = 0;
  const collector = {
    accept: async ({ drafts }: Envelope) => {
      const ids = drafts.map(({ input }) => (input as TouchpointInput).touchpoint_id!);
      await accept(ids);
      written.push(ids);
      return { accepted: ids.length, ids, rejected: [] };
    },
  };
  const told = (answer: { accepted: number }): void => {
    accepted += answer.accepted;
  };
  const queue = new EventQueue(collector, counts, told, max_items, (error) => errors.push(error));
  return { queue, counts, written, errors, accepted: () => accepted };
}

describe('the queue of clicks', () => {
  test('writes the events of a moment together and in order', async () => {
    const { queue, written } = queueOf();
    for (let n = 0; n < 5; n++) queue.add(event(n));
    expect(written).toEqual([]);
    await expect.poll(() => written).toEqual([['click_0', 'click_1', 'click_2', 'click_3', 'click_4']]);
  });

  test('a flush waits for what was taken before it, not for what comes later', async () => {
    const { queue, written } = queueOf(async (ids) => {
      // The next event is taken while this one is written.
      if (ids[0] === 'click_0') queue.add(event(1));
    });
    queue.add(event(0));
    await queue.flush();
    expect(written).toEqual([['click_0']]);
    await queue.flush();
    expect(written).toEqual([['click_0'], ['click_1']]);
  });

  test('has a bound: while the disk does not answer, 20,000 events wait, and more are lost and counted', async () => {
    let free: () => void = () => undefined;
    const answers = new Promise<void>((resolve) => {
      free = resolve;
    });
    const { queue, counts, written, accepted } = queueOf(() => answers);
    for (let n = 0; n < 20_007; n++) queue.add(event(n));
    expect(counts.lost).toBe(7);
    free();
    await queue.flush();
    expect([written.flat().length, accepted(), counts.lost]).toEqual([20_000, 20_000, 7]);
    expect(Math.max(...written.map(({ length }) => length))).toBe(1_000);
    queue.add(event(20_007));
    await queue.flush();
    expect(written.at(-1)).toEqual(['click_20007']);
  });

  test('tells of the first of several failures, and goes on when the disk does', async () => {
    let fails = true;
    const { queue, counts, written, errors } = queueOf(async () => {
      if (fails) throw new Error('full');
    });
    for (let n = 0; n < 3; n++) {
      queue.add(event(n));
      await queue.flush();
    }
    expect([counts.lost, errors.length]).toEqual([3, 1]);
    fails = false;
    queue.add(event(3));
    await queue.flush();
    expect([written, counts.lost]).toEqual([[['click_3']], 3]);
  });

  test('each event is written once and in order, or counted as lost, whatever fails and whenever a flush comes', async () => {
    const steps = fc.array(
      fc.oneof(
        { weight: 6, arbitrary: fc.record({ adds: fc.integer({ min: 1, max: 9 }) }) },
        fc.constantFrom('flush' as const, 'turn' as const, 'fail' as const),
      ),
      { maxLength: 30 },
    );
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 7 }), async (plan, max_items) => {
        let failures = 0;
        const failed: string[] = [];
        const { queue, counts, written } = queueOf(async (ids) => {
          await new Promise(setImmediate);
          if (failures === 0) return;
          failures -= 1;
          failed.push(...ids);
          throw new Error('full');
        }, max_items);
        let taken = 0;
        const flushes: Promise<void>[] = [];
        for (const step of plan) {
          if (step === 'flush') flushes.push(queue.flush());
          else if (step === 'turn') await new Promise(setImmediate);
          else if (step === 'fail') failures += 1;
          else for (let i = 0; i < step.adds; i++) queue.add(event(taken++));
        }
        await queue.flush();
        await Promise.all(flushes);
        const all = Array.from({ length: taken }, (_, n) => `click_${n}`);
        expect([...written.flat(), ...failed].sort()).toEqual([...all].sort());
        expect(counts.lost).toBe(failed.length);
        expect(written.flat()).toEqual(all.filter((id) => !failed.includes(id)));
        expect(written.every(({ length }) => length <= max_items)).toBe(true);
      }),
      { numRuns: runsOf('TRIBUTARY_QUEUES', 30, 500) },
    );
  });
});
