/** Scheduled reports for Slack and a webhook: what comes, that it is signed, and that a lost answer makes no second message in Slack. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { expect, onTestFinished, test } from 'vitest';
import { MS_PER_HOUR } from '../../src/domain/time.ts';
import { ADMIN, READ } from '../server/harness.ts';
import { openHouse, sellForWeeks } from './house.ts';

const KEY = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

interface Came {
  path: string;
  headers: Record<string, string>;
  body: string;
}

test('Slack and a webhook get the figures of the API once; a webhook that was not answered comes again with the same id', async () => {
  const came: Came[] = [];
  let answers: 'well' | 'never' = 'never';
  const receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      came.push({ path: request.url!, headers: request.headers as Record<string, string>, body });
      if (answers === 'never') request.socket.destroy();
      else response.end('ok');
    });
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  onTestFinished(() => void receiver.close());
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  const { server, look, clock } = await openHouse({
    schedules: {
      board: {
        ...{ period: 'weekly', private_network: true, slack: `${url}/services/T0/B0/secret` },
        webhook: { url: `${url}/hook`, signing_secret: KEY },
      },
    },
  });
  await sellForWeeks(server);
  await look('board');
  clock.now_ms += MS_PER_HOUR;
  await look('board');
  const standing = async () => (await server.get('/v1/schedules', ADMIN)).body.schedules[0];
  expect(await standing()).toMatchObject({ status: 'retrying', deliveries: { unknown: 1, waiting: 1 } });
  expect(JSON.stringify(await standing())).not.toContain('secret');
  answers = 'well';
  clock.now_ms += MS_PER_HOUR;
  await look('board');
  await look('board');
  expect(await standing()).toMatchObject({ status: 'trouble', deliveries: { unknown: 1, delivered: 1 } });
  const of = (path: string) => came.filter((one) => one.path === path);
  expect(of('/services/T0/B0/secret')).toHaveLength(1);
  const [first, second] = of('/hook') as [Came, Came];
  expect(of('/hook')).toHaveLength(2);
  expect(second.headers['webhook-id']).toBe(first.headers['webhook-id']);
  // The library refuses what was signed long ago, by the clock of this machine.
  const stamped = Number(second.headers['webhook-timestamp']) * 1_000;
  expect(stamped).toBe(Math.floor(clock.now_ms / 1_000) * 1_000);
  const right = new Webhook(KEY).sign(second.headers['webhook-id']!, new Date(stamped), second.body);
  expect(second.headers['webhook-signature']).toBe(right);
  const { type, data } = JSON.parse(second.body);
  expect([type, data.message_id, data.report_period]).toEqual([
    'report.scheduled',
    second.headers['webhook-id'],
    { start: '2026-03-09', end: '2026-03-16' },
  ]);
  for (const { address, answer } of data.reports) {
    const asked = `${address}&start=2026-03-09&end=2026-03-16&brand_id=default&model=linear&as_of=${encodeURIComponent(data.as_of)}`;
    const { generated_at: _then, ...figures } = answer;
    expect((await server.get(asked, READ)).body).toMatchObject(figures);
  }
  const { blocks } = JSON.parse(of('/services/T0/B0/secret')[0]!.body);
  const summary = data.reports[0].answer.summary;
  const shown = Number(summary.email_attributed_revenue).toLocaleString('en-US', { minimumFractionDigits: 2 });
  expect(JSON.stringify(blocks)).toContain(`*Email revenue*\\n${shown} USD`);
  expect(blocks.length).toBeLessThan(50);
});
