/** Verdicts that rules over several events of a message give: when they change, when they do not, and what a report makes of them. */
import { describe, expect, it } from 'vitest';
import { machineRules } from '../../../src/enrichment/machine-rules.ts';
import { reclassifyAll } from '../../../src/log/reclassify.ts';
import { settleAgain } from '../../../src/log/settlement/settle.ts';
import { attributionReport } from '../../../src/reports/attribution.ts';
import { campaignReport } from '../../../src/reports/campaign.ts';
import { customerReport } from '../../../src/reports/customer.ts';
import { ALL_BRANDS, order } from '../../support/events.ts';
import { type Json, pick, type Shop, withShop } from '../../support/shop.ts';
import { LAST_DAY_OF_MARCH_MS, MARCH } from '../../support/time.ts';
import { click, delivery, gateway, open, secondsIn, settleNow } from './messages.ts';

/** Rules by which many links in a short time are no sign of a machine. */
const lenient = machineRules({ weights: { multi_link_burst: 0, all_links_clicked: 0 } });

/** The verdicts that count, by the ids of touchpoints. */
async function verdicts({ tributary }: Shop): Promise<Record<string, string>> {
  const rows = await tributary.warehouse.read((snapshot) =>
    snapshot.query(
      `select t.touchpoint_id as id, coalesce(latest.verdict, t.verdict) as verdict from touchpoints t left join (
         select r.touchpoint_id as touchpoint_id, r.verdict as verdict, row_number() over (partition by r.touchpoint_id order by r.log_seq desc) as n from reclassifications r) latest
       on latest.touchpoint_id = t.touchpoint_id and latest.n = 1 order by id`,
    ),
  );
  return Object.fromEntries(rows.map(({ id, verdict }) => [id, verdict as string]));
}

const byCampaign = (shop: Shop, more = {}): Promise<Json> =>
  campaignReport(shop.reports, 'spring', { ...MARCH, ...more }, ALL_BRANDS);

describe('settling', () => {
  it('calls a gateway that follows every link a bot, and the reader who comes later a person', () =>
    withShop({}, async (shop) => {
      await shop.send('email_events', delivery('m1'));
      await shop.send('touchpoints', ...gateway('m1', 30), click('m1', 2, 7_200));
      await shop.send('conversions', order('o', '90', secondsIn(9_000)));
      const before = await byCampaign(shop);
      expect(before.basic_metrics).toMatchObject({ clicks: 6, human_clicks: 6, machine_clicks: 0 });

      expect(await settleNow(shop.tributary)).toEqual({ examined: 6, changed: 5 });
      const held = await verdicts(shop);
      expect(Object.values(held).filter((verdict) => verdict === 'bot')).toHaveLength(5);
      expect(held['click-m1-2-7200']).toBe('human');
      const report = await byCampaign(shop);
      expect(report.basic_metrics).toMatchObject({ clicks: 6, human_clicks: 1, machine_clicks: 5, unique_clicks: 1 });
      expect(report.conversion_metrics).toMatchObject({ touched_conversions: 1, attributed_revenue: '90.000000' });
    }));

  it('counts what machines did also of people who never ordered', () =>
    withShop({}, async (shop) => {
      await shop.send('email_events', delivery('m1'));
      await shop.send('touchpoints', ...gateway('m1', 30));
      await settleNow(shop.tributary);
      expect((await byCampaign(shop)).basic_metrics).toMatchObject({
        clicks: 5,
        human_clicks: 0,
        unique_human_clicks: 0,
      });
      const customer = await customerReport(shop.reports, 'ann', {}, ALL_BRANDS);
      expect(pick(customer, 'summary', 'machine_touchpoint_count')).toBe(5);
    }));

  it('writes nothing the second time, and leaves earlier reports as they were', () =>
    withShop({}, async (shop) => {
      await shop.send('touchpoints', ...gateway('m1', 30));
      await shop.send('conversions', order('o', '90', secondsIn(9_000)));
      const before: Json = await attributionReport(shop.reports, MARCH, ALL_BRANDS);
      await settleNow(shop.tributary);
      expect(await settleNow(shop.tributary)).toEqual({ examined: 0, changed: 0 });
      const { as_of } = before;
      expect(await attributionReport(shop.reports, { ...MARCH, as_of }, ALL_BRANDS)).toEqual(before);
      // A click that says nothing about the others is looked at with them, and changes nothing.
      await shop.send('touchpoints', click('m1', 1, 7_200));
      expect(await settleNow(shop.tributary)).toEqual({ examined: 6, changed: 0 });
    }));

  it('is left out of a report on request, to the byte, and counts again without the request', () =>
    withShop({}, async (shop) => {
      await shop.send('email_events', delivery('m1'));
      await shop.send('touchpoints', ...gateway('m1', 30), open('m1', 1));
      await shop.send('conversions', order('o', '90', secondsIn(9_000)));
      const raw = [await byCampaign(shop), await attributionReport(shop.reports, MARCH, ALL_BRANDS)];
      await settleNow(shop.tributary);
      const settled = [await byCampaign(shop), await attributionReport(shop.reports, MARCH, ALL_BRANDS)];
      expect(pick(settled[1], 'summary', 'total_attributed_revenue')).toBe('0.000000');
      const off = { ignore_message_rules: 'true' } as const;
      const again = [
        await byCampaign(shop, off),
        await attributionReport(shop.reports, { ...MARCH, ...off }, ALL_BRANDS),
      ];
      expect(JSON.stringify(again)).toBe(JSON.stringify(raw));
      const on = { ignore_message_rules: 'false' } as const;
      const turned_back = [
        await byCampaign(shop, on),
        await attributionReport(shop.reports, { ...MARCH, ...on }, ALL_BRANDS),
      ];
      expect(JSON.stringify(turned_back)).toBe(JSON.stringify(settled));
      // The configuration turns all reports off.
      const configured = { ...shop.reports, message_rules: false };
      const by_config = await attributionReport(configured, MARCH, ALL_BRANDS);
      expect(JSON.stringify(by_config)).toBe(JSON.stringify(raw[1]));
    }));

  it('waits until an event has had time for others, and then judges them together', () =>
    withShop({}, async (shop) => {
      await shop.send('touchpoints', ...gateway('m1', 30));
      const clock = (ms: number) => () => LAST_DAY_OF_MARCH_MS + ms;
      expect(await settleNow(shop.tributary, { settle_ms: 30_000 }, clock(29_000))).toEqual({
        examined: 0,
        changed: 0,
      });
      expect(await settleNow(shop.tributary, { settle_ms: 30_000 }, clock(31_000))).toEqual({
        examined: 5,
        changed: 5,
      });
    }));

  it('lets events that come long after they happened change nothing', () =>
    withShop({}, async (shop) => {
      await shop.send('touchpoints', ...gateway('m1', 30));
      expect(await settleNow(shop.tributary, { window_ms: 86_400_000 })).toEqual({ examined: 0, changed: 0 });
    }));

  it('takes the delivery from the provider, whenever it is told', () =>
    withShop({}, async (shop) => {
      await shop.send('touchpoints', open('m1', 1), open('m1', 600), click('m2', 1, 1));
      expect(await settleNow(shop.tributary)).toMatchObject({ changed: 0 });
      await shop.send('email_events', delivery('m1'), delivery('m2'));
      expect(await settleNow(shop.tributary)).toMatchObject({ changed: 2 });
      expect(await verdicts(shop)).toEqual({
        'click-m2-1-1': 'suspect',
        'open-m1-1': 'machine',
        'open-m1-600': 'human',
      });
    }));

  it('believes a page that opens with the click id of the click', () =>
    withShop({}, async (shop) => {
      await shop.send(
        'touchpoints',
        ...[1, 2, 3].map((link) => click('m1', link, link, { click_ids: { ct: `t${link}` } })),
      );
      await settleNow(shop.tributary);
      expect((await verdicts(shop))['click-m1-2-2']).toBe('suspect');
      const page = { touchpoint_type: 'page_view', anonymous_id: 'browser', touchpoint_id: 'page' };
      await shop.send('touchpoints', { ...page, click_ids: { ct: 't2', gclid: 'g' }, occurred_at: secondsIn(4) });
      expect(await settleNow(shop.tributary)).toMatchObject({ changed: 1 });
      expect(await verdicts(shop)).toMatchObject({ 'click-m1-1-1': 'suspect', 'click-m1-2-2': 'human' });
    }));

  it('works for emails that have no message id', () =>
    withShop({}, async (shop) => {
      const events = gateway('m1', 30).map(({ message_id: _id, ...event }) => ({ ...event, email_id: 'teaser' }));
      await shop.send('touchpoints', ...events);
      expect(await settleNow(shop.tributary)).toEqual({ examined: 5, changed: 5 });
    }));

  it('keeps what reclassification finds, and the verdicts that senders gave', () =>
    withShop({}, async (shop) => {
      const [first, ...others] = gateway('m1', 30, { referrer: 'https://shop.example/' });
      await shop.send('touchpoints', { ...first, verdict: 'human' }, ...others);
      expect(await settleNow(shop.tributary)).toMatchObject({ changed: 4 });
      expect(await reclassifyAll(shop.tributary)).toEqual({ examined: 5, changed: 0 });
      // With other weights a burst is no sign, and the events are what they are alone.
      const { enrich_options } = shop.tributary;
      const tolerant = { ...shop.tributary, enrich_options: { ...enrich_options, machine_rules: lenient } };
      await tolerant.state.transaction(settleAgain);
      expect(await settleNow(tolerant)).toMatchObject({ examined: 5, changed: 4 });
      expect(new Set(Object.values(await verdicts(shop)))).toEqual(new Set(['human']));
    }));
});
