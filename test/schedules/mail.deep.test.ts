/** Scheduled reports over a real mail server: once a period, with the figures of the API, and until a reader wants no more. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MS_PER_DAY, MS_PER_HOUR } from '../../src/domain/time.ts';
import { ADMIN, READ } from '../server/harness.ts';
import {
  type Arrived,
  HALF_PAST_SIX_MS,
  type House,
  mailSink,
  openHouse,
  partOf,
  type Sink,
  sellForWeeks,
} from './house.ts';

const BOARD = {
  period: 'weekly',
  at: '07:00',
  title: 'Weekly report',
  recipients: ['anna@shop.example', 'bo@shop.example'],
};
const WEEK = 'start=2026-03-09&end=2026-03-16';

const IDS = ['once', 'figures', 'leaving', 'asked'] as const;

let house: House;
let sink: Sink;
const ends: Array<() => void> = [];
beforeAll(async () => {
  sink = await mailSink({}, (end) => void ends.push(end as () => void));
  const mail = { smtp: sink.url, from: 'Reports <reports@shop.example>' };
  const schedules = Object.fromEntries(IDS.map((id) => [id, BOARD]));
  house = await openHouse({ mail, schedules }, { shared: true });
  await sellForWeeks(house.server);
  for (const id of IDS) await house.look(id);
});
afterAll(async () => {
  await house.server.close();
  for (const end of ends) end();
});

/** One of the schedules, on Monday at half past six. */
function open(id: (typeof IDS)[number]) {
  const { server, clock } = house;
  clock.now_ms = HALF_PAST_SIX_MS;
  return {
    ...{ server, clock },
    look: () => house.look(id),
    arrived: () => sink.arrived.filter(({ schedule_id }) => schedule_id === id),
    status: async () => {
      const { schedules } = (await server.get('/v1/schedules', ADMIN)).body;
      return schedules.find(({ schedule_id }: { schedule_id: string }) => schedule_id === id);
    },
  };
}

const linkIn = ({ source }: Arrived, path: string): string =>
  new RegExp(`https://t\\.shop\\.example(/${path}/[\\w-]+)`).exec(partOf(source, 'text/plain'))![1]!;

describe('a weekly report', () => {
  test('is sent once to each recipient when its time has come, and never for a week that was over before', async () => {
    const { look, clock, arrived, status } = open('once');
    expect(arrived()).toEqual([]);
    expect(await status()).toMatchObject({
      status: 'waiting',
      next_at: '2026-03-16T07:00:00.000Z',
      last_start: null,
    });
    clock.now_ms += MS_PER_HOUR;
    for (let looks = 0; looks < 3; looks++) await look();
    expect(
      arrived()
        .map(({ to }) => to)
        .sort(),
    ).toEqual(BOARD.recipients);
    expect(new Set(arrived().map(({ message_id }) => message_id)).size).toBe(2);
    expect(await status()).toMatchObject({
      ...{ status: 'sent', last_start: '2026-03-09', last_end: '2026-03-16', next_at: '2026-03-23T07:00:00.000Z' },
      ...{ run_id: 'once-2026-03-09', deliveries: { delivered: 2 }, last_error: null },
    });
    // Two weeks later only the newest week is sent.
    clock.now_ms += 14 * MS_PER_DAY;
    await look();
    await look();
    expect(arrived()).toHaveLength(4);
    expect((await status()).last_start).toBe('2026-03-23');
  });

  test('has the figures of the API, of the page that it leads to and of its frozen run, also after more orders', async () => {
    const { server, look, clock, arrived } = open('figures');
    clock.now_ms += MS_PER_HOUR;
    await look();
    const [first] = arrived();
    await server.post('/v1/conversions', {
      ...{ conversion_id: 'late', customer_id: 'c-default-48-0', conversion_type: 'purchase', currency: 'USD' },
      ...{ conversion_value: 9_999, occurred_at: '2026-03-15T20:00:00Z' },
    });
    await server.flush();
    const run = (await server.get('/v1/runs', READ)).body.runs.find(
      ({ run_id }: { run_id: string }) => run_id === 'default/figures-2026-03-09',
    );
    const asked = `/v1/reports/attribution?${WEEK}&brand_id=default&group_by=channel`;
    const then = (await server.get(`${asked}&as_of=${encodeURIComponent(run.as_of)}`, READ)).body;
    const now = (await server.get(asked, READ)).body;
    expect(now.summary.total_revenue).not.toBe(then.summary.total_revenue);
    const html = partOf(first!.source, 'text/html');
    const shown = (amount: string): string =>
      Number(amount).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
    for (const part of [html, partOf(first!.source, 'text/plain')]) {
      for (const amount of [then.summary.total_revenue, then.summary.email_attributed_revenue])
        expect(part).toContain(shown(amount));
      for (const { channel, attributed_revenue } of then.channel_attribution) {
        expect(part.replaceAll('<wbr>', '')).toContain(channel);
        expect(part).toContain(shown(attributed_revenue));
      }
    }
    const page = linkIn(first!, 's');
    const { view } = (await server.get(`${page}/view`, {})).body;
    expect(view).toMatchObject({ start: '2026-03-09', end: '2026-03-16', brand_id: 'default', model: 'linear' });
    const query = new URLSearchParams({ ...view, group_by: 'day' });
    query.delete('filter');
    for (const [name, value] of [...query]) if (value === '') query.delete(name);
    const of_page = (await server.get(`${page}/v1/reports/attribution?${query}`, {})).body;
    expect(of_page.summary).toMatchObject(then.summary);
    const compared = (await server.get(`/v1/runs/default%2Ffigures-2026-03-09/compare`, READ)).body;
    expect(JSON.stringify(compared)).toContain(then.summary.email_attributed_revenue_micros);
  });

  test('ends for a reader with one click, and for the others it goes on; the link holds no address', async () => {
    const { server, look, clock, arrived, status } = open('leaving');
    clock.now_ms += MS_PER_HOUR;
    await look();
    const anna = arrived().find(({ to }) => to.startsWith('anna'))!;
    expect(anna.source).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r$/m);
    const link = linkIn(anna, 'u');
    expect(anna.source.replace(/\r\n /g, ' ')).toContain(`List-Unsubscribe: <https://t.shop.example${link}>`);
    expect(Buffer.from(link.slice(3), 'base64url').toString('latin1')).not.toMatch(/anna|shop/);
    // Programs that check mail open links.
    expect((await server.get(link, {})).text).toContain('<form method="post"');
    expect((await status()).unsubscribed).toBe(0);
    const one_click = {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'List-Unsubscribe=One-Click',
    };
    expect((await server.call('POST', link, one_click)).status).toBe(200);
    expect((await server.call('POST', `${link.slice(0, -1)}x`, one_click)).status).toBe(404);
    clock.now_ms += 7 * MS_PER_DAY;
    await look();
    expect(
      arrived()
        .slice(2)
        .map(({ to }) => to),
    ).toEqual(['bo@shop.example']);
    expect(await status()).toMatchObject({
      ...{ unsubscribed: 1, status: 'sent', deliveries: { delivered: 1, unsubscribed: 1 } },
    });
    expect((await server.call('POST', `${link}/again`, one_click)).status).toBe(200);
    clock.now_ms += 7 * MS_PER_DAY;
    await look();
    expect(arrived().slice(3)).toHaveLength(2);
  });

  test('is sent before its time when a person asks, and then not again', async () => {
    const { server, look, clock, arrived } = open('asked');
    expect((await server.post('/v1/schedules/asked/send', {}, ADMIN)).body).toEqual({ asked: true });
    await look();
    expect(arrived()).toHaveLength(2);
    await server.post('/v1/schedules/asked/send', {}, ADMIN);
    await look();
    clock.now_ms += MS_PER_HOUR;
    await look();
    expect(arrived()).toHaveLength(2);
    expect((await server.post('/v1/schedules/none/send', {}, ADMIN)).status).toBe(404);
  });
});

test('a mail that the server refuses for now is tried again, one that it never takes is not, and a lost answer is said', async () => {
  const said: Record<string, number> = { 'busy@shop.example': 451, 'gone@shop.example': 550 };
  let tries = 0;
  const sink = await mailSink({
    onRcptTo: ({ address }, _session, done) => {
      tries += 1;
      const code = said[address];
      done(code === undefined ? null : Object.assign(new Error(`no ${address}`), { responseCode: code }));
    },
  });
  const mail = { smtp: sink.url, from: 'reports@shop.example' };
  const recipients = [...Object.keys(said), 'anna@shop.example'];
  const { server, look, clock } = await openHouse({ mail, schedules: { board: { ...BOARD, recipients } } });
  await sellForWeeks(server);
  await look('board');
  clock.now_ms += MS_PER_HOUR;
  await look('board');
  const standing = async () => (await server.get('/v1/schedules', ADMIN)).body.schedules[0];
  expect(await standing()).toMatchObject({ status: 'retrying', deliveries: { waiting: 1, refused: 1, delivered: 1 } });
  expect((await standing()).last_error).not.toContain('@');
  await look('board');
  expect(tries).toBe(3);
  said['busy@shop.example'] = 0;
  delete said['busy@shop.example'];
  clock.now_ms += MS_PER_HOUR;
  await look('board');
  expect(tries).toBe(4);
  expect(await standing()).toMatchObject({ status: 'trouble', deliveries: { refused: 1, delivered: 2 } });
  expect((await server.get('/metrics', ADMIN)).text).toContain('tributary_schedule_trouble{schedule="board"} 1');
});
