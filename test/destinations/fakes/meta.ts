/**
 * A fake of Meta's Conversions API. One bad event fails the whole request, and nothing of it is processed. Events with an event_name and
 * event_id that it knows are received and dropped.
 */
import { type FakeReply, type FakeRequest, startFake } from './server.ts';

interface MetaEvent {
  event_name: string;
  event_time: number;
  event_id: string;
  action_source: string;
  event_source_url?: string;
  user_data: Record<string, unknown>;
  custom_data: Record<string, unknown>;
}

const MAX_AGE_S = 7 * 86_400;
const SOURCES = ['email', 'website', 'app', 'phone_call', 'chat', 'physical_store', 'system_generated', 'other'];
const HEX = /^[0-9a-f]{64}$/;

/** The answer to a request that fails as a whole. */
export const metaError = (code: number, message: string, rest: object = {}, status = 400): FakeReply => ({
  status,
  body: { error: { message, type: 'OAuthException', code, fbtrace_id: 'trace', ...rest } },
});

/** @param clock the time of the server. */
export async function startMeta(clock: () => number) {
  const accepted: MetaEvent[] = [];
  const known = new Set<string>();
  let poison: string | undefined;
  const handle = ({ method, path, headers, body }: FakeRequest): FakeReply => {
    const token = method === 'GET' ? headers.authorization?.replace('Bearer ', '') : JSON.parse(body).access_token;
    if (token !== 'right') return metaError(190, 'Invalid OAuth access token', {}, 401);
    if (!path.startsWith('/v25.0/123'))
      return metaError(100, 'Unsupported request. Object does not exist', { error_subcode: 33 });
    if (method === 'GET') return { status: 200, body: { id: '123' } };
    const { data } = JSON.parse(body) as { data: MetaEvent[] };
    if (!Array.isArray(data) || data.length === 0 || data.length > 1_000)
      return metaError(100, 'data: 1 to 1000 events');
    const now_s = clock() / 1_000;
    for (const event of data) {
      const problem = event.event_id === poison ? 'Invalid parameter' : problemOf(event, now_s);
      if (problem === 'old')
        return metaError(100, 'Invalid parameter', {
          error_subcode: 2804003,
          error_user_msg: 'The timestamp for this event is too far in the past.',
        });
      if (problem !== undefined) return metaError(100, problem);
    }
    for (const event of data) {
      const id = JSON.stringify([event.event_name, event.event_id]);
      if (!known.has(id)) accepted.push(event);
      known.add(id);
    }
    return { status: 200, body: { events_received: data.length, messages: [], fbtrace_id: 'trace' } };
  };
  const server = await startFake(handle);
  return {
    ...server,
    accepted,
    /** Requests with this event fail, and the answer does not name it. */
    refuse: (event_id: string) => {
      poison = event_id;
    },
    stateByOrder: () =>
      new Map(accepted.map(({ custom_data }) => [String(custom_data['order_id']), custom_data['value']])),
  };
}

function problemOf(event: MetaEvent, now_s: number): string | undefined {
  const { event_name, event_time, event_id, action_source, user_data, custom_data } = event;
  if (!event_name || event_name.length > 40) return 'event_name';
  if (!Number.isInteger(event_time) || event_time > now_s) return 'event_time';
  if (now_s - event_time > MAX_AGE_S) return 'old';
  if (!event_id || event_id.length > 100) return 'event_id';
  if (!SOURCES.includes(action_source)) return 'action_source';
  if (action_source === 'website' && !(user_data['client_user_agent'] && event.event_source_url))
    return 'client_user_agent and event_source_url are needed for website events';
  for (const name of ['em', 'ph', 'external_id'])
    for (const value of (user_data[name] as unknown[] | undefined) ?? [])
      if (typeof value !== 'string' || !HEX.test(value)) return `${name} is not hashed`;
  if (!['em', 'ph', 'external_id', 'fbc', 'fbp'].some((name) => user_data[name] !== undefined)) return 'user_data';
  if (event_name === 'Purchase' && !/^[A-Z]{3}$/.test(String(custom_data['currency']))) return 'currency';
  return Number.isFinite(custom_data['value']) ? undefined : 'value';
}
