/** Experiments in the forms of Robyn and Meridian, from small worlds whose figures are added up by hand. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { toCsv } from '../../src/present/csv.ts';
import { expectToFit, reportNamed } from '../reports/schema.ts';
import { ALL_BRANDS, type Fields, order } from '../support/events.ts';
import { type Json, openShop, type Shop } from '../support/shop.ts';
import { at } from '../support/time.ts';

const CALIBRATION = reportNamed('experiment_calibration');
/** People of each arm; every third treated one orders for 40, every fifth of the others. */
const PEOPLE = 60;
const PLAN = {
  ...{ name: 'An experiment', scope: 'campaign', arms: { holdout: 0.5, treated: 0.5 }, control: 'holdout' },
  ...{ metric: 'net_revenue', planned_people: 2 * PEOPLE },
};
const during = (from: number, until: number) => ({ starts_at: at(from, '00:00'), ends_at: at(until, '00:00') });

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  await shop.send(
    'experiments',
    { ...PLAN, experiment_id: 'a-spring', campaign_id: 'spring', ...during(2, 21) },
    { ...PLAN, experiment_id: 'b-unpaid', campaign_id: 'unpaid', ...during(2, 21) },
    { ...PLAN, experiment_id: 'c-later', campaign_id: 'spring', ...during(20, 31), ends_at: at(31, '23:00') },
    { ...PLAN, experiment_id: 'd-small', campaign_id: 'spring', ...during(2, 21) },
    {
      ...PLAN,
      experiment_id: 'e-order',
      campaign_id: 'spring',
      ...during(2, 21),
      arms: { wave_1: 0.5, wave_2: 0.5 },
      control: 'wave_2',
    },
    {
      ...PLAN,
      experiment_id: 'f-three',
      campaign_id: 'spring',
      ...during(2, 21),
      arms: { holdout: 0.5, treated: 0.25, other: 0.25 },
    },
    { ...PLAN, experiment_id: 'g-day', campaign_id: 'spring', ...during(2, 3) },
    // Two subject lines: everybody got an email.
    {
      ...PLAN,
      experiment_id: 'h-subjects',
      campaign_id: 'spring',
      ...during(2, 21),
      arms: { short: 0.5, treated: 0.5 },
      control: 'short',
    },
    { ...PLAN, experiment_id: 'i-sms', scope: 'channel', channel: 'sms', ...during(2, 21) },
    { ...PLAN, experiment_id: 'j-back', campaign_id: 'spring', ...during(2, 21) },
  );
  const assigned: Fields[] = [];
  const orders: Fields[] = [];
  for (const experiment_id of ['a-spring', 'b-unpaid', 'i-sms', 'j-back'])
    for (const [arm, every] of [
      ['treated', 3],
      ['holdout', 5],
    ] as const)
      for (let i = 0; i < PEOPLE; i++) {
        const customer_id = `${experiment_id}-${arm}-${i}`;
        assigned.push({ experiment_id, arm, customer_id, occurred_at: at(3) });
        if (i % every === 0) orders.push(order(customer_id, '40', at(4), { customer_id }));
      }
  await shop.send('assignments', ...assigned, {
    experiment_id: 'd-small',
    arm: 'treated',
    customer_id: 'x',
    occurred_at: at(3),
  });
  await shop.send('conversions', ...orders);
  // All orders of one experiment come back, so nobody differs in net revenue.
  const back = orders.filter(({ customer_id }) => String(customer_id).startsWith('j-back'));
  await shop.send(
    'adjustments',
    ...back.map(({ conversion_id }) => ({ conversion_id, amount: '-40', currency: 'USD', occurred_at: at(5) })),
  );
  const spent = (date: string, campaign_id: string, amount: string) => ({
    date,
    campaign_id,
    amount,
    channel: 'email',
    currency: 'USD',
  });
  await shop.send(
    'spend',
    spent('2026-03-02', 'spring', '60.50'),
    spent('2026-03-20', 'spring', '39.50'),
    spent('2026-03-21', 'spring', '500'),
    spent('2026-03-10', 'another', '500'),
    { ...spent('2026-03-10', 'texts', '20'), channel: 'sms' },
  );
});
afterAll(() => shop.close());

async function ask(asked: Json): Promise<Json> {
  const answer = await CALIBRATION.run(shop.reports, asked, ALL_BRANDS);
  expectToFit(CALIBRATION, answer, asked);
  return answer;
}

/** 20 of 60 and 12 of 60 order for 40: the variances of the means are 40^2 p (1 - p) / 59. */
const LIFT = (20 / 60 - 12 / 60) * 40 * PEOPLE;
const ERROR = PEOPLE * Math.sqrt((40 ** 2 / 59) * ((1 / 3) * (2 / 3) + (1 / 5) * (4 / 5)));
const SPEND = 100;

test('the file for Robyn has the lift of all treated people, and the spend of the days of the experiment', async () => {
  const answer = await ask({ for: 'robyn', channel: 'email_S' });
  const [row] = answer.calibration;
  expect(row.liftAbs).toBeCloseTo(LIFT, 2);
  expect(row.confidence).toBeGreaterThan(0.85);
  expect(row.confidence).toBeLessThan(0.92);
  expect(answer.experiments.map(({ experiment_id }: Json) => experiment_id)).toEqual(['a-spring']);
  expect(answer.left_out.map(({ experiment_id, reason }: Json) => [experiment_id, reason])).toEqual([
    ['b-unpaid', 'no_spend'],
    ['c-later', 'running'],
    ['d-small', 'too_few'],
    ['e-order', 'send_order'],
    ['f-three', 'several_arms'],
    ['g-day', 'one_day'],
    ['h-subjects', 'no_holdout'],
    ['i-sms', 'other_channel'],
    ['j-back', 'too_few'],
  ]);
  expect(answer.left_out[0].message).toContain('send it to POST /v1/spend');
  expect(toCsv(answer, CALIBRATION.main_table)).toBe(golden('robyn.csv'));
});

test('an experiment on another channel is a row where that channel is asked for', async () => {
  const answer = await ask({ for: 'robyn', channel: 'sms_S', experiment_channel: 'sms' });
  expect(answer.experiments.map(({ experiment_id }: Json) => experiment_id)).toEqual(['i-sms']);
  expect(answer.calibration[0]).toMatchObject({ channel: 'sms_S', spend: 20 });
  expect(answer.calibration[0].liftAbs).toBeCloseTo(LIFT, 2);
});

test('the file for Meridian has the return on spend with its standard error, and the lognormal prior of both', async () => {
  const answer = await ask({ for: 'meridian' });
  const [row] = answer.calibration;
  expect(row.point_estimate).toBeCloseTo(LIFT / SPEND, 5);
  expect(row.standard_error / (ERROR / SPEND)).toBeGreaterThan(1);
  expect(row.standard_error / (ERROR / SPEND)).toBeLessThan(1.02);
  const { roi_mu, roi_sigma } = row;
  // The mean and the variance of a lognormal distribution.
  expect(Math.exp(roi_mu + roi_sigma ** 2 / 2)).toBeCloseTo(row.point_estimate, 4);
  expect(Math.sqrt(Math.expm1(roi_sigma ** 2)) * row.point_estimate).toBeCloseTo(row.standard_error, 4);
  expect(toCsv(answer, CALIBRATION.main_table)).toBe(golden('meridian.csv'));
});

test('a brand whose experiments have no spend is told so', async () => {
  const own = { experiment_id: 'alone', brand_id: 'other', campaign_id: 'unpaid', ...PLAN, ...during(2, 21) };
  await shop.send('experiments', own);
  const people = Array.from({ length: 2 * PEOPLE }, (_, i) => ({
    ...{ experiment_id: 'alone', brand_id: 'other', customer_id: `p${i}`, occurred_at: at(3) },
    arm: i % 2 === 0 ? 'treated' : 'holdout',
  }));
  await shop.send('assignments', ...people);
  const bought = people
    .slice(0, 30)
    .map(({ customer_id }) => order(`other-${customer_id}`, '10', at(4), { customer_id, brand_id: 'other' }));
  await shop.send('conversions', ...bought);
  await expect(ask({ for: 'robyn', brand_id: 'other' })).rejects.toThrow(
    /alone: spend is missing: .* campaign unpaid from 2026-03-02 to 2026-03-20/,
  );
});

const golden = (name: string): string =>
  readFileSync(new URL(`golden/${name}`, import.meta.url), 'utf8').replaceAll('\n', '\r\n');
