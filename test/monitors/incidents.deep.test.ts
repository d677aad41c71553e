/** From events over HTTP to an incident and its alerts: a silent drop opens an incident once, each receiver is told once, and told of its end. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer } from 'smtp-server';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AlertDelivery } from '../../src/monitors/alerts/deliver.ts';
import { Monitors } from '../../src/monitors/follower.ts';
import type { OutRequest } from '../../src/network/request.ts';
import { ADMIN, READ, startServer, type TestServer } from '../server/harness.ts';
import { temporaryFolder } from '../support/folder.ts';

const HOUR = 3_600_000;
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const HISTORY_HOURS = 15 * 24;
let now = Date.UTC(2026, 2, 2);
let server: TestServer;
let smtp: SMTPServer;
const mails: string[] = [];
const requests: OutRequest[] = [];
const folder = temporaryFolder();
let config: Record<string, unknown>;
let fails = false;

async function start(): Promise<void> {
  server = await startServer({ folder, config, clock: () => now, shared: true });
}

let sent = 0;
/** Sends the events of the hour that ends now. */
async function sendHour(touches: number, orders: number, more: Record<string, unknown> = {}): Promise<void> {
  const at = (i: number, of: number): string => new Date(now - HOUR + 1_000 + (i * (HOUR - 2_000)) / of).toISOString();
  const touch = (i: number) => ({
    ...{ touchpoint_id: `t${sent++}`, customer_id: `c${sent % 97}`, touchpoint_type: 'email_click', channel: 'email' },
    ...{ occurred_at: at(i, touches), campaign_id: 'spring', brand_id: 'shop', ...more },
  });
  const order = (i: number) => ({
    ...{ conversion_id: `o${sent++}`, customer_id: `c${sent % 97}`, conversion_type: 'purchase', currency: 'USD' },
    ...{ conversion_value: '20.00', occurred_at: at(i, orders), brand_id: 'shop' },
  });
  if (touches > 0)
    await server.post(
      '/v1/touchpoints',
      Array.from({ length: touches }, (_, i) => touch(i)),
    );
  if (orders > 0)
    await server.post(
      '/v1/conversions',
      Array.from({ length: orders }, (_, i) => order(i)),
    );
}

/** The run after the hour that ends now. */
async function watch(): Promise<void> {
  await server.flush();
  const ended = now;
  now += 11 * 60_000;
  const { reports, state, audit, config: own } = server.tributary;
  const monitors = new Monitors({ reports, state, audit, settings: own.monitors });
  await monitors.run({ transaction: (work) => state.transaction(work) }, new AbortController().signal);
  now = ended;
}

async function deliver(): Promise<void> {
  const { state, config: own } = server.tributary;
  const send = async (request: OutRequest) => {
    if (fails) throw new Error('no connection (ECONNREFUSED)');
    requests.push(request);
    return { status: 200, headers: {}, body: '' };
  };
  now += 12 * 60_000;
  for (const alert of own.monitors.alerts.values())
    await new AlertDelivery(alert, { state, clock: () => now, mail: own.mail, network: { send } }).run(
      { transaction: (work) => state.transaction(work) },
      new AbortController().signal,
    );
  now -= 12 * 60_000;
}

const incidents = async (query = '') => (await server.get(`/v1/incidents?brand_id=shop${query}`, READ)).body.incidents;
const alertsOf = (incident: string) => requests.filter(({ body }) => body.includes(incident));

beforeAll(async () => {
  smtp = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData: (stream, _session, done) => void text(stream).then((mail) => done(void mails.push(mail)), done),
  });
  smtp.listen(0, '127.0.0.1');
  await once(smtp.server, 'listening');
  const { port } = smtp.server.address() as AddressInfo;
  config = {
    mail: { smtp: `smtp://127.0.0.1:${port}`, from: 'Tributary <watch@shop.example>' },
    monitors: {
      alerts: {
        hook: { kind: 'webhook', url: 'https://hooks.example/in', signing_secret: SECRET, checks: ['anomaly'] },
        chat: { kind: 'slack', url: 'https://hooks.slack.example/T/B/x', checks: ['anomaly'], repeat: 'hourly' },
        team: { kind: 'email', to: ['team@shop.example'], checks: ['anomaly'] },
      },
    },
  };
  await start();
  for (let hour = 0; hour < HISTORY_HOURS; hour++) {
    now += HOUR;
    await sendHour(36 + ((hour * 7_919) % 9), hour % 6 === 0 ? 1 : 0);
  }
  await watch();
}, 240_000);
afterAll(async () => {
  await server?.close();
  await new Promise<void>((resolve) => smtp.close(() => resolve()));
});

describe('a sender that almost falls silent', () => {
  test('is no incident before, and one of each metric after two hours, however often the server starts again', async () => {
    expect(await incidents()).toEqual([]);
    const { brands } = (await server.get('/v1/monitors', READ)).body;
    expect(brands[0].series.find(({ metric }: { metric: string }) => metric === 'clicks').status).toBe('usual');
    now += HOUR;
    await sendHour(8, 0);
    await watch();
    expect(await incidents()).toEqual([]);
    for (let hour = 0; hour < 3; hour++) {
      now += HOUR;
      await sendHour(7, 0);
      await watch();
      await server.close();
      await start();
      await deliver();
    }
    const found = await incidents('&status=open&check=anomaly');
    expect(found.map(({ subject }: { subject: string }) => subject).sort()).toEqual([
      'clicks',
      'touches of the channel email',
    ]);
    const [first] = found;
    expect(first).toMatchObject({
      brand_id: 'shop',
      status: 'open',
      evidence: { direction: 'low', value: 7, came_late: 0 },
    });
    expect(first.evidence.low).toBeGreaterThan(7);
    expect(Date.parse(first.opened_at) - Date.parse(first.since)).toBeLessThan(3 * HOUR);
    expect(first.next_step).toMatch(/Look whether/);
  });

  test('is told once to each receiver, with a signature that a library checks, and hourly to who asked for it', async () => {
    const [{ incident_id }] = await incidents('&status=open');
    const hooks = alertsOf(incident_id).filter(({ url }) => url === 'https://hooks.example/in');
    expect(hooks).toHaveLength(1);
    const { headers, body } = hooks[0]!;
    const checked = JSON.parse(body);
    const library = new Webhook(SECRET);
    const past = new Date(Number(headers['webhook-timestamp']) * 1_000);
    expect(library.sign(headers['webhook-id']!, past, body)).toBe(headers['webhook-signature']);
    expect(checked.data.items.map(({ event }: { event: string }) => event)).toEqual(['opened', 'opened']);
    const chats = requests.filter(({ url }) => url.includes('slack'));
    expect(chats).toHaveLength(3);
    expect(JSON.parse(chats[0]!.body).blocks[1].text.text).toMatch(/^New: Fewer .*\nNext step: Look whether/s);
    expect(JSON.parse(chats[1]!.body).text).toBe('shop: incidents: 2 still open');
    expect(mails).toHaveLength(1);
    expect(mails[0]).toMatch(/^Subject: shop: incidents: 2 new/m);
    expect(mails[0]).toContain('To: team@shop.example');
  });

  test('waits for a receiver that is down, and the same message arrives once it is back', async () => {
    fails = true;
    now += HOUR;
    await sendHour(7, 0);
    await watch();
    const before = requests.length;
    await deliver();
    const { alerts } = (await server.get('/v1/monitors', ADMIN)).body;
    expect(alerts.find(({ alert_id }: { alert_id: string }) => alert_id === 'chat')).toMatchObject({
      ...{ waiting: 1, sent: 3, last_error: 'no connection (ECONNREFUSED)' },
    });
    fails = false;
    now += 60_000;
    await deliver();
    await deliver();
    expect(requests.length - before).toBe(1);
    now -= 60_000;
  });

  test('is over after three usual hours, which is told once', async () => {
    for (let hour = 0; hour < 5; hour++) {
      now += HOUR;
      await sendHour(38, 0);
      await watch();
      await deliver();
    }
    const found = await incidents('&status=over&check=anomaly');
    expect(found).toHaveLength(2);
    // The figures are those of the last hour that was unusual.
    expect(found[0]).toMatchObject({ over_because: 'usual', evidence: { value: 7 } });
    const events = alertsOf(found[0].incident_id)
      .filter(({ url }) => url === 'https://hooks.example/in')
      .flatMap(({ body }) => JSON.parse(body).data.items)
      .filter(({ incident }: { incident: { incident_id: string } }) => incident.incident_id === found[0].incident_id);
    expect(events.map(({ event }: { event: string }) => event)).toEqual(['opened', 'over']);
    expect(mails).toHaveLength(2);
  });
});

test('a field that a sender leaves out is an incident of schema drift', async () => {
  for (let hour = 0; hour < 26; hour++) {
    now += HOUR;
    await sendHour(38, 0, { campaign_id: undefined });
  }
  await watch();
  const found = await incidents('&status=open&check=schema_drift');
  expect(found.map(({ subject }: { subject: string }) => subject)).toEqual(['touchpoints.campaign_id']);
  expect(found[0].evidence).toMatchObject({ field: 'campaign_id', share: 0 });
});

test('a key of another brand sees neither incidents nor monitors of this one', async () => {
  const { body: key } = await server.post('/v1/keys', { name: 'other', scope: 'read', brand_id: 'other' }, ADMIN);
  const as_other = { authorization: `Bearer ${key.key}` };
  expect((await server.get('/v1/incidents', as_other)).body).toEqual({ incidents: [] });
  expect((await server.get('/v1/monitors', as_other)).body.brands).toEqual([]);
  expect((await server.get('/v1/incidents?brand_id=shop', as_other)).status).toBe(403);
});

test('a broken audit log is an incident of the installation', async () => {
  const { state, audit } = server.tributary;
  const [entry] = await state.list<Record<string, string>>('audit_entries', { limit: 1 });
  await state.transaction((transaction) =>
    transaction.put('audit_entries', entry!.key, { ...entry!.value, call: 'x' }),
  );
  await audit.check();
  now += HOUR;
  await watch();
  const { body } = await server.get('/v1/incidents?check=audit_chain', ADMIN);
  expect(body.incidents[0]).toMatchObject({ brand_id: null, status: 'open', subject: 'audit log' });
});
