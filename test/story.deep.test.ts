/**
 * A campaign from its sending to its revenue, with every part real: the emails are instrumented and go through SMTP, a gateway follows
 * every link, a proxy loads the picture, a person clicks in Chromium, looks around and buys, and the shop's provider tells of the order and
 * of a refund. The report credits the human click alone, and the receipt says why.
 */

import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import nodemailer from 'nodemailer';
import { chromium } from 'playwright-core';
import { SMTPServer } from 'smtp-server';
import Stripe from 'stripe';
import { expect, onTestFinished, test } from 'vitest';
import { settleNow } from './log/settlement/messages.ts';
import { ADMIN, type Body, KEYS, READ, startServer } from './server/harness.ts';
import { CHROMIUM, missing } from './support/chromium.ts';

const SECRET = 'whsec_of_the_story';
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const { webhooks } = new Stripe('sk_test_of_the_story');
const GATEWAY =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';
/** Chromium without a window calls itself headless. */
const READER = 'Mozilla/5.0 (X11; Linux x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';
const GOOGLE = 'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)';

/** Listens on a port of the loopback that the system picks. */
async function listening(server: ReturnType<typeof createServer> | SMTPServer): Promise<number> {
  const inner = server instanceof SMTPServer ? server.server : server;
  await new Promise<void>((resolve) => inner.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void inner.close());
  return (inner.address() as AddressInfo).port;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** A shop: its pages have the script, and it keeps the click id of the landing for its checkout. */
function shopPages(script_url: string) {
  const clicks: string[] = [];
  const server = createServer((request, response) => {
    const click = new URL(request.url!, 'http://shop').searchParams.get('ct');
    if (click !== null) clicks.push(click);
    response.setHeader('content-type', 'text/html');
    response.end(
      `<title>shop</title><script defer src="${script_url}" data-key="${KEYS.TRIBUTARY_PAGE_KEY}" data-allow-automation></script><a href="/shoes">shoes</a>`,
    );
  });
  return { server, clicks };
}

/** The emails that a local SMTP server received, as text. */
function inbox() {
  const emails: string[] = [];
  const smtp = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData: (stream, _session, done) => {
      let text = '';
      stream
        .on('data', (part) => (text += part))
        .on('end', () => {
          emails.push(text);
          done();
        });
    },
  });
  return { smtp, emails };
}

const decoded = (email: string): string =>
  email
    .replaceAll('=\r\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

test.skipIf(missing)('the human click alone earns the order, net of its refund', async () => {
  let now_ms = Date.now() - 2 * DAY_MS;
  const clock = (): number => now_ms;
  const port = await freePort();
  const host = `http://127.0.0.1:${port}`;
  const server = await startServer({
    clock,
    config: {
      email: { base_url: host },
      sources: {
        mail: {
          provider: 'sendgrid',
          public_key: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
        },
        shop: { provider: 'stripe', secrets: [SECRET] },
      },
    },
  });
  await server.app.listen({ host: '127.0.0.1', port });
  const shop = shopPages(`${host}/t.js`);
  const site = `http://localhost:${await listening(shop.server)}`;

  // The campaign: two emails, of which one leads to an order.
  const { smtp, emails } = inbox();
  const transport = nodemailer.createTransport({ host: '127.0.0.1', port: await listening(smtp), ignoreTLS: true });
  const html = `<body><a href="${site}/sale">Sale</a> <a href="${site}/new">New</a> <a href="${site}/shoes">Shoes</a> <a href="${site}/bags">Bags</a></body>`;
  const people = ['anna@example.com', 'ben@example.com'];
  for (const email of people) {
    const message_id = `spring-${email.split('@')[0]}`;
    const body = { html, message_id, email, campaign_id: 'spring', email_id: 'teaser', campaign_kind: 'campaign' };
    const instrumented = await server.post('/v1/email/instrument', body);
    expect(instrumented.status).toBe(200);
    await transport.sendMail({ from: 'shop@example.com', to: email, subject: 'Spring', html: instrumented.body.html });
  }
  transport.close();
  const links = emails.map((email) => [...decoded(email).matchAll(/"(http:[^"]+\/c\/[^"]+)"/g)].map(([, url]) => url!));
  const [pixel] = [...decoded(emails[0]!).matchAll(/"(http:[^"]+\/o\/[^"]+\.gif)"/g)].map(([, url]) => url!);
  expect(links.map((own) => own.length)).toEqual([4, 4]);

  // The provider delivered both.
  const delivered = people.map((email) => ({
    email,
    event: 'delivered',
    timestamp: Math.floor(now_ms / 1_000),
    sg_event_id: `delivered-${email.split('@')[0]}`,
    sg_message_id: `spring-${email.split('@')[0]}`,
    category: 'spring',
  }));
  const tell = JSON.stringify(delivered);
  const timestamp = String(Math.floor(now_ms / 1_000));
  const told = await server.call('POST', '/v1/sources/mail', {
    payload: tell,
    headers: {
      'content-type': 'application/json',
      'x-twilio-email-event-webhook-timestamp': timestamp,
      'x-twilio-email-event-webhook-signature': sign('sha256', Buffer.from(timestamp + tell), privateKey).toString(
        'base64',
      ),
    },
  });
  expect(told.body).toMatchObject({ accepted: 2 });

  // A gateway follows every link of both, a second after the delivery. It looks like a browser.
  now_ms += 1_000;
  for (const url of links.flat()) {
    const answer = await fetch(url, { redirect: 'manual', headers: { 'user-agent': GATEWAY } });
    expect(answer.status).toBe(302);
  }
  // Google's proxy loads the picture an hour later, and Anna clicks.
  now_ms += 60 * MINUTE_MS;
  await fetch(pixel!, { headers: { 'user-agent': GOOGLE } });
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  onTestFinished(() => browser.close());
  const page = await browser.newPage({ userAgent: READER });
  shop.clicks.length = 0;
  await page.setContent(`<a id="sale" href="${links[0]![0]!}">Sale</a>`);
  await page.click('#sale');
  await page.waitForURL(`${site}/**`);
  await page.goto(`${site}/shoes`);
  await page.goto(`${site}/cart`);
  await page.goto('about:blank');
  const [click] = shop.clicks;
  expect(click).toMatch(/^[0-9A-Z]{26}$/);

  // She buys; the provider of payments tells of the order, and a day later of a refund.
  const stripe = async (type: string, object: object): Promise<void> => {
    const created = Math.floor(now_ms / 1_000);
    const body = JSON.stringify({
      id: `evt_${type}`,
      object: 'event',
      type,
      created,
      livemode: true,
      data: { object },
    });
    const signature = webhooks.generateTestHeaderString({ payload: body, secret: SECRET, timestamp: created });
    const headers = { 'content-type': 'application/json', 'stripe-signature': signature };
    expect(await server.call('POST', '/v1/sources/shop', { payload: body, headers })).toMatchObject({
      status: 200,
      body: { unusable: 0 },
    });
  };
  now_ms += 10 * MINUTE_MS;
  await stripe('checkout.session.completed', {
    id: 'cs_1',
    object: 'checkout.session',
    mode: 'payment',
    payment_status: 'paid',
    payment_intent: 'pi_1',
    customer: null,
    client_reference_id: click,
    customer_details: { email: 'Anna@Example.com' },
    amount_total: 12_000,
    currency: 'usd',
  });
  now_ms += DAY_MS;
  const created = Math.floor(now_ms / 1_000);
  await stripe('refund.created', {
    id: 're_1',
    object: 'refund',
    charge: 'ch_1',
    payment_intent: 'pi_1',
    amount: 2_000,
    currency: 'usd',
    created,
    status: 'succeeded',
  });

  // The pages of the visit come in batches, then the verdicts settle.
  await expect
    .poll(async () => {
      await server.flush();
      const rows: Body[] = await server.tributary.warehouse.read((s) =>
        s.query('select touchpoint_type from touchpoints'),
      );
      return rows.length;
    })
    .toBe(8 + 1 + 1 + 3);
  await settleNow(server.tributary, {}, clock);

  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  const period = `start=${day(now_ms - 5 * DAY_MS)}&end=${day(now_ms + 2 * DAY_MS)}`;
  const report = await server.get(`/v1/reports/attribution?${period}&models=linear&group_by=campaign_id`, READ);
  expect(report.body.models.linear).toMatchObject({
    reconciliation: { net_revenue_micros: '100000000', attributed_micros: '100000000' },
    summary: { email_conversions: 1, email_attributed_revenue: '100.000000' },
  });
  const receipt = await server.get('/v1/conversions/stripe:cs_1/receipt?model=linear', ADMIN);
  expect(receipt.body).toMatchObject({ order: { match: { method: 'click_id' } } });
  const credited = (receipt.body.touchpoints as Body[]).filter(({ status }) => status === 'credited');
  expect(credited).toMatchObject([{ touchpoint_type: 'email_click', verdict: 'human' }]);
});
