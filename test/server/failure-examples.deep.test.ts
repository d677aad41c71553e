/** What /openapi.json says of failures is what the server sends: each example is provoked here, and compared. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FAILURES } from '../../src/server/failure-examples.ts';
import { ORDER, TOUCH } from '../support/events.ts';
import { connectAndSend, received, requestHead } from '../support/sockets.ts';
import { ADMIN, type Answer, startServer, type TestServer, WRITE } from './harness.ts';

/** Numbers and quoted names are those of this server. */
const inGeneral = (message: string): string => message.replace(/\d+/g, '0').replace(/"[^"]*"/g, '""');

const PROVOKED: Record<number, (server: TestServer) => Promise<Answer>> = {
  400: (server) => server.get('/v1/reports/attribution?start=yesterday'),
  401: (server) => server.get('/v1/reports/attribution', {}),
  403: (server) => server.get('/v1/reports/attribution', WRITE),
  404: (server) => server.get('/v1/nothing'),
  408: async (server) => {
    const address = await server.app.listen({ host: '127.0.0.1', port: 0 });
    const head = requestHead('POST', '/v1/touchpoints', {
      ...WRITE,
      'content-type': 'application/json',
      'content-length': '9',
    });
    const [answer, body] = (await received(await connectAndSend(address, head))).split('\r\n\r\n');
    return { status: Number(answer!.split(' ')[1]), body: JSON.parse(body!), text: body!, headers: {} };
  },
  409: (server) => server.get('/v1/reports/attribution?model=data_driven'),
  413: (server) => server.post('/v1/touchpoints', JSON.stringify({ ...TOUCH, url: 'x'.repeat(3_000) })),
  415: (server) =>
    server.call('POST', '/v1/keys', { headers: { ...ADMIN, 'content-type': 'image/png' }, payload: 'x' }),
  422: async (server) => {
    await server.post('/v1/conversions', { ...ORDER, currency: 'EUR' });
    await server.flush();
    return server.get('/v1/reports/attribution?start=2026-03-01&end=2026-03-02&currency=USD');
  },
  429: async (server) => {
    let answer = await server.get('/metrics');
    while (answer.status === 200) answer = await server.get('/metrics');
    return answer;
  },
  500: (server) => {
    Object.assign(server.tributary.reports, { warehouse: null });
    return server.get('/v1/reports/attribution');
  },
  503: async (server) => {
    let answer = await server.post('/v1/touchpoints', TOUCH);
    for (let i = 0; answer.status === 202; i++)
      answer = await server.post('/v1/touchpoints', { ...TOUCH, touchpoint_id: `${i}` });
    return answer;
  },
};

/** What these provoke leaves the server as it was, so they share one. */
const SHARED = new Set([400, 401, 403, 404, 408, 409, 415]);
let shared: TestServer;
beforeAll(async () => {
  shared = await startServer({ shared: true });
});
afterAll(() => shared.close());

const CONFIGS: Record<number, Record<string, unknown>> = {
  413: { limits: { max_body_bytes: 2_000 } },
  429: { rate_limit_per_minute: 3 },
  503: { limits: { max_spool_bytes: 2_000 } },
};

test.each(Object.entries(FAILURES).map(([status, failure]) => [Number(status), failure] as const))(
  'the example of status %s is what the server sends',
  async (status, { code, message }) => {
    const server = SHARED.has(status) ? shared : await startServer({ config: CONFIGS[status] ?? {} });
    const answer = await PROVOKED[status]!(server);
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
    expect(inGeneral(answer.body.error.message)).toBe(inGeneral(message));
  },
);
