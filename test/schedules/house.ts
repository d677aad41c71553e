/** A shop with weeks of orders, a mail server that keeps what arrives, and schedules that are looked at when a test says so. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { onTestFinished } from 'vitest';
import { MS_PER_DAY, MS_PER_HOUR } from '../../src/domain/time.ts';
import { startServer, type TestOptions, type TestServer } from '../server/harness.ts';

export interface Arrived {
  /** The schedule that it is of. */
  schedule_id: string;
  to: string;
  message_id: string;
  /** The whole mail as it came. */
  source: string;
}

export interface Sink {
  url: string;
  arrived: Arrived[];
  server: SMTPServer;
}

/** A mail server on this machine. */
export async function mailSink(options: SMTPServerOptions = {}, atEnd = onTestFinished): Promise<Sink> {
  const arrived: Arrived[] = [];
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    authOptional: true,
    onData: (stream, session, done) => {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        const source = Buffer.concat(parts).toString();
        const message_id = /^Message-ID: (.+)\r$/m.exec(source)?.[1] ?? '';
        const schedule_id = /^List-Id: <([\w-]+)\./im.exec(source)?.[1] ?? '';
        arrived.push({ schedule_id, to: session.envelope.rcptTo[0]!.address, message_id, source });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  atEnd(() => void server.close());
  return { url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`, arrived, server };
}

/** The part of a mail with a type, decoded. */
export function partOf(source: string, type: string): string {
  const found = source.split(/\r\n--[-\w]+(?:--)?\r\n/).find((part) => part.startsWith(`Content-Type: ${type}`))!;
  const [head = '', ...body] = found.split('\r\n\r\n');
  const text = body.join('\r\n\r\n');
  if (/quoted-printable/.test(head))
    return Buffer.from(
      text
        .replace(/=\r\n/g, '')
        .replace(/=([0-9A-F]{2})/g, (_all, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
      'latin1',
    ).toString();
  return /base64/.test(head) ? Buffer.from(text, 'base64').toString('latin1') : text;
}

/** Monday, 16 March 2026, in UTC. */
export const MONDAY_MS = Date.UTC(2026, 2, 16);
export const HALF_PAST_SIX_MS = MONDAY_MS + 6.5 * MS_PER_HOUR;

const CHANNELS = ['email', 'email', 'paid_search', 'organic_social', 'email', 'direct'];

/** Orders of seven weeks up to a Monday, each with one touch before it. */
export async function sellForWeeks(server: TestServer, brand_id = 'default'): Promise<void> {
  const touches = [];
  const orders = [];
  for (let day = 0; day < 49; day++)
    for (let i = 0; i < 3 + ((day * 7) % 5); i++) {
      const at_ms = MONDAY_MS - (49 - day) * MS_PER_DAY + (9 + i) * MS_PER_HOUR;
      const id = `${brand_id}-${day}-${i}`;
      const channel = CHANNELS[(day + i) % CHANNELS.length]!;
      const campaign = channel === 'email' ? { campaign_id: `week-${Math.floor(day / 7)}` } : {};
      touches.push({
        ...{ brand_id, touchpoint_id: `t-${id}`, customer_id: `c-${id}`, channel, ...campaign },
        ...{
          touchpoint_type: channel === 'email' ? 'email_click' : 'page_view',
          occurred_at: new Date(at_ms - MS_PER_HOUR).toISOString(),
        },
      });
      orders.push({
        ...{ brand_id, conversion_id: `o-${id}`, customer_id: `c-${id}`, conversion_type: 'purchase', currency: 'USD' },
        ...{ conversion_value: ((37 * (day + 1) * (i + 2)) % 211) + 20.5, occurred_at: new Date(at_ms).toISOString() },
      });
    }
  for (const [path, items] of [
    ['touchpoints', touches],
    ['conversions', orders],
  ] as const) {
    const { status, text } = await server.post(`/v1/${path}`, items);
    if (status !== 202) throw new Error(text.slice(0, 500));
  }
  await server.flush();
}

export interface House {
  server: TestServer;
  /** Looks once at a schedule, as its follower does. */
  look(id: string): Promise<void>;
  clock: { now_ms: number };
}

/** A server with schedules. Its clock stands at half past six on a Monday. */
export async function openHouse(config: Record<string, unknown>, options: TestOptions = {}): Promise<House> {
  const clock = { now_ms: HALF_PAST_SIX_MS };
  const server = await startServer({
    clock: () => clock.now_ms,
    ...options,
    config: { public_url: 'https://t.shop.example', ...config },
  });
  const { state, schedules } = server.tributary;
  const fenced = { transaction: state.transaction.bind(state) };
  return {
    server,
    clock,
    look: async (id) => {
      const follower = schedules.followers().find(({ name }) => name === `schedule_${id}`)!;
      await follower.run(fenced, new AbortController().signal);
    },
  };
}
