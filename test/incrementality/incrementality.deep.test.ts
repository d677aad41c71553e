/** Credit beside what experiments say was caused, on a real warehouse. The expected figures are added up by hand. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { toCsv } from '../../src/present/csv.ts';
import { showReport } from '../../src/present/tables.ts';
import { expectToFit, reportNamed } from '../reports/schema.ts';
import { ALL_BRANDS, type Fields, order, touch } from '../support/events.ts';
import { type Json, openShop, type Shop } from '../support/shop.ts';
import { at } from '../support/time.ts';

const PEOPLE = 60;
const EXPERIMENTS = 22;
/** Records of one request. */
const MAX_ITEMS = 1_000;

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  const sent = Array.from({ length: EXPERIMENTS }, (_, e) => recordsOf(e));
  for (const record of ['experiments', 'assignments', 'touchpoints', 'conversions'] as const)
    for (const part of chunks(sent.flatMap((one): object[] => one[record]))) await shop.send(record, ...part);
  await shop.send('spend', {
    date: '2026-03-03',
    channel: 'email',
    campaign_id: 'mail-00',
    amount: '50',
    currency: 'USD',
  });
}, 120_000);
afterAll(() => shop.close());

function chunks(items: readonly object[]): Fields[][] {
  const count = Math.ceil(items.length / MAX_ITEMS);
  return Array.from({ length: count }, (_, i) => items.slice(i * MAX_ITEMS, (i + 1) * MAX_ITEMS) as Fields[]);
}

const number = (e: number): string => String(e).padStart(2, '0');

/**
 * An experiment with as many held out as treated. Of the treated, `10 + e` open the email, and all of them order for 10 USD. Of the
 * others of each arm, 5 order for 10 USD, so `10 + e` orders were caused.
 */
function recordsOf(e: number) {
  const experiment_id = `exp-${number(e)}`;
  const campaign_id = `mail-${number(e)}`;
  const plan = {
    ...{ experiment_id, name: `What does ${campaign_id} bring?`, scope: 'campaign', campaign_id },
    ...{ arms: { holdout: 0.5, treated: 0.5 }, control: 'holdout', planned_people: 2 * PEOPLE },
    ...{ starts_at: at(2, '00:00'), ends_at: at(10, '00:00') },
  };
  const people = (arm: string) =>
    Array.from({ length: PEOPLE }, (_, i) => ({ arm, customer_id: `${arm}-${e}-${i}`, i }));
  const all = [...people('treated'), ...people('holdout')];
  const opened = people('treated').filter(({ i }) => i < 10 + e);
  const buys = ({ arm, i }: { arm: string; i: number }): boolean =>
    (arm === 'treated' && i < 10 + e) || i >= PEOPLE - 5;
  return {
    experiments: [plan],
    assignments: all.map(({ arm, customer_id }) => ({ experiment_id, arm, customer_id, occurred_at: at(2) })),
    touchpoints: opened.map(({ customer_id }) =>
      touch(`t-${customer_id}`, 'email_open', at(3), { customer_id, campaign_id }),
    ),
    conversions: all
      .filter(buys)
      .map(({ customer_id }) => order(`c-${customer_id}`, '10', at(3, '18:00'), { customer_id })),
  };
}

async function ask(name: string, asked: Record<string, unknown>): Promise<Json> {
  const report = reportNamed(name);
  const answer = (await report.run(shop.reports, asked, ALL_BRANDS)) as Json;
  expectToFit(report, answer, asked);
  expect(toCsv(answer, report.main_table)).toMatch(/\r\n$/);
  return answer;
}
const MARCH = { start: '2026-03-01', end: '2026-04-01' };

test('a campaign with a holdout has what it caused beside its credit, and both returns', async () => {
  const answer = await ask('incrementality', { ...MARCH, models: 'linear,first_touch' });
  const rows = answer.rows.filter((row: Json) => row.experiment_id === 'exp-00');
  expect(rows.map((row: Json) => row.attribution_model)).toEqual(['linear', 'first_touch']);
  // 15 of 60 treated people ordered, and 5 of 60 held out: 10 orders of 10 USD.
  const [row] = rows;
  expect(row).toMatchObject({
    ...{ basis: 'experiment', campaign_id: 'mail-00', treated_people: PEOPLE, held_out_people: PEOPLE },
    ...{ attributed_orders: 10, attributed_revenue: '100.000000', spend: '50.000000', attributed_return: 2 },
    ...{ incremental_orders: 10, incremental_revenue: '100.000000', incremental_part: 1, incremental_return: 2 },
  });
  const variance = (hits: number): number => {
    const part = hits / PEOPLE;
    return (part * (1 - part) * PEOPLE) / (PEOPLE - 1) / PEOPLE;
  };
  const half = 1.959964 * PEOPLE * Math.sqrt(variance(15) + variance(5));
  expect(row.incremental_orders_low).toBeCloseTo(10 - half, 3);
  expect(row.incremental_orders_high).toBeCloseTo(10 + half, 3);
  expect(row.sentence).toContain('From 2026-03-02 to 2026-03-10');
  expect(showReport(reportNamed('incrementality'), answer, 5)).toContain('mail-00');
});

test('a campaign without one is predicted from the others, and refused outside of what they had', async () => {
  const lone = Array.from({ length: 15 }, (_, i) => `lone-${i}`);
  await shop.send(
    'touchpoints',
    ...lone.map((customer_id) => touch(`t-${customer_id}`, 'email_open', at(13), { customer_id, campaign_id: 'lone' })),
    touch('t-often', 'email_open', at(13), { customer_id: 'often', campaign_id: 'often' }),
  );
  await shop.send(
    'conversions',
    ...lone.map((customer_id) => order(`c-${customer_id}`, '10', at(13, '18:00'), { customer_id })),
  );
  const { rows, predictions } = await ask('incrementality', MARCH);
  const of = (campaign_id: string): Json => rows.find((row: Json) => row.campaign_id === campaign_id);
  expect(predictions).toMatchObject([{ attribution_model: 'linear', experiments: EXPERIMENTS, refused: null }]);
  expect(of('lone')).toMatchObject({ basis: 'predicted', attributed_orders: 15, experiment_id: null });
  // Each reached person of every experiment brought one order.
  expect(of('lone').incremental_orders).toBeCloseTo(15, 6);
  expect(of('lone').sentence).toContain(`Predicted from ${EXPERIMENTS} experiments`);
  expect(of('often')).toMatchObject({ basis: 'none', incremental_orders: null });
  expect(of('often').sentence).toContain('its credited_orders_per_person is 0, and the experiments have 1 to 1');
});

test('the model that credits what was caused is the closest', async () => {
  const answer = await ask('closest_models', { models: 'linear,last_touch' });
  expect(answer).toMatchObject({ experiments: EXPERIMENTS, refused: null });
  expect(answer.models[0]).toMatchObject({ rank: 1, error: 0, bias: 0, within: EXPERIMENTS });
  const few = await ask('closest_models', { start: '2026-04-01' });
  expect(few).toMatchObject({ experiments: 0, models: [] });
  expect(few.refused).toContain('5 are needed');
});

test('an experiment whose control is treated too says nothing about having no treatment', async () => {
  await shop.send('experiments', {
    ...{ experiment_id: 'subjects', name: 'Which subject?', scope: 'campaign', campaign_id: 'two-subjects' },
    ...{
      arms: { a: 0.5, b: 0.5 },
      control: 'a',
      planned_people: 100,
      starts_at: at(2, '00:00'),
      ends_at: at(10, '00:00'),
    },
  });
  await shop.send(
    'touchpoints',
    touch('t-sub', 'email_open', at(13), { customer_id: 'x', campaign_id: 'two-subjects' }),
  );
  const { rows } = await ask('incrementality', MARCH);
  const [row] = rows.filter((one: Json) => one.campaign_id === 'two-subjects');
  expect(row.basis).toBe('none');
  expect(row.sentence).toContain('experiment subjects: its control is a and not holdout');
});

test('whoever bought before the period returned, also where the order was refunded in it', async () => {
  const people = Array.from({ length: 15 }, (_, i) => `back-${i}`);
  const reached = (campaign_id: string) =>
    people.map((customer_id) =>
      touch(`${campaign_id}-${customer_id}`, 'email_open', at(14), { customer_id, campaign_id }),
    );
  await shop.send('touchpoints', ...reached('returns'));
  await shop.send(
    'conversions',
    ...people.map((customer_id) => order(`c-${customer_id}`, '10', at(14, '18:00'), { customer_id })),
  );
  const sentence = async (): Promise<string> => {
    const { rows } = await ask('incrementality', MARCH);
    return rows.find((row: Json) => row.campaign_id === 'returns').sentence;
  };
  const earlier = (i: number) =>
    order(`before-${i}`, '10', '2026-02-20T12:00:00Z', { customer_id: `back-${i}`, order_id: `before-${i}` });
  const refund = (i: number, occurred_at: string) => ({
    ...{ order_id: `before-${i}`, amount: '-10', currency: 'USD', reason: 'refund', occurred_at },
  });
  await shop.send('conversions', earlier(0), earlier(1));
  await shop.send('adjustments', refund(0, '2026-02-25T12:00:00Z'), refund(1, at(20)));
  // Nobody of the experiments bought before, so their part is 0. One of these 15 did, as of the beginning of the period.
  expect(await sentence()).toContain('its returned_part is 0.06667, and the experiments have 0 to 0');
});
