/** A fake of Adobe's data collection server. It answers 200 to all hits, and says in XML if it took them. Each purchase counts once. */
import { type FakeReply, type FakeRequest, startFake } from './server.ts';

const TEXTS: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>' };
const KNOWN = new Set(
  'scxmlver reportsuiteid visitorid timestamp linktype linkname currencycode transactionid events purchaseid products'.split(
    ' ',
  ),
);

const xml = (content: string): FakeReply => ({
  status: 200,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n${content}`,
});
export const failure = (reason: string): FakeReply => xml(`<status>FAILURE</status>\n<reason>${reason}</reason>`);

/** @param clock the time of the server. */
export async function startAdobeDataInsertion(clock: () => number) {
  const accepted: Array<Record<string, string>> = [];
  /** What Adobe would take in silence and not show as it was meant. */
  const wrong: string[] = [];
  const handle = ({ method, path, body }: FakeRequest): FakeReply => {
    if (method !== 'POST' || path !== '/b/ss//6') return { status: 404, body: '<html>not here</html>' };
    const tags = tagsOf(body);
    if (tags === undefined) return failure('Syntax Error');
    if (!tags['reportsuiteid']?.startsWith('rsid')) return failure('NO account');
    if (!tags['pageurl'] && !tags['pagename'] && !(tags['linktype'] && tags['linkname']))
      return failure('NO pagename OR pageurl');
    if (!tags['visitorid']) return failure('NO visitorid OR ipaddress');
    wrong.push(...problemsOf(tags, clock()));
    accepted.push(tags);
    return xml('<status>SUCCESS</status>');
  };
  const server = await startFake(handle);
  return { ...server, accepted, wrong, stateByOrder: () => stateByOrder(accepted) };
}

/** Tags by lower-case name; undefined for what is no well-formed XML. */
function tagsOf(body: string): Record<string, string> | undefined {
  const [, content] = /^<\?xml version="1\.0" encoding="UTF-8"\?><request>(.*)<\/request>$/s.exec(body) ?? [];
  if (content === undefined) return undefined;
  const tags: Record<string, string> = {};
  const rest = content.replace(/<([\w.]+)>([^<>]*)<\/\1>/g, (_, name: string, text: string) => {
    if (/&(?!(?:amp|lt|gt);)/.test(text) || /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(text))
      return '?';
    tags[name.toLowerCase()] = text.replace(/&(amp|lt|gt);/g, (_all, code: string) => TEXTS[code]!);
    return '';
  });
  return rest === '' ? tags : undefined;
}

function problemsOf(tags: Record<string, string>, now_ms: number): string[] {
  const problems: string[] = [];
  const { timestamp = '', visitorid = '', purchaseid = 'A', products = '', events = '', currencycode = '' } = tags;
  for (const [name, text] of Object.entries(tags)) {
    if (!KNOWN.has(name) && !/^contextdata\.[a-z_]+$/.test(name)) problems.push(`${name}: is no tag`);
    if (name !== 'products' && Buffer.byteLength(text) > 100) problems.push(`${name}: is longer than 100 bytes`);
  }
  if (!/^\d{10}$/.test(timestamp) || Number(timestamp) * 1_000 > now_ms)
    problems.push('timestamp: no seconds of the past');
  if (!/^[A-Za-z0-9]{1,100}$/.test(visitorid)) problems.push('visitorId: letters and digits');
  if (!/^[A-Za-z0-9]{1,20}$/.test(purchaseid)) problems.push('purchaseId: 20 letters and digits');
  if (!/^[A-Z]{3}$/.test(currencycode)) problems.push('currencyCode');
  if (!/^(?:purchase|event\d+(?:=\d+(?:\.\d+)?)?)$/.test(events)) problems.push('events');
  for (const product of products === '' ? [] : products.split(',')) {
    const [category, name = '', quantity = '1', price = '0'] = product.split(';');
    if (category !== '' || name === '' || Buffer.byteLength(name) > 100) problems.push('products: a name');
    if (!/^\d+$/.test(quantity) || !/^\d+(?:\.\d+)?$/.test(price)) problems.push('products: quantity and price');
  }
  return problems;
}

/** Revenue less refunds of each order, in cents, as a calculated metric shows it. */
function stateByOrder(accepted: ReadonlyArray<Record<string, string>>): Map<string, { cents: number; orders: number }> {
  const orders = new Map<string, { cents: number; orders: number }>();
  const known = new Set<string>();
  for (const { transactionid = '', events = '', purchaseid = '', products = '' } of accepted) {
    const order = orders.get(transactionid) ?? { cents: 0, orders: 0 };
    const refund = /^event20=(.+)$/.exec(events)?.[1];
    if (refund !== undefined) order.cents -= Math.round(Number(refund) * 100);
    else if (events === 'purchase' && !known.has(purchaseid)) {
      known.add(purchaseid);
      order.orders += 1;
      for (const product of products.split(',')) order.cents += Math.round(Number(product.split(';')[3] ?? 0) * 100);
    }
    orders.set(transactionid, order);
  }
  return orders;
}
