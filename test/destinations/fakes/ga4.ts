/**
 * A fake of Google Analytics' Measurement Protocol. As Google does, it answers 204 to whatever comes and drops what breaks a rule; what
 * it dropped and why is kept for the tests. Purchases with a transaction id that it knows are dropped too. Refunds have no such rule.
 */
import { type FakeReply, type FakeRequest, type FakeServer, startFake } from './server.ts';

interface Ga4Event {
  name: string;
  params: Record<string, unknown>;
  timestamp_micros?: number;
}
export interface AcceptedEvent extends Ga4Event {
  client_id: string;
  user_id: string | undefined;
}

const MAX_AGE_MS = 72 * 3_600_000;
const RESERVED =
  'ad_activeview ad_click ad_exposure ad_impression ad_query adunit_exposure app_clear_data app_install app_update app_remove error first_open first_visit in_app_purchase notification_dismiss notification_foreground notification_open notification_receive os_update screen_view session_start user_engagement'.split(
    ' ',
  );

/** @param clock the time of the server. */
export async function startGA4(clock: () => number) {
  const accepted: AcceptedEvent[] = [];
  const dropped: string[] = [];
  const handle = ({ method, path, query, body }: FakeRequest): FakeReply => {
    if (method !== 'POST') return { status: 405 };
    const content = JSON.parse(body);
    if (path === '/debug/mp/collect')
      return { status: 200, body: { validationMessages: problemsOf(content, clock()).map(messageOf) } };
    if (path !== '/mp/collect') return { status: 404 };
    const problems = problemsOf(content, clock());
    if (!/^G-[A-Z0-9]+$/.test(query.get('measurement_id') ?? '')) problems.push('measurement_id: is wrong');
    if (query.get('api_secret') !== 'right') problems.push('api_secret: is wrong');
    if (Buffer.byteLength(body) >= 130_000) problems.push('body: is too large');
    dropped.push(...problems);
    if (problems.length === 0)
      for (const event of content.events as Ga4Event[])
        accepted.push({ ...event, client_id: content.client_id, user_id: content.user_id });
    return { status: 204 };
  };
  const server: FakeServer = await startFake(handle);
  return { ...server, accepted, dropped, stateByOrder: () => stateByOrder(accepted) };
}

/** The revenue of each order as reports show it: purchases, each transaction once, less refunds. Cents, so that sums are exact. */
function stateByOrder(accepted: readonly AcceptedEvent[]): Map<string, { cents: number; purchases: number }> {
  const orders = new Map<string, { cents: number; purchases: number }>();
  const known = new Set<unknown>();
  for (const { name, params } of accepted) {
    const transaction = String(params['transaction_id']);
    if (name !== 'refund' && (name !== 'purchase' || known.has(transaction))) continue;
    if (name === 'purchase') known.add(transaction);
    const id = transaction.replace(/~\d+$/, '');
    const order = orders.get(id) ?? { cents: 0, purchases: 0 };
    const cents = Math.round((params['value'] as number) * 100);
    orders.set(id, {
      cents: order.cents + (name === 'refund' ? -cents : cents),
      purchases: order.purchases + (name === 'refund' ? 0 : 1),
    });
  }
  return orders;
}

const messageOf = (problem: string) => ({
  fieldPath: 'events',
  description: problem,
  validationCode: problem.includes('name') ? 'NAME_INVALID' : 'VALUE_INVALID',
});

function problemsOf(content: Record<string, unknown>, now_ms: number): string[] {
  const { client_id, user_id, events } = content as { client_id?: unknown; user_id?: unknown; events?: Ga4Event[] };
  const problems: string[] = [];
  if (typeof client_id !== 'string' || client_id === '') problems.push('client_id: is needed');
  if (user_id !== undefined && (typeof user_id !== 'string' || user_id === '' || user_id.length > 256))
    problems.push('user_id: must have 1 to 256 characters');
  if (/@/.test(`${user_id}`)) problems.push('user_id: is personal');
  if (!Array.isArray(events) || events.length === 0 || events.length > 25) return [...problems, 'events: 1 to 25'];
  return [
    ...problems,
    ...events.flatMap((event, i) => eventProblems(event, now_ms).map((text) => `events[${i}].${text}`)),
  ];
}

function eventProblems({ name, params, timestamp_micros }: Ga4Event, now_ms: number): string[] {
  const problems: string[] = [];
  if (!/^[A-Za-z]\w{0,39}$/.test(name) || /^(google|ga|firebase)_/.test(name) || RESERVED.includes(name))
    problems.push(`name: ${name} is invalid`);
  if (Object.keys(params).length > 25) problems.push('params: more than 25');
  for (const [key, value] of Object.entries(params)) {
    if (!/^[A-Za-z]\w{0,39}$/.test(key)) problems.push(`${key}: is no name`);
    if (key === 'items') problems.push(...itemProblems(value));
    else if (typeof value === 'string' ? [...value].length > 100 : !Number.isFinite(value))
      problems.push(`${key}: is no text of 100 characters and no number`);
  }
  const { value, currency, transaction_id, session_id } = params;
  if (value !== undefined && !/^[A-Z]{3}$/.test(String(currency))) problems.push('currency: is needed with a value');
  if (['purchase', 'refund'].includes(name) && !transaction_id) problems.push('transaction_id: is needed');
  if (name === 'refund' && !((value as number) > 0)) problems.push('value: a refund is above zero');
  if (name === 'purchase' && params['items'] === undefined) problems.push('items: are needed');
  if (!/^\d+$/.test(String(session_id))) problems.push('session_id: is no number');
  if (timestamp_micros !== undefined) {
    const age_ms = now_ms - timestamp_micros / 1_000;
    if (!Number.isInteger(timestamp_micros) || age_ms > MAX_AGE_MS || age_ms < 0)
      problems.push('timestamp_micros: is not of the last 72 hours');
  }
  return problems;
}

function itemProblems(items: unknown): string[] {
  if (!Array.isArray(items) || items.length > 200) return ['items: at most 200'];
  const is_item = (item: Record<string, unknown>) =>
    Boolean(item['item_id'] ?? item['item_name']) &&
    Object.values(item).every((value) =>
      typeof value === 'string' ? [...value].length <= 100 : Number.isFinite(value),
    );
  return items.every(is_item) ? [] : ['items: an item without item_id, or with a long text'];
}
