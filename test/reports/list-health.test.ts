/** The health of the list: who is in which state, and what they bring. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { attributionReport } from '../../src/reports/attribution.ts';
import { listHealthReport } from '../../src/reports/emails/list-health.ts';
import { emailWorlds, type Happened, happenedTo, withRecipients } from '../reference/emails.ts';
import { personKey } from '../reference/persons.ts';
import { attribute, fullOptions } from '../reference/reference.ts';
import { optionsArbitrary } from '../reference/worlds.ts';
import { withEmails } from '../support/emails.ts';
import { ALL_BRANDS, mail, order, touch } from '../support/events.ts';
import { type Json, withShop } from '../support/shop.ts';
import { runsOf } from '../support/tier.ts';
import { at } from '../support/time.ts';
import { parametersOf, settingsOf } from '../support/worlds.ts';
import { reportNamed } from './schema.ts';

const RUNS = runsOf('TRIBUTARY_EMAIL_WORLDS', 5, 25);
const DAY_MS = 86_400_000;
const DAYS = { engaged_days: 3, lapsing_days: 15, dormant_days: 40 };

/** The state of a person, from all that happened to their emails before the end. */
function stateOf(rows: readonly Happened[], end_ms: number): string {
  const last = (passes: (row: Happened) => boolean): number =>
    Math.max(Number.NEGATIVE_INFINITY, ...rows.filter(passes).map(({ at_ms }) => at_ms));
  const left = last(({ kind }) => kind === 'unsubscribed' || kind === 'complained');
  if (left > Number.NEGATIVE_INFINITY && last(({ kind }) => kind === 'resubscribed') <= left) return 'unsubscribed';
  const bounced = last(({ kind, bounce_kind }) => kind === 'bounced' && bounce_kind !== 'soft');
  if (bounced > Number.NEGATIVE_INFINITY && last(({ kind }) => kind === 'delivered') <= bounced) return 'bounced';
  const engaged = last(({ kind, is_human }) => is_human && (kind === 'email_open' || kind === 'email_click'));
  if (engaged === Number.NEGATIVE_INFINITY) return 'never_engaged';
  const days = (end_ms - engaged) / DAY_MS;
  if (days <= DAYS.engaged_days) return 'engaged';
  if (days <= DAYS.lapsing_days) return 'lapsing';
  return days <= DAYS.dormant_days ? 'dormant' : 'inactive';
}

test('on random worlds, states and what they bring are those of the reference, and all orders are there once', async () => {
  await fc.assert(
    fc.asyncProperty(emailWorlds(), optionsArbitrary, async (emails, options) => {
      await withEmails(emails, async (engine) => {
        for (const [brand_id, own] of Object.entries(options.settings ?? {}))
          engine.settings.set(brand_id, settingsOf(own));
        const { start, end, currency, adjustments, conversion_type } = parametersOf(options, []);
        const asked = { start, end, currency, adjustments, ...(conversion_type ? { conversion_type } : {}) };
        const told = await listHealthReport(engine.reports, { ...asked, ...DAYS }, ALL_BRANDS).catch(
          (error: Error) => error.message,
        );
        const all = await attributionReport(engine.reports, asked, ALL_BRANDS).catch((error: Error) => error.message);
        if (typeof told === 'string' || typeof all === 'string') return expect(told).toBe(all);
        const report = told as Json;
        const summary = all['summary'] as Json;
        expect([report.totals.orders, report.totals.revenue_micros]).toEqual([
          summary.total_conversions,
          summary.total_revenue_micros,
        ]);
        expect(report.warnings).toEqual(
          (all['warnings'] as Json[]).filter(({ code }) => code.startsWith('refund') || code.includes('currency')),
        );
        const full = fullOptions({ ...options, filters: [] });
        const happened = happenedTo(emails, full).filter(({ at_ms }) => at_ms < full.end_ms);
        const { orders } = attribute(withRecipients(emails), { ...options, filters: [], lookback: 'full' });
        const states = new Map<string, { people: Set<string>; sends: number; orders: number; micros: bigint }>();
        const of = (state: string) => {
          const found = states.get(state) ?? { people: new Set(), sends: 0, orders: 0, micros: 0n };
          states.set(state, found);
          return found;
        };
        const state_of = new Map<string, string>();
        for (const person of new Set(happened.map((row) => row.person))) {
          const rows = happened.filter((row) => row.person === person);
          const mailed = rows.filter(
            ({ kind, at_ms }) => at_ms >= full.start_ms && (kind === 'sent' || kind === 'delivered'),
          );
          if (mailed.length === 0) continue;
          const state = stateOf(rows, full.end_ms);
          state_of.set(person, state);
          of(state).people.add(person);
          of(state).sends += mailed.filter(({ kind }) => kind === 'sent').length;
        }
        for (const { brand_id, person, counted, net_micros } of orders) {
          const own = of(state_of.get(personKey(brand_id, person)) ?? 'not_mailed');
          own.orders += counted ? 1 : 0;
          own.micros += net_micros;
        }
        for (const row of [...report.states, { state: 'not_mailed', people: 0, sends: 0, ...report.not_mailed }]) {
          const { people, ...own } = of(row.state);
          expect(row).toMatchObject({
            people: people.size,
            sends: own.sends,
            orders: own.orders,
            revenue_micros: String(own.micros),
          });
        }
      });
    }),
    { numRuns: RUNS, endOnFailure: process.env['FC_SHRINK'] === undefined },
  );
}, 300_000);

test('machines do not keep anyone engaged, and the period before stands beside', () =>
  withShop({}, async (shop) => {
    const delivered = (id: string, day: number) => mail('delivered', id, { occurred_at: at(day) });
    await shop.send(
      'email_events',
      delivered('ann', 20),
      delivered('bob', 20),
      delivered('cas', 20),
      delivered('dan', 2),
    );
    await shop.send('email_events', mail('complained', 'cas', { occurred_at: at(21) }));
    await shop.send(
      'touchpoints',
      touch('a', 'email_open', at(20, '13:00')),
      touch('b', 'email_open', at(20, '13:00'), { customer_id: 'bob', verdict: 'machine' }),
      touch('c', 'email_click', at(20, '13:00'), { customer_id: 'cas' }),
    );
    await shop.send('conversions', order('o', '10', at(22)), order('x', '5', at(22), { customer_id: 'eve' }));
    const asked = { start: '2026-03-16', end: '2026-04-01', compare: 'previous_period' as const };
    const { states, not_mailed, totals } = (await reportNamed('list_health').run(
      shop.reports,
      asked,
      ALL_BRANDS,
    )) as Json;
    const people = Object.fromEntries(states.map((row: Json) => [row.state, [row.people, row.previous.people]]));
    expect(people).toMatchObject({ engaged: [1, 0], never_engaged: [1, 1], unsubscribed: [1, 0], bounced: [0, 0] });
    expect(states[0]).toMatchObject({
      orders: 1,
      share_of_orders: 0.5,
      revenue: '10.000000',
      share_of_revenue: 0.666667,
    });
    expect(not_mailed).toMatchObject({ orders: 1, revenue: '5.000000' });
    expect(totals).toMatchObject({ people: 3, change: { people: 2 } });
  }));

test('thresholds that are not in order are refused with the field', () =>
  withShop({}, async (shop) => {
    const asked = { engaged_days: 90 };
    await expect(listHealthReport(shop.reports, asked, ALL_BRANDS)).rejects.toThrow(
      /lapsing_days.*more than engaged_days/,
    );
  }));
