/** Answers that are kept are never old: a new event, another setting or another question is another key. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeConfig } from '../../src/config.ts';
import { Type } from '../../src/domain/typebox.ts';
import { AnswerCache, answerOnce } from '../../src/reports/answers.ts';
import { attributionReport } from '../../src/reports/attribution.ts';
import { campaignReport } from '../../src/reports/campaign.ts';
import type { ReportContext, ReportJson } from '../../src/reports/context.ts';
import { defineReport } from '../../src/reports/declare.ts';
import { journeysReport } from '../../src/reports/journeys.ts';
import { resolveParameters } from '../../src/reports/resolve.ts';
import { ALL_BRANDS, order, touch } from '../support/events.ts';
import { type Json, withShop } from '../support/shop.ts';
import { runsOf } from '../support/tier.ts';
import { at, MARCH } from '../support/time.ts';

/** Everything that is kept, asked once each. */
async function ask(context: ReportContext): Promise<ReportJson[]> {
  return [
    await attributionReport(context, { ...MARCH, model: 'linear' }, ALL_BRANDS),
    await attributionReport(context, { ...MARCH, models: 'linear' }, ALL_BRANDS),
    await attributionReport(context, { ...MARCH, model: 'time_decay', group_by: 'channel' }, ALL_BRANDS),
    await journeysReport(context, MARCH, ALL_BRANDS),
    await campaignReport(context, 'spring', MARCH, ALL_BRANDS),
  ];
}

const fresh = (context: ReportContext): ReportContext => ({ ...context, answers: new AnswerCache() });

test('the same question on the same log is answered once, and looks newly made', async () => {
  await withShop({}, async (shop) => {
    await shop.send('touchpoints', touch('t1', 'email_click', at(2), { campaign_id: 'spring' }));
    await shop.send('conversions', order('c1', '10', at(3)));
    const context = fresh(shop.reports);
    const first = await ask(context);
    expect(context.answers!.hits).toBe(0);
    const later: ReportContext = { ...context, clock: () => context.clock() + 60_000 };
    const again = await ask(later);
    expect(context.answers!.hits).toBe(first.length);
    expect(again.map(({ generated_at: _, ...rest }) => rest)).toEqual(
      first.map(({ generated_at: _, ...rest }) => rest),
    );
    for (const [i, answer] of again.entries()) expect(answer['generated_at']).not.toBe(first[i]!['generated_at']);
    // An earlier position is a key of its own, and is found by its token.
    const as_of = first[0]!['as_of'] as string;
    await shop.send('conversions', order('c2', '20', at(4)));
    const before = await attributionReport(later, { ...MARCH, model: 'linear', as_of }, ALL_BRANDS);
    expect(before).toEqual(again[0]);
    expect(context.answers!.hits).toBe(first.length + 1);
  });
});

test('whatever happens between two questions, the kept answer is the one that would be made', async () => {
  await withShop({}, async (shop) => {
    const kept = fresh(shop.reports);
    await shop.send('touchpoints', touch('t0', 'email_click', at(1), { campaign_id: 'spring' }));
    let n = 0;
    const events: Array<() => Promise<void>> = [
      () => shop.send('touchpoints', touch(`t${n}`, 'email_click', at(1 + (n % 28)), { campaign_id: 'spring' })),
      () => shop.send('conversions', order(`c${n}`, String(n + 1), at(1 + (n % 28)))),
      () =>
        shop.send('adjustments', {
          adjustment_id: `a${n}`,
          conversion_id: `c${n - 1}`,
          amount: '-0.5',
          currency: 'USD',
          occurred_at: at(28),
          reason: 'refund',
        }),
      () =>
        shop.send('identity_links', {
          link_id: `l${n}`,
          left_id: 'ann',
          right_id: `d${n}`,
          kind: 'login',
          occurred_at: at(1),
        }),
      async () => {},
    ];
    for (const which of fc.sample(fc.nat(events.length - 1), {
      numRuns: runsOf('TRIBUTARY_ANSWER_EVENTS', 6, 12),
      seed: 11,
    })) {
      n += 1;
      await events[which]!();
      expect(await ask(kept)).toEqual(await ask(fresh(shop.reports)));
    }
  });
});

test('another setting of the brand makes a new answer', async () => {
  await withShop({}, async (shop) => {
    await shop.send('touchpoints', touch('t1', 'email_click', at(2)), touch('t2', 'website_visit', at(9)));
    await shop.send('conversions', order('c1', '10', at(10)));
    const answers = new AnswerCache();
    const credit = async (file: unknown): Promise<Json> =>
      attributionReport({ ...shop.configured(file), answers }, { ...MARCH, model: 'time_decay' }, ALL_BRANDS);
    const [slow, fast] = [
      await credit({}),
      await credit({ defaults: { half_life_days: 1, windows: { email_days: 30 } } }),
    ];
    expect(fast.channel_attribution).not.toEqual(slow.channel_attribution);
    expect(answers.hits).toBe(0);
  });
});

test('what is kept is bounded, and the least used goes first', async () => {
  const answers = new AnswerCache();
  const large = 'x'.repeat(7_900_000);
  const isKnown = async (key: string, text: string) => (await answers.once(key, async () => ({ text }))).known;
  for (let i = 0; i < 8; i++) await isKnown(`${i}`, large);
  expect(await isKnown('0', large)).toBe(true);
  expect(await isKnown('8', large)).toBe(false);
  expect(await isKnown('0', large)).toBe(true);
  expect(await isKnown('1', large)).toBe(false);
  for (let i = 0; i < 2; i++) expect(await isKnown('too large', large + large)).toBe(false);
});

test('equal questions at the same time are worked out once, and a failure is not kept', async () => {
  const answers = new AnswerCache();
  let made = 0;
  let finish: (answer: ReportJson) => void = () => {};
  let fail: (error: Error) => void = () => {};
  const make = () => {
    made += 1;
    return new Promise<ReportJson>((resolve, reject) => {
      finish = resolve;
      fail = reject;
    });
  };
  const failing = [answers.once('key', make), answers.once('key', make)];
  fail(new Error('away'));
  for (const { status } of await Promise.allSettled(failing)) expect(status).toBe('rejected');
  const asking = [answers.once('key', make), answers.once('key', make), answers.once('other', async () => ({ n: 2 }))];
  finish({ n: 1 });
  expect(await Promise.all(asking)).toEqual([
    { answer: { n: 1 }, known: false },
    { answer: { n: 1 }, known: true },
    { answer: { n: 2 }, known: false },
  ]);
  expect([made, answers.hits]).toEqual([2, 1]);
});

test('two callers of one report at the same time get one answer', async () => {
  await withShop({}, async (shop) => {
    await shop.send('conversions', order('c1', '10', at(3)));
    const context = fresh(shop.reports);
    const [one, other] = await Promise.all([
      journeysReport(context, MARCH, ALL_BRANDS),
      journeysReport({ ...context, clock: () => context.clock() + 1_000 }, MARCH, ALL_BRANDS),
    ]);
    expect(context.answers!.hits).toBe(1);
    expect({ ...other, generated_at: '' }).toEqual({ ...one, generated_at: '' });
    expect(other['generated_at']).not.toBe(one['generated_at']);
  });
});

test('a model name that no answer could be told apart by is refused', async () => {
  for (const name of ['constructor', 'prototype', '__proto__'])
    expect(() => makeConfig(JSON.parse(`{"defaults": {"custom_models": {"${name}": "1"}}}`))).toThrow(
      `config.defaults.custom_models.${name}`,
    );
});

test('a parameter that only one report has is another question, whatever the report does with it', async () => {
  await withShop({}, async (shop) => {
    await shop.send('conversions', order('c1', '10', at(3)));
    const echo = defineReport({
      name: 'echo',
      command: null,
      path: '/v1/reports/echo',
      summary: '',
      description: '',
      parameters: Type.Object({ word: Type.String() }),
      result: Type.Object({ word: Type.String() }),
      run: (context, { word }, asker) =>
        context.warehouse.read(async (snapshot) => {
          const resolved = await resolveParameters(snapshot, context, MARCH, { ...asker, extra: { report: 'echo' } });
          return answerOnce(context, resolved, '', async () => ({ word }));
        }),
    });
    const context = fresh(shop.reports);
    const words = ['one', 'two', 'one'];
    const answers: unknown[] = [];
    for (const word of words) answers.push((await echo.run(context, { word }, ALL_BRANDS))['word']);
    expect(answers).toEqual(words);
    expect(context.answers!.hits).toBe(1);
  });
});
