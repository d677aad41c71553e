/** Events by the webhook of a source beside the same number of touchpoints by the array endpoint of the same server. */
import { createPrivateKey, sign } from 'node:crypto';
import autocannon from 'autocannon';
import { median, save, show, showRatio } from './report.ts';
import { event, message, type Server, settle, start, stop } from './under-test.ts';

const EVENTS = 1_000;
const ROUNDS = 5;
const SECONDS = 5;
const CONNECTIONS = 4;

interface Sent {
  path: string;
  body: string;
  headers: Record<string, string>;
}

let next_id = 0;

function touchpoints(token: string): Sent {
  const events = Array.from({ length: EVENTS }, () => event(`tp-${next_id++}`));
  return { path: '/v1/touchpoints', body: JSON.stringify(events), headers: { authorization: `Bearer ${token}` } };
}

/** Clicks with what SendGrid says of them, of many people, since each address is hashed. */
function clicks(private_key: string): Sent {
  const key = createPrivateKey(private_key);
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const events = Array.from({ length: EVENTS }, () => {
    const { campaign_id, email_id, message_id, url, user_agent } = event('');
    const id = next_id++;
    return {
      ...{ email: `customer_${id % 50_000}@shop.example`, timestamp: Number(timestamp), event: 'click' },
      ...{ sg_event_id: `event-${id}`, sg_message_id: `${message_id}.filter0001.16648.0`, category: [campaign_id] },
      ...{ email_id, url, useragent: user_agent, ip: '203.0.113.7' },
    };
  });
  const body = `${JSON.stringify(events)}\r\n`;
  const header = 'x-twilio-email-event-webhook';
  const signature = sign('sha256', Buffer.from(timestamp + body), key).toString('base64');
  return {
    path: '/v1/sources/hook',
    body,
    headers: { [`${header}-timestamp`]: timestamp, [`${header}-signature`]: signature },
  };
}

/** Events per second. The bodies are made and signed before the time begins. */
async function perSecond(server: Server, make: () => Sent, seconds: number): Promise<number> {
  const ready = Array.from({ length: 20 * seconds * CONNECTIONS }, make);
  let next = 0;
  const result = await autocannon({
    url: server.address,
    connections: CONNECTIONS,
    duration: seconds,
    requests: [
      {
        setupRequest: (request) => {
          const { path, body, headers } = ready[next++] ?? make();
          return {
            ...request,
            method: 'POST',
            path,
            body,
            headers: { 'content-type': 'application/json', ...headers },
          };
        },
      },
    ],
  });
  if (result.non2xx > 0) throw new Error(`${result.non2xx} requests were refused`);
  await settle(server);
  return (result['2xx'] * EVENTS) / result.duration;
}

/** @param scale the share of the usual time of each measurement. */
export async function benchWebhooks(scale = 1): Promise<void> {
  const seconds = Math.max(1, Math.round(SECONDS * scale));
  console.log(`webhooks: batches of ${EVENTS} events, ${ROUNDS} rounds of ${seconds} s in turns`);
  const server = await start('webhooks');
  const rates = { array: [] as number[], webhook: [] as number[] };
  try {
    server.child.send('key');
    const { private_key } = await message<{ private_key: string }>(server.child);
    for (let round = 0; round <= ROUNDS; round++) {
      const array = await perSecond(server, () => touchpoints(server.token), seconds);
      const webhook = await perSecond(server, () => clicks(private_key), seconds);
      if (round === 0) continue; // warms both up
      rates.array.push(array);
      rates.webhook.push(webhook);
    }
  } finally {
    await stop(server);
  }
  const ratio = median(rates.webhook.map((rate, round) => rate / rates.array[round]!));
  show(`arrays of ${EVENTS} touchpoints, events/s`, median(rates.array).toFixed(0));
  show(`webhooks of ${EVENTS} SendGrid clicks, events/s`, median(rates.webhook).toFixed(0));
  showRatio('webhooks / arrays', ratio, { at_least: 0.5 });
  save('webhooks', { rounds: ROUNDS, seconds, connections: CONNECTIONS, events: EVENTS }, { ...rates, ratio });
}
