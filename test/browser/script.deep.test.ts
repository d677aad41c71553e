/** The script for pages in a real browser, against a real server: what arrives, and what does not. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ADMIN } from '../server/harness.ts';
import { no_browser, type Row, run, Shop } from './shop.ts';

const ULID = '01JNP8Q0ZD4W4T4S9V0K3M7XRB';
const LABELS = 'utm_source=news&utm_medium=email&utm_campaign=spring';
const STORED = `JSON.stringify([document.cookie, localStorage.length, sessionStorage.length])`;
const NOTHING = '["",0,0]';

let shop: Shop;
beforeAll(async () => {
  if (!no_browser) shop = await Shop.open();
});
afterAll(() => shop?.close());
afterEach(() => {
  if (!no_browser) expect(shop.complaints).toEqual([]);
});

const kinds = (rows: Row[]): unknown[] =>
  rows.map(({ touchpoint_type, url, referrer }) => [touchpoint_type, shop.path(url!), shop.path(referrer!)]);

test.skipIf(no_browser)(
  'a visit by a click of an email: its pages, and the order that a report credits to it',
  async () => {
    const page = await shop.visit();
    await page.goto(`${shop.origin}/mail/?color=red&ct=${ULID}&${LABELS}#top`);
    await expect.poll(() => run(page, 'location.href')).toBe(`${shop.origin}/mail/?color=red&${LABELS}#top`);
    await run(page, `history.pushState({}, '', '/mail/shoes?size=40')`);
    await run(page, `history.pushState({}, '', '/mail/cart'); location.hash = 'sum'`);
    await run(page, 'history.go(-2)');
    const rows = await shop.touches('/mail/', 4);
    expect(kinds(rows)).toEqual([
      ['website_visit', `/mail/?color=red&${LABELS}`, null],
      ['page_view', '/mail/shoes?size=40', `/mail/?color=red&${LABELS}`],
      ['page_view', '/mail/cart', '/mail/shoes?size=40'],
      ['page_view', '/mail/shoes?size=40', '/mail/cart'],
    ]);
    expect(rows[0]).toMatchObject({ channel: 'email', utm_campaign: 'spring', click_ids: `{"ct":"${ULID}"}` });
    for (const row of rows)
      expect(row).toMatchObject({
        anonymous_id: `ct_${ULID}`,
        session_id: null,
        verdict: 'human',
        ip_address: '127.0.0.0',
      });

    await run(
      page,
      `tributary.convert({ conversion_type: 'purchase', conversion_value: '80.00', order_id: 'mail-1' })`,
    );
    const [order] = await shop.rows('conversions', 'conversion_page', '/mail/', 1);
    expect(order).toMatchObject({ anonymous_id: `ct_${ULID}`, order_id: 'mail-1' });
    const receipt = await shop.server.get(`/v1/conversions/${order!['claimed_id']}/receipt?model=linear`, ADMIN);
    const touched = receipt.body.touchpoints.filter((touch: { status: string }) => touch.status !== 'continues_visit');
    expect(touched).toMatchObject([{ channel: 'email', touchpoint_id: rows[0]!['touchpoint_id'] }]);
    const day = (ms: number): string => new Date(Date.now() + ms).toISOString().slice(0, 10);
    const report = await shop.server.get(
      `/v1/reports/attribution?start=${day(-86_400_000)}&end=${day(2 * 86_400_000)}&model=linear&group_by=channel`,
      ADMIN,
    );
    expect(report.body.reconciliation).toMatchObject({ net_revenue_micros: '80000000', attributed_micros: '80000000' });
    expect(await run(page, STORED)).toBe(NOTHING);
  },
);

test.skipIf(no_browser)(
  'without cookies, pages of one visitor are joined for the day, and only the first is an arrival',
  async () => {
    const page = await shop.visit();
    await page.goto(`${shop.origin}/plain/`);
    await shop.touches('/plain/', 1);
    await page.goto(`${shop.origin}/plain/two`, { referer: `${shop.origin}/plain/` });
    await shop.touches('/plain/', 2);
    await page.reload();
    const rows = await shop.touches('/plain/', 3);
    expect(kinds(rows)).toEqual([
      ['website_visit', '/plain/', null],
      ['page_view', '/plain/two', '/plain/'],
      ['page_view', '/plain/two', '/plain/two'],
    ]);
    expect(new Set(rows.map(({ anonymous_id }) => anonymous_id)).size).toBe(1);
    expect(rows[0]!['anonymous_id']).toMatch(/^day_/);
    expect(await run(page, STORED)).toBe(NOTHING);
  },
);

test.skipIf(no_browser)('a page that comes back from the cache of the browser is a page view', async () => {
  const page = await shop.visit({ early: `addEventListener('pageshow', (e) => (window.came_back = e.persisted))` });
  await page.goto(`${shop.origin}/back/one?${LABELS}`);
  await shop.touches('/back/', 1);
  await page.goto(`${shop.origin}/back/two`);
  await shop.touches('/back/', 2);
  await run(page, 'history.back()');
  await expect.poll(() => run(page, 'window.came_back')).toBe(true);
  const rows = await shop.touches('/back/', 3);
  expect(kinds(rows)[2]).toEqual(['page_view', '/back/one', '/back/one']);
});

test.skipIf(no_browser)('a page that goes away sends what waits', async () => {
  const page = await shop.visit();
  await page.goto(`${shop.origin}/away/`);
  await run(
    page,
    `tributary.track('download', { custom_attributes: { file: 'a.pdf' } }), location.assign('about:blank')`,
  );
  const rows = await shop.touches('/away/', 2);
  expect(rows[1]).toMatchObject({ touchpoint_type: 'download', custom_attributes: '{"file":"a.pdf"}' });
});

test.skipIf(no_browser)(
  'with data-consent="wait" nothing is sent or stored before consent, and nothing waits after a refusal',
  async () => {
    const look = { attributes: 'data-consent="wait" data-cookie' };
    const page = await shop.visit(look);
    let requests = 0;
    page.on('request', (request) => {
      if (request.method() === 'POST') requests += 1;
    });
    await page.goto(`${shop.origin}/consent/?${LABELS}`);
    await run(page, `history.pushState({}, '', '/consent/two')`);
    await page.waitForTimeout(1_500);
    expect([requests, await run(page, STORED)]).toEqual([0, NOTHING]);
    await run(page, 'tributary.consent(true)');
    const rows = await shop.touches('/consent/', 2);
    expect(rows[0]).toMatchObject({ channel: 'email', anonymous_id: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect(rows[1]).toMatchObject({ anonymous_id: rows[0]!['anonymous_id'], session_id: rows[0]!['session_id'] });
    await run(page, 'tributary.consent(false)');
    expect(await run(page, STORED)).toBe(NOTHING);
    await run(page, `history.pushState({}, '', '/consent/three')`);

    const other = await shop.visit(look);
    await other.goto(`${shop.origin}/refused/`);
    await run(other, 'tributary.consent(false)');
    await run(other, `tributary.track('download'), history.pushState({}, '', '/refused/two')`);
    await other.waitForTimeout(1_500);
    await other.goto(`${shop.origin}/after/`);
    await run(other, 'tributary.consent(true)');
    await shop.touches('/after/', 1);
    await shop.touches('/refused/', 0);
    await shop.touches('/consent/', 2);
  },
);

test.skipIf(no_browser)('a visitor with Global Privacy Control is counted, and never recognised', async () => {
  const signal = `Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })`;
  const page = await shop.visit({ attributes: 'data-cookie' }, signal);
  await page.goto(`${shop.origin}/gpc/?${LABELS}&gclid=secret&ct=${ULID}`);
  await expect.poll(() => run(page, 'location.search')).not.toContain('ct=');
  await shop.touches('/gpc/', 1);
  await run(page, `tributary.identify('customer-1'), history.pushState({}, '', '/gpc/two?mail=a@b.example')`);
  const rows = await shop.touches('/gpc/', 2);
  expect(kinds(rows)).toEqual([
    ['website_visit', `/gpc/?${LABELS}`, null],
    ['page_view', '/gpc/two', `/gpc/?${LABELS}`],
  ]);
  for (const row of rows)
    expect(row).toMatchObject({ customer_id: null, session_id: null, click_ids: null, ip_address: null });
  expect(rows[0]!['anonymous_id']).not.toBe(rows[1]!['anonymous_id']);
  expect(await run(page, STORED)).toBe(NOTHING);

  const ignored = await shop.visit({ attributes: 'data-cookie data-ignore-gpc' }, signal);
  await ignored.goto(`${shop.origin}/ignored/?ct=${ULID}`);
  expect((await shop.touches('/ignored/', 1))[0]).toMatchObject({ click_ids: `{"ct":"${ULID}"}` });
  expect(await run(ignored, STORED)).not.toBe(NOTHING);
});

test.skipIf(no_browser)('Do Not Track counts where the page says so', async () => {
  const signal = `Object.defineProperty(navigator, 'doNotTrack', { value: '1' })`;
  const page = await shop.visit({ attributes: 'data-cookie data-respect-dnt' }, signal);
  await page.goto(`${shop.origin}/dnt/`);
  expect((await shop.touches('/dnt/', 1))[0]).toMatchObject({ session_id: null, ip_address: null });
  expect(await run(page, STORED)).toBe(NOTHING);
});

test.skipIf(no_browser)('with data-cookie a browser keeps its id, and a login joins it with the customer', async () => {
  const page = await shop.visit({ attributes: 'data-cookie' });
  await page.goto(`${shop.origin}/cookie/`);
  await shop.touches('/cookie/', 1);
  await page.goto(`${shop.origin}/cookie/two`);
  await run(page, `tributary.identify('customer-9')`);
  const rows = await shop.touches('/cookie/', 2);
  expect(rows[1]).toMatchObject({ customer_id: 'customer-9', anonymous_id: rows[0]!['anonymous_id'] });
  expect(rows[1]!['session_id']).toBe(rows[0]!['session_id']);
  const [cookie, ...others] = await page.context().cookies();
  expect(others).toEqual([]);
  expect(cookie).toMatchObject({ name: 'tributary_id', value: rows[0]!['anonymous_id'], sameSite: 'Lax', path: '/' });
});

test.skipIf(no_browser)(
  'calls from before the script are kept, and a page counts itself where it wants to',
  async () => {
    const early = `window.tributary=window.tributary||{q:[]};['page','track','convert','identify','consent'].forEach(function(n){tributary[n]=tributary[n]||function(){tributary.q.push([n,[].slice.call(arguments)])}});
    tributary.identify('early-1'); tributary.track('form_submission')`;
    const page = await shop.visit({ early, attributes: 'data-replace-state data-click-parameter="click"' });
    await page.goto(`${shop.origin}/early/?click=${ULID}`);
    await run(page, `tributary.page({ custom_attributes: { tab: 2 } })`);
    await run(page, `history.replaceState({}, '', '/early/replaced')`);
    const rows = await shop.touches('/early/', 4);
    expect(rows.map((row) => row['touchpoint_type']).sort()).toEqual([
      'form_submission',
      'page_view',
      'page_view',
      'website_visit',
    ]);
    for (const row of rows) expect(row).toMatchObject({ customer_id: 'early-1' });
    expect(rows.map(({ click_ids }) => click_ids).filter(Boolean)).toEqual([`{"ct":"${ULID}"}`]);
  },
);

test.skipIf(no_browser)('a page that the browser only prepares counts when it is shown', async () => {
  const signal = `Object.defineProperty(document, 'prerendering', { value: true, configurable: true })`;
  const page = await shop.visit({}, signal);
  await page.goto(`${shop.origin}/prepared/`);
  await run(page, `tributary.track('download')`);
  await page.waitForTimeout(1_000);
  await shop.touches('/prepared/', 0);
  await run(page, `delete document.prerendering, document.dispatchEvent(new Event('prerenderingchange'))`);
  expect((await shop.touches('/prepared/', 2)).map((row) => row['touchpoint_type'])).toEqual([
    'download',
    'website_visit',
  ]);
});

test.skipIf(no_browser)('a browser that a program drives sends nothing, and calls do no harm', async () => {
  const page = await shop.visit(
    {},
    `Object.defineProperty(HTMLScriptElement.prototype, 'dataset', { get() { return { key: this.getAttribute('data-key') } } })`,
  );
  await page.goto(`${shop.origin}/robot/`);
  await run(page, `tributary.page(), tributary.consent(true), tributary.convert({})`);
  await page.waitForTimeout(1_000);
  await shop.touches('/robot/', 0);
});

test.skipIf(no_browser)('many large events arrive in several beacons; what is no JSON is left out', async () => {
  const page = await shop.visit();
  await page.goto(`${shop.origin}/large/`);
  await shop.touches('/large/', 1);
  await run(
    page,
    `for (let i = 0; i < 60; i++) tributary.track('download', { custom_attributes: { text: 'ü'.repeat(1_000) } })
     const loop = {}; loop.loop = loop; tributary.track('download', { custom_attributes: loop })`,
  );
  await shop.touches('/large/', 61);
});

test.skipIf(no_browser)('without sendBeacon a request that fails is sent once more, and no more', async () => {
  const page = await shop.visit({}, 'navigator.sendBeacon = undefined');
  let tries = 0;
  await page.route(/v1\/touchpoints/, (route) => {
    tries += 1;
    return tries === 1 || tries > 2 ? route.fulfill({ status: 503 }) : route.continue();
  });
  await page.goto(`${shop.origin}/again/`);
  await shop.touches('/again/', 1);
  await run(page, `history.pushState({}, '', '/again/two')`);
  await expect.poll(() => tries).toBe(4);
  await page.waitForTimeout(7_000);
  expect(tries).toBe(4);
  // The browser itself notes each answer of the kind.
  expect(shop.complaints.splice(0)).toEqual(Array(3).fill(expect.stringContaining('503')));
});

test.skipIf(no_browser)('the script and its events go through a path of the shop', async () => {
  const page = await shop.visit({ source: '/tr/t.js' });
  const hosts = new Set<string>();
  page.on('request', (request) => hosts.add(new URL(request.url()).host));
  await page.goto(`${shop.origin}/proxied/`);
  await shop.touches('/proxied/', 1);
  expect([...hosts]).toEqual([new URL(shop.origin).host]);
  const named = await shop.visit({ attributes: `data-host="${shop.origin}" data-path="/tr/"` });
  await named.goto(`${shop.origin}/named/`);
  await shop.touches('/named/', 1);
});
