/** The views hold what the reports say, to the micro: any sum of their rows is the figure of the report. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TributaryError } from '../../src/domain/errors.ts';
import { GROUP_FIELDS, TOUCH_KEY_NAMES } from '../../src/reports/groups.ts';
import { SqlDesk } from '../../src/views/desk.ts';
import type { SqlFormat } from '../../src/views/sandbox/messages.ts';
import { VIEWS } from '../../src/views/views.ts';
import { optionsArbitrary, worlds } from '../reference/worlds.ts';
import { reportNamed } from '../reports/schema.ts';
import { Engine } from '../support/engine.ts';
import { ALL_BRANDS, mail, order, touch } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { type Json, openShop, type Shop } from '../support/shop.ts';
import { runsOf } from '../support/tier.ts';
import { at, MARCH } from '../support/time.ts';
import { eventsOf, parametersOf, settingsOf } from '../support/worlds.ts';

type Context = Engine['reports'];

const desk = new SqlDesk(temporaryFolder());

async function rowsOf(context: Context, sql: string, parameters: object, persons = false): Promise<Json[]> {
  const question = { sql, values: {}, format: 'json' as SqlFormat, persons, parameters };
  const { content } = await desk.answer(context, question, ALL_BRANDS);
  return JSON.parse(`[${content}]`);
}

/** Micros of a decimal with six places. */
const micros = (text: string): bigint => BigInt(text.replace('.', ''));

/** Sums of a column by the values of some others, as text. */
function sums(rows: Json[], by: readonly string[], column: string): Map<string, bigint> {
  const found = new Map<string, bigint>();
  for (const row of rows) {
    const key = JSON.stringify(by.map((name) => row[name]));
    found.set(key, (found.get(key) ?? 0n) + micros(row[column]));
  }
  return found;
}

const withoutZeros = (found: Map<string, bigint>) => [...found].filter(([, value]) => value !== 0n).sort();

const MODELS = ['linear', 'time_decay'];

const LOGGED = ['credits', 'unattributed', 'orders'];
const EVERYTHING = LOGGED.map((view) => `select '${view}' as view, * from ${view}`).join(' union all by name ');

/** The answer, or the code of the refusal. */
const tried = <T>(work: Promise<T>): Promise<T | string> =>
  work.catch((error: unknown) => {
    if (error instanceof TributaryError) return error.code;
    throw error;
  });

test('in random worlds the credits, what no touch earned and the orders are those of the attribution report', async () => {
  const samples = fc.sample(fc.tuple(worlds(), optionsArbitrary), {
    numRuns: runsOf('TRIBUTARY_VIEW_WORLDS', 1, 20),
    seed: 7,
  });
  for (const [world, options] of samples) {
    const engine = await Engine.open();
    try {
      await engine.load(eventsOf(world));
      for (const [brand_id, own] of Object.entries(options.settings ?? {}))
        engine.settings.set(brand_id, settingsOf(own));
      const { filter: _filter, week_start: _week_start, ...parameters } = parametersOf(options, MODELS);
      const report = (group_by: string) =>
        tried(reportNamed('attribution').run(engine.reports, { ...parameters, group_by }, ALL_BRANDS) as Promise<Json>);
      const all = await tried(rowsOf(engine.reports, EVERYTHING, parameters));
      if (typeof all === 'string') {
        expect(await report('channel')).toBe(all);
        continue;
      }
      const [credits, unattributed, orders] = LOGGED.map((view) => all.filter((row) => row.view === view)) as [
        Json[],
        Json[],
        Json[],
      ];
      for (const group_by of ['channel,campaign_id,email_id', 'day,touchpoint_type', 'brand_id,device_type']) {
        const { models } = (await report(group_by)) as Json;
        const keys = group_by.split(',');
        for (const model of MODELS) {
          const own = credits.filter((row) => row.model === model);
          const expected = (column: string) => sums(models[model].channel_attribution, keys, column);
          expect(withoutZeros(sums(own, keys, 'attributed_revenue'))).toEqual(
            withoutZeros(expected('attributed_revenue')),
          );
          const { summary, unattributed: rest } = models[model];
          const nothing = unattributed.filter((row) => row.model === model);
          expect(withoutZeros(sums(nothing, ['reason'], 'unattributed_revenue'))).toEqual(
            withoutZeros(sums(rest, ['reason'], 'unattributed_revenue')),
          );
          const total = (rows: Json[], column: string) => sums(rows, [], column).get('[]') ?? 0n;
          expect(total(orders, 'net_revenue')).toBe(micros(summary.total_revenue));
          expect(total(own, 'attributed_revenue') + total(nothing, 'unattributed_revenue')).toBe(
            total(orders, 'net_revenue'),
          );
          expect(orders.reduce((sum, { conversions }) => sum + conversions, 0)).toBe(summary.total_conversions);
        }
      }
    } finally {
      await engine.close();
    }
  }
});

describe('in a shop', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop();
    await shop.send(
      'touchpoints',
      touch('t1', 'email_click', at(3), { campaign_id: 'spring', email_id: 'e1' }),
      touch('t2', 'website_visit', at(3, '02:00'), { channel: 'direct' }),
      touch('t3', 'paid_ad_click', at(5), { customer_id: 'bob', channel: 'paid_search', campaign_id: 'Brand' }),
    );
    await shop.send(
      'email_events',
      mail('delivered', 'ann', { event_id: 'd1' }),
      mail('sent', 'ann', { event_id: 's1' }),
    );
    await shop.send('conversions', order('c1', '100', at(4)), order('c2', '50.01', at(6), { customer_id: 'bob' }));
    const cost = { date: '2026-03-09', channel: 'email', amount: '2.5', currency: 'USD' };
    await shop.send('spend', { ...cost, campaign_id: 'spring' }, { ...cost, channel: 'display', currency: 'EUR' });
  });
  afterAll(() => shop.close());

  test('the views of campaigns and emails are the table of the report, field by field', async () => {
    for (const [view, by] of [
      ['campaigns', 'campaign_id'],
      ['emails', 'email_id'],
    ] as const) {
      const rows = await rowsOf(shop.reports, `from ${view}`, { ...MARCH, models: MODELS.join(',') });
      for (const model of MODELS) {
        const { campaigns } = (await reportNamed('campaigns').run(
          shop.reports,
          { ...MARCH, model, by },
          ALL_BRANDS,
        )) as Json;
        const own = rows.filter((row) => row.model === model);
        expect(own).toHaveLength(campaigns.length);
        expect(campaigns.length).toBeGreaterThan(1);
        own.forEach((row, i) => {
          for (const [name, value] of Object.entries(row).filter(([field]) => field !== 'model')) {
            const shown = campaigns[i][name];
            expect([name, value === null ? null : Number(value)]).toEqual(
              typeof shown === 'string' && Number.isNaN(Number(shown))
                ? [name, Number.NaN]
                : [name, shown === null ? null : Number(shown)],
            );
          }
        });
      }
    }
  });

  test('journeys and spend add up to their reports', async () => {
    const journeys = await rowsOf(shop.reports, 'from journeys', MARCH);
    const { summary } = (await reportNamed('journeys').run(shop.reports, MARCH, ALL_BRANDS)) as Json;
    expect(journeys).toHaveLength(summary.journey_count);
    expect(sums(journeys, [], 'net_revenue').get('[]')).toBe(micros(summary.total_revenue));
    // The spend in euros has no rate, so it is not known, and not zero.
    expect(await rowsOf(shop.reports, 'select campaign_id, spend from spend order by all', MARCH)).toEqual([
      { campaign_id: 'spring', spend: '2.500000' },
      { campaign_id: null, spend: null },
    ]);
  });

  test('columns that name persons and orders are not there unless they are asked for', async () => {
    const columns = 'select table_name || chr(46) || column_name as name from information_schema.columns order by all';
    const names = (persons: boolean) =>
      VIEWS.flatMap((view) =>
        Object.entries(view.columns).flatMap(([name, own]) =>
          own.persons && !persons ? [] : [`${view.name}.${name}`],
        ),
      ).sort();
    for (const persons of [false, true])
      expect((await rowsOf(shop.reports, columns, MARCH, persons)).map(({ name }) => name)).toEqual(names(persons));
    const everything = VIEWS.map(({ name }) => `select v::varchar as text from ${name} v`).join(' union all ');
    expect(JSON.stringify(await rowsOf(shop.reports, everything, MARCH))).not.toMatch(/\bann\b|\bbob\b|\bc[12]\b/);
    expect(JSON.stringify(await rowsOf(shop.reports, everything, MARCH, true))).toMatch(/\bann\b.*\bbob\b/s);
    expect(await rowsOf(shop.reports, 'select person_id, order_id from orders order by all', MARCH, true)).toEqual([
      { person_id: 'ann', order_id: null },
      { person_id: 'bob', order_id: null },
    ]);
  });

  test('one statement may join views, and has values for its parameters', async () => {
    const question = {
      sql: 'select c.channel, sum(c.attributed_revenue) as revenue from credits c join orders o using (order_no) where o.customer_kind = $kind and c.places >= $places group by all order by all',
      values: { kind: 'new', places: 2 },
      format: 'csv' as const,
      persons: false,
      parameters: MARCH,
    };
    const { content, rows, columns } = await desk.answer(shop.reports, question, ALL_BRANDS);
    expect(String(content)).toBe('channel,revenue\ndirect,50.000000\nemail,50.000000\n');
    expect(rows).toBe(2);
    expect(columns.map(({ type }) => type)).toEqual(['VARCHAR', 'DECIMAL(38,6)']);
  });

  test('a brand sees its own rows', async () => {
    const question = { sql: 'from orders', values: {}, format: 'json' as const, persons: false, parameters: MARCH };
    const { rows } = await desk.answer(shop.reports, question, { key_brand_id: 'other' });
    expect(rows).toBe(0);
  });
});

test('credits have every key of touches by which the report can group', () => {
  const { columns } = VIEWS.find(({ name }) => name === 'credits')!;
  expect(Object.keys(columns)).toEqual(expect.arrayContaining([...TOUCH_KEY_NAMES]));
  expect(GROUP_FIELDS).toEqual(expect.arrayContaining([...TOUCH_KEY_NAMES]));
});
