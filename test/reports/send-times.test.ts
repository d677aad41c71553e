/** Emails by the time of their delivery, and how soon people answered. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sendTimesReport } from '../../src/reports/emails/send-times.ts';
import { emailWorlds, type Happened, happenedTo, withRecipients } from '../reference/emails.ts';
import { personKey } from '../reference/persons.ts';
import { attribute, fullOptions } from '../reference/reference.ts';
import { campaignOf } from '../reference/touches.ts';
import { settingsOf as referenceSettings } from '../reference/types.ts';
import { optionsArbitrary } from '../reference/worlds.ts';
import { withEmails } from '../support/emails.ts';
import { ALL_BRANDS, mail, order, touch } from '../support/events.ts';
import { type Json, withShop } from '../support/shop.ts';
import { runsOf } from '../support/tier.ts';
import { at, MARCH } from '../support/time.ts';
import { parametersOf, settingsOf } from '../support/worlds.ts';

const RUNS = runsOf('TRIBUTARY_EMAIL_WORLDS', 5, 40);

interface Message {
  brand_id: string;
  person: string;
  delivered_ms: number;
  series: string | null;
  message_id: string | null;
  opened: boolean;
  clicked: boolean;
}

const seriesOf = (person: string, campaign_id: string | null, email_id: string | null): string =>
  JSON.stringify([person, campaign_id, email_id]);

/** The deliveries of the period, with what belongs to each. */
function messagesOf(happened: readonly Happened[]): Message[] {
  const messages: Message[] = [];
  for (const row of happened.filter(({ kind }) => kind === 'delivered')) {
    const { brand_id, person, message_id } = row;
    const delivered_ms = row.at_ms;
    const known = messages.find(
      (one) => message_id !== null && one.message_id === message_id && one.brand_id === brand_id,
    );
    if (known === undefined) {
      const series = message_id === null ? seriesOf(person, row.campaign_id, row.email_id) : null;
      messages.push({ brand_id, person, delivered_ms, series, message_id, opened: false, clicked: false });
      continue;
    }
    known.delivered_ms = Math.min(known.delivered_ms, delivered_ms);
    if (person > known.person) known.person = person;
  }
  for (const row of happened.filter(({ kind, is_human }) => is_human && kind.startsWith('email_'))) {
    const own = find(messages, row.brand_id, row.person, row, row.at_ms);
    if (own === undefined) continue;
    if (row.kind === 'email_open') own.opened = true;
    else own.clicked = true;
  }
  return messages;
}

/** The message of an open, a click or another touch. */
function find(
  messages: readonly Message[],
  brand_id: string,
  person: string,
  row: { message_id?: string | null; campaign_id?: string | null; email_id?: string | null },
  at_ms: number,
): Message | undefined {
  if (row.message_id != null)
    return messages.find((one) => one.message_id === row.message_id && one.brand_id === brand_id);
  const series = seriesOf(person, row.campaign_id ?? null, row.email_id ?? null);
  return messages
    .filter((one) => one.series === series && one.delivered_ms <= at_ms)
    .sort((a, b) => a.delivered_ms - b.delivered_ms)
    .at(-1);
}

function hourOf(at_ms: number, time_zone: string): number {
  return Number(
    new Intl.DateTimeFormat('en-GB', { timeZone: time_zone, hour: '2-digit', hourCycle: 'h23' }).format(at_ms),
  );
}

function weekdayOf(at_ms: number, time_zone: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone: time_zone, weekday: 'long' }).format(at_ms).toLowerCase();
}

test('on random worlds, hours and weekdays have the figures of the reference', async () => {
  await fc.assert(
    fc.asyncProperty(emailWorlds(), optionsArbitrary, async (emails, options) => {
      await withEmails(emails, async (engine) => {
        for (const [brand_id, own] of Object.entries(options.settings ?? {}))
          engine.settings.set(brand_id, settingsOf(own));
        const { models: _models, week_start: _week, filter: _filter, ...rest } = parametersOf(options, []);
        const told = await sendTimesReport(engine.reports, { ...rest, model: 'linear' }, ALL_BRANDS).catch(
          (error: Error) => error.message,
        );
        if (typeof told === 'string') return expect(told).toMatch(/rate/);
        const report = told as Json;
        const asked = { ...options, filters: [] };
        const full = fullOptions(asked);
        const happened = happenedTo(emails, full).filter(({ at_ms }) => at_ms >= full.start_ms && at_ms < full.end_ms);
        const messages = messagesOf(happened);
        const zone = (brand_id: string): string => referenceSettings(full.settings, brand_id).time_zone;
        const credits: { message: Message; order: string; counted: boolean; micros: bigint }[] = [];
        const world = withRecipients(emails);
        const touchpoints = new Map(
          [...world.touchpoints].reverse().map((row) => [JSON.stringify([row.brand_id, row.touchpoint_id]), row]),
        );
        for (const one of attribute(world, asked).orders)
          for (const { touchpoint_id, credit } of one.path) {
            const row = touchpoints.get(JSON.stringify([one.brand_id, touchpoint_id]))!;
            if (!row.touchpoint_type.startsWith('email_') && row.channel?.toLowerCase() !== 'email') continue;
            const of_row = {
              message_id: row.message_id ?? null,
              campaign_id: campaignOf(row),
              email_id: row.email_id ?? null,
            };
            const message = find(messages, one.brand_id, personKey(one.brand_id, one.person), of_row, row.occurred_at);
            const order = JSON.stringify([one.brand_id, one.conversion_id]);
            if (message !== undefined)
              credits.push({ message, order, counted: one.counted, micros: credit['linear']! });
          }
        const figures = (passes: (message: Message) => boolean) => {
          const own = messages.filter(passes);
          const people = (found: readonly Message[]): number => new Set(found.map(({ person }) => person)).size;
          const earned = credits.filter(({ message }) => passes(message));
          return {
            delivered: own.length,
            recipients: people(own),
            openers: people(own.filter(({ opened }) => opened)),
            clickers: people(own.filter(({ clicked }) => clicked)),
            opened: own.filter(({ opened }) => opened).length,
            clicked: own.filter(({ clicked }) => clicked).length,
            influenced_orders: new Set(earned.filter(({ counted }) => counted).map((one) => one.order)).size,
            attributed_revenue_micros: String(earned.reduce((sum, { micros }) => sum + micros, 0n)),
          };
        };
        const shown = ({
          delivered,
          recipients,
          openers,
          clickers,
          opened,
          clicked,
          influenced_orders,
          attributed_revenue_micros,
        }: Json) => ({
          delivered,
          recipients,
          openers,
          clickers,
          opened: opened.events,
          clicked: clicked.events,
          influenced_orders,
          attributed_revenue_micros,
        });
        for (const row of report.by_hour)
          expect([row.hour, shown(row)]).toEqual([
            row.hour,
            figures(({ brand_id, delivered_ms }) => hourOf(delivered_ms, zone(brand_id)) === row.hour),
          ]);
        for (const row of report.by_weekday)
          expect([row.weekday, shown(row)]).toEqual([
            row.weekday,
            figures(({ brand_id, delivered_ms }) => weekdayOf(delivered_ms, zone(brand_id)) === row.weekday),
          ]);
        const {
          opened: _opened,
          clicked: _clicked,
          openers: _openers,
          clickers: _clickers,
          ...all
        } = figures(() => true);
        expect(report.totals).toMatchObject(all);
      });
    }),
    { numRuns: RUNS, endOnFailure: process.env['FC_SHRINK'] === undefined },
  );
}, 300_000);

test('a best hour is named where its interval lies above the others, and answers are timed from the delivery', () =>
  withShop({}, async (shop) => {
    const ids = Array.from({ length: 800 }, (_, i) => `p${i}`);
    const early = ids.slice(0, 400);
    const sendAt = (time: string) => (id: string) =>
      mail('delivered', id, { occurred_at: at(3, time), message_id: `m-${id}`, campaign_kind: 'flow' });
    await shop.send('email_events', ...early.map(sendAt('09:00')), ...ids.slice(400).map(sendAt('15:30')));
    const click = (id: string, time: string) =>
      touch(`t-${id}`, 'email_click', at(3, time), { customer_id: id, message_id: `m-${id}` });
    await shop.send(
      'touchpoints',
      ...early.slice(0, 200).map((id) => click(id, '09:30')),
      ...ids.slice(400, 420).map((id) => click(id, '18:30')),
    );
    await shop.send('conversions', order('o', '10', at(4), { customer_id: 'p1' }));
    const report = (await sendTimesReport(shop.reports, MARCH, ALL_BRANDS)) as Json;
    expect(report.best_hour).toMatchObject({ best: '9' });
    expect(report.best_weekday).toMatchObject({ best: null, reason: expect.stringContaining('needs two') });
    expect(report.by_hour[9]).toMatchObject({
      delivered: 400,
      recipients: 400,
      clicked: { events: 200, rate: 0.5 },
      influenced_orders: 1,
      attributed_revenue: '10.000000',
      revenue_per_recipient: '0.025000',
      revenue_per_recipient_withheld: 'needs 30 people with an influenced order, has 1',
    });
    expect(report.by_hour[10].clicked).toMatchObject({ rate: null, withheld: 'needs 300 emails, has 0' });
    const clicks = report.answer_times.find((row: Json) => row.answer === 'click');
    expect(clicks).toMatchObject({
      campaign_kind: 'flow',
      delivered: 800,
      answered: 220,
      p25_hours: 0.5,
      p50_hours: 0.5,
      p90_hours: 0.5,
    });
    expect(clicks.buckets[0]).toEqual({ from_hours: 0, until_hours: 1, answered: 200, share: 0.909091 });
    const campaigns = await sendTimesReport(shop.reports, { ...MARCH, campaign_kind: 'campaign' }, ALL_BRANDS);
    expect(campaigns['totals']).toMatchObject({ delivered: 0, influenced_orders: 0, attributed_revenue: '0.000000' });
    expect(clicks.buckets[2]).toMatchObject({ from_hours: 2, until_hours: 4, answered: 20 });
  }));
