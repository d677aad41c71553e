/** Signed deliveries of shops, and what a report says of their orders. */
import { createHmac } from 'node:crypto';
import { expect } from 'vitest';
import type { Answer, Body } from '../server/harness.ts';
import { NOW_MS } from './clock.ts';
import type { SourceServer } from './harness.ts';

/** One delivery, as its provider sends it. */
export interface Sent {
  body: string;
  headers: Record<string, string>;
}

export const hmac = (secret: string | Buffer, encoding: 'hex' | 'base64', ...parts: string[]): string =>
  createHmac('sha256', secret).update(parts.join('')).digest(encoding);

export const SECONDS = Math.floor(NOW_MS / 1_000);
export const ago = (seconds: number): string => new Date(NOW_MS - seconds * 1_000).toISOString();
export const CLICK = '01J9ZK3Y7Q8W6V5T4R3P2N1M0K';

export async function send(server: SourceServer, { body, headers }: Sent): Promise<Answer> {
  const answer = await server.deliver(body, headers);
  expect(answer.status, answer.text).toBe(200);
  return answer;
}

/** Touchpoints and other records that did not come from the source. */
export async function tell(server: SourceServer, records: string, ...all: object[]): Promise<void> {
  const answer = await server.post(`/v1/${records}`, all);
  expect(answer.status, answer.text).toBe(202);
}

/** A click of a recipient, as the redirect of a link tells it, an hour before now. */
export const clicked = (rest: object = {}): object => ({
  touchpoint_id: 'the-click',
  touchpoint_type: 'email_click',
  channel: 'email',
  campaign_id: 'spring',
  anonymous_id: `ct_${CLICK}`,
  occurred_at: ago(3_600 * 6),
  ...rest,
});

/** Micros of dollars with two decimals. They must be whole cents. */
function dollars(micros: unknown): string {
  const cents = BigInt(String(micros)) / 10_000n;
  return cents * 10_000n === BigInt(String(micros)) ? (Number(cents) / 100).toFixed(2) : `${micros} micros`;
}

/** Net revenue of March, and what each channel (or other key) earned of it. */
export async function earned(server: SourceServer, key = 'channel'): Promise<Record<string, string>> {
  await server.flush();
  const { status, body, text } = await server.get(
    `/v1/reports/attribution?start=2026-03-01&end=2026-04-01&model=last_touch&group_by=${key}`,
  );
  expect(status, text).toBe(200);
  const rows = body.channel_attribution.map((row: Body) => [row[key], dollars(row.attributed_revenue_micros)]);
  return { ...Object.fromEntries(rows), net: dollars(body.reconciliation.net_revenue_micros) };
}

export async function receiptOf(server: SourceServer, conversion_id: string): Promise<Body> {
  await server.flush();
  const { status, body, text } = await server.get(`/v1/conversions/${encodeURIComponent(conversion_id)}/receipt`);
  expect(status, text).toBe(200);
  return body;
}
