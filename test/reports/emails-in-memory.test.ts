/** The reports about emails give the same answer to the byte from histories in memory and by the query. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CAMPAIGN_KINDS } from '../../src/domain/campaign-kind.ts';
import { extendHistories } from '../../src/histories/extend.ts';
import { type Histories, viewOf } from '../../src/histories/histories.ts';
import { rebuildHistories } from '../../src/histories/rebuild.ts';
import { PassThreads } from '../../src/histories/threads/pass-threads.ts';
import { reclassifyAll } from '../../src/log/reclassify.ts';
import { campaignsReport } from '../../src/reports/campaigns.ts';
import type { ServedBy } from '../../src/reports/context.ts';
import { fatigueReport } from '../../src/reports/emails/fatigue.ts';
import { listHealthReport } from '../../src/reports/emails/list-health.ts';
import { sendTimesReport } from '../../src/reports/emails/send-times.ts';
import { namesOf } from '../../src/reports/emails/split-emails.ts';
import { currentPosition } from '../../src/warehouse/position.ts';
import { emailWorlds } from '../reference/emails.ts';
import { optionsArbitrary } from '../reference/worlds.ts';
import { askReportBoth, filled } from '../support/both-ways.ts';
import { withEmails } from '../support/emails.ts';
import { Engine, type WireEvent } from '../support/engine.ts';
import { ALL_BRANDS, ENRICHMENT, mail, order, touch } from '../support/events.ts';
import type { Json } from '../support/shop.ts';
import { runsOf } from '../support/tier.ts';
import { at } from '../support/time.ts';
import { parametersOf, settingsOf } from '../support/worlds.ts';

const RUNS = runsOf('TRIBUTARY_EMAIL_WORLDS', 3, 15);
const FILTERS = [
  undefined,
  ['channel:email'],
  ['-campaign_kind:flow'],
  ['campaign_id:'],
  ['brand_id:default'],
  ['-campaign_id:spring'],
  ['email_id:'],
] as const;

test('on random worlds, also while rows come and at earlier positions', async () => {
  await fc.assert(
    fc.asyncProperty(
      emailWorlds(),
      optionsArbitrary,
      fc.constantFrom('campaign_id', 'email_id', 'campaign_kind'),
      fc.constantFrom(...FILTERS),
      fc.option(fc.constantFrom(...CAMPAIGN_KINDS), { nil: undefined }),
      fc.option(fc.nat(100), { nil: undefined }),
      async (emails, options, by, filter, campaign_kind, as_of) => {
        await withEmails(emails, async (engine) => {
          for (const [brand_id, own] of Object.entries(options.settings ?? {}))
            engine.settings.set(brand_id, settingsOf(own));
          const asked = parametersOf(options, []);
          const { start, end, currency, adjustments, conversion_type, week_start } = asked;
          const last = Number(engine.as_of('main').split(':')[1]);
          const when = { start, end, ...(as_of === undefined ? {} : { as_of: `main:${Math.min(as_of, last)}` }) };
          const types = conversion_type ? { conversion_type } : {};
          const list = {
            ...when,
            ...types,
            currency,
            adjustments,
            engaged_days: 3,
            lapsing_days: 15,
            dormant_days: 40,
          };
          const weeks = { ...when, ...types, week_start, ...(campaign_kind ? { campaign_kind } : {}) };
          await askReportBoth(listHealthReport, engine.reports, list);
          await askReportBoth(fatigueReport, engine.reports, weeks);
          const { models: _models, week_start: _week, filter: _filter, ...rest } = asked;
          const campaigns = {
            ...rest,
            ...when,
            model: 'linear',
            by,
            ...(filter ? { filter: [...filter] } : {}),
          } as const;
          await askReportBoth(campaignsReport, engine.reports, campaigns);
          const times = { ...rest, ...when, model: 'linear', ...(campaign_kind ? { campaign_kind } : {}) };
          await askReportBoth(sendTimesReport, engine.reports, times);
          const histories = await filled(engine.reports);
          const sources: ServedBy[] = [];
          const own = {
            ...engine.reports,
            histories: async () => histories,
            served_by: (source: ServedBy) => void sources.push(source),
          };
          for (const run of [
            () => fatigueReport(own, weeks, ALL_BRANDS),
            () => sendTimesReport(own, times, ALL_BRANDS),
          ]) {
            sources.length = 0;
            const ok = await run().then(
              () => true,
              () => false,
            );
            if (ok) expect(sources).toEqual(['histories']);
          }
        });
      },
    ),
    { numRuns: RUNS, endOnFailure: process.env['FC_SHRINK'] === undefined },
  );
}, 600_000);

test('after a rebuild and another verdict, and people are in the same random groups when another id names them', async () => {
  const engine = await Engine.open();
  try {
    const people = Array.from({ length: 40 }, (_, i) => i);
    const mailed = (day: number): WireEvent[] =>
      people.map((i) => ({
        record: 'email_events',
        event: mail('delivered', `z${i}`, { event_id: `d${day} ${i}`, occurred_at: at(day), campaign_id: 'spring' }),
      }));
    const clicked = (day: number): WireEvent[] =>
      people
        .filter((i) => i % 2 === 0)
        .map((i) => ({
          record: 'touchpoints',
          event: touch(`c${day} ${i}`, 'email_click', at(day, '13:00'), {
            customer_id: `z${i}`,
            campaign_id: 'spring',
            url: 'https://shop.example/?utm_medium=cpc',
          }),
        }));
    const links: WireEvent[] = people.map((i) => ({
      record: 'identity_links',
      event: { link_id: `l${i}`, left_id: `a${i}`, right_id: `z${i}`, kind: 'login', occurred_at: at(1) },
    }));
    await engine.load([...links, ...mailed(3), ...clicked(3), ...mailed(10)]);
    const early = (await filled(engine.reports))!;
    await engine.load([...clicked(10), ...mailed(17)]);
    const extend = (histories: Histories): Promise<boolean> =>
      engine.warehouse.read(async (snapshot) => extendHistories(histories, snapshot, await currentPosition(snapshot)));
    expect(await extend(early)).toBe(true);
    const rebuilt = await rebuildHistories(early);
    const asked = { start: '2026-03-01', end: '2026-04-01' };
    engine.reports.configured_brands = ['default'];
    const compare = async (): Promise<Json> => {
      await askReportBoth(listHealthReport, engine.reports, asked, viewOf(rebuilt));
      // What was counted for one question is kept, and must not answer another one.
      for (const other of [{}, { model: 'last_touch' }, { filter: ['campaign_id:fall'] }, { start: '2026-03-08' }, {}])
        await askReportBoth(campaignsReport, engine.reports, { ...asked, ...other }, viewOf(rebuilt));
      for (const other of [{}, { campaign_kind: 'flow', start: '2026-03-08' } as const])
        await askReportBoth(sendTimesReport, engine.reports, { ...asked, ...other }, viewOf(rebuilt));
      const { text } = await askReportBoth(fatigueReport, engine.reports, asked, viewOf(rebuilt));
      return JSON.parse(text) as Json;
    };
    const { messages_per_week } = await compare();
    expect(messages_per_week[1]).toMatchObject({ person_weeks: 120, people: 40, clicked: { events: 40 } });
    expect(messages_per_week[1].clicked.interval).not.toBeNull();
    await reclassifyAll({
      warehouse: engine.warehouse,
      enrich_options: { ...ENRICHMENT, strict_ga4: true },
      collector: { id: 'main' },
    });
    expect(await extend(rebuilt)).toBe(true);
    await compare();
  } finally {
    await engine.close();
  }
}, 120_000);

test('emails whose id several people have, and those without an id, get what is theirs by hour', async () => {
  const engine = await Engine.open();
  const threads = new PassThreads({ least_orders: 1, threads: 2 });
  engine.reports.threads = threads;
  try {
    const delivered = (time: string, id: string, fields: object): WireEvent => ({
      record: 'email_events',
      event: mail('delivered', id, { event_id: `${time} ${id}`, occurred_at: at(3, time), ...fields }),
    });
    const clicked = (time: string, id: string, fields: object): WireEvent => ({
      record: 'touchpoints',
      event: touch(`${time} ${id}`, 'email_click', at(3, time), { customer_id: id, ...fields }),
    });
    const ordered = (id: string, value: string): WireEvent => ({
      record: 'conversions',
      event: order(`order ${id}`, value, at(4), { customer_id: id }),
    });
    await engine.load([
      // One id that two people got: one email, of the first time and of the person whose name comes last.
      delivered('05:10', 'anna', { message_id: 'twice' }),
      delivered('06:10', 'zoe', { message_id: 'twice' }),
      // An email that another person clicked, and who ordered.
      delivered('08:10', 'anna', { message_id: 'forwarded' }),
      clicked('09:30', 'friend', { message_id: 'forwarded' }),
      ordered('friend', '40'),
      // Campaigns and emails whose ids look alike when they are put together.
      delivered('11:10', 'anna', { campaign_id: 'x/y', email_id: 'z' }),
      delivered('12:10', 'anna', { campaign_id: 'x', email_id: 'y/z' }),
      clicked('13:00', 'anna', { campaign_id: 'x/y', email_id: 'z' }),
      ordered('anna', '2'),
      delivered('14:10', 'anna/x', { campaign_id: 'y', email_id: 'z' }),
      delivered('15:10', 'anna', { campaign_id: 'x/y', email_id: 'z/1' }),
      clicked('16:00', 'anna/x', { campaign_id: 'y', email_id: 'z' }),
    ]);
    const { text } = await askReportBoth(
      sendTimesReport,
      engine.reports,
      { start: '2026-03-01', end: '2026-04-01', model: 'last_touch' },
      await filled(engine.reports),
    );
    const { by_hour, totals } = JSON.parse(text) as Json;
    const shown = by_hour
      .filter((row: Json) => row.delivered > 0)
      .map((row: Json) => [row.hour, row.delivered, row.clickers, row.influenced_orders, row.attributed_revenue]);
    expect(shown).toEqual([
      [5, 1, 0, 0, '0.000000'],
      [8, 1, 1, 1, '40.000000'],
      [11, 1, 1, 1, '2.000000'],
      [12, 1, 0, 0, '0.000000'],
      [14, 1, 1, 0, '0.000000'],
      [15, 1, 0, 0, '0.000000'],
    ]);
    expect(totals).toMatchObject({
      delivered: 6,
      recipients: 3,
      influenced_orders: 2,
      attributed_revenue: '42.000000',
    });
    expect(threads.passes).toBeGreaterThan(0);
    const { subjects } = (await filled(engine.reports))!;
    const of = (message_id: string) => ({ brand_id: 'default', hash: 7, message_id, person_id: 'anna' });
    expect((await namesOf([of('one'), of('one')], subjects))?.size).toBe(1);
    expect(await namesOf([of('one'), of('another')], subjects)).toBeNull();
  } finally {
    await threads.close();
    await engine.close();
  }
}, 120_000);
