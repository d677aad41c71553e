/** Links and pixels of emails through the front door: instrumented, clicked, opened, and what the log has of it. */
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PIXEL_GIF } from '../../src/email/pixel.ts';
import { seal, tokenKey } from '../../src/email/token.ts';
import { MAX_OF_ADDRESS } from '../../src/server/guesses.ts';
import { bearer } from '../support/events.ts';
import { ADMIN, type Body, READ, startServer, type TestOptions, type TestServer } from './harness.ts';

const EMAIL = { base_url: 'https://track.shop.example/' };
const HTML =
  '<body><a href="https://shop.example/spring?a=1&amp;b=2#top">Spring</a> <a href="https://shop.example/b">B</a>' +
  '<a href="https://shop.example/u">Unsubscribe</a></body>';
const MAIL = {
  html: HTML,
  message_id: 'message-1',
  customer_id: 'Anna@Example.com',
  campaign_id: 'spring-sale',
  email_id: 'teaser',
  campaign_kind: 'campaign',
};
const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';

const start = (options: TestOptions = {}): Promise<TestServer> =>
  startServer({ ...options, config: { email: EMAIL, ...options.config } });

/** Instruments an email. @returns the answer, and the paths of its links and its pixel. */
async function instrumented(server: TestServer, mail: Body = MAIL) {
  const { status, body, text } = await server.post('/v1/email/instrument', mail);
  expect({ status, text }).toMatchObject({ status: 200 });
  const paths = [...(body.html as string).matchAll(/"https:\/\/track\.shop\.example(\/[co]\/[\w.-]+)"/g)].map(
    ([, path]) => path!,
  );
  return {
    body,
    links: paths.filter((path) => path.startsWith('/c/')),
    pixel: paths.find((path) => path.startsWith('/o/'))!,
  };
}

/** The stored touchpoints, as soon as there are so many: a link does not wait for a disk that is slow. */
async function touchpoints(server: TestServer, count = 1): Promise<Body[]> {
  let rows: Body[] = [];
  await expect
    .poll(async () => {
      await server.flush();
      rows = await server.tributary.warehouse.read((snapshot) =>
        snapshot.query('select * from touchpoints order by touchpoint_id'),
      );
      return rows.length;
    })
    .toBeGreaterThanOrEqual(count);
  return rows;
}

describe('a click', () => {
  test('leads to the page with an id, and is a touchpoint of the recipient with its evidence', async () => {
    const server = await start();
    const { body, links } = await instrumented(server);
    expect(body).toMatchObject({ links: 2, outlook_links: 0, skipped: { unsubscribe: 1 } });
    const headers = {
      'user-agent': CHROME,
      'sec-fetch-mode': 'navigate',
      'sec-fetch-user': '?1',
      'sec-ch-ua': '"Chromium";v="126"',
    };
    const answer = await server.get(links[0]!, headers);
    expect(answer.status).toBe(302);
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store, private', 'x-robots-tag': 'noindex' });
    expect(answer.headers['referrer-policy']).toBeUndefined();
    expect(answer.headers['set-cookie']).toBeUndefined();
    const page =
      'https://shop.example/spring?a=1&b=2&utm_source=email&utm_medium=email&utm_campaign=spring-sale&utm_content=teaser';
    const [, ct] = /&ct=([0-9A-Z]{26})#top$/.exec(answer.headers['location']!)!;
    expect(answer.headers['location']).toBe(`${page}&ct=${ct}#top`);
    const [row] = await touchpoints(server);
    expect(row).toMatchObject({
      touchpoint_id: `click_${ct}`,
      touchpoint_type: 'email_click',
      customer_id: 'Anna@Example.com',
      anonymous_id: `ct_${ct}`,
      message_id: 'message-1',
      campaign_id: 'spring-sale',
      email_id: 'teaser',
      channel: 'email',
      url: `${page}#top`,
      utm_campaign: 'spring-sale',
      user_agent: CHROME,
      ip_address: '127.0.0.0',
      verdict: 'human',
    });
    expect(JSON.parse(row.click_ids)).toEqual({ ct });
    expect(JSON.parse(row.evidence)).toEqual({
      method: 'GET',
      sent_at: expect.any(String),
      sec_fetch_mode: 'navigate',
      sec_fetch_user: '?1',
      sec_ch_ua: '"Chromium";v="126"',
      link: 1,
      links: 2,
      link_id: expect.stringMatching(/^1-.{6}$/),
    });
  });

  test('joins an order that brings its id', async () => {
    const server = await start();
    const { links } = await instrumented(server, { ...MAIL, customer_id: 'customer-1' });
    const { headers } = await server.get(links[1]!, { 'user-agent': CHROME });
    const ct = new URL(headers['location']!).searchParams.get('ct');
    const order = {
      conversion_id: 'order-1',
      anonymous_id: `ct_${ct}`,
      conversion_type: 'purchase',
      conversion_value: '50.00',
      currency: 'USD',
      occurred_at: new Date(Date.now() + 1_000).toISOString(),
    };
    expect((await server.post('/v1/conversions', order)).text).toContain('"accepted":1');
    await touchpoints(server);
    const receipt = await server.get('/v1/conversions/order-1/receipt?model=linear');
    expect(receipt.text).toContain('customer-1');
    expect(receipt.text).toContain('spring-sale');
  });

  test('of HEAD is answered alike and is evidence of a machine; each request is an event', async () => {
    const server = await start();
    const { links } = await instrumented(server);
    const head = await server.call('HEAD', links[0]!, { headers: { 'user-agent': CHROME } });
    expect([head.status, head.text]).toEqual([302, '']);
    await server.get(`${links[0]}?fbclid=abc`, { 'user-agent': CHROME });
    await server.get(links[0]!, { 'user-agent': CHROME, 'sec-purpose': 'prefetch' });
    const rows = await touchpoints(server, 3);
    expect(rows.map((row) => [JSON.parse(row.evidence).method, row.verdict]).sort()).toEqual([
      ['GET', 'bot'],
      ['GET', 'human'],
      ['HEAD', 'bot'],
    ]);
  });

  test('on a page that has the parameter already leaves it alone; the parameter can have another name', async () => {
    const server = await start({ config: { email: { ...EMAIL, click_parameter: 'tid' } } });
    const html = '<a href="https://shop.example/?tid=own">x</a><a href="https://shop.example/?ct=own">x</a>';
    const { links } = await instrumented(server, { ...MAIL, html, options: { utm: false } });
    expect((await server.get(links[0]!)).headers['location']).toBe('https://shop.example/?tid=own');
    expect((await server.get(links[1]!)).headers['location']).toMatch(
      /^https:\/\/shop\.example\/\?ct=own&tid=[0-9A-Z]{26}$/,
    );
  });

  test('after the tracking days still leads to the page, and is not recorded', async () => {
    let now_ms = Date.parse('2026-03-01T00:00:00Z');
    const server = await start({ clock: () => now_ms });
    const { links, pixel } = await instrumented(server, { ...MAIL, options: { utm: false, tracking_days: 2 } });
    now_ms += 2 * 86_400_000;
    expect((await server.get(links[1]!)).headers['location']).toBe('https://shop.example/b');
    expect((await server.get(pixel)).status).toBe(200);
    expect(await touchpoints(server, 0)).toEqual([]);
    expect((await server.get('/metrics', READ)).text).toContain('tributary_link_events_late_total 2');
  });

  test('behind a trusted proxy has the address of the client', async () => {
    const server = await start({ config: { trust_proxy: ['127.0.0.1'], ip_storage: 'full' } });
    const { links } = await instrumented(server);
    await server.get(links[0]!, { 'x-forwarded-for': '203.0.113.9' });
    expect((await touchpoints(server))[0].ip_address).toBe('203.0.113.9');
  });
});

describe('a token that this server did not make', () => {
  test('leads nowhere, is not recorded, and counts as a guess', async () => {
    const server = await start();
    const { links, pixel } = await instrumented(server);
    const [kid, payload, mac] = links[0]!.slice('/c/'.length).split('.');
    const target = { m: 'm', c: 'c', b: 'b', s: 4_000_000_000, u: 'https://evil.example/', l: 1, n: 1, t: '' };
    const forged = seal('click', target, tokenKey(kid!, Buffer.alloc(32)));
    const wrong = [
      '/c/',
      '/c/x',
      `/c/${kid}.${payload}`,
      `/c/${kid}.${payload}.${mac!.slice(1)}A`,
      `/c/${kid}.${payload}.${mac}x`,
      `/c/00000000.${payload}.${mac}`,
      `/c/${pixel.slice('/o/'.length, -'.gif'.length)}`,
      `/c/${forged}`,
      `/c/${'A'.repeat(7_500)}`,
      '/c/https://evil.example/',
      '/c//evil.example',
      '/c/..%2f..%2fevil',
      '/c/\\evil.example',
    ];
    for (const path of wrong) {
      const { status, headers, text } = await server.get(path);
      expect({ path, status, location: headers['location'] }).toEqual({ path, status: 404, location: undefined });
      expect(text).toContain('This link does not work');
    }
    for (let i = wrong.length; i < MAX_OF_ADDRESS; i++) await server.get('/c/x');
    expect((await server.get('/c/x')).status).toBe(429);
    expect((await server.get(links[0]!)).status).toBe(302);
    expect(await touchpoints(server)).toHaveLength(1);
    expect((await server.get('/metrics', READ)).text).toContain(
      `tributary_wrong_link_tokens_total ${MAX_OF_ADDRESS + 1}`,
    );
  });

  test('gets the pixel all the same, and other methods get neither', async () => {
    const server = await start();
    const { links, pixel } = await instrumented(server);
    for (const path of ['/o/', '/o/x.gif', pixel.replace('.gif', '.png'), pixel.replace(/.{5}\.gif/, 'AAAAA.gif')]) {
      const answer = await server.get(path);
      expect([path, answer.status, answer.headers['content-length']]).toEqual([path, 200, '43']);
    }
    expect(await touchpoints(server, 0)).toEqual([]);
    for (const path of [links[0]!, pixel]) {
      const { status, headers } = await server.post(path, {});
      expect([status, headers['allow']]).toEqual([405, 'GET, HEAD']);
    }
  });
});

test('an open is a touchpoint; the image is 43 bytes and nobody keeps it', async () => {
  const server = await start();
  const { body, pixel } = await instrumented(server);
  expect(body.pixel_url).toBe(`https://track.shop.example${pixel}`);
  const answer = await server.get(pixel, { 'user-agent': 'Mozilla/5.0' });
  expect(answer.headers).toMatchObject({
    'content-type': 'image/gif',
    'content-length': '43',
    'cache-control': 'no-store, no-cache, must-revalidate, private',
    pragma: 'no-cache',
  });
  expect(answer.text).toBe(PIXEL_GIF.toString());
  expect((await server.call('HEAD', pixel)).status).toBe(200);
  const rows = await touchpoints(server, 2);
  expect(rows.map((row) => [row.touchpoint_type, row.verdict]).sort()).toEqual([
    ['email_open', 'bot'],
    ['email_open', 'machine'],
  ]);
  expect(rows[0]).toMatchObject({ customer_id: 'Anna@Example.com', anonymous_id: null, message_id: 'message-1' });
});

test('the hidden link leads to the page of the settings, with evidence of a machine', async () => {
  const server = await start({ config: { email: { ...EMAIL, honeypot: true, honeypot_url: 'https://shop.example' } } });
  const { links } = await instrumented(server);
  expect(links).toHaveLength(3);
  expect((await server.get(links[2]!)).headers['location']).toMatch(/^https:\/\/shop\.example\/\?ct=/);
  const [row] = await touchpoints(server);
  expect(JSON.parse(row.evidence)).toMatchObject({ honeypot: true, link: 0, links: 2 });
  expect((await instrumented(server, { ...MAIL, options: { honeypot: false } })).links).toHaveLength(2);
});

describe('what is private', () => {
  test('no URL, log line or metric shows an address, nor a hash of it', async () => {
    const server = await start({ log_level: 'debug' });
    const { body, links, pixel } = await instrumented(server, {
      ...MAIL,
      customer_id: undefined,
      email: 'Anna@Example.com',
    });
    await server.get(links[0]!);
    await server.get(pixel);
    await server.get('/c/anna@example.com');
    const [row] = await touchpoints(server);
    expect(row.customer_id).toMatch(/^email_[0-9a-f]{32}$/);
    const { text } = await server.get('/metrics', READ);
    const shown = [body.html, ...links, pixel, text, ...server.log].join('\n').toLowerCase();
    const decoded = [...links, pixel].map((path) => Buffer.from(path.split('.')[1]!, 'base64url').toString('latin1'));
    for (const secret of ['anna', Buffer.from('anna@example.com').toString('base64url').slice(0, 10)])
      expect(shown + decoded.join('')).not.toContain(secret.toLowerCase());
    expect(server.log.join('')).toContain('/c/:token');
  });

  test('the keys are in no list, and their file is for its owner only', async () => {
    const server = await start();
    await instrumented(server);
    const file = join(server.folder, 'email-keys.json');
    expect(statSync(file).mode & 0o77).toBe(0);
    const secrets = (JSON.parse(readFileSync(file, 'utf8')) as Array<{ secret: string }>).map(({ secret }) => secret);
    const { body, text } = await server.get('/v1/email/keys', ADMIN);
    expect(body.keys.map(({ use }: Body) => use).sort()).toEqual(['next', 'signing']);
    expect(secrets).toHaveLength(2);
    for (const secret of secrets) expect(text).not.toContain(secret);
    expect((await server.get('/v1/email/keys', READ)).status).toBe(403);
  });
});

describe('keys', () => {
  test('rotate: new links have the next key, and old ones work for ever', async () => {
    const server = await start();
    const first = await instrumented(server);
    const kids: string[] = [];
    for (let i = 0; i < 3; i++) {
      const before = (await server.get('/v1/email/keys', ADMIN)).body.keys.find(({ use }: Body) => use === 'next').kid;
      expect((await server.post('/v1/email/keys/rotate', {}, ADMIN)).body.signing).toBe(before);
      kids.push((await instrumented(server)).links[0]!.slice('/c/'.length).split('.')[0]!);
      expect(kids.at(-1)).toBe(before);
    }
    expect(new Set(kids).size).toBe(3);
    expect((await server.get(first.links[0]!)).status).toBe(302);
  });

  test('of a mail program make links that work until the key is revoked', async () => {
    const server = await start();
    const { status, body } = await server.post('/v1/email/keys', { name: 'mailer' }, ADMIN);
    expect(status).toBe(201);
    const { instrument } = await import('../../src/email/local.ts');
    const made = instrument(MAIL as never, { base_url: EMAIL.base_url, key: body.key });
    const [, path] = /"https:\/\/track\.shop\.example(\/c\/[\w.-]+)"/.exec(made.html)!;
    expect((await server.get(path!)).status).toBe(302);
    expect((await server.call('DELETE', `/v1/email/keys/${body.kid}`, { headers: ADMIN })).body).toEqual({
      revoked: body.kid,
    });
    expect((await server.get(path!)).status).toBe(404);
    const own = await instrumented(server);
    const kid = own.links[0]!.slice('/c/'.length).split('.')[0]!;
    expect((await server.call('DELETE', `/v1/email/keys/${kid}`, { headers: ADMIN })).status).toBe(409);
  });

  test('are one set for processes that share the state', async () => {
    const one = await start();
    const { links } = await instrumented(one);
    await one.post('/v1/email/keys/rotate', {}, ADMIN);
    const later = await instrumented(one);
    const { EmailKeys } = await import('../../src/server/email-keys.ts');
    const { temporaryFolder } = await import('../support/folder.ts');
    const other = new EmailKeys(one.tributary.state, temporaryFolder());
    expect((await other.signing()).kid).toBe(later.links[0]!.slice('/c/'.length).split('.')[0]);
    const mine = await one.get('/v1/email/keys', ADMIN);
    expect(await other.list()).toEqual(mine.body.keys);
    // Many clicks arrive at a process that has read no key yet: none of them is refused.
    const fresh = new EmailKeys(one.tributary.state, temporaryFolder());
    const kid = links[0]!.slice('/c/'.length).split('.')[0]!;
    const clicks = Array.from({ length: 3 }, async () => {
      if (fresh.stale) await fresh.refresh();
      return fresh.find(kid) !== undefined;
    });
    expect(await Promise.all(clicks)).toEqual([true, true, true]);
    await other.rotate();
    expect(other.find(links[0]!.slice('/c/'.length).split('.')[0]!)).toBeDefined();
  });
});

describe('a link works', () => {
  test('after the state was lost: it gets the keys of the data folder back', async () => {
    const server = await start({ shared: true });
    const { links } = await instrumented(server);
    await server.close();
    for (const file of ['state.db', 'state.db-wal', 'state.db-shm']) rmSync(join(server.folder, file), { force: true });
    const again = await start({ folder: server.folder });
    expect((await instrumented(again)).links[0]!.slice(0, 11)).toBe(links[0]!.slice(0, 11));
    expect((await again.get(links[0]!)).status).toBe(302);
  });

  test('while the state is away, also after a restart', async () => {
    const server = await start();
    const { links } = await instrumented(server);
    const away = { ...server.tributary.state, revision: () => Promise.reject(new Error('away')) };
    const { EmailKeys } = await import('../../src/server/email-keys.ts');
    const restarted = new EmailKeys(away as never, server.folder);
    await expect(restarted.refresh()).rejects.toThrow('away');
    expect(restarted.find(links[0]!.slice('/c/'.length).split('.')[0]!)).toBeDefined();
    expect((await restarted.signing()).kid).toBe(links[0]!.slice('/c/'.length).split('.')[0]);
  });

  test('while the spool is full: the click is lost, and counted', async () => {
    // The spool refuses what comes when it is full already, so the first event is kept.
    const server = await start({ config: { limits: { max_spool_bytes: 1, max_items: 1 } } });
    const { links, pixel } = await instrumented(server);
    const [one, two, image] = await Promise.all([...links, pixel].map((path) => server.get(path)));
    expect(one!.headers['location']).toContain('https://shop.example/spring');
    expect(two!.headers['location']).toContain('https://shop.example/b');
    expect(image!.status).toBe(200);
    const metrics = async (): Promise<string> => (await server.get('/metrics', READ)).text;
    await expect.poll(metrics).toMatch(/tributary_link_events_lost_total [12]\n/);
  });

  test('and the server stops in the next moment: the click is in the log', async () => {
    const server = await start({ shared: true });
    const { links } = await instrumented(server);
    const answers = await Promise.all(links.map((path) => server.get(path, { 'user-agent': CHROME })));
    await server.close();
    const again = await start({ folder: server.folder });
    const ids = answers.map(({ headers }) => new URL(headers['location']!).searchParams.get('ct'));
    await again.flush();
    const rows = await touchpoints(again, 2);
    expect(rows.map((row) => JSON.parse(row.click_ids).ct)).toEqual(ids.sort());
  });

  test('and one flush later its click is in every report', async () => {
    const server = await start();
    const { links } = await instrumented(server, { ...MAIL, customer_id: 'customer-1' });
    await server.get(links[0]!, { 'user-agent': CHROME });
    await server.flush();
    const { status, text } = await server.get('/v1/customers/customer-1');
    expect([status, text]).toEqual([200, expect.stringContaining('spring-sale')]);
  });

  test('at any rate of requests', async () => {
    const server = await start({ config: { rate_limit_per_minute: 1 } });
    const { links } = await instrumented(server);
    for (let i = 0; i < 5; i++) expect((await server.get(links[0]!)).status).toBe(302);
  });
});

describe('the call to instrument', () => {
  test('says what to set where readers cannot reach the server', async () => {
    const server = await startServer();
    const { status, body } = await server.post('/v1/email/instrument', MAIL);
    expect([status, body.error.message]).toEqual([400, expect.stringContaining('email.base_url: is not set')]);
    expect(existsSync(join(server.folder, 'email-keys.json'))).toBe(false);
  });

  test.each([
    [[], 'body'],
    [{ ...MAIL, html: 5 }, 'html'],
    [{ ...MAIL, html: 'x'.repeat(500_001) }, 'html'],
    [{ ...MAIL, message_id: undefined }, 'message_id'],
    [{ ...MAIL, customer_id: undefined }, 'customer_id'],
    [{ ...MAIL, customer_id: 'undefined' }, 'customer_id'],
    [{ ...MAIL, customer_id: undefined, email: 'anna' }, 'email'],
    [{ ...MAIL, campaign_kind: 'news' }, 'campaign_kind'],
    [{ ...MAIL, campaign_id: 'a\u0000' }, 'campaign_id'],
    [{ ...MAIL, brand_id: '' }, 'brand_id'],
    [{ ...MAIL, options: { honeypot: true } }, 'options.honeypot'],
    [{ ...MAIL, options: { tracking_days: 0 } }, 'options.tracking_days'],
    [{ ...MAIL, options: { x: 1 } }, 'options.x'],
    [{ ...MAIL, to: 'x' }, 'to'],
  ])('refuses %j by its field %s', async (mail, field) => {
    const server = await start();
    const { status, body } = await server.post('/v1/email/instrument', mail);
    expect([status, body.error.field]).toEqual([400, field]);
    expect(body.error.message).not.toContain('Example.com');
  });

  test('needs a key of scope write, of the brand', async () => {
    const server = await start();
    expect((await server.post('/v1/email/instrument', MAIL, READ)).status).toBe(403);
    const { body } = await server.post('/v1/keys', { name: 'a', scope: 'write', brand_id: 'shop-a' }, ADMIN);
    const of_brand = bearer(body.key);
    expect(
      (await server.post('/v1/email/instrument', { ...MAIL, brand_id: 'shop-b' }, of_brand)).status,
    ).toBeGreaterThanOrEqual(400);
    const { body: made } = await server.post('/v1/email/instrument', MAIL, of_brand);
    await server.get(/(\/c\/[\w.-]+)"/.exec(made.html)![1]!);
    expect((await touchpoints(server))[0].brand_id).toBe('shop-a');
  });
});
