/** A gateway that follows every link of an email before its reader does: over HTTP, with the work in the background. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { click, delivery, gateway, secondsIn } from '../log/settlement/messages.ts';
import { order } from '../support/events.ts';
import { temporaryFolder } from '../support/folder.ts';
import { MARCH_QUERY } from '../support/time.ts';
import { type Body, startServer, type TestServer } from './harness.ts';

const CAMPAIGN = `/v1/reports/campaigns/spring?${MARCH_QUERY}`;
const CREDIT = `/v1/reports/attribution?${MARCH_QUERY}&group_by=campaign_id&collapse=none&model=linear`;

/** The answer without what depends on the clock. */
async function report(server: TestServer, path: string): Promise<Body> {
  const { status, body } = await server.get(path);
  expect(status).toBe(200);
  return { ...body, generated_at: '' };
}

const humanClicks = async (server: TestServer): Promise<number> =>
  (await report(server, CAMPAIGN)).basic_metrics.human_clicks;

test('a report credits the reader alone, and with the rules off everyone again', async () => {
  const folder = temporaryFolder();
  const open = (rules: boolean) =>
    startServer({
      folder,
      config: { machine_traffic: { settle_seconds: 0, window_days: 36_500, rules } },
      shared: true,
    });
  const server = await open(true);
  await server.post('/v1/email_events', [delivery('m1')]);
  await server.post('/v1/touchpoints', [...gateway('m1', 30), click('m1', 3, 7_200, { email_id: 'read' })]);
  await server.post('/v1/conversions', [order('o', '60', secondsIn(9_000))]);
  await server.flush();
  const raw = [await report(server, CAMPAIGN), await report(server, CREDIT)];
  expect(raw[0].basic_metrics).toMatchObject({ clicks: 6, human_clicks: 6 });

  server.tributary.followers.start();
  while ((await humanClicks(server)) !== 1) await sleep(50);
  const settled = [await report(server, CAMPAIGN), await report(server, CREDIT)];
  expect(settled[0].basic_metrics).toMatchObject({ clicks: 6, human_clicks: 1, machine_clicks: 5 });
  const by_email = Object.fromEntries(settled[0].by_email.map((row: Body) => [row.email_id, row.attributed_revenue]));
  expect(by_email).toEqual({ read: '60.000000', null: '0.000000' });

  const off = '&ignore_message_rules=true';
  expect([await report(server, CAMPAIGN + off), await report(server, CREDIT + off)]).toEqual(raw);
  const receipt = (await server.get(`/v1/conversions/o/receipt?collapse=none`)).body;
  expect(JSON.stringify(receipt)).toContain('was a bot, not a person');
  await server.close();

  const without_rules = await open(false);
  without_rules.tributary.followers.start();
  expect([await report(without_rules, CAMPAIGN), await report(without_rules, CREDIT)]).toEqual(raw);
  await without_rules.close();

  const again = await open(true);
  expect([await report(again, CAMPAIGN), await report(again, CREDIT)]).toEqual(settled);
  await again.close();
});
