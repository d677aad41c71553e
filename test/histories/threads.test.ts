/** Passes in threads: any split of the people gives the same sums, and whatever becomes of a thread, the answer is the same. */
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { RULE_MODEL_NAMES } from '../../src/attribution/models.ts';
import type { Asked } from '../../src/histories/asked.ts';
import { extendHistories } from '../../src/histories/extend.ts';
import { type Histories, type Touchpoints, viewOf } from '../../src/histories/histories.ts';
import { Pass } from '../../src/histories/pass.ts';
import { PassThreads } from '../../src/histories/threads/pass-threads.ts';
import type { ThreadPart } from '../../src/histories/threads/question.ts';
import { Decays, ruleModel } from '../../src/histories/weights.ts';
import { attributionReport } from '../../src/reports/attribution.ts';
import { Cancellation } from '../../src/reports/cancellation.ts';
import type { ReportContext } from '../../src/reports/context.ts';
import { journeysReport } from '../../src/reports/journeys.ts';
import { lifetimeValueReport } from '../../src/reports/lifetime/lifetime-value.ts';
import { pathsReport } from '../../src/reports/paths/report.ts';
import { synergiesReport } from '../../src/reports/synergies/synergies.ts';
import { currentPosition } from '../../src/warehouse/position.ts';
import { optionsArbitrary, worlds } from '../reference/worlds.ts';
import { askBoth, askReportBoth, filled } from '../support/both-ways.ts';
import { Engine, type WireEvent } from '../support/engine.ts';
import { ALL_BRANDS, order, touch } from '../support/events.ts';
import { runsOf, SMALL_BATCH } from '../support/tier.ts';
import { at, MARCH } from '../support/time.ts';
import { eventsOf, parametersOf, settingsOf } from '../support/worlds.ts';

const RUNS = runsOf('TRIBUTARY_SPLIT_RUNS', 2, 12);

/** Splits the people of each pass as told, and gives the parts as a thread would, in another order. */
class Split extends PassThreads {
  /** @param parts the number of the part of each person, again and again. */
  constructor(private readonly parts: readonly number[]) {
    super();
  }

  override async run(touchpoints: Touchpoints, asked: Asked): Promise<ThreadPart[]> {
    const found: ThreadPart[] = [];
    for (const part of new Set(this.parts)) {
      const people = Uint32Array.from({ length: asked.orders.persons }, (_, person) => person);
      let own: Uint32Array | null = people
        .filter((person) => this.parts[person % this.parts.length] === part)
        .reverse();
      const decays = new Decays();
      const models = asked.plan.models.map(({ name }) => ruleModel(name, asked.plan, decays)!);
      const pass = new Pass(touchpoints, asked, models);
      await pass.run({
        take: () => {
          const taken = own;
          own = null;
          return taken;
        },
      });
      found.push(structuredClone({ part: pass.part(), open_decays: [...decays.open] }));
    }
    return found;
  }
}

describe('a pass in threads', () => {
  test('any split of the people gives the same answer', async () => {
    const parts = fc.array(fc.nat(4), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(worlds(), optionsArbitrary, parts, async (world, options, split) => {
        const engine = await Engine.open();
        try {
          for (const [brand_id, own] of Object.entries(options.settings ?? {}))
            engine.settings.set(brand_id, settingsOf(own));
          await engine.load(eventsOf(world), SMALL_BATCH);
          engine.reports.threads = new Split(split);
          const histories = await filled(engine.reports);
          const asked = parametersOf(options, RULE_MODEL_NAMES);
          expect(await askBoth(engine.reports, asked, histories)).toMatchObject({ in_sql: false });
          const { models: _models, ...others } = asked;
          await askReportBoth(journeysReport, engine.reports, others, histories);
        } finally {
          await engine.close();
        }
      }),
      { numRuns: RUNS, ...(process.env['FC_SEED'] ? { seed: Number(process.env['FC_SEED']) } : {}) },
    );
  });

  test('paths, synergies and lifetime value of random worlds are those of the query, also of people with many conversions', async () => {
    const limits = fc.record({
      most: fc.integer({ min: 2, max: 6 }),
      least: fc.integer({ min: 1, max: 2 }),
      of_person: fc.integer({ min: 2, max: 12 }),
      pairs: fc.constant(1_000),
    });
    const threads = new PassThreads({ least_orders: 0 });
    try {
      await fc.assert(
        fc.asyncProperty(worlds(), optionsArbitrary, limits, async (world, options, candidate_limits) => {
          const engine = await Engine.open();
          try {
            for (const [brand_id, own] of Object.entries(options.settings ?? {}))
              engine.settings.set(brand_id, settingsOf(own));
            await engine.load(eventsOf(world), SMALL_BATCH);
            Object.assign(engine.reports, { threads, candidate_limits });
            const histories = await filled(engine.reports);
            const { models: _models, filter: _filter, ...asked } = parametersOf(options, []);
            for (const run of [pathsReport, synergiesReport, lifetimeValueReport] as const)
              expect(await askReportBoth(run, engine.reports, asked as object, histories)).toMatchObject({
                in_sql: false,
              });
          } finally {
            await engine.close();
          }
        }),
        { numRuns: RUNS, ...(process.env['FC_SEED'] ? { seed: Number(process.env['FC_SEED']) } : {}) },
      );
    } finally {
      await threads.close();
    }
  });

  const CUSTOMERS = 200;
  const QUESTION = { ...MARCH, group_by: 'channel,campaign_id', models: RULE_MODEL_NAMES.join(',') };
  /** Touchpoints of all customers at the same few instants, so that ties decide their order. */
  const round = (name: string): WireEvent[] =>
    Array.from({ length: CUSTOMERS }, (_, i) => ({
      record: 'touchpoints',
      event: touch(`${(i * 7919) % 1_000} ${name}`, i % 3 === 0 ? 'website_visit' : 'email_click', at(3 + (i % 4)), {
        customer_id: `c${i % 50}`,
        campaign_id: `${name} ${i % 7}`,
      }),
    }));
  const ORDERS: WireEvent[] = Array.from({ length: CUSTOMERS }, (_, i) => ({
    record: 'conversions',
    event: order(`o${i}`, `${i}.37`, at(9), { customer_id: `c${i % 50}` }),
  }));

  const opened = (async () => {
    const engine = await Engine.open();
    await engine.load([...round('first'), ...ORDERS]);
    return { engine, as_of: engine.as_of('main'), histories: (await filled(engine.reports))! };
  })();
  afterAll(async () => (await opened).engine.close());

  const ask = async (context: Partial<ReportContext>, parameters = {}): Promise<string> => {
    const { engine, as_of, histories } = await opened;
    const asked = { ...QUESTION, as_of, ...parameters };
    const report = await attributionReport(
      { ...engine.reports, histories: async () => viewOf(histories), ...context },
      asked,
      ALL_BRANDS,
    );
    return JSON.stringify({ ...report, generated_at: '' });
  };

  /** Asks with threads of its own. */
  async function withThreads<T>(
    options: ConstructorParameters<typeof PassThreads>[0],
    work: (threads: PassThreads) => Promise<T>,
  ): Promise<T> {
    const threads = new PassThreads({ least_orders: 0, threads: 2, ...options });
    try {
      return await work(threads);
    } finally {
      await threads.close();
    }
  }

  test('several questions at once have the answers that they have alone, and rows may be added meanwhile', async () => {
    const { engine, histories } = await opened;
    const questions = [{}, { group_by: 'day,channel' }, { group_by: 'channel', collapse: 'none' }] as const;
    const alone = await Promise.all(questions.map((own) => ask({ threads: new Split([0]) }, own)));
    const growing: Histories = viewOf(histories);
    await withThreads({}, async (threads) => {
      let is_over = false;
      const reading = (async () => {
        let answers = 0;
        for (; !is_over || answers < 3; answers++) {
          const context = { threads, histories: async () => viewOf(growing) };
          expect(await Promise.all(questions.map((own) => ask(context, own)))).toEqual(alone);
        }
      })();
      for (let i = 0; i < 8; i++) {
        await engine.load(round(`later ${i}`));
        await engine.warehouse.read(async (snapshot) =>
          expect(await extendHistories(growing, snapshot, await currentPosition(snapshot))).toBe(true),
        );
      }
      is_over = true;
      await reading;
      expect(threads.passes).toBeGreaterThanOrEqual(questions.length * 3);
    });
  });

  test('the event loop makes the pass of a thread that dies, and of threads that were ended', async () => {
    const alone = await ask({ threads: new Split([0]) });
    const failures: unknown[] = [];
    await withThreads({ max_memory_mib: 1, onError: (error) => failures.push(error) }, async (threads) => {
      expect(await ask({ threads })).toBe(alone);
      expect(await ask({ threads })).toBe(alone);
      expect(threads.passes).toBe(0);
    });
    expect(failures).toEqual([
      expect.objectContaining({ message: expect.stringContaining('the event loop makes its pass') }),
      expect.objectContaining({ message: expect.stringContaining('the event loop makes its pass') }),
    ]);
    await withThreads({}, async (threads) => {
      expect(await ask({ threads })).toBe(alone);
      await threads.close();
      expect(await ask({ threads })).toBe(alone);
      expect(threads.passes).toBe(1);
    });
  });

  test('a client that goes away ends the work, and the threads answer the next one', async () => {
    await withThreads({}, async (threads) => {
      const cancellation = new Cancellation();
      const leaving = Object.assign(Object.create(threads) as PassThreads, {
        run: ((...asked) => {
          const running = threads.run(...asked);
          cancellation.leave();
          return running;
        }) as PassThreads['run'],
      });
      await expect(ask({ threads: leaving, cancellation })).rejects.toMatchObject({ code: 'cancelled' });
      expect(threads.passes).toBe(0);
      await ask({ threads });
      expect(threads.passes).toBe(1);
    });
  });

  test('paths are found in threads, and are those that the event loop finds', async () => {
    const { engine, as_of, histories } = await opened;
    const paths = async (threads: PassThreads): Promise<string> => {
      const own = { ...engine.reports, threads, histories: async () => viewOf(histories) };
      const reports = [];
      for (const run of [pathsReport, synergiesReport])
        reports.push({ ...(await run(own, { ...MARCH, as_of, by: 'campaign_id' }, ALL_BRANDS)), generated_at: '' });
      return JSON.stringify(reports);
    };
    await withThreads({}, async (threads) => {
      const found = await paths(threads);
      // One pass for the credit, and two for the paths of each report: of orders, and of people without one.
      expect(threads.passes).toBe(5);
      await threads.close();
      expect(found).toBe(await paths(threads));
      expect(threads.passes).toBe(5);
    });
  });

  test('small questions stay on the event loop', async () => {
    await withThreads({ least_orders: CUSTOMERS + 1 }, async (threads) => {
      await ask({ threads });
      expect(threads.passes).toBe(0);
    });
  });
});
