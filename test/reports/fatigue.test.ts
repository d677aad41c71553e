/** Weeks of people by the number of emails that they got. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fatigueReport } from '../../src/reports/emails/fatigue.ts';
import { emailWorlds, happenedTo, withRecipients } from '../reference/emails.ts';
import { personKey } from '../reference/persons.ts';
import { attribute, fullOptions } from '../reference/reference.ts';
import { dayIn } from '../reference/rows.ts';
import { settingsOf as referenceSettings } from '../reference/types.ts';
import { optionsArbitrary } from '../reference/worlds.ts';
import { withEmails } from '../support/emails.ts';
import { ALL_BRANDS, mail, order, touch } from '../support/events.ts';
import { type Json, withShop } from '../support/shop.ts';
import { runsOf } from '../support/tier.ts';
import { at } from '../support/time.ts';
import { parametersOf, settingsOf } from '../support/worlds.ts';

const RUNS = runsOf('TRIBUTARY_EMAIL_WORLDS', 5, 40);
const DAY_MS = 86_400_000;

/** The Monday (or Sunday) on or before a day, as a number of days. */
function weekOf(day: string, first: 'monday' | 'sunday'): number {
  let number = Date.parse(`${day}T00:00:00Z`) / DAY_MS;
  while (new Date(number * DAY_MS).getUTCDay() !== (first === 'monday' ? 1 : 0)) number -= 1;
  return number;
}

test('on random worlds, weeks and what happened in them are those of the reference', async () => {
  await fc.assert(
    fc.asyncProperty(emailWorlds(), optionsArbitrary, async (emails, options) => {
      await withEmails(emails, async (engine) => {
        for (const [brand_id, own] of Object.entries(options.settings ?? {}))
          engine.settings.set(brand_id, settingsOf(own));
        const { start, end, conversion_type } = parametersOf(options, []);
        const week_start = options.week_start ?? 'monday';
        const asked = { start, end, week_start, ...(conversion_type ? { conversion_type } : {}) };
        const told = await fatigueReport(engine.reports, asked, ALL_BRANDS).catch((error: Error) => error.message);
        if (typeof told === 'string') return expect(told).toMatch(/rate/);
        const full = fullOptions({ ...options, filters: [] });
        const dayOf = (brand_id: string, at_ms: number): string =>
          dayIn(referenceSettings(full.settings, brand_id).time_zone, at_ms);
        const inPeriod = (at_ms: number): boolean => at_ms >= full.start_ms && at_ms < full.end_ms;
        const weeksOf = (brand_id: string): number[] => {
          const weeks: number[] = [];
          const zone = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10);
          for (let day = full.start_ms / DAY_MS - 9; day < full.end_ms / DAY_MS + 9; day++) {
            const monday = weekOf(zone(Math.floor(day)), week_start);
            if (weeks.includes(monday)) continue;
            // Hour by hour: all of the week's hours are in the period.
            const hours = Array.from({ length: 24 * 11 }, (_, h) => (monday - 2) * DAY_MS + h * 3_600_000 + 1_800_000);
            const own = hours.filter((ms) => weekOf(dayOf(brand_id, ms), week_start) === monday);
            if (own.length > 0 && own.every((ms) => inPeriod(ms - 1_800_000) && inPeriod(ms + 1_799_999)))
              weeks.push(monday);
          }
          return weeks;
        };
        const { orders } = attribute(withRecipients(emails), {
          ...options,
          filters: [],
          lookback: 'full',
          adjustments: 'order_day',
        });
        const found = ['0', '1', '2', '3', '4', '5+'].map(() => ({ person_weeks: 0, clicked: 0, ordered: 0, lost: 0 }));
        const happened = happenedTo(emails, full);
        for (const brand_id of ['default', 'b2']) {
          const weeks = weeksOf(brand_id);
          for (const person of new Set(happened.filter((row) => row.brand_id === brand_id).map((row) => row.person))) {
            let is_listed = false;
            for (const week of weeks) {
              const rows = happened.filter(
                (row) => row.person === person && weekOf(dayOf(brand_id, row.at_ms), week_start) === week,
              );
              const messages = rows.filter(({ kind }) => kind === 'delivered').length;
              is_listed ||= messages > 0;
              if (!is_listed) continue;
              const own = found[Math.min(messages, 5)]!;
              const is_lost = rows.some(({ kind }) => kind === 'unsubscribed' || kind === 'complained');
              own.person_weeks += 1;
              own.clicked += Number(rows.some(({ kind, is_human }) => kind === 'email_click' && is_human));
              own.lost += Number(is_lost);
              own.ordered += Number(
                orders.some(
                  (one) =>
                    personKey(one.brand_id, one.person) === person &&
                    weekOf(dayOf(brand_id, one.occurred_at), week_start) === week,
                ),
              );
              if (is_lost) break;
            }
          }
        }
        const rows = (told['messages_per_week'] as Json[]).map(({ person_weeks, clicked, ordered, lost }) => ({
          person_weeks,
          clicked: clicked.events,
          ordered: ordered.events,
          lost: lost.events,
        }));
        expect(rows).toEqual(found);
      });
    }),
    { numRuns: RUNS, endOnFailure: process.env['FC_SHRINK'] === undefined },
  );
}, 300_000);

test('a rate needs weeks, its interval needs events, and a kind of emails can be asked alone', () =>
  withShop({}, async (shop) => {
    const ids = Array.from({ length: 60 }, (_, i) => `p${i}`);
    // 2 March 2026 is a Monday.
    for (const day of [2, 9, 16, 23])
      await shop.send(
        'email_events',
        ...ids.map((id, i) =>
          mail('delivered', id, { occurred_at: at(day), campaign_kind: i < 30 ? 'flow' : 'campaign' }),
        ),
      );
    await shop.send(
      'email_events',
      ...ids.slice(0, 3).map((id) => mail('delivered', id, { occurred_at: at(10), campaign_kind: 'flow' })),
    );
    await shop.send(
      'touchpoints',
      ...ids
        .slice(0, 30)
        .map((id) => touch(`t-${id}`, 'email_click', at(3), { customer_id: id, campaign_kind: 'flow' })),
    );
    await shop.send('conversions', order('o', '10', at(4), { customer_id: 'p1' }));
    const asked = { start: '2026-03-01', end: '2026-04-01' };
    const report = (await fatigueReport(shop.reports, asked, ALL_BRANDS)) as Json;
    expect(report).toMatchObject({ whole_weeks: 4, is_causal: false });
    const [none, one, two] = report.messages_per_week;
    expect(none).toMatchObject({ person_weeks: 0, clicked: { rate: null, withheld: 'needs 100 people-weeks, has 0' } });
    expect(one).toMatchObject({
      messages: '1',
      person_weeks: 237,
      people: 60,
      clicked: { events: 30, rate: 0.126582, withheld: null },
    });
    expect(one.clicked.interval.low).toBeGreaterThan(0.08);
    expect(one.clicked.interval.high).toBeLessThan(0.17);
    expect(one.ordered).toMatchObject({
      events: 1,
      interval: null,
      withheld: 'the interval needs 10 weeks with an order, has 1',
    });
    expect(two).toMatchObject({ person_weeks: 3 });
    const flows = (await fatigueReport(shop.reports, { ...asked, campaign_kind: 'flow' }, ALL_BRANDS)) as Json;
    expect(flows.messages_per_week[1]).toMatchObject({ person_weeks: 117, people: 30 });
  }));
