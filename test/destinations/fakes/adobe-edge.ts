/** A fake of Adobe's token server (IMS) and Edge Network. Events with an _id that it knows are taken and dropped. */
import { type FakeReply, type FakeRequest, startFake } from './server.ts';

interface EdgeEvent {
  xdm: {
    _id: string;
    timestamp: string;
    eventType: string;
    identityMap: Record<string, Array<{ id: string; primary?: boolean }>>;
    commerce?: {
      purchases?: { value: number };
      order?: { purchaseID: string; priceTotal: number; currencyCode: string };
    };
    productListItems?: Array<{ SKU?: string; name?: string; quantity?: number; priceTotal?: number }>;
    [tenant: `_${string}`]: unknown;
  };
  data?: { tributary?: Record<string, unknown> };
}

/** A fatal error: a problem of RFC 7807 with Adobe's code. */
export function edgeError(code: string, title: string, report: object = {}): FakeReply {
  const status = Number(code.slice(-3));
  return {
    status,
    headers: { 'content-type': 'application/problem+json' },
    body: JSON.stringify({ type: `https://ns.adobe.com/aep/errors/EXEG-${code}`, status, title, report }),
  };
}

const UPSTREAM = {
  type: 'https://ns.adobe.com/aep/errors/EXEG-0201-503',
  status: 503,
  title: "The 'com.adobe.experience.platform.ode' service is temporarily unable to serve this request.",
};

export async function startAdobeEdge() {
  const accepted: EdgeEvent[] = [];
  const known = new Set<string>();
  let valid = '';
  let issued = 0;
  /** Positions of events that the next request does not process; `null` for all, without their positions. */
  let partial: readonly number[] | null | undefined;
  const token = ({ body }: FakeRequest): FakeReply => {
    const form = new URLSearchParams(body);
    if (form.get('grant_type') !== 'client_credentials' || form.get('client_secret') !== 'right')
      return { status: 400, body: { error: 'invalid_client', error_description: 'invalid client_secret parameter' } };
    if (!form.get('scope')?.includes('openid')) return { status: 400, body: { error: 'invalid_scope' } };
    valid = `ims-${++issued}`;
    return { status: 200, body: { access_token: valid, token_type: 'bearer', expires_in: 86_399 } };
  };
  const collect = ({ headers, query, body }: FakeRequest): FakeReply => {
    if (valid === '' || headers.authorization !== `Bearer ${valid}`)
      return edgeError('0503-401', 'Invalid authorization token');
    if (headers['x-api-key'] !== 'client' || headers['x-gw-ims-org-id'] !== 'ORG@AdobeOrg')
      return edgeError('0504-401', 'Required product context is missing');
    if (query.get('datastreamId') !== 'stream') return edgeError('0003-404', 'The datastream was not found');
    if (Buffer.byteLength(body) > 64 * 1_024) return edgeError('0100-413', 'The request is too large');
    const { events } = JSON.parse(body) as { events: EdgeEvent[] };
    const problems = events.flatMap((event, i) => {
      const problem = problemOf(event);
      return problem === undefined ? [] : [`${problem} at index ${i}`];
    });
    if (problems.length > 0) return edgeError('0104-422', 'Unprocessable entity', { errors: problems });
    const failed = partial;
    partial = undefined;
    events.forEach((event, i) => {
      if (failed === null || failed?.includes(i) || known.has(event.xdm._id)) return;
      known.add(event.xdm._id);
      accepted.push(event);
    });
    if (failed === undefined) return { status: 202, body: { requestId: 'r' } };
    const errors = failed === null ? [UPSTREAM] : failed.map((eventIndex) => ({ ...UPSTREAM, report: { eventIndex } }));
    return { status: 207, body: { requestId: 'r', handle: [], errors } };
  };
  const server = await startFake((request) => {
    if (request.method !== 'POST') return { status: 405 };
    if (request.path === '/token') return token(request);
    return request.path === '/ee/v2/collect' ? collect(request) : { status: 404 };
  });
  return {
    ...server,
    accepted,
    issued: () => issued,
    expireTokens: () => {
      valid = '';
    },
    failPart: (positions: readonly number[] | null) => {
      partial = positions;
    },
    stateByOrder: () => stateByOrder(accepted),
  };
}

/** How each order stands: what its event with the highest revision says, and what Adobe Analytics counts of it. */
function stateByOrder(accepted: readonly EdgeEvent[]) {
  const orders = new Map<string, { revision: number; net_value: unknown; email_credit: unknown; purchases: number }>();
  for (const { xdm, data } of accepted) {
    const { order_id, revision, net_value, email_credit } = data?.tributary ?? {};
    const before = orders.get(String(order_id));
    const purchases = (before?.purchases ?? 0) + (xdm.commerce?.purchases?.value ?? 0);
    const is_newer = before === undefined || (revision as number) > before.revision;
    const state = is_newer ? { revision: revision as number, net_value, email_credit } : before;
    orders.set(String(order_id), { ...state, purchases });
  }
  return orders;
}

function problemOf({ xdm }: EdgeEvent): string | undefined {
  const { _id, timestamp, eventType, identityMap, commerce, productListItems } = xdm;
  if (!_id || _id.length > 100) return '_id is missing';
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(timestamp)) return 'timestamp is invalid';
  if (!eventType) return 'eventType is missing';
  const primary = Object.values(identityMap ?? {}).filter(([first]) => first?.primary && first.id !== '');
  if (primary.length !== 1) return 'one primary identity is needed';
  for (const name of ['Email_LC_SHA256', 'Phone_SHA256'])
    if (!/^[0-9a-f]{64}$/.test(identityMap[name]?.[0]?.id ?? 'a'.repeat(64))) return `${name} is no hash`;
  const { purchases, order } = commerce ?? {};
  if (purchases === undefined) return undefined;
  const revenue = (productListItems ?? []).reduce((sum, { priceTotal = 0 }) => sum + priceTotal, 0);
  return order?.priceTotal === revenue ? undefined : 'prices do not add up';
}
