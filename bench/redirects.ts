/** The links of emails: clicks that are recorded, in a second, beside Node's own server that only checks a signed token and answers 302. */
import { createHmac } from 'node:crypto';
import autocannon from 'autocannon';
import { median, save, show, showRatio } from './report.ts';
import { type Server, settle, start, stop, type Used } from './under-test.ts';

const ROUNDS = 5;
const SECONDS = 5;
const CONNECTIONS = 64;
/** Different links, as the clicks on one email have. */
const LINKS = 1_000;
const HEADERS = {
  'user-agent':
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-user': '?1',
  accept: 'text/html',
};
const page = (i: number): string =>
  `https://shop.example/products/${i}?utm_source=email&utm_medium=email&utm_campaign=spring`;

/** Paths for the bare server. */
function signed(): string[] {
  return Array.from({ length: LINKS }, (_, i) => {
    const payload = Buffer.from(JSON.stringify({ m: `message-${i}`, c: `customer-${i}`, l: i, u: page(i) })).toString(
      'base64url',
    );
    const mac = createHmac('sha256', 'secret').update(`click-v1\0${payload}`).digest().subarray(0, 16);
    return `/c/${payload}.${mac.toString('base64url')}`;
  });
}

async function instrumented({ address, token }: Server): Promise<string[]> {
  const html = Array.from({ length: LINKS }, (_, i) => `<a href="${page(i)}">${i}</a>`).join('');
  const response = await fetch(`${address}/v1/email/instrument`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ html, message_id: 'message-1', customer_id: 'customer-1', campaign_id: 'spring' }),
  });
  const answer = (await response.json()) as { html: string };
  return [...answer.html.matchAll(/"http:\/\/127\.0\.0\.1(\/c\/[\w.-]+)"/g)].map(([, path]) => path!);
}

/** Redirects in a second, and the processor time of one, in microseconds, with all threads of the server. */
async function redirects({ address, child }: Server, paths: readonly string[], seconds: number) {
  const before = await used(child);
  const { duration, ...result } = await autocannon({
    url: address,
    connections: CONNECTIONS,
    duration: seconds,
    headers: HEADERS,
    requests: paths.map((path) => ({ method: 'GET' as const, path })),
  });
  const answered = result['3xx'] ?? 0;
  if (answered === 0 || result['2xx'] + result['4xx'] + result['5xx'] > 0)
    throw new Error(`a link did not redirect: ${JSON.stringify(result.statusCodeStats)}, ${result.errors} errors`);
  const after = await used(child);
  return { per_second: answered / duration, processor_us: ((after - before) * 1_000) / answered };
}

function used(child: Server['child']): Promise<number> {
  return new Promise((resolve) => {
    child.once('message', (value) => resolve((value as Used).processor_ms));
    child.send('used');
  });
}

/** @param scale the share of the usual time of each measurement. */
export async function benchRedirects(scale = 1): Promise<void> {
  const seconds = Math.max(1, Math.round(SECONDS * scale));
  console.log(`redirects: ${CONNECTIONS} connections`);
  const [bare, product] = [await start('bare-redirects'), await start('product')];
  try {
    const [bare_paths, paths] = [signed(), await instrumented(product)];
    const rates = { bare: [] as number[], product: [] as number[] };
    const processor_us = { bare: [] as number[], product: [] as number[] };
    for (let round = 0; round <= ROUNDS; round++) {
      const below = await redirects(bare, bare_paths, seconds);
      const ours = await redirects(product, paths, seconds);
      // Clicks that are still in the spool would be loaded while the bare server is measured.
      await settle(product);
      if (round === 0) continue; // warms both up
      rates.bare.push(below.per_second);
      rates.product.push(ours.per_second);
      processor_us.bare.push(below.processor_us);
      processor_us.product.push(ours.processor_us);
    }
    const ratio = median(rates.product.map((rate, i) => rate / rates.bare[i]!));
    show('bare server (checks a token, answers), redirects/s', median(rates.bare).toFixed(0));
    show('links of emails (and the click is recorded), redirects/s', median(rates.product).toFixed(0));
    show(
      '… processor time of one, bare and product',
      `${median(processor_us.bare).toFixed(0)} and ${median(processor_us.product).toFixed(0)} us`,
    );
    showRatio('links of emails / bare server', ratio, { at_least: 0.6 });
    save(
      'redirects',
      { rounds: ROUNDS, seconds, connections: CONNECTIONS, links: LINKS },
      { ...rates, ratio, processor_us },
    );
  } finally {
    await stop(bare);
    await stop(product);
  }
}
